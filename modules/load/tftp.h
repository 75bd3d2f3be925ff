// One TFTP transfer (RFC 1350), as client: datagrams in, datagrams out, no socket and no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "modules/load/transfer.h"
#include "os/base/bytes.h"

namespace arrouter::load {

inline constexpr std::uint16_t tftp_port = 69;

class TftpTransfer final : public Transfer {
 public:
  using State = TransferState;
  struct Reply {
    std::uint16_t port;  // at the server
    Bytes datagram;
  };

  /// Reads `file` of the server, up to `longest` bytes.
  static TftpTransfer get(std::string file, std::size_t longest);
  /// Writes `content` to `file` of the server.
  static TftpTransfer put(std::string file, std::string content);

  /// The request, or what was sent last and got no answer.
  Reply pending() const { return {server_port_, last_}; }
  /// A datagram from the server's `port`. nullopt: nothing to send; what is sent again by pending() may have changed.
  std::optional<Reply> receive(std::uint16_t port, ByteView datagram);

  State state() const override { return state_; }
  const std::string& failure() const override { return failure_; }
  const std::string& content() const override { return content_; }
  std::size_t moved() const override { return moved_; }
  /// Only of what is written; a server does not say how much there is to read.
  std::size_t size() const override { return writing_ ? content_.size() : 0; }

 private:
  TftpTransfer(bool writing, const std::string& file, std::string content, std::size_t longest);
  std::optional<Reply> data(ByteView body);
  std::optional<Reply> acknowledged(ByteView body);
  std::optional<Reply> send(Bytes datagram);
  std::optional<Reply> refuse(std::uint16_t code, std::string_view why);
  void fail(std::string why);

  bool writing_;
  std::string content_;
  std::size_t longest_;
  State state_ = State::going;
  std::string failure_;
  Bytes last_;
  std::uint16_t server_port_ = tftp_port;
  bool answered_ = false;    // the server's port is known
  std::uint16_t block_ = 0;  // last one read or written
  std::size_t moved_ = 0;
};

}  // namespace arrouter::load
