// SIPALG MODE=AUTOMATIC: who has registered keeps his public end, for the registrar and, by MULTISERVERS, for others.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "modules/firewall/sip.h"
#include "modules/firewall/sip_clients.h"
#include "tests/support/fire_bench.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;
using firewall::Endpoint;
using firewall::SipClient;
using firewall::SipClients;

constexpr std::uint16_t sip = 5060;
const Ipv4Address other_host = ip("192.168.1.101");

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

struct Office : FireBench {
  explicit Office(std::initializer_list<std::string_view> lines = {})
      : FireBench{"add firewall policy=net nat=enhanced int=vlan1 gblint=eth0", "enable firewall sipalg",
                  "set firewall sipalg mode=automatic"} {
    for (const std::string_view line : lines) good(line);
  }
  /// The public port under which the REGISTER went to the registrar.
  std::uint16_t registers(std::string_view expires = "Expires: 60\r\n", Ipv4Address host = lan_host) {
    const std::string text =
        fmt::format("REGISTER sip:8.8.8.8 SIP/2.0\r\nVia: SIP/2.0/UDP {0}\r\nContact: <sip:a@{0}>\r\n{1}\r\n",
                    to_string(host), expires);
    return key(out(udp(host, server, sip, sip, bytes(text)))).source.port;
  }
  /// Who gets a call that somebody makes to that port.
  std::string call(Ipv4Address from, std::uint16_t port) {
    return told(in(udp(from, wan, sip, port, bytes("OPTIONS sip:a@200.200.200.1 SIP/2.0\r\n\r\n"))));
  }
  std::string call_out(Ipv4Address to) {
    return told(out(udp(lan_host, to, sip, sip, bytes("OPTIONS sip:b@9.9.9.9 SIP/2.0\r\n\r\n"))));
  }
};

TEST_CASE("a registered telephone is called by its registrar, session or not") {
  Office bench;
  const std::uint16_t port = bench.registers();
  bench.good("delete firewall session=all");
  CHECK(bench.call(gateway, port) == "-");
  CHECK(bench.call(server, static_cast<std::uint16_t>(port + 1)) == "-");
  CHECK(bench.call(server, port) == "UDP 8.8.8.8:5060 -> 192.168.1.100:5060");
  bench.good("delete firewall session=all");
  // And goes out again as it is known.
  CHECK(bench.call_out(server) == fmt::format("UDP 200.200.200.1:{} -> 8.8.8.8:5060", port));
}

TEST_CASE("MULTISERVERS: what others than the registrar may") {
  Office bench;
  const std::uint16_t port = bench.registers();
  const std::string same = fmt::format("UDP 200.200.200.1:{} -> 200.200.200.9:5060", port);
  SECTION("NO: a session of its own for each, nobody gets in") {
    CHECK(bench.call_out(gateway) != same);
    CHECK(bench.call(ip("200.200.200.10"), port) == "-");
  }
  SECTION("OUTONLY: the same end for calls out") {
    bench.good("set firewall sipalg multi=outonly");
    CHECK(bench.call(gateway, port) == "-");
    CHECK(bench.call_out(gateway) == same);
    CHECK(bench.call(gateway, port) == "UDP 200.200.200.9:5060 -> 192.168.1.100:5060");
  }
  SECTION("YES: both ways") {
    bench.good("set firewall sipalg multi=yes");
    CHECK(bench.call(gateway, port) == "UDP 200.200.200.9:5060 -> 192.168.1.100:5060");
    CHECK(bench.call_out(gateway) == same);
  }
  SECTION("another service of the host has nothing to do with it") {
    bench.good("set firewall sipalg multi=yes");
    const Bytes sent = bench.out(Office::udp(lan_host, gateway, sip, 53, bytes("x")));
    CHECK(Office::key(sent).source.port != port);
  }
  SECTION("without AUTOMATIC there are no clients") {
    bench.good("set firewall sipalg mode=standard multi=yes");
    CHECK(bench.call(gateway, port) == "-");
  }
}

