// MIB-II interfaces (RFC 1213) and the ifXTable of the IF-MIB (RFC 2863), as far as ports tell it.
#include "modules/snmp/objects.h"

namespace arrouter::snmp {

namespace {

constexpr std::string_view if_entry = "1.3.6.1.2.1.2.2.1", if_x_entry = "1.3.6.1.2.1.31.1.1.1";
constexpr std::uint64_t mega = 1'000'000;
constexpr std::int64_t ethernet = 6, ppp = 23, l2_vlan = 135;  // IANAifType
constexpr std::int64_t up = 1, down = 2, yes = 1, no = 2;

std::int64_t type_of(const InterfaceEntry& entry) {
  if (entry.port->point_to_point()) return ppp;
  return entry.name.starts_with("vlan") ? l2_vlan : ethernet;
}

std::uint64_t hundredths(Duration duration) {
  return std::chrono::duration_cast<std::chrono::duration<std::uint64_t, std::centi>>(duration).count();
}

}  // namespace

void add_interfaces(Mib& mib, Sources& sources) {
  mib.scalar("1.3.6.1.2.1.2.1", [&sources] {  // ifNumber
    return Value::of_integer(static_cast<std::int64_t>(sources.interfaces.entries().size()));
  });
  const auto table = std::make_shared<Table<InterfaceEntry>>(
      [&sources] {
        Table<InterfaceEntry>::Content rows;
        for (InterfaceEntry& entry : sources.interfaces.entries())
          rows.emplace(Instance{entry.index}, std::move(entry));
        return rows;
      },
      Duration::zero());
  using Row = const InterfaceEntry&;
  const auto basic = [&](std::uint32_t number, std::function<Value(Row)> read, Mib::Write write = {}) {
    mib.column<InterfaceEntry>(table, if_entry, number, std::move(read), std::move(write));
  };
  const auto counted = [&](std::uint32_t number, std::uint64_t PortCounters::*figure) {
    basic(number, [figure](Row row) { return Value::of_counter(row.counters.*figure); });
  };
  basic(1, [](Row row) { return Value::of_integer(row.index); });        // ifIndex
  basic(2, [](Row row) { return Value::of_text(row.name); });            // ifDescr
  basic(3, [](Row row) { return Value::of_integer(type_of(row)); });     // ifType
  basic(4, [](Row row) { return Value::of_integer(row.port->mtu()); });  // ifMtu
  basic(5, [](Row row) { return Value::of_gauge(row.speed_mbps * mega); });  // ifSpeed
  basic(6, [](Row row) {
    return type_of(row) == ppp ? Value::of_text({}) : Value::of_mac(row.port->mac());
  });                                                                                    // ifPhysAddress
  basic(
      7, [](Row row) { return Value::of_integer(row.enabled ? up : down); },  // ifAdminStatus; PPP has its own commands
      [&sources, table](const Instance& index, const Value& value, bool really) {
        if (value.type != Type::integer) return ErrorStatus::wrong_type;
        if (value.integer != up && value.integer != down) return ErrorStatus::wrong_value;
        const InterfaceEntry& row = table->row(index);
        if (row.port->point_to_point()) return ErrorStatus::not_writable;
        if (really) sources.interfaces.set_enabled(row.name, value.integer == up);
        return ErrorStatus::none;
      });
  basic(8, [](Row row) { return Value::of_integer(row.port->link_up() ? up : down); });  // ifOperStatus
  basic(9, [](Row row) { return Value::of_ticks(hundredths(row.last_change)); });        // ifLastChange
  counted(10, &PortCounters::in_octets);                                                 // ifInOctets
  basic(11, [](Row row) { return Value::of_counter(row.counters.in_frames - row.counters.in_group_frames); });
  counted(12, &PortCounters::in_group_frames);  // ifInNUcastPkts
  counted(13, &PortCounters::in_discards);
  counted(14, &PortCounters::in_errors);
  basic(15, [&sources](Row row) { return Value::of_counter(sources.figures.unknown_protocols(row.name)); });
  counted(16, &PortCounters::out_octets);  // ifOutOctets
  basic(17, [](Row row) { return Value::of_counter(row.counters.out_frames - row.counters.out_group_frames); });
  counted(18, &PortCounters::out_group_frames);  // ifOutNUcastPkts
  counted(19, &PortCounters::out_discards);
  counted(20, &PortCounters::out_errors);
  basic(21, [](Row) { return Value::of_gauge(0); });     // ifOutQLen
  basic(22, [](Row) { return Value::of_oid({0, 0}); });  // ifSpecific

  const auto extended = [&](std::uint32_t number, std::function<Value(Row)> read, Mib::Write write = {}) {
    mib.column<InterfaceEntry>(table, if_x_entry, number, std::move(read), std::move(write));
  };
  extended(1, [](Row row) { return Value::of_text(row.name); });                     // ifName
  extended(6, [](Row row) { return Value::of_counter64(row.counters.in_octets); });  // ifHCInOctets
  extended(7, [](Row row) { return Value::of_counter64(row.counters.in_frames - row.counters.in_group_frames); });
  extended(10, [](Row row) { return Value::of_counter64(row.counters.out_octets); });  // ifHCOutOctets
  extended(11, [](Row row) { return Value::of_counter64(row.counters.out_frames - row.counters.out_group_frames); });
  extended(
      14, [](Row row) { return Value::of_integer(row.link_traps ? yes : no); },  // ifLinkUpDownTrapEnable
      [&sources, table](const Instance& index, const Value& value, bool really) {
        if (value.type != Type::integer) return ErrorStatus::wrong_type;
        if (value.integer != yes && value.integer != no) return ErrorStatus::wrong_value;
        if (really) sources.interfaces.set_link_traps(table->row(index).name, value.integer == yes);
        return ErrorStatus::none;
      });
  extended(15, [](Row row) { return Value::of_gauge(row.speed_mbps); });                         // ifHighSpeed
  extended(16, [](Row) { return Value::of_integer(no); });                                       // ifPromiscuousMode
  extended(17, [](Row row) { return Value::of_integer(type_of(row) == ethernet ? yes : no); });  // ifConnectorPresent
  extended(18, [](Row) { return Value::of_text({}); });                                          // ifAlias
  extended(19, [](Row) { return Value::of_ticks(0); });  // ifCounterDiscontinuityTime
}

}  // namespace arrouter::snmp
