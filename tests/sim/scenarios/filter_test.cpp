// IP filters between two routers (reference/ip.md 5): what a filter without room for the tunnel does to it. The
// pictures are those of scenarios.md 8 and 24, the proof is SHOW IP FILTER.
#include "netdev/wire/ipv4.h"
#include "tests/sim/scenarios/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view peer1_wan = "100.100.100.1";
constexpr std::string_view let_ping = "add ip fil=1 so=0.0.0.0 prot=icmp ac=incl";
constexpr std::string_view let_isakmp = "add ip fil=1 so=0.0.0.0 prot=udp dp=500 ac=incl";
constexpr std::string_view let_esp = "add ip fil=1 so=0.0.0.0 prot=50 ac=incl";
constexpr std::string_view bind = "set ip int=eth0 fil=1";

/// The last figures of SHOW IP FILTER=1.
std::uint64_t fails(VirtualRouter& router) {
  const std::string screen = router.text("show ip filter=1");
  return std::stoull(screen.substr(screen.find("Fails: ") + 7));
}

}  // namespace

TEST_CASE("A filter without UDP 500: the initiator at SASENT, the responder empty") {
  Scenario world;
  give(world.peer2, {let_ping, let_esp, bind});
  CHECK(world.wan_answers());
  CHECK_FALSE(world.ping12());
  CHECK(exchanges(world.peer1) == "1 SASENT 200.200.200.1 MAIN");
  CHECK(exchanges(world.peer2) == "");
  CHECK(fails(world.peer2) == 1);
  world.time.advance(15s);
  CHECK(fails(world.peer2) == 3);  // retransmissions at 4 and 12 s
  give(world.peer2, {let_isakmp});
  world.reset_both();
  world.check_healthy();
}

TEST_CASE("A filter without ESP: SAs valid, one way only") {
  Scenario world;
  give(world.peer2, {let_ping, let_isakmp, bind});
  CHECK_FALSE(world.ping12());
  CHECK(ipsec_sas(world.peer1).size() == 1);
  CHECK(ipsec_sas(world.peer2).size() == 1);
  CHECK(policy_counter(world.peer1, "outProcessDone") == 1);
  CHECK(policy_counter(world.peer2, "inProcessDone") == 0);
  CHECK(fails(world.peer2) == 1);
  give(world.peer2, {let_esp});
  CHECK(world.ping12());
}

TEST_CASE("A filter sees the packets of a tunnel as they come over the wire, not what is in them") {
  Scenario world;
  give(world.peer2, {let_isakmp, let_esp, bind});
  CHECK(world.ping12());
  CHECK_FALSE(world.wan_answers());
  world.check_healthy();
  CHECK(fails(world.peer2) > 0);
}

TEST_CASE("The LOCAL interface's filter keeps the router's own ISAKMP in") {
  Scenario world;
  give(world.peer1, {let_ping, "set ip local fil=1"});
  CHECK_FALSE(world.ping12());
  CHECK(exchanges(world.peer1) == "1 SASENT 200.200.200.1 MAIN");
  CHECK(world.seen(peer1_wan, wire::protocol::udp) == 0);
  give(world.peer1, {let_isakmp, let_esp});
  world.reset_both();
  world.check_healthy();
}
