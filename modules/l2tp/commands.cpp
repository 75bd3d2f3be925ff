// Rows and handlers of L2TP, and its section of the configuration script.
#include <fmt/format.h>

#include <algorithm>

#include "modules/l2tp/l2tp.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::l2tp {
namespace {

constexpr std::string_view virtual_note = "No telephone lines: NUMBER, PRE13, TOS, DIAL, SPEED, SUBADDRESS are kept and shown.";
constexpr std::string_view user_note = "Kept and shown; there are no dial-in users to be tunnelled.";

Outcome done() { return Outcome::successful(module_number::l2tp); }

std::string_view word(Server server) {
  switch (server) {
    case Server::off: return "";
    case Server::lac: return "lac";
    case Server::lns: return "lns";
    case Server::both: return "both";
  }
  return "";
}

void take(Range& range, const Args& args) {
  range.ppp_template = static_cast<unsigned>(args.number_or("PPPTEMPLATE", range.ppp_template));
  if (args.has("NUMBER")) range.number = args.choice("NUMBER");
  if (args.has("PRE13")) range.pre13 = args.boolean("PRE13");
  range.tos = static_cast<unsigned>(args.number_or("TOS", range.tos));
}

void take(ConfiguredCall& call, const Args& args) {
  if (args.has("TYPE")) call.type = args.choice("TYPE");
  if (args.has("IP")) call.address = args.address("IP");
  call.remote = args.text_or("REMOTE", call.remote);
  call.dial = args.text_or("DIAL", call.dial);
  call.subaddress = args.text_or("SUBADDRESS", call.subaddress);
  if (args.has("NUMBER")) call.number = args.choice("NUMBER");
  call.password = args.text_or("PASSWORD", call.password);
  if (args.has("PRE13")) call.pre13 = args.boolean("PRE13");
  if (args.has("PRECEDENCE")) call.incoming_first = args.choice("PRECEDENCE") == "IN";
  if (args.has("SPEED")) call.speed = args.number("SPEED");
}

void take(TunnelledUsers& users, const Args& args) {
  if (args.has("ACTION")) users.action = args.choice("ACTION");
  if (args.has("IP")) users.address = args.address("IP");
  if (args.has("PORT")) users.port = static_cast<unsigned>(args.number("PORT"));
  if (args.has("TIMEOUT")) users.timeout_s = static_cast<unsigned>(args.number("TIMEOUT"));
  if (args.has("NUMBER")) users.number = args.choice("NUMBER");
  users.password = args.text_or("PASSWORD", users.password);
  users.prefix = args.text_or("PREFIX", users.prefix);
  if (args.has("PRE13")) users.pre13 = args.boolean("PRE13");
}

/// " name=value", the value quoted; nothing for an empty one.
std::string with(std::string_view name, std::string_view value) {
  return value.empty() ? "" : fmt::format(" {}={}", name, arrouter::quoted(value));
}

std::string line_of(const Range& range) {
  std::string text = fmt::format("add l2tp ip={} ppptemplate={}", to_string(range.addresses), range.ppp_template);
  if (range.number != "OFF") text += " number=" + to_lower(range.number);
  if (range.pre13) text += " pre13=on";
  if (range.tos != 0) text += fmt::format(" tos={}", range.tos);
  return text;
}

std::string line_of(const ConfiguredCall& call) {
  std::string text =
      fmt::format("add l2tp call={} type={} ip={}", arrouter::quoted(call.name), to_lower(call.type), to_string(call.address));
  text += with("remote", call.remote) + with("dial", call.dial) + with("subaddress", call.subaddress);
  if (call.number != "OFF") text += " number=" + to_lower(call.number);
  text += with("password", call.password);
  if (call.pre13) text += " pre13=on";
  if (!call.incoming_first) text += " precedence=out";
  if (call.speed) text += fmt::format(" speed={}", *call.speed);
  return text;
}

std::string line_of(const TunnelledUsers& users) {
  std::string text = fmt::format("add l2tp user={} action={}", arrouter::quoted(users.who), to_lower(users.action));
  if (users.address) text += " ip=" + to_string(*users.address);
  if (users.port) text += fmt::format(" port={}", *users.port);
  if (users.number != "OFF") text += " number=" + to_lower(users.number);
  text += with("password", users.password) + with("prefix", users.prefix);
  if (users.pre13) text += " pre13=on";
  if (users.timeout_s) text += fmt::format(" timeout={}", *users.timeout_s);
  return text;
}

bool overlap(const Ipv4Range& a, const Ipv4Range& b) { return a.first <= b.last && b.first <= a.last; }

}  // namespace

