// Interfaces of policies: PASSALL beside NAT, several policies, dynamic interfaces.
#include <catch2/catch.hpp>

#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;
namespace flag = wire::tcp_flag;

const Bytes data(16, 9);
constexpr std::string_view nat = "add firewall policy=net nat=enhanced int=vlan1 gblint=eth0";

TEST_CASE("PASSALL beside NAT: what goes out is translated, what comes in and its answers are not") {
  FireBench bench{nat, "set firewall policy=net int=eth0 method=passall"};
  const Bytes out = bench.out(FireBench::udp(lan_host, server, 1059, 53, data));
  CHECK(FireBench::told(out) == "UDP 200.200.200.1:16384 -> 8.8.8.8:53");
  CHECK(FireBench::told(bench.in(FireBench::udp(server, wan, 53, 16384, data))) ==
        "UDP 8.8.8.8:53 -> 192.168.1.100:1059");
  CHECK(FireBench::told(bench.in(FireBench::udp(server, lan_host, 7, 8, data))) == "UDP 8.8.8.8:7 -> 192.168.1.100:8");
  CHECK(FireBench::told(bench.out(FireBench::udp(lan_host, server, 8, 7, data))) == "UDP 192.168.1.100:8 -> 8.8.8.8:7");
  // The handshake is the host's own, and segments of sessions from before the firewall pass.
  CHECK_FALSE(bench.in(FireBench::tcp(server, lan_host, 7, 80, flag::syn)).empty());
  CHECK(FireBench::told(bench.out(FireBench::tcp(lan_host, server, 80, 7, flag::syn | flag::ack, 1, 1001))) ==
        "TCP 192.168.1.100:80 -> 8.8.8.8:7");
  CHECK_FALSE(bench.in(FireBench::tcp(server, lan_host, 9, 80, flag::ack, 5, 5)).empty());
}

TEST_CASE("PASSALL is one interface's: the others of the policy stay shut, and a DENY rule goes before it") {
  FireBench bench{"set firewall policy=net int=eth0 method=passall",
                  "add firewall policy=net rule=1 action=deny int=eth0 prot=udp port=9"};
  CHECK_FALSE(bench.in(FireBench::udp(server, lan_host, 7, 8, data)).empty());
  CHECK(bench.in(FireBench::udp(server, lan_host, 7, 9, data)).empty());
  bench.good("set firewall policy=net int=eth0 method=dynamic");
  CHECK(bench.in(FireBench::udp(server, lan_host, 7, 8, data)).empty());
}

TEST_CASE("two policies over the same interfaces: each has to permit, the first keeps the session") {
  FireBench bench;
  bench.good("create firewall policy=second");
  bench.good("add firewall policy=second int=eth0 type=private");
  bench.good("add firewall policy=second int=vlan1 type=public");
  // What is private to one is public to the other: from either side somebody says no.
  CHECK(bench.out(FireBench::udp(lan_host, server, 1, 53, data)).empty());
  CHECK(bench.in(FireBench::udp(server, lan_host, 1, 53, data)).empty());
  bench.good("add firewall policy=second rule=1 action=allow int=vlan1 prot=udp port=53");
  CHECK_FALSE(bench.out(FireBench::udp(lan_host, server, 1, 53, data)).empty());
  CHECK_FALSE(bench.in(FireBench::udp(server, lan_host, 53, 1, data)).empty());
  CHECK(bench.field("show firewall policy=net", "numberOfActiveSessions") == "1");
  CHECK(bench.field("show firewall policy=second", "numberOfActiveSessions") == "0");
}

TEST_CASE("a policy without both sides does nothing") {
  FireBench bench{"delete firewall policy=net int=eth0"};
  CHECK_FALSE(bench.in(FireBench::udp(server, lan_host, 1, 53, data)).empty());
  CHECK_FALSE(bench.out(FireBench::tcp(lan_host, server, 1, 53, flag::ack, 1, 1)).empty());
}

/// A caller's interface, as PPP would make it; here it lies on vlan1.
struct Roaming : FireBench {
  explicit Roaming(std::string_view user) {
    run("add ip int=vlan1-1 ip=10.8.0.1 mask=255.255.255.0");
    learn(vlan1, caller, mac(0x33), ip("10.8.0.1"));
    for (const std::string_view line :
         {"create firewall policy=net dynamic=roaming", "add firewall policy=net int=dyn-roaming type=private",
          "add firewall policy=net nat=enhanced int=dyn-roaming gblint=eth0"}) {
      good(line);
    }
    good("add firewall policy=net dynamic=roaming user=" + std::string(user));
  }
  std::string called() { return told(passed_out(udp(caller, server, 1, 53, data))); }
  Bytes passed_out(const Bytes& packet) {
    eth0.sent.clear();
    vlan1.inject({ethernet(mac(0xa1), mac(0x33), wire::ether_type::ipv4, packet)});
    const Bytes frame = eth0.next();
    return frame.empty() ? Bytes() : Bytes(payload_of(frame).begin(), payload_of(frame).end());
  }
  const Ipv4Address caller = ip("10.8.0.7");
};

