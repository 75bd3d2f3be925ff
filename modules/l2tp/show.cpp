// Screens of L2TP (reference/links.md 6.2 and 6.3).
#include <fmt/format.h>

#include <algorithm>

#include "modules/l2tp/l2tp.h"
#include "os/base/calendar.h"
#include "os/base/text.h"

namespace arrouter::l2tp {
namespace {

constexpr int tunnel_column = 32, call_column = 34, settings_column = 30, configured_column = 20;

std::string or_not_set(std::string_view text) { return text.empty() ? "not set" : std::string(text); }

std::string server_mode(Server server) {
  switch (server) {
    case Server::off: return "disabled";
    case Server::lac: return "LAC";
    case Server::lns: return "LNS";
    case Server::both: return "LNS+LAC";
  }
  return "";
}

/// Framing: bit 0 synchronous, bit 1 asynchronous; bearer: bit 0 digital, bit 1 analog (RFC 2661 4.4.3).
std::string both_of(std::uint32_t bits, std::string_view first, std::string_view second) {
  const bool has_first = (bits & 1) != 0, has_second = (bits & 2) != 0;
  if (has_first && has_second) return fmt::format("{}+{}", first, second);
  return has_first ? std::string(first) : has_second ? std::string(second) : "none";
}

/// The screens' unit of round trips: the source shows 14 on a dial-up line, so tenths of a second (inferred).
std::uint64_t tenths(Duration duration) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count() / 100);
}

std::string started(WallTime time) { return fmt::format("{} {}", date_text(time), time_of_day_text(time)); }

void show_call(Screen& screen, const Tunnel& tunnel, const Call& call, int indent) {
  const auto scope = screen.item("calls");
  const auto field = [&](std::string_view label, Json value) {
    screen.field(indent, indent + call_column, label, std::move(value));
  };
  field("Call ID", call.id);
  field("Tunnel ID", tunnel.id);
  field("Server Type", call.role == Role::lns ? "LNS" : "LAC");
  field("Started", started(call.started));
  field("Username", or_not_set(call.username));
  field("State", name_of(call.state));
  field("Call Serial Number", call.serial);
  field("Remote Call ID", call.remote_id);
}

}  // namespace

Outcome L2tpModule::show(Screen& screen) const {
  const auto field = [&screen](std::string_view label, Json value) {
    screen.field(2, settings_column, label, std::move(value));
  };
  screen.line("L2TP Module Configuration");
  field("Module Status", settings_.enabled ? "enabled" : "disabled");
  field("Server Mode", server_mode(settings_.server));
  field("UDP Checksums", settings_.checksum ? "enabled" : "disabled");
  field("Default Password", settings_.password.empty() ? "not set" : "set");
  field("Receive Window", settings_.window);
  field("Filter", settings_.filter ? std::to_string(*settings_.filter) : "none");
  field("Debug", debugging_.empty() ? "disabled" : "enabled");
  return Outcome::screen();
}

Outcome L2tpModule::show_calls(Invocation& invocation) const {
  Screen& screen = invocation.screen;
  const std::string wanted = invocation.args.has_value("CALL") ? to_lower(invocation.args.text("CALL")) : "";
  if (!wanted.empty() && !settings_.calls.contains(wanted)) {
    return say(texts::call_unknown, invocation.args.text("CALL"));
  }
  if (settings_.calls.empty()) return say(texts::no_calls);
  for (const auto& [name, call] : settings_.calls) {
    if (!wanted.empty() && name != wanted) continue;
    const auto scope = screen.item("calls");
    const auto field = [&screen](std::string_view label, Json value) {
      screen.field(2, configured_column, label, std::move(value));
    };
    screen.line("L2TP Call");
    field("Name", name);
    field("Type", to_lower(call.type));
    field("IP Address", to_string(call.address));
    field("Remote", or_not_set(call.remote));
    field("Precedence", call.incoming_first ? "in" : "out");
    field("Number", to_lower(call.number));
    screen.line();
  }
  return Outcome::screen();
}

Outcome L2tpModule::show_ranges(Screen& screen) const {
  screen.table("ranges", {{"IP Range", 34}, {"PPP Template", 0}});
  for (const Range& range : settings_.ranges) {
    screen.row({fmt::format("{} - {}", to_string(range.addresses.first), to_string(range.addresses.last)),
                range.ppp_template});
  }
  return Outcome::screen();
}