#define CALL_PARAMETERS                                                                                          \
  " [DIAL=<name:1-31>] [NUMber={ON|OFF|STARTUP}] [PASSword=<name:1-31>] [PRE13=<bool>] [PRECedence={IN|OUT}]"      \
  " [REMote=<name:1-15>] [SPeed=<300-4292967295>] [SUBaddress=<name:1-31>]"
#define RANGE_PARAMETERS " [NUMber={ON|OFF|STARTUP}] [PRE13=<bool>] [TOS=<0-255>]"
#define USER_PARAMETERS                                                                                          \
  " [IP=<ipv4>] [NUMber={ON|OFF}] [PASSword=<name:1-31>] [PORT=<1-65535>] [PRE13=<bool>] [PREFix=<name:1-63>]"     \
  " [TIMEOUT=<8-300>]"

std::vector<CommandRow> L2tpModule::commands() {
  const auto row = [](std::string_view syntax, std::string_view summary, auto run, Coverage coverage = Coverage::full,
                      std::string_view note = {}) {
    return CommandRow{syntax, Access::manager, summary, run, coverage, note};
  };
  return {
      row("ENAble L2TP", "Starts L2TP.", [this](Invocation&) { return enable(); }),
      row("DISable L2TP", "Ends all tunnels and L2TP.", [this](Invocation&) { return disable(); }),
      row("ENAble L2TP SERver={BOTH|LAC|LNS}", "Lets other routers open tunnels to this one.",
          [this](Invocation& call) {
            const std::string& mode = call.args.choice("SERVER");
            settings_.server = mode == "LAC" ? Server::lac : mode == "LNS" ? Server::lns : Server::both;
            return done();
          }),
      row("DISable L2TP SERver", "Lets no router open tunnels to this one.",
          [this](Invocation&) {
            settings_.server = Server::off;
            return done();
          }),
      row("ADD L2TP IP=<ipv4-range> PPPTemplate=<0-31>" RANGE_PARAMETERS, "Lets peers open tunnels and calls.",
          [this](Invocation& call) { return add_range(call.args); }, Coverage::partial, virtual_note),
      row("DELete L2TP IP=<ipv4-range>", "Lets them open tunnels no more.",
          [this](Invocation& call) { return delete_range(call.args); }),
      row("ADD L2TP CAll=<name:1-15> TYpe={ASYNC|ISDN|VIRTUAL} IP=<ipv4>" CALL_PARAMETERS,
          "Adds a line to another router, TNL-name for CREATE PPP.",
          [this](Invocation& call) { return add_call(call.args); }, Coverage::partial, virtual_note),
      row("SET L2TP CAll=<name:1-15> [TYpe={ASYNC|ISDN|VIRTUAL}] [IP=<ipv4>]" CALL_PARAMETERS, "Changes a line.",
          [this](Invocation& call) { return set_call(call.args); }, Coverage::partial, virtual_note),
      row("DELete L2TP CAll=<name:1-15>", "Deletes a line.", [this](Invocation& call) { return delete_call(call.args); }),
      row("ACTivate L2TP CAll=<name:1-15>", "Lets a line be called.",
          [this](Invocation& call) { return activate(call.args, true); }),
      row("DEACTivate L2TP CAll=<name:1-15>", "Ends a line's call and lets nobody call it.",
          [this](Invocation& call) { return activate(call.args, false); }),
      row("ADD L2TP USer=<name:1-63> ACTion={DATABASE|DNSLOOKUP|IGNORE|RADIUS}" USER_PARAMETERS,
          "Says which dial-in users are tunnelled.", [this](Invocation& call) { return add_users(call.args); },
          Coverage::no_effect, user_note),
      row("SET L2TP USer=<name:1-63> [ACTion={DATABASE|DNSLOOKUP|IGNORE|RADIUS}]" USER_PARAMETERS,
          "Changes how dial-in users are tunnelled.", [this](Invocation& call) { return set_users(call.args); },
          Coverage::no_effect, user_note),
      row("DELete L2TP USer=<name:1-63>", "Forgets dial-in users.",
          [this](Invocation& call) { return delete_users(call.args); }, Coverage::no_effect, user_note),
      row("{ADD|SET} L2TP PASSword=<name:1-31>", "Sets the secret shared with peers that have none of their own.",
          [this](Invocation& call) {
            settings_.password = call.args.text("PASSWORD");
            return done();
          }),
      row("DELete L2TP PASSword", "Forgets the shared secret.",
          [this](Invocation&) {
            settings_.password.clear();
            return done();
          }),
      row("SET L2TP CHECKsum=<bool>", "Says whether data messages carry UDP checksums.",
          [this](Invocation& call) {
            settings_.checksum = call.args.boolean("CHECKSUM");
            for (const auto& [call_key, line] : lines_) line->checksum = settings_.checksum;
            return done();
          }),
      row("SET L2TP FILter={<0-299>|NONE}", "Names an IP filter for tunnels.",
          [this](Invocation& call) {
            settings_.filter.reset();
            if (call.args.holds<std::uint64_t>("FILTER")) {
              settings_.filter = static_cast<unsigned>(call.args.number("FILTER"));
            }
            return done();
          },
          Coverage::no_effect, "Kept and shown; the filters of the IP interface work."),
      row("SET L2TP WINdow=<1-64>", "Sets how many messages peers of tunnels to come may send at once.",
          [this](Invocation& call) {
            settings_.window = static_cast<std::uint16_t>(call.args.number("WINDOW"));
            return done();
          }),
      row("RESET L2TP COUnter", "Sets the counters to zero.",
          [this](Invocation&) {
            engine_.counters = {};
            ended_ = {};
            for (const auto& [key, line] : lines_) line->counters = {};
            return done();
          }),
      row("ENAble L2TP DEBug[={ALL|PKT}]", "Prints control messages on this terminal.",
          [this](Invocation& call) { return set_debug(call, true); }),
      row("DISable L2TP DEBug[={ALL|PKT}]", "Prints them no more.",
          [this](Invocation& call) { return set_debug(call, false); }),
      row("SHow L2TP", "Displays what L2TP is set to.", [this](Invocation& call) { return show(call.screen); }),
      row("SHow L2TP CAll[=<name:1-15>]", "Displays the lines to other routers.",
          [this](Invocation& call) { return show_calls(call); }),
      row("SHow L2TP IP", "Displays who may open tunnels.", [this](Invocation& call) { return show_ranges(call.screen); }),
      row("SHow L2TP USer", "Displays which dial-in users are tunnelled.",
          [this](Invocation& call) { return show_users(call.screen); }),
      row("SHow L2TP TUNnel[=<1-65535>]", "Displays tunnels with their calls.",
          [this](Invocation& call) { return show_tunnels(call); }),
      row("SHow L2TP TUNnel[=<1-65535>] CAll[=<1-65535>]", "Displays the calls of tunnels.",
          [this](Invocation& call) { return show_tunnel_calls(call); }),
      row("SHow L2TP TUNnel COUnter", "Displays the counters of all tunnels.",
          [this](Invocation& call) { return show_counters(call.screen); }),
  };
}

