// One file by HTTP (RFC 1945), as client: bytes in, a request out, no socket and no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "modules/load/transfer.h"

namespace arrouter::load {

inline constexpr std::uint16_t http_port = 80;

struct HttpRequest {
  std::string host = {};       // of the server, as it was named
  std::uint16_t port = http_port;
  std::string path = {};       // "/dir/file"
  bool through_proxy = false;  // the request then names the server too
  std::string user = {}, password = {};
  std::string text() const;
};

class HttpTransfer final : public Transfer {
 public:
  /// Reads up to `longest` bytes.
  explicit HttpTransfer(std::size_t longest) : longest_(longest) {}

  /// Bytes of the answer, however they were cut.
  void receive(std::string_view bytes);
  /// The server has hung up: the end of an answer whose length it did not say.
  void ended();

  TransferState state() const override { return state_; }
  const std::string& failure() const override { return failure_; }
  const std::string& content() const override { return content_; }
  std::size_t moved() const override { return content_.size(); }
  std::size_t size() const override { return length_.value_or(0); }

 private:
  void head(std::string_view text);
  void take_header(std::string_view name, std::string_view value);
  void body(std::string_view bytes);
  void fail(std::string why);

  std::size_t longest_;
  TransferState state_ = TransferState::going;
  std::string failure_, head_, content_;
  std::optional<std::uint64_t> length_;
  bool in_body_ = false;
};

}  // namespace arrouter::load
