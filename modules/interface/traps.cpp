// Who wants link traps, and how many: ENABLE INTERFACE LINKTRAP, SET INTERFACE TRAPLIMIT.
#include "modules/interface/interface.h"

namespace arrouter::interface {

#define WHICH "INTerface={DYNamic|<1-999>|<interface>}"

std::vector<CommandRow> InterfaceModule::trap_rows() {
  return {
      {
          "ENAble " WHICH " LINktrap",
          Access::manager,
          "Sends a trap when the link of an interface goes up or down.",
          [this](Invocation& call) { return set_traps(call.args, true); },
      },
      {"DISable " WHICH " LINktrap", Access::manager, "Sends no traps about the link of an interface.",
       [this](Invocation& call) { return set_traps(call.args, false); }},
      {"SET " WHICH " TRAPLimit=<1-60>", Access::manager, "Limits the link traps of an interface in a minute.",
       [this](Invocation& call) { return set_trap_limit(call.args); }},
  };
}

const TrapSettings& InterfaceModule::traps_for(const std::string& name, const Port& port) const {
  static constexpr TrapSettings usual;
  const auto own = traps_.find(name);
  if (own != traps_.end()) return own->second;
  return port.point_to_point() && dynamic_(name) ? dynamic_traps_ : usual;
}

/// The settings a command means; nullptr when there is no such interface.
TrapSettings* InterfaceModule::traps_of(const Args& args) {
  if (args.holds<Choice>("INTERFACE")) return &dynamic_traps_;
  const auto entry = chosen(args);
  return entry ? &traps_[entry->name] : nullptr;
}

Outcome InterfaceModule::set_traps(const Args& args, bool on) {
  TrapSettings* const traps = traps_of(args);
  if (traps == nullptr) return unknown(args);
  traps->enabled = on;
  return Outcome::successful(module_number::eth);
}

Outcome InterfaceModule::set_trap_limit(const Args& args) {
  TrapSettings* const traps = traps_of(args);
  if (traps == nullptr) return unknown(args);
  traps->limit = static_cast<unsigned>(args.number("TRAPLIMIT"));
  return Outcome::successful(module_number::eth);
}

void InterfaceModule::dump(ConfigWriter& writer) const {
  dump_eths(writer);
  writer.section("INTERFACE", {"INT", "INTERFACE"});
  const auto write = [&](std::string_view name, const TrapSettings& traps) {
    if (traps.enabled) writer.line(fmt::format("enable int={} linktrap", name));
    if (traps.limit != TrapSettings{}.limit) writer.line(fmt::format("set int={} traplimit={}", name, traps.limit));
  };
  write("dynamic", dynamic_traps_);
  for (const auto& [name, traps] : traps_) write(name, traps);
}

}  // namespace arrouter::interface
