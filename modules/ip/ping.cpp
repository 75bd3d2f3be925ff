#include "modules/ip/ping.h"

#include <fmt/format.h>

namespace arrouter::ip {

Ping::Ping(Services& services, State& state, Datapath& path)
    : services_(services), state_(state), path_(path), timer_(services.scheduler, [this] { timer(); }) {}

void Ping::start(const PingSettings& settings, std::weak_ptr<Terminal> terminal) {
  current_ = settings;
  results_ = {};
  waiting_ = false;
  sequence_ = 0;
  identifier_ = static_cast<std::uint16_t>(services_.random.u32());
  started(std::move(terminal));
  // The first request leaves after the command has ended, so that its screen comes before the first reply.
  timer_.arm(services_.clock.now());
}

bool Ping::stop() {
  if (!running()) return false;
  results_.last_message = "Ping stopped";
  finish();
  return true;
}

Sent send_echo(Services& services, State& state, Datapath& path, const EchoRequest& request) {
  constexpr std::size_t headers = wire::ipv4_header + wire::icmp_header;
  const std::size_t total = headers + request.length;
  Packet packet = services.pool.allocate(total);
  if (!packet) return Sent::no_buffer;
  std::uint8_t* const at = packet->put(total);
  for (std::size_t i = 0; i < request.length; ++i) {
    at[headers + i] =
        request.pattern.empty() ? static_cast<std::uint8_t>(i) : request.pattern[i % request.pattern.size()];
  }
  wire::write_icmp(at + wire::ipv4_header, wire::icmp_type::echo, 0,
                   static_cast<std::uint32_t>(request.identifier) << 16 | request.sequence, request.length);
  wire::write_ipv4(at,
                   {request.source, request.destination, wire::protocol::icmp, static_cast<std::uint8_t>(request.tos),
                    64, path.next_id(), false},
                   static_cast<std::uint16_t>(total));
  ++state.icmp.out_messages;
  ++state.icmp.out[wire::icmp_type::echo];
  return path.originate(std::move(packet));
}

bool about(const IcmpAnswer& answer, Ipv4Address destination, std::uint16_t identifier, std::uint16_t sequence) {
  if (answer.icmp.type == wire::icmp_type::echo_reply)
    return answer.icmp.identifier() == identifier && answer.icmp.sequence() == sequence;
  return answer.quoted && answer.quoted->protocol == wire::protocol::icmp &&
         answer.quoted->destination == destination && answer.quoted->payload.size() >= 8 &&
         load_be16(answer.quoted->payload.data() + 4) == identifier &&
         load_be16(answer.quoted->payload.data() + 6) == sequence;
}

void Ping::send() {
  const PingSettings& ping = *current_;
  if (ping.source.unset()) current_->source = path_.source_towards(ping.destination);
  ++sequence_;
  ++results_.sent;
  sent_at_ = services_.clock.now();
  waiting_ = true;
  timer_.arm(sent_at_ + std::chrono::seconds(ping.timeout_s));
  switch (send_echo(services_, state_, path_,
                    {ping.destination, ping.source, ping.length, ping.tos, from_hex(ping.pattern).value_or(Bytes{}),
                     identifier_, sequence_})) {
    case Sent::no_route:
      // Asking again would get the same answer at once: the command ends here.
      failed("No route to specified destination");
      finish();
      break;
    case Sent::no_buffer:
      failed("No buffers available");
      after(sent_at_);
      break;
    case Sent::sent:
    case Sent::filtered:
      break;
  }
}

void Ping::timer() {
  if (abandoned()) {
    stop();
  } else if (waiting_) {
    failed(fmt::format("No reply from {}", to_string(current_->destination)));
    after(services_.clock.now());
  } else {
    send();
  }
}

void Ping::failed(std::string_view why) {
  waiting_ = false;
  results_.last_message = std::string(why);
  say(fmt::format("Request {} timed-out: {}", results_.sent, why));
}

/// What follows a request that was answered or given up.
void Ping::after(Instant not_before) {
  if (!current_->continuous && results_.sent >= current_->number) {
    finish();
    return;
  }
  timer_.arm(std::max(not_before, sent_at_ + std::chrono::seconds(current_->delay_s)));
}

void Ping::answered(const IcmpAnswer& answer) {
  if (!running() || !waiting_ || !about(answer, current_->destination, identifier_, sequence_)) return;
  const Instant now = services_.clock.now();
  if (answer.icmp.type != wire::icmp_type::echo_reply) {
    failed(answer.icmp.type == wire::icmp_type::time_exceeded ? "Time to live exceeded" : "Destination unreachable");
    after(now);
    return;
  }
  const auto ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now - sent_at_).count());
  results_.minimum_ms = results_.received == 0 ? ms : std::min(results_.minimum_ms, ms);
  results_.maximum_ms = std::max(results_.maximum_ms, ms);
  results_.total_ms += ms;
  ++results_.received;
  results_.last_message = "Echo reply received";
  waiting_ = false;
  say(fmt::format("Echo reply {} from {} time delay {} ms", results_.sent, to_string(answer.from), ms));
  after(now);
}

void Ping::say(const std::string& line) {
  if (current_->screen_output) print(line);
}

void Ping::finish() {
  timer_.disarm();
  waiting_ = false;
  finished();
}

}  // namespace arrouter::ip
