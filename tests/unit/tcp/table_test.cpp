#include "netdev/tcp_table.h"

#include <catch2/catch.hpp>

using namespace arrouter;

TEST_CASE("connections are read from the kernel's table, and nothing else is") {
  const auto table = parse_tcp_table(
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 00000000:0017 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100\n"
      "   1: 0107A8C0:0017 0207A8C0:D431 01 00000000:00000000 02:000A5A6E 00000000     0        0 2 2 0 20\n"
      "   2: 0107A8C0:0017 0207A8C0:D432 0F 00000000:00000000\n"
      "   3: 0107A8C0 0207A8C0:D432 01\n"
      "   4: 0107A8C0:0017 0207A8C0:1D432 01\n"
      "garbage\n");
  const TcpEndpoint here{Ipv4Address(192, 168, 7, 1), 23};
  CHECK(table == std::vector<TcpConnection>{
                     {TcpState::listen, {{}, 23}, {{}, 0}},
                     {TcpState::established, here, {Ipv4Address(192, 168, 7, 2), 54321}},
                 });
  CHECK(parse_tcp_table("").empty());
}

TEST_CASE("counters are found by name, in whatever order the kernel prints them") {
  const TcpCounters counters = parse_tcp_counters(
      "Ip: Forwarding\nIp: 1\n"
      "Tcp: RtoAlgorithm MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs "
      "RetransSegs "
      "InErrs OutRsts NewField\n"
      "Tcp: 1 -1 2 3 4 5 6 7 8 9 10 11 12\n");
  CHECK(counters.active_opens == 2);
  CHECK(counters.passive_opens == 3);
  CHECK(counters.established == 6);
  CHECK(counters.out_resets == 11);
  CHECK(parse_tcp_counters("Tcp: ActiveOpens\n").active_opens == 0);
  CHECK(parse_tcp_counters("Tcp: ActiveOpens InSegs\nTcp: 4\n").in_segments == 0);
}
