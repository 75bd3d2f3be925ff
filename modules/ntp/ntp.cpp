// NTP: the clock on the wall goes by servers (Software Reference, chapter "Network Time Protocol"; reference/links.md
// 13).
//
// A client of version 3 (RFC 1305; the packet and the checks of RFC 5905) asks each peer, four times in the beginning
// and then every 64 to 1024 seconds. Of a peer's last eight answers the one counts that may be wrong by the least; of
// the peers, the one of the lowest stratum and then the shortest root distance. The clock is put right at once, however
// far it was off: it counts milliseconds and has no rate that could be changed. A peer that refuses (stratum 0) is asked
// every 1024 seconds. Whoever asks this router is served.
//
// Invariants
// - An answer is believed only when it carries back the random number of the open question to that peer.
// - The router serves as one that knows no time (leap indicator 3) until a peer has told it.
// - Timers never move with the clock.
//
// The router's clock is local time; UTCOFFSET is how far it is ahead of UTC in winter. Not modelled: broadcast and
// symmetric modes, authentication.
#include "modules/ntp/ntp.h"

#include <fmt/format.h>

#include <algorithm>

#include "os/base/calendar.h"
#include "os/base/limits.h"

namespace arrouter {

std::unique_ptr<Module> make_ntp(Services& services, const SystemApi& system, IpApi& ip) {
  return std::make_unique<ntp::NtpModule>(services, system, ip);
}

namespace ntp {

namespace {

constexpr std::uint16_t ntp_port = 123;
constexpr std::int8_t precision = -10;  // about a millisecond, as the clock counts
/// Less than this is not worth moving the clock for.
constexpr std::chrono::milliseconds resolution{1};
/// What is put right by more than this is logged.
constexpr std::chrono::milliseconds step{128};

}  // namespace

NtpModule::NtpModule(Services& services, const SystemApi& system, IpApi& ip)
    : services_(services), system_(system), ip_(ip), timer_(services.scheduler, [this] { ask_due(); }) {}

NtpModule::~NtpModule() {
  if (enabled_) ip_.listen_udp(ntp_port, {}, {});
}

Outcome NtpModule::set_enabled(bool on) {
  if (on == enabled_) return say(on ? texts::already_enabled : texts::already_disabled);
  if (on && !ip_.listen_udp(ntp_port, "NTP", [this](const UdpDatagram& datagram) { receive(datagram); }))
    return say(texts::port_taken);
  if (!on) ip_.listen_udp(ntp_port, {}, {});
  enabled_ = on;
  forget();
  return say(on ? texts::enabled : texts::disabled);
}

Outcome NtpModule::add_peer(Ipv4Address peer) {
  if (peers_.contains(peer)) return say(texts::peer_exists, to_string(peer));
  if (peers_.size() >= limits::ntp_peers) return say(texts::peers_full);
  peers_.emplace(peer, Client());
  arm();
  return say(texts::done);
}

Outcome NtpModule::delete_peer(Ipv4Address peer) {
  if (peers_.erase(peer) == 0) return say(texts::peer_unknown, to_string(peer));
  arm();
  return say(texts::done);
}

/// RESET: begins anew with every peer.
void NtpModule::forget() {
  for (auto& [address, client] : peers_) client = Client();
  updated_.reset();
  arm();
}

void NtpModule::purge() {
  if (enabled_) set_enabled(false);
  peers_.clear();
  utc_offset_ = {};
  counters_ = {};
  forget();
}

void NtpModule::arm() {
  if (!enabled_ || peers_.empty()) return timer_.disarm();
  const auto first = std::ranges::min_element(peers_, {}, [](const auto& peer) { return peer.second.next_request(); });
  timer_.arm(std::max(first->second.next_request(), services_.clock.now()));
}

void NtpModule::ask_due() {
  const Instant now = services_.clock.now();
  for (auto& [address, client] : peers_) {
    if (client.next_request() > now) continue;
    const bool was_reachable = client.reachable();
    const Bytes request = encode(client.ask(now, utc(), services_.random));
    if (was_reachable && !client.reachable())
      note(fmt::format(texts::peer_lost, to_string(address)), LogSeverity::important);
    if (ip_.send_udp({{}, address, ntp_port, ntp_port, request})) ++counters_.client_sent;
  }
  arm();
}

void NtpModule::receive(const UdpDatagram& datagram) {
  const auto packet = decode(datagram.payload);
  const auto peer = peers_.find(datagram.source);
  if (packet && packet->mode == Mode::client) return serve(datagram, *packet);
  if (!packet || packet->mode != Mode::server || peer == peers_.end() || datagram.source_port != ntp_port) {
    ++(packet && packet->mode == Mode::server ? counters_.client_discarded : counters_.server_discarded);
    return;
  }
  take_answer(peer->first, peer->second, *packet);
}

void NtpModule::take_answer(Ipv4Address from, Client& client, Packet packet) {
  const bool refused_before = client.refused();
  // A server that goes by this router has no time to tell it (RFC 5905: a synchronisation loop).
  if (packet.stratum > 1 && ip_.is_own(Ipv4Address(packet.reference_id))) packet.leap = not_synchronised;
  switch (client.answered(packet, services_.clock.now(), utc())) {
    case Verdict::good:
      ++counters_.client_received;
      follow();
      break;
    case Verdict::refused:
      if (!refused_before) note(fmt::format(texts::peer_refused, to_string(from)), LogSeverity::important);
      [[fallthrough]];
    case Verdict::stray:
    case Verdict::unsynchronised:
      ++counters_.client_discarded;
  }
  arm();
}

const std::pair<const Ipv4Address, Client>* NtpModule::source() const {
  const std::pair<const Ipv4Address, Client>* best = nullptr;
  for (const auto& peer : peers_) {
    if (peer.second.best() == nullptr) continue;
    const auto rank = [](const Client& client) { return std::pair(client.last().stratum, client.root_distance()); };
    if (best == nullptr || rank(peer.second) < rank(best->second)) best = &peer;
  }
  return best;
}

/// Puts the clock where the best peer's is.
void NtpModule::follow() {
  const auto* const peer = source();
  if (peer == nullptr) return;
  last_delta_ = peer->second.best()->offset;
  const auto by = std::chrono::round<std::chrono::milliseconds>(last_delta_);
  if (std::chrono::abs(by) >= resolution) {
    services_.wall.set(services_.wall.now() + by);
    for (auto& [address, client] : peers_) client.clock_moved(by);
  }
  const WallTime now = services_.wall.now();
  if (std::chrono::abs(by) > step) {
    note(fmt::format(texts::clock_set, time_of_day_text(now), date_text(now), to_string(peer->first)),
         LogSeverity::info);
  }
  updated_ = utc();
}

/// The answer to somebody else's question (RFC 5905 9.2, "fast transmit").
void NtpModule::serve(const UdpDatagram& datagram, const Packet& request) {
  ++counters_.server_received;
  const WallTime now = utc();
  const auto* const peer = updated_ ? source() : nullptr;
  Packet answer;
  answer.version = request.version;
  answer.mode = Mode::server;
  answer.poll = request.poll;
  answer.precision = precision;
  answer.leap = not_synchronised;
  answer.stratum = largest_stratum + 1;
  if (peer != nullptr && peer->second.last().stratum < largest_stratum) {
    const Packet& last = peer->second.last();
    answer.leap = last.leap;
    answer.stratum = last.stratum + 1;
    answer.root_delay = last.root_delay + peer->second.best()->delay;
    const Duration age = now - *updated_;
    answer.root_dispersion = last.root_dispersion + resolution + age * drift_ppm / 1'000'000;
    answer.reference_id = peer->first.value;
    answer.reference = to_timestamp(*updated_);
  }
  answer.origin = request.transmit;
  answer.receive = to_timestamp(now);
  answer.transmit = to_timestamp(utc());
  const Bytes bytes = encode(answer);
  const Ipv4Address from = ip_.is_own(datagram.destination) ? datagram.destination : Ipv4Address();
  if (ip_.send_udp({from, datagram.source, ntp_port, datagram.source_port, bytes})) ++counters_.server_sent;
}

void NtpModule::note(std::string message, LogSeverity severity) const {
  services_.log.record({.severity = severity,
                        .module = module_number::ntp,
                        .type = "NTP",
                        .subtype = severity == LogSeverity::info ? "SYNC" : "PEER",
                        .message = std::move(message)});
}

}  // namespace ntp
}  // namespace arrouter
