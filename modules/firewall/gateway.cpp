#include "modules/firewall/gateway.h"

#include <algorithm>

#include "modules/firewall/nat.h"
#include "modules/firewall/sip.h"
#include "modules/firewall/state.h"
#include "netdev/wire/ipv4.h"
#include "os/base/limits.h"

namespace arrouter::firewall {
namespace {

namespace protocol = wire::protocol;

bool is_ftp(const Session& session) {
  const std::uint16_t port =
      session.opened == Direction::out ? session.public_key.destination.port : session.private_key.source.port;
  const auto& rules = session.policy->app_rules;
  return session.private_key.protocol == protocol::tcp &&
         (port == ftp::control_port ||
          std::any_of(rules.begin(), rules.end(), [port](const auto& entry) { return entry.second.port == port; }));
}

bool is_sip(const Session& session) {
  return session.private_key.protocol == protocol::udp &&
         (session.public_key.destination.port == sip::port || session.private_key.source.port == sip::port);
}

}  // namespace

void Gateways::begun(Session& session, PacketBuffer& first) {
  const bool through = session.private_interface != 0;
  if (!through || !(is_ftp(session) || (state_.sip.enabled && is_sip(session)))) return;
  if (idle_.empty()) {
    if (desks_.size() >= limits::firewall_gateways) return;
    idle_.push_back(static_cast<std::uint32_t>(desks_.size()));
    desks_.emplace_back();
  }
  session.gateway = idle_.back() + 1;
  idle_.pop_back();
  // Of TCP a SYN, or nothing the host inside will see.
  const bool tcp = session.private_key.protocol == protocol::tcp;
  if (!tcp || flow_of(first.view())->first_segment()) pass(session, session.opened, first);
}

void Gateways::ended(Session& session) {
  if (session.gateway == 0) return;
  close_holes(session);
  desk(session) = Desk();
  idle_.push_back(session.gateway - 1);
  session.gateway = 0;
}

std::optional<Reason> Gateways::pass(Session& session, Direction direction, PacketBuffer& packet) {
  const bool tcp = session.private_key.protocol == protocol::tcp;
  return tcp ? pass_ftp(session, direction, packet) : pass_sip(session, direction, packet);
}

void Gateways::close_holes(const Session& session) {
  for (const Pinholes::Id hole : desk(session).holes) pinholes.remove(hole);
  desk(session).holes.clear();
}

bool Gateways::open_hole(const Session& session, const Pinhole& hole) {
  Desk& own = desk(session);
  const auto id = pinholes.add(hole);
  if (id) own.holes.push_back(*id);
  return id.has_value();
}

/// The router's own addresses are shared with others (and with its own services), so that ports are lent there; an
/// address of a host's own keeps them.
std::optional<std::uint16_t> Gateways::public_port(const Session& session, const Endpoint& inside, unsigned count) {
  const Ipv4Address global = session.public_key.source.address;
  if (global == inside.address || !state_.ip.is_own(global)) return inside.port;
  return lend_ports(state_, session.private_key.protocol, global, count);
}

}  // namespace arrouter::firewall
