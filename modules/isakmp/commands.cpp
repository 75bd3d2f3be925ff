// The command rows, and the handlers that are not about policies or screens.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "modules/isakmp/isakmp.h"
#include "modules/isakmp/texts.h"
#include "os/base/text.h"

// The parameters that CREATE and SET ISAKMP POLICY share (reference/isakmp-ipsec.md 1.2).
#define POLICY_PARAMETERS                                                                                            \
  " [AUTHtype={PREshared|RSAsig}] [DELEtedelay=<0-30>] [DHExponentlength=<160-1023>]"                                \
  " [ENCalg={DES|3DESOuter|3DES2key|3DESInner|AES128|AES192|AES256}] [EXPIRYKbytes=<1-1000>]"                        \
  " [EXPIRYSeconds=<600-31449600>] [GROup=<0-2>] [HASHalg={SHA|MD5}] [HEArtbeatmode={BOTH|NONE|RECeive|SENd}]"       \
  " [HYBridxauth=<bool>] [KEY=<0-65535>] [LOCALId=<text:1-255>] [LOCALRsakey=<0-65535>] [MODe={MAIn|AGGressive}]"    \
  " [MSGBackoff={INCremental|NONe}] [MSGRetrylimit=<0-1024>] [MSGTimeout=<1-86400>] [NATtraversal=<bool>]"           \
  " [PHAse2xchglimit={NONe|<1-1024>}] [POLICYFilename=<file>] [PREnegotiate=<bool>] [REMoteid=<text:1-255>]"         \
  " [RETryikeattempts={<0-16>|CONtinuous}] [SENDDeletes=<bool>] [SENDNotify=<bool>] [SENDIdalways=<bool>]"           \
  " [SETcommitbit=<bool>] [SRCinterface=<interface>] [XAUTH={CLIent|SERver|NONe}] [XAUTHName=<text:1-64>]"           \
  " [XAUTHPassword=<text:1-64>] [XAUTHType={GENeric|RADius}]"

