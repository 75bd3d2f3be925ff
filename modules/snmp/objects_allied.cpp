// The manufacturer's own objects under atRouter that managers ask for: boards, interfaces, load, memory
// (AT-INTERFACES-MIB, AT-SYSINFO-MIB, AT-FIREWALL-MIB). The memory group's numbers are recalled.
#include "modules/snmp/objects.h"

namespace arrouter::snmp {

namespace {

constexpr std::string_view board_entry = "1.3.6.1.4.1.207.8.4.4.5.2.1", interface_entry = "1.3.6.1.4.1.207.8.4.4.5.4.1";
constexpr std::uint32_t base_board = 1;

void add_boards(Mib& mib, Sources& sources) {
  mib.scalar("1.3.6.1.4.1.207.8.4.4.5.1", [] { return Value::of_integer(base_board); });  // arBoardMaxIndex
  const auto boards = std::make_shared<Table<const Model*>>(
      [&sources] {
        return Table<const Model*>::Content{{{base_board}, &sources.services.model}};
      },
      Duration::zero());
  using Board = const Model* const&;
  const auto column = [&](std::uint32_t number, std::function<Value(Board)> read) {
    mib.column<const Model*>(boards, board_entry, number, std::move(read));
  };
  column(1, [](Board) { return Value::of_integer(base_board); });
  column(2, [](Board model) { return Value::of_oid(oid(at_router) + Oid{1, 1, model->board_id}); });  // arBoardId
  column(3, [](Board model) { return Value::of_text(model->board_name); });
  column(4, [](Board model) { return Value::of_text(model->revision); });
  column(5, [](Board model) { return Value::of_text(model->serial); });
  column(6, [](Board) { return Value::of_integer(0); });  // slots
  column(7, [&sources](Board) {                           // positions
    return Value::of_integer(static_cast<std::int64_t>(sources.interfaces.entries().size()));
  });

  const auto positions = std::make_shared<Table<InterfaceEntry>>(
      [&sources] {
        Table<InterfaceEntry>::Content rows;
        for (InterfaceEntry& entry : sources.interfaces.entries())
          rows.emplace(Instance{base_board, entry.index}, std::move(entry));
        return rows;
      },
      Duration::zero());
  const auto position = [&](std::uint32_t number, std::function<Value(const InterfaceEntry&)> read) {
    mib.column<InterfaceEntry>(positions, interface_entry, number, std::move(read));
  };
  position(1, [](const InterfaceEntry&) { return Value::of_integer(base_board); });
  for (const std::uint32_t number : {2U, 3U})  // arInterfacePosition, arInterfaceIfIndex
    position(number, [](const InterfaceEntry& row) { return Value::of_integer(row.index); });
  for (const std::uint32_t number : {4U, 5U})  // arInterfaceName, arInterfaceFullName
    position(number, [](const InterfaceEntry& row) { return Value::of_text(row.name); });
}

void add_load(Mib& mib, Sources& sources) {
  using Load = RouterControl::CpuLoad;
  const auto per_cent = [&](std::uint32_t number, unsigned Load::*figure) {
    mib.scalar("1.3.6.1.4.1.207.8.4.4.3.3." + std::to_string(number),
               [&sources, figure] { return Value::of_integer(sources.control.cpu_load().*figure); });
  };
  per_cent(1, &Load::maximum);
  per_cent(2, &Load::since_start);
  per_cent(3, &Load::last_minute);
  per_cent(4, &Load::last_10_seconds);
  per_cent(5, &Load::last_second);
  per_cent(6, &Load::maximum_5_minutes);
  per_cent(7, &Load::last_5_minutes);
}

void add_memory(Mib& mib, Sources& sources) {
  const Services& services = sources.services;
  mib.scalar("1.3.6.1.4.1.207.8.4.4.3.7.1", [&sources] {  // freeMemory, per cent
    const std::uint64_t dram = sources.services.model.dram_kb;
    return Value::of_integer(
        static_cast<std::int64_t>((dram - std::min(sources.control.memory_used_kb(), dram)) * 100 / dram));
  });
  mib.scalar("1.3.6.1.4.1.207.8.4.4.3.7.2", [&services] {  // totalBuffers
    return Value::of_integer(static_cast<std::int64_t>(services.pool.small_total()));
  });
  mib.scalar("1.3.6.1.4.1.207.8.4.4.3.7.3", [&services] {  // realMemory, bytes
    return Value::of_integer(std::int64_t{services.model.dram_kb} * 1024);
  });
  mib.scalar("1.3.6.1.4.1.207.8.4.4.3.7.4", [&services] {  // freeBuffers
    return Value::of_integer(static_cast<std::int64_t>(services.pool.small_available()));
  });
}

/// A status and a table that is empty while SESSIONREPORT is disabled.
void add_firewall(Mib& mib, Sources& sources) {
  firewall::FirewallApi& firewall = sources.firewall;
  mib.scalar("1.3.6.1.4.1.207.8.4.4.4.77.1",  // firewallTrapMessage
             [&sources] { return Value::of_text(sources.firewall_trap); });
  mib.scalar("1.3.6.1.4.1.207.8.4.4.4.77.2.1",  // totalNumberOfSessions
             [&firewall] { return Value::of_gauge(firewall.session_count()); });
  mib.scalar("1.3.6.1.4.1.207.8.4.4.4.77.2.2",  // numberOfSessionsPerNodeCountingStatus
             [&firewall] { return Value::of_integer(firewall.sessions_per_node() ? 1 : 2); });
  using Node = firewall::NodeSessions;
  const auto table = std::make_shared<Table<Node>>(
      [&firewall] {
        Table<Node>::Content rows;
        for (const Node& node : firewall.sessions_per_node().value_or(std::vector<Node>{})) {
          const std::uint32_t address = node.node.value;
          rows.emplace(Instance{address >> 24, address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff}, node);
        }
        return rows;
      },
      std::chrono::seconds(1));
  mib.column<Node>(table, "1.3.6.1.4.1.207.8.4.4.4.77.2.3.1", 1,
                   [](const Node& row) { return Value::of_address(row.node); });
  mib.column<Node>(table, "1.3.6.1.4.1.207.8.4.4.4.77.2.3.1", 2,
                   [](const Node& row) { return Value::of_gauge(row.sessions); });
}

}  // namespace

void add_allied(Mib& mib, Sources& sources) {
  add_load(mib, sources);
  add_memory(mib, sources);
  mib.scalar("1.3.6.1.4.1.207.8.4.4.3.9", [] { return Value::of_integer(0); });  // hostId
  add_firewall(mib, sources);
  add_boards(mib, sources);
}

}  // namespace arrouter::snmp
