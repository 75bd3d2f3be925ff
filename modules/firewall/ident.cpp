#include "modules/firewall/ident.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "modules/firewall/segment.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"
#include "os/base/text.h"

namespace arrouter::firewall {
namespace {

namespace tcp_flag = wire::tcp_flag;

constexpr std::uint16_t window = 1024;
constexpr std::size_t longest_query = 64;

/// "6193, 23" -> "6193, 23 : ERROR : HIDDEN-USER"; anything else is an INVALID-PORT, as RFC 1413 has it.
std::string reply_to(ByteView payload) {
  const std::string_view line(reinterpret_cast<const char*>(payload.data()), std::min(payload.size(), longest_query));
  const std::string_view query = trim(line.substr(0, line.find_first_of("\r\n")));
  const auto ports = split(query, ',');
  const auto port = [](std::string_view text) { return parse_number(trim(text), 65535).value_or(0); };
  const bool good = ports.size() == 2 && port(ports[0]) != 0 && port(ports[1]) != 0;
  return good ? fmt::format("{} , {} : ERROR : HIDDEN-USER\r\n", port(ports[0]), port(ports[1]))
              : std::string("0 , 0 : ERROR : INVALID-PORT\r\n");
}

}  // namespace

void answer_ident(State& state, const PacketBuffer& segment, bool proxy) {
  const auto ip = wire::view_ipv4(segment.view(), false);
  const auto tcp = ip ? wire::view_tcp(ip->payload()) : std::nullopt;
  if (!tcp || (tcp->flags & tcp_flag::rst) != 0) return;
  const bool syn = (tcp->flags & tcp_flag::syn) != 0, fin = (tcp->flags & tcp_flag::fin) != 0,
             ack = (tcp->flags & tcp_flag::ack) != 0;
  const Endpoint own{ip->destination(), tcp->destination_port}, peer{ip->source(), tcp->source_port};
  const auto send = [&](const wire::TcpFields& fields, std::string_view text = {}) {
    send_segment(state, own, peer, fields, {}, text);
  };
  wire::TcpFields fields;
  fields.acknowledgement =
      tcp->sequence + static_cast<std::uint32_t>(tcp->payload.size()) + (syn ? 1U : 0U) + (fin ? 1U : 0U);
  fields.window = window;
  if (!proxy) {
    fields.flags = tcp_flag::rst | (ack ? 0 : tcp_flag::ack);
    if (ack) {
      fields.sequence = tcp->acknowledgement;
      fields.acknowledgement = 0;
    }
    fields.window = 0;
    return send(fields);
  }
  if (syn && !ack) {
    fields.flags = tcp_flag::syn | tcp_flag::ack;
    fields.sequence = state.services.random.u32();
    return send(fields);
  }
  fields.sequence = tcp->acknowledgement;
  if (!tcp->payload.empty()) {
    fields.flags = tcp_flag::ack | tcp_flag::psh | tcp_flag::fin;
    return send(fields, reply_to(tcp->payload));
  }
  fields.flags = tcp_flag::ack;
  if (fin) send(fields);
}

}  // namespace arrouter::firewall
