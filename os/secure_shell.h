// SSH from the router to other hosts, as its users see it: a shell or a command there, as a stream of bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "netdev/tcp_table.h"
#include "os/base/bytes.h"

namespace arrouter {

/// Whom to call, and who calls.
struct SshHost {
  std::string name;  // as the host was given: its key is remembered by it
  TcpEndpoint address;
  Ipv4Address source;  // the router's own
  std::string user;
  SecretBytes password;
  std::optional<std::uint16_t> key_id = std::nullopt;  // the private ENCO key that proves the user instead
};

class SecureShell {
 public:
  /// Destroying it hangs up.
  class Call {
   public:
    virtual ~Call() = default;
    virtual void send(std::string_view bytes) = 0;
    /// Nothing more will be sent.
    virtual void end_input() = 0;
  };
  /// They run later, on the router's thread, and not once the call is destroyed, which each of them may do.
  struct Events {
    std::function<void()> opened;
    std::function<void(std::string_view bytes)> received;
    /// It is over; empty when the host ended it and the command succeeded there.
    std::function<void(const std::string& why)> ended;
  };
  virtual ~SecureShell() = default;
  /// Without a command: a shell at a terminal.
  virtual std::unique_ptr<Call> call(SshHost host, std::string command, Events events) = 0;
};

}  // namespace arrouter
