// SIP: each message is translated as a whole, and the media it describes find their way in.
#include "modules/firewall/gateway.h"
#include "modules/firewall/sip.h"
#include "modules/firewall/state.h"
#include "modules/firewall/track.h"
#include "modules/firewall/translate.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/udp.h"
#include "os/base/limits.h"

namespace arrouter::firewall {

std::optional<Reason> Gateways::pass_sip(Session& session, Direction direction, PacketBuffer& packet) {
  if (packet.meta.segmentation != Segmentation::none) return std::nullopt;  // many small ones: no messages
  const ByteView payload = wire::view_ipv4(packet.view(), false)->payload().subspan(wire::udp_header);
  const std::string_view message(reinterpret_cast<const char*>(payload.data()), payload.size());
  const bool out = direction == Direction::out;
  if (out && state_.sip.automatic) remember_client(session, message);
  sip::Map map;
  map.call_id = state_.sip.translate_call_id;
  if (out) {
    map.ends = {{{session.private_key.source, session.public_key.source},
                 {session.private_key.destination, session.public_key.destination}}};
    map.media = [&](std::uint16_t port) { return announce_media(session, port); };
  } else {
    map.ends = {{{session.public_key.destination, session.private_key.destination},
                 {session.public_key.source, session.private_key.source}}};
  }
  const auto text = sip::translate(message, map);
  ++state_.sip.messages;
  if (!text) return std::nullopt;
  if (!transport_sound(packet)) return Reason::bad_packet;
  ++state_.sip.translated;
  const ByteView fresh{reinterpret_cast<const std::uint8_t*>(text->data()), text->size()};
  if (!replace_payload(packet, wire::udp_header, fresh)) return Reason::bad_packet;
  return std::nullopt;
}

void Gateways::remember_client(const Session& session, std::string_view message) {
  const auto time = sip::registration(message);
  if (!time) return;
  const FlowKey& outside = session.public_key;
  state_.sip_clients.registered({session.policy->name, session.private_key.source, outside.source,
                                 outside.destination.address, state_.now() + *time},
                                state_.sip.most_clients);
}

/// A pair of ports, for RTP and RTCP, open to whoever the call turns out to be with. Named again, it is the same pair.
std::optional<std::uint16_t> Gateways::announce_media(const Session& session, std::uint16_t port) {
  const Endpoint inside{session.private_key.source.address, port};
  const Instant expires = state_.now() + start_timeout;
  Desk& own = desk(session);
  std::optional<std::uint16_t> known;
  for (const Pinholes::Id id : own.holes) {
    Pinhole* const hole = pinholes.find(id);
    const int distance = hole->private_target.port - port;
    if (distance != 0 && distance != 1) continue;
    hole->expires = expires;
    if (distance == 0) known = hole->public_target.port;
  }
  if (known) return known;
  const auto lent = public_port(session, inside, 2);
  if (!lent) return std::nullopt;
  while (own.holes.size() + 2 > limits::firewall_pinholes_per_session) {
    pinholes.remove(own.holes.front());
    own.holes.erase(own.holes.begin());
  }
  for (const unsigned place : {0U, 1U}) {
    Pinhole hole;
    hole.policy = session.policy;
    hole.rule = session.rule;
    hole.protocol = wire::protocol::udp;
    hole.opener = Direction::in;
    hole.private_target = {inside.address, static_cast<std::uint16_t>(port + place)};
    hole.public_target = {session.public_key.source.address, static_cast<std::uint16_t>(*lent + place)};
    hole.once = false;
    hole.expires = expires;
    if (!open_hole(session, hole)) return std::nullopt;
  }
  return lent;
}

}  // namespace arrouter::firewall
