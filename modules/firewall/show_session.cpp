// SHOW FIREWALL SESSION (reference/firewall.md 4.5).
#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "modules/firewall/messages.h"
#include "modules/firewall/show.h"
#include "netdev/wire/ipv4.h"
#include "os/base/calendar.h"

namespace arrouter::firewall {
namespace {

namespace protocol = wire::protocol;

constexpr int value_column = 41;

/// The parameters that choose sessions.
struct Filter {
  std::optional<std::uint32_t> id;
  std::optional<Ipv4Range> ip, remote_ip, global_ip;
  std::optional<PortRange> port;
  std::optional<std::uint8_t> protocol;

  bool passes(const Session& session) const {
    const auto in = [](const auto& range, const auto& value) { return !range || range->contains(value); };
    const bool port_fits = !port || port->contains(session.private_key.source.port) ||
                           port->contains(session.private_key.destination.port) ||
                           port->contains(session.public_key.source.port) ||
                           port->contains(session.public_key.destination.port);
    return (!id || *id == session.id) && (!protocol || *protocol == session.private_key.protocol) && port_fits &&
           in(ip, session.private_key.source.address) && in(remote_ip, session.private_key.destination.address) &&
           in(global_ip, session.public_key.source.address);
  }
};

std::optional<Outcome> read_filter(const Args& args, Filter& filter) {
  if (args.has_value("SESSION")) {
    filter.id = session_id_of(args.text("SESSION"));
    if (!filter.id) return say(texts::session_not_found);
  }
  if (args.has("IP")) filter.ip = args.range("IP");
  if (args.has("REMOTEIP")) filter.remote_ip = args.range("REMOTEIP");
  if (args.has("GBLIP")) filter.global_ip = args.range("GBLIP");
  if (args.has("PORT") && !read_ports(args.text("PORT"), filter.port)) return say(texts::parameter_invalid, "PORT");
  if (args.has("PROTOCOL")) filter.protocol = protocol_of(args.all().find("PROTOCOL")->second);
  return std::nullopt;
}

std::vector<const Session*> chosen(const State& state, const Policy& policy, const Filter& filter) {
  std::vector<const Session*> sessions;
  state.sessions.each([&](const Session& session) {
    if (session.policy == &policy && filter.passes(session)) sessions.push_back(&session);
  });
  std::ranges::sort(sessions, [](const Session* a, const Session* b) {
    return std::tie(a->started, a->id) < std::tie(b->started, b->id);
  });
  return sessions;
}

void show_session(Screen& screen, const State& state, const Session& session, bool counters) {
  const auto scope = screen.item("sessions");
  const std::uint8_t number = session.private_key.protocol;
  const auto pair = [&](std::string_view head, std::string_view name, const FlowKey& key) {
    screen.line(fmt::format("{:<10}{:<33}{}", head, fmt::format("{}IP: {}", name, endpoint_text(key.source, number)),
                            fmt::format("{}Remote IP: {}", name, endpoint_text(key.destination, number))));
  };
  pair(session_id_text(session.id), "", session.private_key);
  pair(protocol_text(number), "Gbl ", session.public_key);
  screen.set("id", session_id_text(session.id));
  screen.set("protocol", protocol_text(number));
  screen.set("ip", endpoint_text(session.private_key.source, number));
  screen.set("remoteIp", endpoint_text(session.private_key.destination, number));
  screen.set("gblIp", endpoint_text(session.public_key.source, number));
  screen.set("gblRemoteIp", endpoint_text(session.public_key.destination, number));
  const auto field = [&screen](std::string_view label, Json value) {
    screen.field(10, value_column, label, std::move(value));
  };
  if (number == protocol::tcp) field("TCP state", text_of(session.tcp));
  field("Start time", time_of_day_text(session.started) + " " + date_text(session.started));
  field("Seconds to deletion", whole_seconds(session.expires - state.now()));
  if (counters) {
    field("Packets from private IP", session.packets_out);
    field("Octets from private IP", session.octets_out);
    field("Packets to private IP", session.packets_in);
    field("Octets to private IP", session.octets_in);
  }
  screen.rule();
}

void show_summary(Screen& screen, const std::vector<const Session*>& sessions) {
  const auto count = [&sessions](auto belongs) {
    return static_cast<std::size_t>(
        std::count_if(sessions.begin(), sessions.end(), [&belongs](const Session* s) { return belongs(*s); }));
  };
  const auto of = [&count](std::uint8_t number) {
    return count([number](const Session& session) { return session.private_key.protocol == number; });
  };
  const std::size_t tcp = of(protocol::tcp), udp = of(protocol::udp), icmp = of(protocol::icmp);
  screen.field(2, value_column, "TCP", tcp);
  screen.field(2, value_column, "UDP", udp);
  screen.field(2, value_column, "ICMP", icmp);
  screen.field(2, value_column, "Other", sessions.size() - tcp - udp - icmp);
  screen.field(2, value_column, "Total", sessions.size());
}

}  // namespace

Outcome FirewallModule::show_sessions(Invocation& invocation) {
  const Args& args = invocation.args;
  Screen& screen = invocation.screen;
  Filter filter;
  if (const auto refusal = read_filter(args, filter)) return *refusal;
  return for_policies(state_, invocation, [&](Policy& policy) {
    const auto sessions = chosen(state_, policy, filter);
    screen.line("Policy : " + policy.name);
    if (args.has("SUMMARY")) return show_summary(screen, sessions);
    screen.line("Current Sessions");
    screen.rule();
    screen.set("sessions", Json::array());
    for (const Session* const session : sessions) show_session(screen, state_, *session, args.has("COUNTER"));
  });
}

}  // namespace arrouter::firewall