Outcome L2tpModule::enable() {
  if (!settings_.enabled) {
    const bool listening =
        ip_.listen_udp(well_known_port, "L2TP", [this](const UdpDatagram& datagram) { receive(datagram); });
    if (!listening) return say(texts::port_taken);
    settings_.enabled = true;
    place_wanted();
  }
  return say(texts::enabled);
}

Outcome L2tpModule::disable() {
  if (settings_.enabled) {
    engine_.close_all({result::shutting_down, error::none, "disabled"}, services_.clock.now());
    engine_.clear();
    ip_.listen_udp(well_known_port, "L2TP", {});
    settings_.enabled = false;
    rearm();
  }
  return say(texts::disabled);
}

Outcome L2tpModule::add_range(const Args& args) {
  Range range;
  range.addresses = args.range("IP");
  take(range, args);
  if (settings_.ranges.size() >= limits::l2tp_ranges) return say(texts::too_many);
  const auto taken = [&range](const Range& other) { return overlap(other.addresses, range.addresses); };
  if (std::ranges::any_of(settings_.ranges, taken)) return say(texts::range_exists);
  settings_.ranges.push_back(std::move(range));
  return done();
}

Outcome L2tpModule::delete_range(const Args& args) {
  const Ipv4Range& addresses = args.range("IP");
  const auto erased =
      std::erase_if(settings_.ranges, [&addresses](const Range& range) { return range.addresses == addresses; });
  return erased == 0 ? say(texts::range_unknown, to_string(addresses)) : done();
}

