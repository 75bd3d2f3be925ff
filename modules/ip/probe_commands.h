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

/// Calls `use` with the address of IPADDRESS=, at once when it is known, else when the name servers have answered; the
/// command then waits. The outcome is the command's.
Outcome with_destination(Engine& engine, Probe& probe, Invocation& call,
                         std::function<Outcome(std::optional<Ipv4Address>)> use);

/// `commands` lives as long as the rows.
template <class Tool>
void add_probe_rows(Engine& engine, Rows& rows, const ProbeCommands<Tool>& commands) {
  // Reads the parameters and hands them on with their destination.
  const auto with_settings = [&engine, &commands](Invocation& call,
                                                  std::function<Outcome(const typename Tool::Settings&)> use) {
    Tool& tool = engine.*commands.tool;
    if (tool.looking_up()) return commands.busy();
    auto chosen = tool.defaults;
    if (const auto refused = commands.read(call.args, chosen)) return *refused;
    return with_destination(engine, tool, call, [chosen, use](std::optional<Ipv4Address> destination) mutable {
      if (destination) chosen.destination = *destination;
      return use(chosen);
    });
  };
  const auto run = [&engine, &commands, with_settings](Invocation& call) {
    if (!engine.state.switches.enabled) return messages::ip_not_enabled();
    if ((engine.*commands.tool).running()) return commands.busy();
    return with_settings(call, [&engine, &commands, terminal = call.caller.terminal](const auto& chosen) {
      Tool& tool = engine.*commands.tool;
      if (chosen.destination.unset()) return messages::ping_no_destination();
      if (!chosen.source.unset() && !engine.is_own(chosen.source)) return messages::source_not_own();
      tool.start(chosen, terminal);
      return Outcome::screen();
    });
  };
  const auto set = [&engine, &commands, with_settings](Invocation& call) {
    return with_settings(call, [&engine, &commands](const auto& chosen) {
      (engine.*commands.tool).defaults = chosen;
      return messages::ping_set();
    });
  };
  const auto stop = [&engine, &commands](Invocation&) {
    Tool& tool = engine.*commands.tool;
    if (tool.looking_up()) {
      tool.looked_up(messages::lookup_stopped());
      return messages::ping_set();
    }
    return tool.stop() ? messages::ping_set() : commands.idle();
  };
  rows.push_back({commands.run, Access::manager, commands.run_summary, run});
  rows.push_back({commands.set, Access::manager, commands.set_summary, set});
  rows.push_back({commands.stop, Access::manager, commands.stop_summary, stop});
  rows.push_back({commands.show, Access::manager, commands.show_summary, [&engine, &commands](Invocation& call) {
                    commands.print(engine.*commands.tool, call.screen);
                    return Outcome::screen();
                  }});
}

}  // namespace arrouter::ip
