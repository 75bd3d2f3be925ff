#include <catch2/catch.hpp>

#include "os/base/limits.h"
#include "tests/screens/ntp/ntp_desk.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;
using ntp::Mode;
using ntp::Packet;

const Ipv4Address server(192, 168, 1, 100), other(192, 168, 1, 101), client(192, 168, 1, 7);

constexpr WallTime noon = std::chrono::sys_days(std::chrono::year(2007) / 2 / 2) + 12h;

TEST_CASE("SHOW NTP before and after a peer told the time") {
  Desk desk;
  CHECK(desk("show ntp") ==
        "NTP Module Configuration\n"
        "------------------------------------------------------------\n"
        "Status              : DISABLED\n"
        "Host Address        : 0.0.0.0\n"
        "UTC offset          : +00:00:00\n"
        "Last Updated        : -\n"
        "Last Delta          : -\n"
        "Stratum             : 16\n"
        "\n"
        "Configured Peer   Mode     Version  Stratum  Poll  Reach\n"
        "------------------------------------------------------------\n"
        "\n"
        "Packet Counters\n"
        "------------------------------------------------------------\n"
        "Client  Sent         0   Received         0   Discarded         0\n"
        "Server  Sent         0   Received         0   Discarded         0\n"
        "------------------------------------------------------------\n");
  desk.desk.run("set ntp utcoffset=+09:00\nadd ntp peer=192.168.1.100\nenable ntp\n");
  desk.world.wall.set(noon);
  desk.world.time.advance(0ms);
  desk.answer(server, noon);
  CHECK(desk.now() == "21:00:00 02-Feb-2007");  // noon in Greenwich
  CHECK(desk("show ntp") ==
        "NTP Module Configuration\n"
        "------------------------------------------------------------\n"
        "Status              : ENABLED\n"
        "Host Address        : 0.0.0.0\n"
        "UTC offset          : +09:00:00\n"
        "Last Updated        : 21:00:00 on 02-Feb-2007\n"
        "Last Delta          : +32400.000\n"
        "Stratum             : 3\n"
        "\n"
        "Configured Peer   Mode     Version  Stratum  Poll  Reach\n"
        "------------------------------------------------------------\n"
        "192.168.1.100     Client   3        2        64    001\n"
        "\n"
        "Packet Counters\n"
        "------------------------------------------------------------\n"
        "Client  Sent         1   Received         1   Discarded         0\n"
        "Server  Sent         0   Received         0   Discarded         0\n"
        "------------------------------------------------------------\n");
  REQUIRE(desk.world.records.size() == 1);
  CHECK(desk.world.records[0].message == "Clock set to 21:00:00 on 02-Feb-2007 by NTP peer 192.168.1.100");
}

TEST_CASE("Summer time is kept") {
  Desk desk;
  desk.system.summer = 60min;
  desk.desk.run("add ntp peer=192.168.1.100\nenable ntp\n");
  desk.world.time.advance(0ms);
  desk.answer(server, noon);
  CHECK(desk.now() == "13:00:00 02-Feb-2007");
}

TEST_CASE("The better of two peers is believed, and the other one when that is gone") {
  Desk desk;
  desk.desk.run("add ntp peer=192.168.1.100\nadd ntp peer=192.168.1.101\nenable ntp\n");
  desk.world.wall.set(noon);
  desk.world.time.advance(0ms);
  desk.answer(other, noon + 1h, 1);
  CHECK(desk.now() == "13:00:00 02-Feb-2007");
  desk.answer(server, noon, 2);
  CHECK(desk.now() == "13:00:00 02-Feb-2007");
  desk.world.time.advance(2s);
  desk.answer(server, noon + 2s, 2);
  // The better one stays silent until none of its last eight polls was answered.
  for (int i = 0; i < 20; ++i) {
    desk.world.time.advance(64s);
    desk.answer(server, noon + 10h, 2);
  }
  CHECK(desk.now().starts_with("22:0"));
  CHECK(desk.world.records[1].message == "NTP peer 192.168.1.101 cannot be reached");
}

