// ENABLE, DISABLE, SHOW PPP DEBUG: what interfaces say while they work, at the terminal that asked.
#include <fmt/format.h>

#include "modules/ppp/ppp.h"
#include "os/base/text.h"

namespace arrouter::ppp {
namespace {

constexpr std::pair<DebugKind, std::string_view> kinds[] = {
    {DebugKind::auth, "AUTH"}, {DebugKind::demand, "DEMAND"}, {DebugKind::lcp, "LCP"},
    {DebugKind::ncp, "NCP"},   {DebugKind::packet, "PKT"},    {DebugKind::pppoe, "PPPOE"},
    {DebugKind::utilisation, "UTILISATION"},
};

unsigned bit(DebugKind kind) { return 1U << static_cast<unsigned>(kind); }

unsigned bits_of(std::string_view words) {
  unsigned bits = 0;
  for (const std::string_view word : split(words, ',')) {
    for (const auto& [kind, name] : kinds) {
      if (word == "ALL" || word == name) bits |= bit(kind);
    }
  }
  return bits;
}

std::string words_of(unsigned bits) {
  std::string words;
  for (const auto& [kind, name] : kinds) {
    if ((bits & bit(kind)) != 0) words += (words.empty() ? "" : ",") + std::string(name);
  }
  return words.empty() ? "NONE" : words;
}

constexpr std::string_view options =
    " DEBUG={ALL|AUTH|DEMAND|LCP|NCP|PKT|PPPOE|UTILISATION}[,...]";
constexpr std::string_view duration =
    " [ASYN=<0-9>] [TIMEOUT={NONE|<1-4000000000>}] [NUMPKTS={CONT|<1-4000000000>}]";

}  // namespace

std::vector<CommandRow> PppModule::debug_rows() {
  static const std::string enable_interface = fmt::format("ENAble PPP=<0-511>{}{}", options, duration);
  static const std::string enable_template = fmt::format("ENAble PPP TEMPLate=<0-31>{}{}", options, duration);
  static const std::string disable_interface = fmt::format("DISable PPP=<0-511>{}", options);
  static const std::string disable_template = fmt::format("DISable PPP TEMPLate=<0-31>{}", options);
  constexpr std::string_view terminal_note =
      "ASYN is accepted: the output goes to the terminal that gave the command. UTILISATION has nothing to tell.";
  return {
      {enable_interface, Access::manager, "Shows what a PPP interface does.",
       [this](Invocation& call) { return enable_debug(call, false); }, Coverage::partial, terminal_note},
      {enable_template, Access::manager, "Shows what the dynamic interfaces of a template do.",
       [this](Invocation& call) { return enable_debug(call, true); }, Coverage::partial, terminal_note},
      {disable_interface, Access::manager, "Ends debugging of a PPP interface.",
       [this](Invocation& call) { return disable_debug(call.args, false); }},
      {disable_template, Access::manager, "Ends debugging of a template's interfaces.",
       [this](Invocation& call) { return disable_debug(call.args, true); }},
      {"SHow PPP[=<0-511>] DEBUG", Access::manager, "Displays what is debugged.",
       [this](Invocation& call) { return show_debug(call); }},
  };
}

Outcome PppModule::enable_debug(Invocation& call, bool of_template) {
  const Args& args = call.args;
  const auto number = static_cast<unsigned>(args.number(of_template ? "TEMPLATE" : "PPP"));
  if (of_template && !templates_.contains(number)) return say(texts::template_unknown, number);
  if (!of_template && find(number) == nullptr) return say(texts::interface_unknown, number);
  Debug& debug = (of_template ? template_debug_ : debug_)[number];
  debug.kinds |= bits_of(args.text("DEBUG"));
  debug.terminal = call.caller.terminal;
  debug.until.reset();
  debug.packets.reset();
  debug.timeout = "NONE";
  debug.number = "CONT";
  if (args.holds<std::uint64_t>("TIMEOUT")) {
    debug.until = services_.clock.now() + std::chrono::seconds(args.number("TIMEOUT"));
    debug.timeout = std::to_string(args.number("TIMEOUT"));
  }
  if (args.holds<std::uint64_t>("NUMPKTS")) {
    debug.packets = args.number("NUMPKTS");
    debug.number = std::to_string(args.number("NUMPKTS"));
  }
  return say(texts::done);
}

Outcome PppModule::disable_debug(const Args& args, bool of_template) {
  const auto number = static_cast<unsigned>(args.number(of_template ? "TEMPLATE" : "PPP"));
  if (of_template && !templates_.contains(number)) return say(texts::template_unknown, number);
  if (!of_template && find(number) == nullptr) return say(texts::interface_unknown, number);
  auto& all = of_template ? template_debug_ : debug_;
  if (const auto found = all.find(number); found != all.end()) {
    found->second.kinds &= ~bits_of(args.text("DEBUG"));
    if (found->second.kinds == 0) all.erase(found);
  }
  return say(texts::done);
}

PppModule::Debug* PppModule::debug_of(const Interface& interface) const {
  auto& all = interface.dynamic ? template_debug_ : debug_;
  const auto found = all.find(interface.dynamic ? interface.template_number : interface.number);
  return found == all.end() ? nullptr : &found->second;
}

bool PppModule::debugging(const Interface& interface, DebugKind kind) const {
  if (debug_.empty() && template_debug_.empty()) return false;
  const Debug* const debug = debug_of(interface);
  return debug != nullptr && (debug->kinds & bit(kind)) != 0 && !debug->terminal.expired() &&
         (!debug->until || services_.clock.now() < *debug->until) && debug->packets != 0;
}

void PppModule::debug(const Interface& interface, DebugKind kind, std::string_view text) {
  if (!debugging(interface, kind)) return;
  Debug& debug = *debug_of(interface);
  if (kind == DebugKind::packet && debug.packets) --*debug.packets;
  // Header and DEBUGMAXBYTES bytes of a packet, two digits each.
  const std::size_t longest = kind == DebugKind::packet ? 8 + 2 * *interface.settings.number("DEBUGMAXBYTES") : 512;
  debug.terminal.lock()->print(fmt::format("{}: {}\n", interface.name, text.substr(0, longest)));
}

Outcome PppModule::show_debug(Invocation& call) const {
  const bool one = call.args.has_value("PPP");
  if (one && find(call.args.number("PPP")) == nullptr) return say(texts::interface_unknown, call.args.number("PPP"));
  Screen& screen = call.screen;
  screen.table("interfaces", {{"Interface", 13}, {"Enabled Debug Modes", 45}, {"Timeout", 11}, {"Packets", 10}});
  screen.rule();
  for (const auto& [number, interface] : interfaces_) {
    if (one && number != call.args.number("PPP")) continue;
    const Debug* const debug = debug_of(*interface);
    screen.row({interface->name, words_of(debug == nullptr ? 0 : debug->kinds),
                debug == nullptr ? "-" : debug->timeout, debug == nullptr ? "-" : debug->number});
  }
  screen.rule();
  return Outcome::screen();
}

}  // namespace arrouter::ppp
