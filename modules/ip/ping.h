// PING: one at a time, in the background, its replies printed on the terminal that asked (reference/ip.md 6).
#pragma once

#include <optional>
#include <string>

#include "modules/ip/datapath.h"
#include "modules/ip/probe.h"

namespace arrouter::ip {

struct PingSettings {
  Ipv4Address destination, source;  // unset: undefined
  unsigned number = 5;
  bool continuous = false;
  unsigned length = 24;  // data bytes
  unsigned timeout_s = 1;
  unsigned delay_s = 1;
  unsigned tos = 0;
  std::string pattern;  // hex digits; empty: not set
  bool screen_output = true;
};

/// What an echo request is made of.
struct EchoRequest {
  Ipv4Address destination, source;
  unsigned length = 0;  // data bytes
  unsigned tos = 0;
  Bytes pattern = {};  // repeated; empty: counting up
  std::uint16_t identifier = 0, sequence = 0;
};
/// Sends and counts it.
Sent send_echo(Services& services, State& state, Datapath& path, const EchoRequest& request);
/// The answer is about the request with these numbers to that host: its echo, or an error that quotes it.
bool about(const IcmpAnswer& answer, Ipv4Address destination, std::uint16_t identifier, std::uint16_t sequence);

class Ping final : public Probe {
 public:
  using Settings = PingSettings;
  Ping(Services& services, State& state, Datapath& path);

  PingSettings defaults;

  /// The source is checked and the destination known.
  void start(const PingSettings& settings, std::weak_ptr<Terminal> terminal);
  /// False when none is running.
  bool stop();
  void answered(const IcmpAnswer& answer);

  struct Results {
    unsigned sent = 0, received = 0;
    std::uint64_t minimum_ms = 0, maximum_ms = 0, total_ms = 0;
    std::string last_message;
  };
  /// The running or last one.
  const std::optional<PingSettings>& current() const { return current_; }
  const Results& results() const { return results_; }

 private:
  void send();
  void timer();
  void after(Instant not_before);
  void failed(std::string_view why);
  void say(const std::string& line);
  void finish();

  Services& services_;
  State& state_;
  Datapath& path_;
  std::optional<PingSettings> current_;
  Results results_;
  bool waiting_ = false;  // for the answer to `sequence_`
  std::uint16_t identifier_ = 0;
  std::uint16_t sequence_ = 0;
  Instant sent_at_{};
  Timer timer_;
};

}  // namespace arrouter::ip