TEST_CASE("a dynamic interface belongs to the templates of its user") {
  const auto [template_user, caller, member] =
      GENERATE(table<std::string, std::string, bool>({{"any", "alice", true},
                                                      {"any", "", false},
                                                      {"none", "", true},
                                                      {"none", "alice", false},
                                                      {"alice", "alice", true},
                                                      {"alice", "bob", false}}));
  CAPTURE(template_user, caller);
  Roaming bench(template_user);
  bench.firewall_api->dynamic_interface_up("vlan1-1", caller);
  CHECK((bench.called() == "UDP 200.200.200.1:16384 -> 8.8.8.8:53") == member);
}

TEST_CASE("a dynamic interface comes and goes with its sessions, rules and limits") {
  Roaming bench("any");
  CHECK(bench.called() == "UDP 10.8.0.7:1 -> 8.8.8.8:53");  // not yet in the policy
  bench.firewall_api->dynamic_interface_up("VLAN1-1", "alice");
  bench.good("add firewall policy=net rule=1 action=deny int=dyn-roaming prot=udp port=9");
  bench.good("add firewall policy=net limitrule=1 int=dyn-roaming srciplimit=1");
  CHECK(bench.called() == "UDP 200.200.200.1:16384 -> 8.8.8.8:53");
  CHECK(bench.passed_out(FireBench::udp(bench.caller, server, 1, 9, data)).empty());
  CHECK(bench.passed_out(FireBench::udp(bench.caller, server, 2, 53, data)).empty());  // one session and no more
  CHECK_FALSE(bench.out(FireBench::udp(lan_host, server, 2, 53, data)).empty());
  CHECK(bench.run("show firewall policy=net user") == R"(Policy : net

  User .............................. alice
    Interface ....................... vlan1-1
    Dynamic Template ................ roaming
)");
  bench.firewall_api->dynamic_interface_down("vlan1-1");
  CHECK(bench.sessions() == "1");
  CHECK(bench.run("show firewall policy=net user") == "Policy : net\n");
}

TEST_CASE("a template takes its users from a file") {
  Roaming bench("none");
  REQUIRE(bench.services.files.write({"flash", "users.txt"}, "# the team\nbob\nalice # on leave\n"));
  CHECK(bench.run("add firewall policy=net dynamic=roaming file=staff.txt") ==
        "Error (3077277): File staff.txt not found.");
  bench.good("add firewall policy=net dynamic=roaming file=users.txt");
  bench.firewall_api->dynamic_interface_up("vlan1-1", "alice");
  CHECK(bench.called() == "UDP 200.200.200.1:16384 -> 8.8.8.8:53");
  bench.good("delete firewall policy=net dynamic=roaming file=users.txt");
  CHECK(FireBench::told(bench.passed_out(FireBench::udp(bench.caller, server, 5, 53, data))) ==
        "UDP 10.8.0.7:5 -> 8.8.8.8:53");
}

TEST_CASE("a TCP open gets half a minute when a quarter of the table is open") {
  FireBench bench{"disable firewall policy=net tcpsetupproxy",
                  "add fire poli=net ru=1 ac=allow int=eth0 prot=tcp port=80"};
  bench.run("lab set firewall maxsessions=40");
  const auto open = [&bench](std::uint16_t port) { bench.in(FireBench::tcp(server, lan_host, port, 80, flag::syn)); };
  for (std::uint16_t port = 1; port <= 10; ++port) open(port);
  CHECK(bench.run("show firewall policy=net").find("Handshake Timeout Mode ........ Normal") != std::string::npos);
  open(11);
  CHECK(bench.run("show firewall policy=net").find("Handshake Timeout Mode ........ Fast") != std::string::npos);
  bench.wait(30s - 1ms);
  CHECK(bench.sessions() == "11");
  bench.wait(1ms);
  bench.run("show firewall session");
  CHECK(bench.sessions() == "10");
  bench.wait(270s - 1ms);
  CHECK(bench.sessions() == "10");
  bench.wait(1ms);
  bench.run("show firewall session");
  CHECK(bench.sessions() == "0");
}

}  // namespace
}  // namespace arrouter::test
