// TRACE: UDP probes with rising TTL (reference/ip.md 7). One probe at a time; a hop's line is printed when its probes
// are answered or given up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/ip/datapath.h"
#include "modules/ip/probe.h"

namespace arrouter::ip {

struct TraceSettings {
  Ipv4Address destination, source;
  unsigned number = 3;  // probes for each hop
  unsigned timeout_s = 3;
  unsigned tos = 0;
  unsigned port = 33434;
  unsigned minimum_ttl = 1, maximum_ttl = 30;
  bool addresses_only = true;
  bool screen_output = true;
};

class Trace final : public Probe {
 public:
  using Settings = TraceSettings;
  Trace(Services& services, State& state, Datapath& path);

  TraceSettings defaults;

  void start(const TraceSettings& settings, std::weak_ptr<Terminal> terminal);
  bool stop();
  void answered(const IcmpAnswer& answer);

  const std::optional<TraceSettings>& current() const { return current_; }
  unsigned probes() const { return probes_; }
  const std::string& last_message() const { return last_message_; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  void probe();
  void timer();
  void next();
  void end_hop();
  void say(const std::string& line);
  void finish(std::string_view message);

  Services& services_;
  State& state_;
  Datapath& path_;
  std::optional<TraceSettings> current_;
  bool waiting_ = false;
  unsigned probes_ = 0;
  std::string last_message_;
  std::vector<std::string> lines_;
  std::uint16_t source_port_ = 0, port_ = 0;
  Instant sent_at_{};
  // the present hop
  unsigned ttl_ = 0, tried_ = 0, answers_ = 0;
  Ipv4Address hop_;
  std::uint64_t minimum_ms_ = 0, maximum_ms_ = 0, total_ms_ = 0;
  bool reached_ = false, refused_ = false;
  Timer timer_;
};

}  // namespace arrouter::ip