TEST_CASE("a registration lasts as long as was asked, and ends when it is taken back") {
  Office bench{"set firewall sipalg multi=yes"};
  const std::uint16_t port = bench.registers();
  SECTION("one tick less") {
    bench.wait(60s - 1ns);
    CHECK(bench.call(gateway, port) != "-");
  }
  SECTION("its time") {
    bench.wait(60s);
    CHECK(bench.call(gateway, port) == "-");
  }
  SECTION("taken back") {
    bench.registers("Expires: 0\r\n");
    CHECK(bench.call(gateway, port) == "-");
  }
  SECTION("forgotten by command") {
    bench.good("reset firewall sipalg autoclients");
    CHECK(bench.call(gateway, port) == "-");
  }
}

TEST_CASE("MAXAUTOCLIENTS and the screen") {
  Office bench{"set firewall sipalg maxautoclients=1"};
  const std::uint16_t port = bench.registers();
  bench.registers("", other_host);
  CHECK(bench.run("show firewall sipalg autoclients") == fmt::format(R"(SIP ALG

  Status .................... enabled

Client                  Gbl IP                  Registrar         Expires (s)
-------------------------------------------------------------------------------
192.168.1.100:5060      200.200.200.1:{:<9} 8.8.8.8           60
-------------------------------------------------------------------------------
)",
                                                                     port));
}

TEST_CASE("how long a REGISTER asks to be known") {
  using firewall::sip::registration;
  const std::string head = "REGISTER sip:a SIP/2.0\r\n";
  CHECK(registration(head + "\r\n") == 3600s);
  CHECK(registration(head + "Expires: 120\r\n\r\n") == 120s);
  CHECK(registration(head + "Expires: 120\r\nContact: <sip:a@b>;expires=30;q=1\r\n\r\n") == 30s);
  CHECK(registration(head + "m: <sip:a@b>;EXPIRES=0\r\n\r\n") == 0s);
  CHECK(registration(head + "Expires: 4000000000\r\n\r\n") == 86400s);
  CHECK(registration(head + "Expires: soon\r\n\r\n") == 3600s);
  CHECK_FALSE(registration("INVITE sip:a SIP/2.0\r\nExpires: 5\r\n\r\n"));
  CHECK_FALSE(registration(""));
}

TEST_CASE("clients outlive a restart, as long as they are registered") {
  TestServices services;
  const auto make = [&] {
    return std::make_unique<SipClients>(services.time, services.wall, services.time.scheduler, services.files);
  };
  const Endpoint inside{lan_host, 5060}, outside{wan, 20000}, second{other_host, 5060};
  auto clients = make();
  clients->registered({"net", inside, outside, server, services.time.now() + 100s}, 10);
  clients->registered({"net", second, {wan, 20001}, server, services.time.now() + 50s}, 10);
  services.time.advance(SipClients::write_after);
  clients = make();
  CHECK(clients->empty());
  services.time.advance(45s);
  clients->read();
  REQUIRE(clients->all().size() == 1);
  const SipClient* const client = clients->outside(outside);
  REQUIRE(client != nullptr);
  CHECK(client->inside == inside);
  CHECK(client->registrar == server);
  CHECK(client->policy == "net");
  services.time.advance(50s - 1ns);
  CHECK(clients->inside(inside) != nullptr);
  services.time.advance(1ns);
  CHECK(clients->inside(inside) == nullptr);
  CHECK(clients->outside(outside) == nullptr);
  // Somebody else has got the public end since.
  clients->registered({"net", inside, outside, server, services.time.now() + 100s}, 10);
  clients->registered({"net", second, outside, server, services.time.now() + 100s}, 10);
  CHECK(clients->inside(inside) == nullptr);
  CHECK(clients->outside(outside)->inside == second);
  clients->clear();
  services.time.advance(1s);
  CHECK_FALSE(services.files.exists({"flash", std::string(SipClients::file)}));
}

TEST_CASE("a spoilt file of clients is read as far as it makes sense") {
  TestServices services;
  const std::string good = fmt::format("net 192.168.1.100:5060 200.200.200.1:20000 8.8.8.8 {}\n", UINT32_MAX);
  REQUIRE(services.files.write({"flash", std::string(SipClients::file)},
                               "x\nnet 1:2 3:4 5 6\nnet 1.2.3.4:0 1.2.3.4:5 8.8.8.8 4000000000\n" + good + good));
  SipClients clients(services.time, services.wall, services.time.scheduler, services.files);
  clients.read();
  CHECK(clients.all().size() == 1);
}

}  // namespace
}  // namespace arrouter::test
