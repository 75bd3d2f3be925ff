// PING and TRACE are the same four commands: start, SET, STOP, SHOW.
#pragma once

#include "modules/ip/rows.h"

namespace arrouter::ip {

template <class Tool>
struct ProbeCommands {
  std::string run, set;  // with their parameters
  std::string_view stop, show;
  std::string_view run_summary, set_summary, stop_summary, show_summary;
  Tool Engine::*tool;
  /// The parameters but the destination; what they are refused with.
  std::optional<Outcome> (*read)(const Args& args, typename Tool::Settings& to);
  Outcome (*busy)();
  Outcome (*idle)();
  void (*print)(const Tool& tool, Screen& screen);
};

/// IPADDRESS=: an address or a name of the host table.
std::optional<Outcome> read_destination(const Engine& engine, const Args& args, Ipv4Address& to);

/// `commands` lives as long as the rows.
template <class Tool>
void add_probe_rows(Engine& engine, Rows& rows, const ProbeCommands<Tool>& commands) {
  const auto settings = [&engine, &commands](const Args& args) -> std::expected<typename Tool::Settings, Outcome> {
    auto chosen = (engine.*commands.tool).defaults;
    auto refused = read_destination(engine, args, chosen.destination);
    if (!refused) refused = commands.read(args, chosen);
    if (refused) return std::unexpected(*refused);
    return chosen;
  };
  const auto run = [&engine, &commands, settings](Invocation& call) {
    Tool& tool = engine.*commands.tool;
    if (!engine.state.switches.enabled) return messages::ip_not_enabled();
    if (tool.running()) return commands.busy();
    const auto chosen = settings(call.args);
    if (!chosen) return chosen.error();
    if (chosen->destination.unset()) return messages::ping_no_destination();
    if (!chosen->source.unset() && !engine.is_own(chosen->source)) return messages::source_not_own();
    tool.start(*chosen, call.caller.terminal);
    return Outcome::screen();
  };
  const auto set = [&engine, &commands, settings](Invocation& call) {
    const auto chosen = settings(call.args);
    if (!chosen) return chosen.error();
    (engine.*commands.tool).defaults = *chosen;
    return messages::ping_set();
  };
  rows.push_back({commands.run, Access::manager, commands.run_summary, run});
  rows.push_back({commands.set, Access::manager, commands.set_summary, set});
  rows.push_back({commands.stop, Access::manager, commands.stop_summary, [&engine, &commands](Invocation&) {
                    return (engine.*commands.tool).stop() ? messages::ping_set() : commands.idle();
                  }});
  rows.push_back({commands.show, Access::manager, commands.show_summary, [&engine, &commands](Invocation& call) {
                    commands.print(engine.*commands.tool, call.screen);
                    return Outcome::screen();
                  }});
}

}  // namespace arrouter::ip
