// FTP: the control connection is read line by line; what a line announces is translated and let through, and
// application rules refuse transfers.
#include "modules/firewall/gateway.h"
#include "modules/firewall/segment.h"
#include "modules/firewall/state.h"
#include "modules/firewall/track.h"
#include "modules/firewall/translate.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"

namespace arrouter::firewall {
namespace {

namespace protocol = wire::protocol;
namespace tcp_flag = wire::tcp_flag;

constexpr std::uint16_t data_port = 20;

/// The first application rule that is about this transfer says no.
bool transfer_refused(const Session& session, ftp::Transfer transfer) {
  const std::uint16_t port =
      session.opened == Direction::out ? session.public_key.destination.port : session.private_key.source.port;
  for (const auto& [number, rule] : session.policy->app_rules) {
    const bool here = rule.interface_id == session.private_interface || rule.interface_id == session.public_interface;
    if (here && rule.port == port && (!rule.transfer || *rule.transfer == transfer)) {
      return rule.action == Action::deny;
    }
  }
  return false;
}

}  // namespace

std::optional<Reason> Gateways::pass_ftp(Session& session, Direction direction, PacketBuffer& packet) {
  const auto ip = wire::view_ipv4(packet.view(), false);
  const auto tcp = ip ? wire::view_tcp(ip->payload()) : std::nullopt;
  if (!tcp) return Reason::bad_packet;
  Desk& own = desk(session);
  LineStream& stream = own.streams[side(direction)];
  LineStream& answers = own.streams[1 - side(direction)];
  own.window[side(direction)] = tcp->window;
  const bool ack = (tcp->flags & tcp_flag::ack) != 0;
  const std::uint32_t acknowledgement = ack ? answers.acknowledged(tcp->acknowledgement) : tcp->acknowledgement;
  if ((tcp->flags & tcp_flag::syn) != 0) {
    // One that comes later is somebody's attempt to confuse.
    const bool opening = session.tcp == TcpState::syn_sent || session.tcp == TcpState::syn_received;
    if (stream.started() && !opening) return std::nullopt;
    stream.start(tcp->sequence + 1 + static_cast<std::uint32_t>(tcp->payload.size()));
    plain_tcp_options(packet);
    return std::nullopt;
  }
  if ((tcp->flags & tcp_flag::rst) != 0) {
    renumber(packet, stream.started() ? stream.outgoing(tcp->sequence) : tcp->sequence, acknowledgement);
    return std::nullopt;
  }
  // What is written anew gets a new checksum, and a broken segment must not become a sound one.
  const bool fin = (tcp->flags & tcp_flag::fin) != 0;
  if ((fin || !tcp->payload.empty()) && !transport_sound(packet)) return Reason::bad_packet;
  const bool command = direction == session.opened;
  const LineStream::Reader reader{command ? ftp::command_matters : ftp::reply_matters,
                                  [&](std::string_view line) { return replace_line(session, direction, line); }};
  const auto segment = stream.pass(tcp->sequence, tcp->payload, fin, reader);
  if (!segment) return Reason::out_of_order;
  if (own.refused) {
    state_.sessions.remove(session);
    return Reason::policy;
  }
  const bool brought = !tcp->payload.empty();
  const ByteView text{reinterpret_cast<const std::uint8_t*>(segment->text.data()), segment->text.size()};
  if (!std::equal(text.begin(), text.end(), tcp->payload.begin(), tcp->payload.end())) {
    if (!replace_payload(packet, tcp->header_length, text)) return Reason::bad_packet;
  }
  renumber(packet, segment->sequence, acknowledgement);
  if (brought && stream.owes_acknowledgement()) acknowledge(session, direction);
  return std::nullopt;
}

/// Tells the sender of `direction` that what is held back has arrived, as if the other end said it.
void Gateways::acknowledge(const Session& session, Direction direction) {
  const Desk& own = desk(session);
  const LineStream& answers = own.streams[1 - side(direction)];
  if (!answers.started()) return;
  const bool out = direction == Direction::out;
  const FlowKey key = out ? session.private_key.reversed() : session.public_key;
  // The setup proxy may have told the client other numbers than the server's.
  const std::uint32_t shift = out ? 0 : session.setup.shift;
  send_segment(state_, key.source, key.destination,
               {.sequence = answers.outgoing(answers.next()) + shift,
                .acknowledgement = own.streams[side(direction)].next(),
                .flags = tcp_flag::ack,
                .window = own.window[1 - side(direction)]});
}

std::optional<std::string> Gateways::replace_line(const Session& session, Direction direction, std::string_view line) {
  const bool command = direction == session.opened;
  if (const auto transfer = command ? ftp::transfer_of(line) : std::nullopt) {
    if (transfer_refused(session, *transfer)) desk(session).refused = true;
    return std::nullopt;
  }
  const auto offer = command ? ftp::read_command(line) : ftp::read_reply(line);
  return offer ? announce(session, direction, line, *offer) : std::nullopt;
}

/// `direction` is that of the line: the other side will open the connection.
std::optional<std::string> Gateways::announce(const Session& session, Direction direction, std::string_view line,
                                              const ftp::Offer& offer) {
  const bool out = direction == Direction::out;
  const Ipv4Address inside = out ? session.private_key.source.address : session.private_key.destination.address;
  const Ipv4Address outside = out ? session.public_key.source.address : session.public_key.destination.address;
  // Whoever offers another host's address is not helped. A server that was told its global address may name that.
  const bool named = offer.form != ftp::Offer::Form::extended_port;
  const bool own = offer.at.address == (out ? inside : outside) || (out && offer.at.address == outside);
  if (named && !own) return std::nullopt;
  Pinhole hole;
  hole.policy = session.policy;
  hole.rule = session.rule;
  hole.protocol = protocol::tcp;
  hole.opener = out ? Direction::in : Direction::out;
  hole.private_target = {inside, offer.at.port};
  hole.public_target = {outside, offer.at.port};
  const std::uint16_t from_port = offer.passive || session.policy->ftp_data_any ? std::uint16_t{0} : data_port;
  hole.private_opener = {out ? session.private_key.destination.address : session.private_key.source.address, from_port};
  hole.public_opener = {out ? session.public_key.destination.address : session.public_key.source.address, from_port};
  hole.expires = state_.now() + start_timeout;
  if (out) {
    const auto port = public_port(session, hole.private_target, 1);
    if (!port) return std::nullopt;
    hole.public_target.port = *port;
  }
  // One data connection at a time: a new offer takes the place of the one before.
  close_holes(session);
  if (!open_hole(session, hole)) return std::nullopt;
  return ftp::with_endpoint(line, offer, out ? hole.public_target : hole.private_target);
}

}  // namespace arrouter::firewall
