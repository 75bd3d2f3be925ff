// One question by TCP (RFC 7766), for an answer that is too long for a datagram.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "os/base/bytes.h"
#include "os/tcp.h"

namespace arrouter::ip {

class DnsStream final : public std::enable_shared_from_this<DnsStream> {
 public:
  /// Runs once, later, with the whole answer; with nothing when the server does not talk or hangs up. It may let go of
  /// the stream; nothing runs after the last owner has.
  using Done = std::function<void(ByteView answer)>;

  void start(Tcp& tcp, Ipv4Address source, const TcpEndpoint& server, ByteView query, Done done);

 private:
  void connected(Result<std::unique_ptr<TcpStream>> stream);
  void received(std::string_view bytes);
  void end(ByteView answer);

  std::string query_, heard_;  // each with the length in front
  Done done_;
  std::unique_ptr<TcpStream> stream_;
};

}  // namespace arrouter::ip
