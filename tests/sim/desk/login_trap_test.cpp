// The trap about somebody who is locked out, as a management station gets it.
#include <catch2/catch.hpp>

#include "modules/snmp/message.h"
#include "netdev/wire/ipv4.h"
#include "tests/support/person.h"
#include "tests/support/world.h"

using namespace arrouter;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view agent =
    "enable snmp\n"
    "create snmp community=noc v2ctraphost=200.200.200.1\n"
    "enable snmp community=noc trap\n";

struct Station {
  Station() : network(test::chosen_seed(3), agent) {
    network.time.advance(5s);  // the start has been told
    network.internet.watch([this](ByteView packet) {
      const auto ip = wire::view_ipv4(packet);
      if (!ip || ip->protocol() != wire::protocol::udp) return true;
      const ByteView udp = ip->payload();
      if (load_be16(udp.data() + 2) == 162) traps.push_back(*snmp::decode(udp.subspan(8)));
      return true;
    });
  }
  void guess(test::Person& person, std::string_view name, int times) {
    for (int i = 0; i < times; ++i) {
      person.type(name);
      person.type("guess");
    }
    network.time.advance(1s);
  }
  test::HowToNetwork network;
  std::vector<snmp::Message> traps;
};

void check_trap(const snmp::Message& trap, std::string_view user, Ipv4Address from, int failures) {
  const auto& bindings = trap.pdu.bindings;
  REQUIRE(bindings.size() == 5);
  const auto object = [](std::string_view end) {
    return snmp::oid("1.3.6.1.4.1.207.8.4.4.4.36.100." + std::string(end));
  };
  CHECK(bindings[1].value == snmp::Value::of_oid(object("11")));
  CHECK(bindings[2].name == object("1.0"));
  CHECK(bindings[2].value == snmp::Value::of_text(user));
  CHECK(bindings[3].name == object("2.0"));
  CHECK(bindings[3].value == snmp::Value::of_address(from));
  CHECK(bindings[4].name == object("3.0"));
  CHECK(bindings[4].value == snmp::Value::of_integer(failures));
}

}  // namespace

TEST_CASE("a loginFailureTrap names user, address and failures, once for each lock-out") {
  Station station;
  test::VirtualRouter& router = station.network.peer1;
  test::Person caller(*router, "Telnet 1", "192.168.1.10", "TTY17");
  station.guess(caller, "Bob", 4);
  CHECK(station.traps.empty());
  station.guess(caller, "bob", 1);
  REQUIRE(station.traps.size() == 1);
  check_trap(station.traps[0], "bob", Ipv4Address(192, 168, 1, 10), 5);
  CHECK(caller.over());

  router.run("set user loginfail=2");
  test::Person console(*router);
  station.guess(console, "bob", 3);  // locked already
  CHECK(station.traps.size() == 1);
  station.guess(console, "manager", 3);
  REQUIRE(station.traps.size() == 2);
  check_trap(station.traps[1], "manager", {}, 2);
}

TEST_CASE("a name of many strange characters makes a trap that can be read") {
  Station station;
  UserDatabase& users = station.network.peer1->session_host().users;
  for (int i = 0; i < 5; ++i) users.login_failed(std::string(1000, '\x01'));
  station.network.time.advance(1s);
  REQUIRE(station.traps.size() == 1);
  const std::string& name = station.traps[0].pdu.bindings.at(2).value.octets;
  CHECK(name.size() == 255);
  CHECK(name.find('\x01') == std::string::npos);
}

TEST_CASE("without SNMP a lock-out is told to nobody") {
  Station station;
  station.network.peer1.run("disable snmp");
  test::Person console(*station.network.peer1);
  station.guess(console, "manager", 5);
  CHECK(station.traps.empty());
}
