// LAB TRACE: follows single packets through the router and prints what each stage decided. Off, it costs one branch
// where a packet comes in; a packet that nobody follows costs one where a decision is made.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "os/base/address.h"
#include "os/base/packet.h"
#include "os/terminal.h"

namespace arrouter {

class PacketTrace {
 public:
  /// Which packets, as they come in; what is not given does not matter.
  struct Wanted {
    std::optional<Ipv4Range> address;  // of either end
    std::optional<std::uint8_t> protocol;
    std::optional<std::uint16_t> port;  // of either end, TCP and UDP
    unsigned count = 10;                // packets; then the trace ends
    bool operator==(const Wanted&) const = default;
  };

  /// Ends a trace that runs. Lines go to `terminal` until it is gone.
  void start(const Wanted& wanted, std::weak_ptr<Terminal> terminal);
  /// False when none runs.
  bool stop();
  bool active() const { return left_ > 0; }
  /// Of the trace that runs, or of the last one.
  const Wanted& wanted() const { return wanted_; }
  unsigned followed() const { return followed_; }

  /// A packet that starts at its IP header has come in at `place` ("eth0") or was made here. Only while active().
  void begin(PacketBuffer& packet, std::string_view place);
  /// What `stage` decided about a packet; nothing is printed for one that is not followed.
  void note(const PacketBuffer& packet, std::string_view stage, std::string_view decision);

 private:
  bool matches(ByteView packet) const;
  void print(std::uint16_t number, std::string_view stage, std::string_view text);

  Wanted wanted_;
  unsigned left_ = 0, followed_ = 0;
  std::weak_ptr<Terminal> terminal_;
};

}  // namespace arrouter