TEST_CASE("A router that knows the time serves it; one that does not says so") {
  Desk desk;
  desk.desk.run("add ntp peer=192.168.1.100\nenable ntp\n");
  desk.world.wall.set(noon);
  desk.world.time.advance(0ms);
  Packet question;
  question.version = 4;
  question.transmit = 0x1122334455667788;
  const auto ask = [&] {
    desk.ip.deliver(client, 40000, 123, ntp::encode(question));
    CHECK(desk.ip.sent.back().destination == client);
    CHECK(desk.ip.sent.back().destination_port == 40000);
    const auto packet = ntp::decode(as_bytes(desk.ip.sent.back().text));
    REQUIRE(packet);
    CHECK(packet->mode == Mode::server);
    CHECK(packet->version == 4);
    CHECK(packet->origin == question.transmit);
    return *packet;
  };
  CHECK(ask().leap == 3);
  CHECK(ask().stratum == 16);
  desk.answer(server, noon);
  const Packet answer = ask();
  CHECK(answer.leap == 0);
  CHECK(answer.stratum == 3);
  CHECK(answer.reference_id == server.value);
  CHECK(ntp::from_timestamp(answer.transmit) == noon);
}

TEST_CASE("Nobody else can set the clock") {
  Desk desk;
  desk.desk.run("add ntp peer=192.168.1.100\nenable ntp\n");
  desk.world.wall.set(noon);
  desk.world.time.advance(0ms);
  const auto request = ntp::decode(as_bytes(desk.ip.sent.back().text));
  Packet packet;
  packet.mode = Mode::server;
  packet.stratum = 1;
  packet.origin = request->transmit;
  packet.receive = packet.transmit = ntp::to_timestamp(noon + 1h);
  desk.ip.deliver(other, 123, 123, ntp::encode(packet));
  desk.ip.deliver(server, 124, 123, ntp::encode(packet));
  packet.origin = 0;
  desk.ip.deliver(server, 123, 123, ntp::encode(packet));
  desk.ip.deliver(server, 123, 123, as_bytes("short"));
  CHECK(desk.world.wall.now() == noon);
  CHECK(desk("show ntp")
            .find("Client  Sent         1   Received         0   Discarded         3\n"
                  "Server  Sent         0   Received         0   Discarded         1\n") != std::string::npos);
}

TEST_CASE("What NTP writes into a script is read back") {
  Desk desk;
  CHECK(desk.desk
            .run("set ntp utcoffset=-03:30\nadd ntp peer=192.168.1.101\nadd ntp peer=192.168.1.100\n"
                 "enable ntp\n")
            .empty());
  const std::string script = desk.desk.configuration();
  CHECK(script ==
        "set ntp utcoffset=-03:30:00\n"
        "add ntp peer=192.168.1.100\n"
        "add ntp peer=192.168.1.101\n"
        "enable ntp\n");
  Desk again;
  CHECK(again.desk.run(script).empty());
  CHECK(again.desk.configuration() == script);
  again("purge ntp");
  CHECK(again.desk.configuration().empty());
}

TEST_CASE("NTP's commands refuse what cannot be") {
  Desk desk;
  CHECK(desk("disable ntp") == "Warning (2221260): The NTP module is already disabled.\n");
  CHECK(desk("enable ntp") == "Info (1221257): The NTP module has been enabled.\n");
  CHECK(desk("enable ntp") == "Warning (2221259): The NTP module is already enabled.\n");
  CHECK(desk("set ntp utcoffset=25:00") == "Error (3035263): Parameter \"UTCOFFSET\" has an invalid value.\n");
  CHECK(desk("set ntp utcoffset=jst") == "Info (1221003): Operation successful.\n");
  CHECK(desk("delete ntp peer=1.1.1.1") == "Error (3221263): NTP peer 1.1.1.1 not found.\n");
  for (std::size_t i = 1; i <= limits::ntp_peers; ++i)
    CHECK(desk("add ntp peer=1.1.1." + std::to_string(i)) == "Info (1221003): Operation successful.\n");
  CHECK(desk("add ntp peer=1.1.1.1") == "Error (3221262): NTP peer 1.1.1.1 is already defined.\n");
  CHECK(desk("add ntp peer=1.1.1.99") == "Error (3221264): No more NTP peers can be added.\n");
}

}  // namespace
}  // namespace arrouter::test
