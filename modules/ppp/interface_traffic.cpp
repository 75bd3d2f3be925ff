// The traffic of a PPP interface, and what its session tells.
#include <fmt/format.h>

#include "modules/ppp/interface.h"
#include "modules/ppp/numbers.h"
#include "modules/ppp/texts.h"
#include "os/base/limits.h"

namespace arrouter::ppp {

// ---- packets ----------------------------------------------------------------------------------------------------

void Interface::receive(Burst& frames) {
  Burst packets;
  const auto hand_on = [&] {
    if (packets.empty()) return;
    passed(packets, usage_.in_bytes);
    port_.incoming(packets);
  };
  for (Packet& frame : frames) {
    if (frame->size() < protocol_field || session_ == nullptr) continue;
    const std::uint16_t protocol = load_be16(frame->data());
    if (protocol == protocol::ip) {
      if (!network_) continue;
      packets.add(std::move(frame));
      continue;
    }
    hand_on();
    const ByteView packet = frame->view().subspan(protocol_field);
    debug(DebugKind::packet, [&] { return fmt::format("Rx {:04x} {}", protocol, to_hex(packet)); });
    session_->receive(protocol, packet, services_.clock.now());
  }
  hand_on();
  frames.clear();
  settle();
}

std::size_t Interface::outgoing(Burst& frames) {
  const std::size_t offered = frames.size();
  if (network_ && line_ != nullptr) {
    passed(frames, usage_.out_bytes);
    line_->transmit(frames);
    return offered;
  }
  if (!enabled_ || !on_demand()) return 0;
  std::size_t kept = 0;
  for (Packet& frame : frames) {
    if (held_.size() >= limits::ppp_held_packets) break;
    held_.push_back(std::move(frame));
    ++kept;
  }
  dial();
  settle();
  return kept;
}

void Interface::passed(Burst& frames, std::uint64_t& bytes) {
  const Instant now = services_.clock.now();
  for (const Packet& frame : frames) bytes += frame->size() - protocol_field;
  last_traffic_ = now;
  // The link is closed from the timer, not from under the packets.
  if ((limits_.in || limits_.out || limits_.total) && exceeded()) timer_.arm(now);
}

void Interface::send(std::uint16_t protocol, ByteView packet) {
  if (line_ == nullptr) return;
  debug(DebugKind::packet, [&] { return fmt::format("Tx {:04x} {}", protocol, to_hex(packet)); });
  Packet frame = services_.pool.copy(packet);
  if (!frame) return;  // the pool counts it; PPP repeats what matters
  store_be16(frame->push(protocol_field), protocol);
  Burst burst;
  burst.add(std::move(frame));
  line_->transmit(burst);
}

// ---- what the session says --------------------------------------------------------------------------------------

void Interface::control_protocol(std::string_view protocol, bool up) {
  debug(protocol == "LCP" ? DebugKind::lcp : DebugKind::ncp,
        [&] { return fmt::format("{} {}", protocol, up ? "OPENED" : "CLOSED"); });
  host_.control_protocol_changed({name, protocol, up});
}

void Interface::network_up(const Addresses& addresses) {
  addresses_ = addresses;
  network_ = was_network_ = true;
  last_traffic_ = online_since_ = services_.clock.now();
  if (dynamic) {
    ip_.add_dynamic_interface(name, {});
  } else if (asked_) {
    ip_.assign_address(name, addresses.own, mask_of(32));
  }
  if (!addresses.peer.unset() && !ip_.is_own(addresses.peer)) peer_route_ = ip_.add_host_route(name, addresses.peer);
  host_.name_servers_told(*this);
  tell_port();
  log(LogSeverity::notice, "VINT", "UP", fmt::format(texts::interface_up, name));
  Burst waiting;
  for (Packet& packet : held_) waiting.add(std::move(packet));
  held_.clear();
  if (!waiting.empty()) outgoing(waiting);
}

void Interface::network_down() {
  usage_ = usage();
  network_ = false;
  addresses_ = {};
  if (peer_route_) ip_.remove_route(*std::exchange(peer_route_, std::nullopt));
  host_.name_servers_told(*this);
  tell_port();
  if (!dynamic && !on_demand()) ip_.assign_address(name, {}, {});
  log(LogSeverity::notice, "VINT", "DOWN", fmt::format(texts::interface_down, name));
}

void Interface::authenticated(bool peer, Method method, bool good, const std::string& user) {
  log(LogSeverity::notice, "AUTH", good ? "OK" : "FAIL",
      fmt::format(texts::authentication, name, to_string(method), over(), good ? "succeeded" : "failed"));
  debug(DebugKind::auth, [&] {
    return fmt::format("{} {} as \"{}\" {}", peer ? "peer" : "own", to_string(method), user,
                       good ? "succeeded" : "failed");
  });
}

Ipv4Address Interface::address_for_peer() {
  const std::string& pool = settings.text("IPPOOL");
  if (pool == "NONE") return {};
  if (leased_.unset()) leased_ = ip_.lease_address(pool, name, session_->peer_name()).value_or(Ipv4Address());
  return leased_;
}

Ipv4Address Interface::name_server(bool primary) { return host_.name_server(primary); }

void Interface::decide(bool good) {
  if (session_ == nullptr) return;
  session_->decide(good, services_.clock.now());
  timer_.arm(services_.clock.now());  // what follows is looked at when nobody is inside the session
}

// ---- limits and the port ----------------------------------------------------------------------------------------

Usage Interface::usage() const {
  Usage now = usage_;
  if (network_) now.online += services_.clock.now() - online_since_;
  return now;
}

bool Interface::exceeded() const {
  return (limits_.in && usage_.in_bytes >= *limits_.in) || (limits_.out && usage_.out_bytes >= *limits_.out) ||
         (limits_.total && usage_.in_bytes + usage_.out_bytes >= *limits_.total) ||
         (limits_.online && usage().online >= *limits_.online);
}

std::optional<Duration> Interface::idle_left() const {
  if (!limits_.idle || !network_) return std::nullopt;
  return std::max<Duration>(Duration::zero(), last_traffic_ + *limits_.idle - services_.clock.now());
}

void Interface::tell_port() {
  const bool up = network_ || (enabled_ && on_demand() && !exceeded());
  const unsigned packet = mtu();
  const unsigned header = *settings.number("MSSHEADER");
  port_.set_link(up, packet, packet > header ? packet - header : 0);
}

void Interface::log(LogSeverity severity, std::string_view type, std::string_view subtype, std::string message) {
  services_.log.record({.severity = severity,
                        .module = module_number::ppp,
                        .type = type,
                        .subtype = subtype,
                        .message = std::move(message),
                        .reference = name,
                        .device = static_cast<std::uint16_t>(number)});
}

}  // namespace arrouter::ppp
