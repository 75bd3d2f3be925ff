// MIB-II tcp and udp (RFC 1213).
#include "modules/snmp/objects.h"

namespace arrouter::snmp {

namespace {

constexpr std::string_view connection_entry = "1.3.6.1.2.1.6.13.1", listener_entry = "1.3.6.1.2.1.7.5.1";
// As SHOW TCP shows them: the real router's.
constexpr std::int64_t van_jacobson = 4, least_rto_ms = 300, largest_rto_ms = 30000, most_connections = 64;
constexpr std::chrono::seconds table_life{1};

Instance of_endpoint(const TcpEndpoint& end) {
  const std::uint32_t address = end.address.value;
  return {address >> 24, address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff, end.port};
}

/// tcpConnState counts from 1 in the order of TcpState.
std::int64_t state_number(TcpState state) { return static_cast<std::int64_t>(state) + 1; }

void add_tcp(Mib& mib, Sources& sources) {
  mib.scalar("1.3.6.1.2.1.6.1", [] { return Value::of_integer(van_jacobson); });
  mib.scalar("1.3.6.1.2.1.6.2", [] { return Value::of_integer(least_rto_ms); });
  mib.scalar("1.3.6.1.2.1.6.3", [] { return Value::of_integer(largest_rto_ms); });
  mib.scalar("1.3.6.1.2.1.6.4", [] { return Value::of_integer(most_connections); });
  const auto counter = [&](std::uint32_t number, std::uint64_t TcpCounters::*figure) {
    mib.scalar("1.3.6.1.2.1.6." + std::to_string(number),
               [&sources, figure] { return Value::of_counter(sources.tcp.counters().*figure); });
  };
  counter(5, &TcpCounters::active_opens);
  counter(6, &TcpCounters::passive_opens);
  counter(7, &TcpCounters::attempt_fails);
  counter(8, &TcpCounters::established_resets);
  mib.scalar("1.3.6.1.2.1.6.9", [&sources] { return Value::of_gauge(sources.tcp.counters().established); });
  counter(10, &TcpCounters::in_segments);
  counter(11, &TcpCounters::out_segments);
  counter(12, &TcpCounters::retransmitted);
  counter(14, &TcpCounters::in_errors);
  counter(15, &TcpCounters::out_resets);

  const auto table = std::make_shared<Table<TcpConnection>>(
      [&sources] {
        Table<TcpConnection>::Content rows;
        for (const TcpConnection& connection : sources.tcp.connections())
          rows.emplace(of_endpoint(connection.local) + of_endpoint(connection.remote), connection);
        return rows;
      },
      table_life);
  const auto column = [&](std::uint32_t number, std::function<Value(const TcpConnection&)> read) {
    mib.column<TcpConnection>(table, connection_entry, number, std::move(read));
  };
  column(1, [](const TcpConnection& row) { return Value::of_integer(state_number(row.state)); });
  column(2, [](const TcpConnection& row) { return Value::of_address(row.local.address); });
  column(3, [](const TcpConnection& row) { return Value::of_integer(row.local.port); });
  column(4, [](const TcpConnection& row) { return Value::of_address(row.remote.address); });
  column(5, [](const TcpConnection& row) { return Value::of_integer(row.remote.port); });
}

void add_udp(Mib& mib, Sources& sources) {
  const auto counter = [&](std::uint32_t number, std::uint64_t UdpFigures::*figure) {
    mib.scalar("1.3.6.1.2.1.7." + std::to_string(number),
               [&sources, figure] { return Value::of_counter(sources.figures.udp_figures().*figure); });
  };
  counter(1, &UdpFigures::in_datagrams);
  counter(2, &UdpFigures::no_ports);
  counter(3, &UdpFigures::in_errors);
  counter(4, &UdpFigures::out_datagrams);
  const auto table = std::make_shared<Table<std::uint16_t>>(
      [&sources] {
        Table<std::uint16_t>::Content rows;
        for (const std::uint16_t port : sources.figures.udp_ports()) rows.emplace(Instance{0, 0, 0, 0, port}, port);
        return rows;
      },
      Duration::zero());
  mib.column<std::uint16_t>(table, listener_entry, 1, [](const std::uint16_t&) { return Value::of_address({}); });
  mib.column<std::uint16_t>(table, listener_entry, 2,
                            [](const std::uint16_t& port) { return Value::of_integer(port); });
}

}  // namespace

void add_transport(Mib& mib, Sources& sources) {
  add_tcp(mib, sources);
  add_udp(mib, sources);
}

}  // namespace arrouter::snmp
