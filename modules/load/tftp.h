// One TFTP transfer (RFC 1350), as client: datagrams in, datagrams out, no socket and no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "os/base/bytes.h"

namespace arrouter::load {

inline constexpr std::uint16_t tftp_port = 69;

class TftpTransfer {
 public:
  enum class State : std::uint8_t { going, done, failed };
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

  State state() const { return state_; }
  /// Why it failed; the server's words where it gave some.
  const std::string& failure() const { return failure_; }
  /// What has been read, whole once it is done.
  const std::string& content() const { return content_; }
  /// Bytes read or acknowledged.
  std::size_t moved() const { return moved_; }
  std::size_t size() const { return content_.size(); }

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