Outcome L2tpModule::show_users(Screen& screen) const {
  screen.table("users", {{"User", 20}, {"Action", 10}, {"IP", 17}, {"Prefix", 12}, {"Number", 8}, {"Password", 0}});
  for (const TunnelledUsers& users : settings_.users) {
    screen.row({users.who, to_lower(users.action), users.address ? to_string(*users.address) : "-",
                users.prefix.empty() ? "-" : users.prefix, to_lower(users.number),
                users.password.empty() ? "not set" : "set"});
  }
  return Outcome::screen();
}

Outcome L2tpModule::show_tunnels(Invocation& call) const {
  Screen& screen = call.screen;
  if (call.args.has_value("TUNNEL")) {
    const auto id = static_cast<std::uint16_t>(call.args.number("TUNNEL"));
    const auto found = engine_.tunnels().find(id);
    if (found == engine_.tunnels().end()) return say(texts::tunnel_unknown, id);
    show_tunnel(screen, *found->second);
    return Outcome::screen();
  }
  if (engine_.tunnels().empty()) return say(texts::no_tunnels);
  for (const auto& [id, tunnel] : engine_.tunnels()) show_tunnel(screen, *tunnel);
  return Outcome::screen();
}

void L2tpModule::show_tunnel(Screen& screen, const Tunnel& tunnel) const {
  const auto scope = screen.item("tunnels");
  screen.field(0, tunnel_column, "Tunnel ID", tunnel.id);
  const auto field = [&screen](std::string_view label, Json value) {
    screen.field(2, tunnel_column, label, std::move(value));
  };
  const Channel& channel = tunnel.channel;
  field("State", name_of(tunnel.state));
  field("Started", started(tunnel.started));
  field("Debug", debugging_.empty() ? "disabled" : "enabled");
  field("Receive Window", tunnel.window);
  field("Remote IP Address", to_string(tunnel.peer.address));
  field("Remote UDP Port", tunnel.peer.port);
  field("Remote Tunnel ID", tunnel.remote_id);
  field("Remote Receive Window", tunnel.remote_window);
  field("Remote Firmware", fmt::format("{}-{}", tunnel.remote_firmware >> 8, tunnel.remote_firmware & 0xff));
  field("Remote Framing", both_of(tunnel.remote_framing, "sync", "async"));
  field("Remote Bearer", both_of(tunnel.remote_bearer, "digital", "analog"));
  field("Remote Hostname", or_not_set(tunnel.remote_host));
  field("Max Timeout (s )", std::chrono::duration_cast<std::chrono::seconds>(Channel::longest_timeout).count());
  field("Round Time Trip", tenths(channel.round_trip()));
  field("Adaptive Time-Out", tenths(channel.timeout()));
  field("Last Acked", channel.last_acknowledged());
  field("Next Sent", channel.next_sent());
  field("Next Received", channel.next_received());
  field("Calls Active", tunnel.calls.size());
  screen.set("calls", Json::array());
  for (const auto& [id, call] : tunnel.calls) show_call(screen, tunnel, *call, 4);
  screen.line();
}

Outcome L2tpModule::show_tunnel_calls(Invocation& invocation) const {
  Screen& screen = invocation.screen;
  const Args& args = invocation.args;
  for (const auto& [id, tunnel] : engine_.tunnels()) {
    if (args.has_value("TUNNEL") && args.number("TUNNEL") != id) continue;
    for (const auto& [session, call] : tunnel->calls) {
      if (args.has_value("CALL") && args.number("CALL") != session) continue;
      show_call(screen, *tunnel, *call, 2);
      screen.line();
    }
  }
  return screen.empty() ? say(texts::no_calls) : Outcome::screen();
}

Outcome L2tpModule::show_counters(Screen& screen) const {
  DataCounters sum = ended_;
  for (const auto& [key, line] : lines_) sum += line->counters;
  const EngineCounters& control = engine_.counters;
  screen.line("L2TP Counters");
  screen.line();
  screen.counters({{"inControl", control.in_control},
                   {"outControl", control.out_control},
                   {"inData", sum.in_frames},
                   {"outData", sum.out_frames},
                   {"inDataOctets", sum.in_octets},
                   {"outDataOctets", sum.out_octets},
                   {"inBadMessages", control.in_bad},
                   {"outNoRoom", sum.out_no_room},
                   {"inUnknownTunnel", control.in_unknown_tunnel},
                   {"inUnknownCall", control.in_unknown_session},
                   {"inNoBuffer", sum.in_no_buffer},
                   {"refused", control.refused},
                   {"tooMany", control.too_many}});
  return Outcome::screen();
}

}  // namespace arrouter::l2tp