namespace arrouter::isakmp {

namespace {

constexpr std::string_view policy_note = "POLICYFILENAME has no effect";
constexpr std::string_view enable_note = "the VPN client policy server is kept and shown only";

// As LAB SET ISAKMP names them, in the order of natt_versions().
constexpr std::array<std::string_view, 6> natt_words{"RFC3947", "DRAFT08", "DRAFT03", "DRAFT02N", "DRAFT02", "DRAFT00"};

constexpr unsigned bit(DebugFlag flag) { return static_cast<unsigned>(flag); }
constexpr unsigned default_flags = bit(DebugFlag::state) | bit(DebugFlag::trace);
constexpr unsigned all_flags =
    default_flags | bit(DebugFlag::trace_more) | bit(DebugFlag::packet) | bit(DebugFlag::raw);
struct Option {
  std::string_view word;
  unsigned flags;
};
constexpr std::array<Option, 8> options{{{"STATE", bit(DebugFlag::state)},
                                         {"TRACE", bit(DebugFlag::trace)},
                                         {"TRACEMORE", bit(DebugFlag::trace_more)},
                                         {"PACKET", bit(DebugFlag::packet)},
                                         {"PKTRAW", bit(DebugFlag::raw)},
                                         {"PKT", bit(DebugFlag::packet)},
                                         {"DEFAULT", default_flags},
                                         {"ALL", all_flags}}};
constexpr std::size_t single_options = 5;  // the first ones are the names of single flags

}  // namespace

unsigned debug_flags(std::string_view words) {
  unsigned flags = 0;
  for (const std::string_view word : split(words, ','))
    for (const Option& option : options)
      if (option.word == word) flags |= option.flags;
  return flags;
}

std::string debug_words(unsigned flags) {
  std::string words;
  for (std::size_t i = 0; i < single_options; ++i) {
    if ((flags & options[i].flags) == 0) continue;
    if (!words.empty()) words += ", ";
    words += options[i].word;
  }
  return words.empty() ? "NONE" : words;
}

std::vector<CommandRow> Isakmp::commands() {
  std::vector<CommandRow> rows;
  const auto add = [&](std::string_view syntax, Access access, std::string_view summary,
                       std::function<Outcome(Invocation&)> run, std::string_view note = {}) {
    rows.push_back({syntax, access, summary, std::move(run), note.empty() ? Coverage::full : Coverage::partial, note});
  };
  const Access security = Access::security, manager = Access::manager;
  add("CREate ISAkmp POLicy=<name:1-24> PEer={<ipv4>|ANy|DYNamic}" POLICY_PARAMETERS, security,
      "Creates an ISAKMP policy", [this](Invocation& call) { return create_policy(call); }, policy_note);
  add("SET ISAkmp POLicy=<name:1-24> [PEer={<ipv4>|ANy|DYNamic}]" POLICY_PARAMETERS, security,
      "Changes an ISAKMP policy; negotiations in progress keep the old values",
      [this](Invocation& call) { return set_policy(call); }, policy_note);
  add("DEStroy ISAkmp POLicy=<name:1-24>", security, "Destroys an ISAKMP policy, its exchanges and SAs",
      [this](Invocation& call) { return destroy_policy(call); });
  add("RESet ISAkmp POLicy=<name:1-24>", security, "Drops the exchanges and SAs of an ISAKMP policy",
      [this](Invocation& call) { return reset_policy(call); });
  add("RESet ISAkmp COUnters[={AGGressive|GENeral|HEArtbeat|INFo|IPSec|MAIn|NETwork|QUIck|SAD|SPD|TRAnsaction|XDB}]",
      manager, "Sets ISAKMP counters to zero", [this](Invocation& call) { return reset_counters(call); });
  add("ENAble ISAkmp [POLICYServerenabled=<bool>] [POLICYFilename=<file>] [LOCALRsakey=<0-65535>] [UDPport=<1-65535>]",
      security, "Starts ISAKMP", [this](Invocation& call) { return enable(call); }, enable_note);
  add("DISable ISAkmp", security, "Stops ISAKMP and removes its SAs", [this](Invocation&) { return disable(); });
  add("ENAble ISAkmp DEBug[={ALL|DEFault|PACket|PKT|PKTRaw|STAte|TRACE|TRACEMore}[,...]]", security,
      "Prints ISAKMP debugging on this terminal", [this](Invocation& call) { return set_debug(call, true); });
  add("DISable ISAkmp DEBug[={ALL|DEFault|PACket|PKT|PKTRaw|STAte|TRACE|TRACEMore}[,...]]", security,
      "Ends ISAKMP debugging on this terminal", [this](Invocation& call) { return set_debug(call, false); });
  add("SHow ISAkmp", manager, "Shows the ISAKMP module", [this](Invocation& call) { return show(call); });
  add("SHow ISAkmp POLicy[=<name:1-24>]", manager, "Shows ISAKMP policies",
      [this](Invocation& call) { return show_policy(call); });
  add("SHow ISAkmp SA[={<0-4294967295>|DETail}] [DETail]", manager, "Shows ISAKMP SAs",
      [this](Invocation& call) { return show_sa(call); });
  add("SHow ISAkmp EXChange[={<0-65535>|DETail}] [DETail]", manager, "Shows negotiations in progress",
      [this](Invocation& call) { return show_exchange(call); });
  add("SHow ISAkmp COUnters[={AGGressive|GENeral|HEArtbeat|INFo|IPSec|MAIn|NETwork|QUIck|SAD|SPD|TRAnsaction|XDB}]",
      manager, "Shows ISAKMP counters", [this](Invocation& call) { return show_counters(call); });
  add("LAB SET ISAkmp NATTversions={ALL|RFC3947|DRAFT08|DRAFT03|DRAFT02N|DRAFT02|DRAFT00}[,...]", security,
      "Limits which versions of NAT traversal are offered and accepted, as an older peer would",
      [this](Invocation& call) { return limit_natt(call); });
  return rows;
}

Outcome Isakmp::enable(Invocation& call) {
  const Settings before = settings_;
  if (call.args.has("POLICYSERVERENABLED")) settings_.policy_server = call.args.boolean("POLICYSERVERENABLED");
  settings_.policy_file = call.args.text_or("POLICYFILENAME", settings_.policy_file);
  if (call.args.has("LOCALRSAKEY"))
    settings_.local_rsa_key = static_cast<std::uint16_t>(call.args.number("LOCALRSAKEY"));
  const auto port = static_cast<std::uint16_t>(call.args.number_or("UDPPORT", settings_.udp_port));
  engine_.set_local_rsa_key(settings_.local_rsa_key);
  if (enabled()) {
    if (port == settings_.udp_port && settings_ == before) return say(message::already_enabled);
    if (port == settings_.udp_port) return Outcome::successful(module_number::isakmp);
    ip_.listen_udp(settings_.udp_port, "ISAKMP", {});
  }
  settings_.udp_port = port;
  if (!listen()) {
    settings_ = before;
    engine_.set_local_rsa_key(settings_.local_rsa_key);
    if (enabled()) listen();
    return say(message::port_in_use, port);
  }
  engine_.set_port(port);
  encapsulate();
  submit(event::Enable{});
  listen_floated();
  return say(message::enabled);
}

Outcome Isakmp::disable() {
  if (!enabled()) return say(message::already_disabled);
  submit(event::Disable{});
  stop_listening();
  return say(message::disabled);
}

Outcome Isakmp::set_debug(Invocation& call, bool on) {
  const auto terminal = call.caller.terminal.lock();
  std::erase_if(debug_terminals_, [](const DebugTerminal& debug) { return debug.terminal.expired(); });
  unsigned flags = on ? default_flags : all_flags;
  if (call.args.has_value("DEBUG")) flags = debug_flags(call.args.text("DEBUG"));
  if (on && !terminal) return say(message::no_terminal);
  auto mine = std::ranges::find_if(debug_terminals_, [&](const DebugTerminal& debug) {
    return terminal && debug.terminal.lock() == terminal;
  });
  if (on) {
    if (mine == debug_terminals_.end()) mine = debug_terminals_.insert(mine, {call.caller.terminal, 0});
    mine->flags |= flags;
  } else if (mine != debug_terminals_.end()) {
    mine->flags &= ~flags;
    if (mine->flags == 0) debug_terminals_.erase(mine);
  }
  return Outcome::successful(module_number::isakmp);
}

Outcome Isakmp::limit_natt(Invocation& call) {
  const auto words = split(call.args.text("NATTVERSIONS"), ',');
  std::vector<NattVersion> spoken;
  for (std::size_t i = 0; i < natt_words.size(); ++i) {
    const bool named = std::ranges::any_of(words, [&](auto word) { return word == "ALL" || word == natt_words[i]; });
    if (named) spoken.push_back(natt_versions()[i]);
  }
  engine_.speak_natt(std::move(spoken));
  return Outcome::successful(module_number::isakmp);
}

Outcome Isakmp::reset_policy(Invocation& call) {
  const std::string& name = call.args.text("POLICY");
  if (!policies_.find(name)) return say(message::policy_not_found, name);
  submit(event::PolicyReset{name});
  return Outcome::successful(module_number::isakmp);
}

Outcome Isakmp::reset_counters(Invocation& call) {
  if (!call.args.has_value("COUNTERS")) {
    engine_.counters().reset();
  } else {
    for (const CounterGroup& group : counter_groups())
      if (group.word == call.args.choice("COUNTERS")) engine_.counters().reset(group);
  }
  return Outcome::successful(module_number::isakmp);
}

void Isakmp::dump(ConfigWriter& writer) const {
  writer.section("ISAKMP", {"isakmp"});
  for (const auto& [name, policy] : policies_.all())
    for (std::string& line : policy_script(*policy)) writer.line(std::move(line));
  if (!enabled()) return;
  std::string line = "enable isakmp";
  if (settings_.policy_server) line += " policys=true";
  if (!settings_.policy_file.empty()) line += " policyf=" + settings_.policy_file;
  if (settings_.local_rsa_key) line += fmt::format(" localr={}", *settings_.local_rsa_key);
  if (settings_.udp_port != isakmp_port) line += fmt::format(" udp={}", settings_.udp_port);
  writer.line(std::move(line));
}

}  // namespace arrouter::isakmp
