#include "modules/firewall/setup_proxy.h"

#include <algorithm>

#include "modules/firewall/segment.h"
#include "modules/firewall/siphash.h"
#include "modules/firewall/state.h"
#include "modules/firewall/track.h"
#include "modules/firewall/translate.h"
#include "netdev/wire/ipv4.h"

namespace arrouter::firewall {
namespace {

namespace tcp_flag = wire::tcp_flag;

constexpr std::size_t headers = wire::ipv4_header + wire::tcp_header;
constexpr std::uint16_t default_segment = 536;  // of who names none (RFC 9293 3.7.1)
// What the cookie can say of the client's segment size: the largest that is not above it.
constexpr std::array<std::uint16_t, 8> segment_sizes{216, 536, 1200, 1360, 1400, 1440, 1452, 1460};
constexpr unsigned tick_bits = 5, size_bits = 3, mac_bits = 32 - tick_bits - size_bits;

using SegmentOption = std::array<std::uint8_t, 4>;
SegmentOption segment_option(std::uint16_t size) {
  return {2, 4, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
}

std::uint16_t segment_size(ByteView options) {
  for (std::size_t at = 0; at + 1 < options.size() && options[at] != 0;) {
    const std::size_t length = options[at] == 1 ? 1 : options[at + 1];
    if (length == 0 || at + length > options.size()) break;
    if (options[at] == 2 && length == 4) return load_be16(options.data() + at + 2);
    at += length;
  }
  return default_segment;
}

std::uint64_t tick_of(Instant now) { return static_cast<std::uint64_t>(now.time_since_epoch() / SynCookies::lifetime); }

}  // namespace

std::uint32_t SynCookies::mac(const FlowKey& ends, std::uint32_t client_first, std::uint64_t tick,
                              unsigned size_index) const {
  const std::uint64_t addresses =
      static_cast<std::uint64_t>(ends.source.address.value) << 32 | ends.destination.address.value;
  const std::uint64_t rest = tick << 35 | static_cast<std::uint64_t>(size_index) << 32 |
                             static_cast<std::uint64_t>(ends.source.port) << 16 | ends.destination.port;
  const std::uint64_t hashed = siphash(key_, siphash(key_, addresses, rest), client_first);
  return static_cast<std::uint32_t>(hashed) & ((1U << mac_bits) - 1);
}

std::uint32_t SynCookies::make(const FlowKey& ends, std::uint32_t client_first, std::uint16_t size,
                               Instant now) const {
  unsigned index = 0;
  while (index + 1 < segment_sizes.size() && segment_sizes[index + 1] <= size) ++index;
  const std::uint64_t tick = tick_of(now);
  return static_cast<std::uint32_t>(tick) << (size_bits + mac_bits) | index << mac_bits |
         mac(ends, client_first, tick, index);
}

std::optional<std::uint16_t> SynCookies::check(const FlowKey& ends, std::uint32_t client_first, std::uint32_t cookie,
                                               Instant now) const {
  const std::uint64_t tick = tick_of(now);
  const std::uint64_t age = (tick - (cookie >> (size_bits + mac_bits))) & ((1U << tick_bits) - 1);
  const unsigned index = cookie >> mac_bits & ((1U << size_bits) - 1);
  if (age > 1 || (cookie & ((1U << mac_bits) - 1)) != mac(ends, client_first, tick - age, index)) return std::nullopt;
  return segment_sizes[index];
}

SetupProxy::SetupProxy(State& state)
    : state_(state), cookies_(state.services.random), timer_(state.services.scheduler, [this] { retry(); }) {}

bool SetupProxy::wants(const Session& session, bool through_ipsec) {
  return session.policy->tcp_setup_proxy && session.private_key.protocol == wire::protocol::tcp &&
         session.opened == Direction::in && session.private_interface != 0 && !through_ipsec;
}

bool SetupProxy::completes(const FlowKey& ends, const wire::TcpView& segment) const {
  const std::uint8_t kind = segment.flags & (tcp_flag::syn | tcp_flag::ack | tcp_flag::rst | tcp_flag::fin);
  return kind == tcp_flag::ack && client_first(ends, segment).has_value();
}

std::optional<std::uint32_t> SetupProxy::client_first(const FlowKey& ends, const wire::TcpView& segment) const {
  // Who probes a closed window repeats the number before the next one (RFC 9293 3.8.6.1): here that of the SYN.
  for (const std::uint32_t first : {segment.sequence - 1, segment.sequence}) {
    if (cookies_.check(ends, first, segment.acknowledgement - 1, state_.now())) return first;
  }
  return std::nullopt;
}

void SetupProxy::begin(Session& session, const wire::TcpView& segment) {
  if ((segment.flags & tcp_flag::syn) != 0) return answer(session, segment);
  session.setup.client_first =
      client_first(session.public_key.reversed(), segment).value_or(segment.sequence - 1);
  session.setup.own_first = segment.acknowledgement - 1;
  complete(session, segment);
}

/// To a SYN: the client may not send data before there is somebody to take it.
void SetupProxy::answer(Session& session, const wire::TcpView& syn) {
  const auto outside = state_.ip.interface(session.public_interface),
             inside = state_.ip.interface(session.private_interface);
  const unsigned mtu = std::min(outside ? outside->mtu : 0, inside ? inside->mtu : 0);
  if (mtu <= headers) return;
  Session::Setup& setup = session.setup;
  setup.phase = Session::Setup::Phase::client;
  setup.client_first = syn.sequence;
  setup.own_first = cookies_.make(session.public_key.reversed(), syn.sequence, segment_size(syn.options), state_.now());
  const wire::TcpFields fields{
      .sequence = setup.own_first, .acknowledgement = syn.sequence + 1, .flags = tcp_flag::syn | tcp_flag::ack};
  send_segment(state_, session.public_key.source, session.public_key.destination, fields,
               segment_option(static_cast<std::uint16_t>(mtu - headers)));
}

/// The client is real, so a flood displaces it no more: now the server.
void SetupProxy::complete(Session& session, const wire::TcpView& acknowledgement) {
  session.setup.phase = Session::Setup::Phase::server;
  session.setup.window = acknowledgement.window;
  set_tcp_state(session, TcpState::syn_received);
  state_.sessions.establish(session);
  state_.events.established(*session.policy, session);
  open_server(session);
  if (waiting_.size() >= state_.sessions.limit()) return;
  waiting_.push_back({state_.now() + retry_after, SessionTable::handle(session, Direction::in)});
  if (!timer_.armed()) timer_.arm(waiting_.front().due);
}

void SetupProxy::open_server(const Session& session) {
  const Session::Setup& setup = session.setup;
  const auto size = cookies_.check(session.public_key.reversed(), setup.client_first, setup.own_first, state_.now());
  const wire::TcpFields fields{.sequence = setup.client_first, .flags = tcp_flag::syn, .window = setup.window};
  send_segment(state_, session.private_key.destination, session.private_key.source, fields,
               segment_option(size.value_or(default_segment)));
}

/// The server has answered: both ends hear what the other said.
void SetupProxy::splice(Session& session, const wire::TcpView& answer) {
  Session::Setup& setup = session.setup;
  const std::uint32_t client = setup.client_first + 1;
  setup.phase = Session::Setup::Phase::none;
  setup.shift = setup.own_first - answer.sequence;
  session.private_end = {answer.sequence + 1, answer.sequence + 1, true, false};
  session.public_end = {client, client, true, false};
  set_tcp_state(session, TcpState::established);
  prolong(state_, session);
  const FlowKey& inside = session.private_key;
  const FlowKey& outside = session.public_key;
  send_segment(
      state_, inside.destination, inside.source,
      {.sequence = client, .acknowledgement = answer.sequence + 1, .flags = tcp_flag::ack, .window = setup.window});
  send_segment(
      state_, outside.source, outside.destination,
      {.sequence = setup.own_first + 1, .acknowledgement = client, .flags = tcp_flag::ack, .window = answer.window});
}

void SetupProxy::take(Session& session, Direction direction, const wire::TcpView& segment) {
  direction == Direction::in ? from_client(session, segment) : from_server(session, segment);
}

void SetupProxy::from_client(Session& session, const wire::TcpView& segment) {
  const Session::Setup& setup = session.setup;
  const bool first_phase = setup.phase == Session::Setup::Phase::client;
  const std::uint8_t kind = segment.flags & (tcp_flag::syn | tcp_flag::ack | tcp_flag::rst);
  if (kind == tcp_flag::syn) {
    if (first_phase) answer(session, segment);
  } else if ((kind & tcp_flag::rst) != 0) {
    if (segment.sequence != setup.client_first + 1) return;
    if (!first_phase) {
      send_segment(state_, session.private_key.destination, session.private_key.source,
                   {.sequence = setup.client_first + 1, .flags = tcp_flag::rst});
    }
    state_.sessions.remove(session);
  } else if (first_phase && kind == tcp_flag::ack && segment.acknowledgement == setup.own_first + 1 &&
             segment.sequence == setup.client_first + 1) {
    complete(session, segment);
  }
}

void SetupProxy::from_server(Session& session, const wire::TcpView& segment) {
  const bool asked = session.setup.phase == Session::Setup::Phase::server;
  if (!asked || segment.acknowledgement != session.setup.client_first + 1) return;
  const std::uint8_t kind = segment.flags & (tcp_flag::syn | tcp_flag::ack | tcp_flag::rst);
  if (kind == (tcp_flag::syn | tcp_flag::ack)) splice(session, segment);
  if ((kind & tcp_flag::rst) != 0) refuse_client(session);
}

void SetupProxy::refuse_client(Session& session) {
  const Session::Setup& setup = session.setup;
  send_segment(state_, session.public_key.source, session.public_key.destination,
               {.sequence = setup.own_first + 1,
                .acknowledgement = setup.client_first + 1,
                .flags = tcp_flag::rst | tcp_flag::ack});
  state_.sessions.remove(session);
}

void SetupProxy::retry() {
  const Instant now = state_.now();
  while (!waiting_.empty() && waiting_.front().due <= now) {
    Waiting waiting = waiting_.front();
    waiting_.pop_front();
    const auto found = state_.sessions.find(waiting.session);
    if (!found || found.session->setup.phase != Session::Setup::Phase::server) continue;
    if (waiting.sent == tries) {
      refuse_client(*found.session);
      continue;
    }
    open_server(*found.session);
    waiting_.push_back({now + retry_after, waiting.session, waiting.sent + 1});
  }
  timer_.arm(waiting_.empty() ? std::nullopt : std::optional(waiting_.front().due));
}

namespace {

void shift_numbers(const Session& session, PacketBuffer& segment, bool for_server) {
  if (session.setup.shift == 0) return;
  const auto tcp = wire::view_tcp(wire::view_ipv4(segment.view(), false)->payload());
  const bool ack = (tcp->flags & tcp_flag::ack) != 0;
  renumber(segment, tcp->sequence + (for_server ? 0 : session.setup.shift),
           tcp->acknowledgement - (for_server && ack ? session.setup.shift : 0));
}

}  // namespace

void number_for_server(const Session& session, PacketBuffer& segment) { shift_numbers(session, segment, true); }
void number_for_client(const Session& session, PacketBuffer& segment) { shift_numbers(session, segment, false); }

}  // namespace arrouter::firewall