ConfiguredCall* L2tpModule::find_call(const Args& args) {
  const auto found = settings_.calls.find(to_lower(args.text("CALL")));
  return found == settings_.calls.end() ? nullptr : &found->second;
}

Outcome L2tpModule::add_call(const Args& args) {
  if (find_call(args) != nullptr) return say(texts::call_exists, args.text("CALL"));
  if (settings_.calls.size() >= limits::l2tp_configured_calls) return say(texts::too_many);
  ConfiguredCall call;
  call.name = to_lower(args.text("CALL"));
  take(call, args);
  settings_.calls[call.name] = std::move(call);
  return done();
}

Outcome L2tpModule::set_call(const Args& args) {
  ConfiguredCall* const call = find_call(args);
  if (call == nullptr) return say(texts::call_unknown, args.text("CALL"));
  drop(*call, "changed");
  take(*call, args);
  if (wanted_.contains(call->name)) place(*call);
  return done();
}

Outcome L2tpModule::delete_call(const Args& args) {
  const ConfiguredCall* const call = find_call(args);
  if (call == nullptr) return say(texts::call_unknown, args.text("CALL"));
  if (const auto wanted = wanted_.find(call->name); wanted != wanted_.end()) {
    return say(texts::call_in_use, args.text("CALL"), wanted->second);
  }
  settings_.calls.erase(call->name);
  return done();
}

Outcome L2tpModule::activate(const Args& args, bool on) {
  ConfiguredCall* const call = find_call(args);
  if (call == nullptr) return say(texts::call_unknown, args.text("CALL"));
  call->active = on;
  if (!on) {
    drop(*call, "deactivated");
  } else if (wanted_.contains(call->name)) {
    place(*call);
  }
  return done();
}

Outcome L2tpModule::add_users(const Args& args) {
  const std::string who = to_lower(args.text("USER"));
  if (std::ranges::find(settings_.users, who, &TunnelledUsers::who) != settings_.users.end()) {
    return say(texts::user_exists, args.text("USER"));
  }
  if (settings_.users.size() >= limits::l2tp_configured_calls) return say(texts::too_many);
  TunnelledUsers users;
  users.who = who;
  take(users, args);
  settings_.users.push_back(std::move(users));
  return done();
}

Outcome L2tpModule::set_users(const Args& args) {
  const auto found = std::ranges::find(settings_.users, to_lower(args.text("USER")), &TunnelledUsers::who);
  if (found == settings_.users.end()) return say(texts::user_unknown, args.text("USER"));
  take(*found, args);
  return done();
}

Outcome L2tpModule::delete_users(const Args& args) {
  const std::string who = to_lower(args.text("USER"));
  const auto erased = std::erase_if(settings_.users, [&who](const TunnelledUsers& users) { return users.who == who; });
  return erased == 0 ? say(texts::user_unknown, args.text("USER")) : done();
}

Outcome L2tpModule::set_debug(Invocation& call, bool on) {
  const auto terminal = call.caller.terminal.lock();
  if (!terminal && on) return say(texts::no_terminal);
  std::erase_if(debugging_, [&terminal](const auto& other) { return other.expired() || other.lock() == terminal; });
  if (on) debugging_.push_back(call.caller.terminal);
  return done();
}

void L2tpModule::dump(ConfigWriter& writer) const {
  writer.section("L2TP", {"L2TP"});
  if (!settings_.password.empty()) writer.line("set l2tp password=" + arrouter::quoted(settings_.password));
  if (!settings_.checksum) writer.line("set l2tp checksum=off");
  if (settings_.window != Settings().window) writer.line(fmt::format("set l2tp window={}", settings_.window));
  if (settings_.filter) writer.line(fmt::format("set l2tp filter={}", *settings_.filter));
  for (const Range& range : settings_.ranges) writer.line(line_of(range));
  for (const auto& [name, call] : settings_.calls) {
    writer.line(line_of(call));
    if (!call.active) writer.line("deactivate l2tp call=" + arrouter::quoted(name));
  }
  for (const TunnelledUsers& users : settings_.users) writer.line(line_of(users));
  if (settings_.enabled) writer.line("enable l2tp");
  if (settings_.server != Server::off) writer.line(fmt::format("enable l2tp server={}", word(settings_.server)));
}

}  // namespace arrouter::l2tp
