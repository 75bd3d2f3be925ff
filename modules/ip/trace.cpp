#include "modules/ip/trace.h"

#include <fmt/format.h>

#include "netdev/wire/udp.h"

namespace arrouter::ip {

Trace::Trace(Services& services, State& state, Datapath& path)
    : services_(services), state_(state), path_(path), timer_(services.scheduler, [this] { timer(); }) {}

void Trace::start(const TraceSettings& settings, std::weak_ptr<Terminal> terminal) {
  current_ = settings;
  if (current_->source.unset()) current_->source = path_.source_towards(settings.destination);
  waiting_ = false;
  probes_ = 0;
  last_message_.clear();
  lines_.clear();
  // A port of its own each time, so that late answers to an earlier trace do not count.
  source_port_ = static_cast<std::uint16_t>(0xc000 | (services_.random.u32() & 0x3fff));
  ttl_ = settings.minimum_ttl;
  tried_ = answers_ = 0;
  hop_ = {};
  minimum_ms_ = maximum_ms_ = total_ms_ = 0;
  reached_ = refused_ = false;
  started(std::move(terminal));
  timer_.arm(services_.clock.now());
}

bool Trace::stop() {
  if (!running()) return false;
  finish("Interrupted");
  return true;
}

void Trace::probe() {
  const TraceSettings& trace = *current_;
  if (probes_ == 0) {
    say(fmt::format("Trace from {} to {}, {}-{} hops", to_string(trace.source), to_string(trace.destination),
                    trace.minimum_ttl, trace.maximum_ttl));
  }
  constexpr std::size_t data = 12;  // the probe's number and time would fit; nobody reads it
  const std::size_t total = wire::ipv4_header + wire::udp_header + data;
  Packet packet = services_.pool.allocate(total);
  if (!packet) {
    finish("No buffers available");
    return;
  }
  std::uint8_t* const at = packet->put(total);
  std::fill_n(at, total, std::uint8_t{0});
  port_ = static_cast<std::uint16_t>(trace.port + probes_);
  if (port_ == 0) port_ = 1;
  wire::write_udp(at + wire::ipv4_header, source_port_, port_, data, trace.source, trace.destination);
  wire::write_ipv4(at,
                   {trace.source, trace.destination, wire::protocol::udp, static_cast<std::uint8_t>(trace.tos),
                    static_cast<std::uint8_t>(ttl_), path_.next_id(), false},
                   static_cast<std::uint16_t>(total));
  ++probes_;
  ++tried_;
  ++state_.udp.out_datagrams;
  sent_at_ = services_.clock.now();
  waiting_ = true;
  timer_.arm(sent_at_ + std::chrono::seconds(trace.timeout_s));
  if (path_.originate(std::move(packet)) == Sent::no_route) finish("No route to specified destination");
}

void Trace::timer() {
  if (abandoned()) {
    stop();
  } else if (waiting_) {
    waiting_ = false;
    next();
  } else {
    probe();
  }
}

void Trace::answered(const IcmpAnswer& answer) {
  if (!running() || !waiting_ || !answer.quoted || answer.quoted->protocol != wire::protocol::udp ||
      answer.quoted->destination != current_->destination || load_be16(answer.quoted->payload.data()) != source_port_ ||
      load_be16(answer.quoted->payload.data() + 2) != port_) {
    return;
  }
  waiting_ = false;
  hop_ = answer.from;
  const auto ms = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(services_.clock.now() - sent_at_).count());
  minimum_ms_ = answers_ == 0 ? ms : std::min(minimum_ms_, ms);
  maximum_ms_ = std::max(maximum_ms_, ms);
  total_ms_ += ms;
  ++answers_;
  if (answer.icmp.type == wire::icmp_type::unreachable) {
    (answer.icmp.code == wire::icmp_code::port_unreachable ? reached_ : refused_) = true;
  }
  next();
}

void Trace::next() {
  if (tried_ >= current_->number) {
    end_hop();
    if (!running()) return;
  }
  timer_.arm(services_.clock.now());
}

void Trace::end_hop() {
  if (answers_ == 0) {
    say(fmt::format("{:3}. ?", ttl_));
  } else {
    std::string name = to_string(hop_);
    for (const auto& [host, address] : state_.hosts) {
      if (!current_->addresses_only && address == hop_) name = host;
    }
    // Shortest, average, longest.
    say(fmt::format("{:3}. {:<15}{:5}{:8}{:8}   (ms)", ttl_, name, minimum_ms_, total_ms_ / answers_, maximum_ms_));
  }
  if (reached_) {
    finish("Target reached");
  } else if (refused_) {
    finish("Destination unreachable");
  } else if (ttl_ >= current_->maximum_ttl) {
    finish("Maximum hops exceeded");
  } else {
    ++ttl_;
    tried_ = answers_ = 0;
    minimum_ms_ = maximum_ms_ = total_ms_ = 0;
  }
}

void Trace::say(const std::string& line) {
  if (line.size() > 3 && line[3] == '.') lines_.push_back(line);
  if (current_->screen_output) print(line);
}

void Trace::finish(std::string_view message) {
  timer_.disarm();
  waiting_ = false;
  last_message_ = std::string(message);
  say("***");
  say(last_message_);
  finished();
}

}  // namespace arrouter::ip
