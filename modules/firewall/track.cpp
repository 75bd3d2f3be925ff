#include "modules/firewall/track.h"

#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"

namespace arrouter::firewall {
namespace {

namespace protocol = wire::protocol;
namespace tcp_flag = wire::tcp_flag;

constexpr std::uint16_t sip_port = 5060;
constexpr std::chrono::seconds hurried_open_timeout{30}, closed_timeout{300};

std::int32_t ahead(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b); }

/// Before the packet is counted: the ones seen so far decide whether the start phase is over.
std::chrono::seconds udp_timeout(Session& session) {
  const Policy& policy = *session.policy;
  const std::uint16_t remote_port = session.public_key.destination.port;
  session.udp_settled = session.udp_settled || session.packets_out >= start_packets ||
                        session.packets_in >= start_packets || remote_port == sip_port ||
                        session.private_key.source.port == sip_port;
  const auto by_port = policy.udp_port_timeout_min.find(remote_port);
  const auto settled =
      timeout_of(by_port == policy.udp_port_timeout_min.end() ? policy.udp_timeout_min : by_port->second);
  return session.udp_settled ? settled : std::min(start_timeout, settled);
}

std::chrono::seconds timeout(Session& session) {
  const Policy& policy = *session.policy;
  switch (session.private_key.protocol) {
    case protocol::tcp:
      return timeout_of(policy.tcp_timeout_min);
    case protocol::udp:
      return udp_timeout(session);
    case protocol::icmp:
      return std::min(start_timeout, timeout_of(policy.other_timeout_min));
    case protocol::esp:
      return timeout_of(policy.esp_timeout_min.value_or(policy.other_timeout_min));
    default:
      return timeout_of(policy.other_timeout_min);
  }
}

void close(State& state, Session& session, TcpState how) {
  set_tcp_state(session, how);
  state.sessions.expire_at(session, state.now() + closed_timeout);
}

/// A reset counts when its number can be right, so that a stranger who guesses ports cannot end a session.
bool reset_plausible(const wire::TcpView& tcp, const Session& session, const TcpEnd& from, const TcpEnd& to) {
  if (session.tcp == TcpState::syn_sent) {
    return (tcp.flags & tcp_flag::ack) == 0 || tcp.acknowledgement == to.next;
  }
  return ahead(tcp.sequence, from.acked) >= 0 && ahead(tcp.sequence, from.next) <= 0xffff;
}

void track_tcp(State& state, Session& session, Direction direction, const wire::TcpView& tcp) {
  TcpEnd& from = direction == Direction::out ? session.private_end : session.public_end;
  TcpEnd& to = direction == Direction::out ? session.public_end : session.private_end;
  const bool syn = (tcp.flags & tcp_flag::syn) != 0, fin = (tcp.flags & tcp_flag::fin) != 0,
             ack = (tcp.flags & tcp_flag::ack) != 0;
  if ((tcp.flags & tcp_flag::rst) != 0) {
    const bool over = session.tcp == TcpState::closed || session.tcp == TcpState::time_wait;
    if (!over && reset_plausible(tcp, session, from, to)) close(state, session, TcpState::closed);
    return;
  }
  const std::uint32_t end =
      tcp.sequence + static_cast<std::uint32_t>(tcp.payload.size()) + (syn ? 1U : 0U) + (fin ? 1U : 0U);
  const bool opening = session.tcp == TcpState::syn_sent || session.tcp == TcpState::syn_received;
  if (!from.seen || (syn && opening)) {  // an open may be tried again with other numbers
    from = {end, tcp.sequence, true, false};
  } else if (ahead(end, from.next) > 0) {
    from.next = end;
  }
  if (ack && to.seen && ahead(tcp.acknowledgement, to.acked) > 0 && ahead(tcp.acknowledgement, to.next) <= 0) {
    to.acked = tcp.acknowledgement;
  }
  switch (session.tcp) {
    case TcpState::syn_sent:
      if (syn && direction != session.opened && (!ack || tcp.acknowledgement == to.next)) {
        set_tcp_state(session, TcpState::syn_received);
      }
      break;
    case TcpState::syn_received:
      if (ack && !syn && tcp.acknowledgement == to.acked && direction == session.opened) {
        set_tcp_state(session, TcpState::established);
        state.sessions.establish(session);
        state.events.established(*session.policy, session);
      }
      break;
    default:
      break;
  }
  if (fin && (session.tcp == TcpState::established || session.tcp == TcpState::fin_wait)) {
    from.fin = true;
    if (!to.fin) {
      set_tcp_state(session, TcpState::fin_wait);
    } else {
      close(state, session, TcpState::time_wait);
    }
  }
}

}  // namespace

bool hurried(const Policy& policy, const SessionTable& sessions) { return policy.opening > sessions.limit() / 4; }

void begin(State& state, Session& session) {
  const bool tcp = session.private_key.protocol == protocol::tcp;
  if (!tcp) return;
  set_tcp_state(session, TcpState::syn_sent);
  const auto allowed = hurried(*session.policy, state.sessions) ? hurried_open_timeout : start_timeout;
  state.sessions.expire_at(session, state.now() + allowed);
}

void track(State& state, Session& session, Direction direction, const Flow& flow, std::size_t bytes) {
  if (const auto tcp = flow.key.protocol == protocol::tcp ? wire::view_tcp(flow.transport) : std::nullopt) {
    track_tcp(state, session, direction, *tcp);
    const bool open = session.tcp == TcpState::established || session.tcp == TcpState::fin_wait;
    if (open) prolong(state, session);
  } else {
    prolong(state, session);
  }
  count(session, direction, bytes);
  // Without a handshake an answer is all there is to see.
  if (flow.key.protocol != protocol::tcp && session.packets_out != 0 && session.packets_in != 0) {
    state.sessions.establish(session);
  }
}

void count(Session& session, Direction direction, std::size_t bytes) {
  if (direction == Direction::out) {
    ++session.packets_out;
    session.octets_out += bytes;
  } else {
    ++session.packets_in;
    session.octets_in += bytes;
  }
}

void prolong(State& state, Session& session) { state.sessions.expire_at(session, state.now() + timeout(session)); }

bool begins_anew(const Session& session, const Flow& flow) {
  const bool over = session.tcp == TcpState::closed || session.tcp == TcpState::time_wait;
  return flow.key.protocol == protocol::tcp && over &&
         (flow.tcp_flags & (tcp_flag::syn | tcp_flag::ack)) == tcp_flag::syn;
}

}  // namespace arrouter::firewall
