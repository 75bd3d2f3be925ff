// NTP over hours of virtual time: servers whose answers are late, lost, forged or useless.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/screens/ntp/ntp_desk.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;
using ntp::Mode;
using ntp::Packet;

constexpr WallTime noon = std::chrono::sys_days(std::chrono::year(2007) / 2 / 2) + 12h;

/// A server behind a way of `there` and `back`, whose answers a test may change; false loses one.
struct Server {
  Ipv4Address address = Ipv4Address(192, 168, 1, 100);
  Duration there = 20ms, back = 20ms, ahead{};  // of noon at the start of the world
  std::uint8_t stratum = 2;
  std::function<bool(Packet&)> change = [](Packet&) { return true; };
  unsigned asked = 0;
  std::uint8_t poll = 0;  // of the latest question
};

struct World : Desk {
  std::vector<Server> servers;
  const Instant start = world.time.now();

  explicit World(std::vector<Server> list = {Server{}}) : servers(std::move(list)) {
    world.wall.set(noon);
    ip.while_sending = [this] { carry(); };
    for (const Server& server : servers) desk(fmt::format("add ntp peer={}", to_string(server.address)));
    desk("enable ntp");
  }
  void carry() {
    const FakeIp::Sent sent = ip.sent.back();
    const auto server = std::ranges::find(servers, sent.destination, &Server::address);
    const auto request = ntp::decode(as_bytes(sent.text));
    if (server == servers.end() || !request || request->mode != Mode::client) return;
    ++server->asked;
    server->poll = static_cast<std::uint8_t>(request->poll);
    Packet answer;
    answer.mode = Mode::server;
    answer.stratum = server->stratum;
    answer.origin = request->transmit;
    answer.receive = answer.transmit = ntp::to_timestamp(time_of(*server, server->there));
    if (!server->change(answer)) return;
    timers.push_back(std::make_unique<Timer>(world.time.scheduler, [this, from = server->address, answer] {
      ip.deliver(from, 123, 123, ntp::encode(answer));
    }));
    timers.back()->arm(world.time.now() + server->there + server->back);
  }
  WallTime time_of(const Server& server, Duration later = {}) const {
    return noon + std::chrono::floor<std::chrono::milliseconds>(world.time.now() - start + later + server.ahead);
  }
  /// How far the router's clock is from the first server's.
  Duration error() const { return world.wall.now() - time_of(servers[0]); }
  std::size_t logged(std::string_view text) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        world.records, [&](const LogRecord& record) { return record.message.find(text) != std::string::npos; }));
  }
  void wait(Duration time) { world.time.advance(time); }
  std::vector<std::unique_ptr<Timer>> timers;
};

bool near(Duration error, Duration limit = 2ms) { return error <= limit && error >= -limit; }

TEST_CASE("The interval grows while a server answers and begins anew when it is lost") {
  World ntp;
  ntp.wait(10s);
  CHECK(ntp.servers[0].asked == 5);  // four at once, then one a minute
  CHECK(ntp.servers[0].poll == 6);
  ntp.wait(4h);
  CHECK(ntp.servers[0].poll == 10);
  const unsigned before = ntp.servers[0].asked;
  ntp.wait(3h);
  CHECK(ntp.servers[0].asked - before <= 11);
  CHECK(near(ntp.error()));
  ntp.servers[0].change = [](Packet&) { return false; };
  ntp.wait(3h);
  CHECK(ntp.logged("NTP peer 192.168.1.100 cannot be reached") == 1);
  CHECK(ntp.servers[0].poll == 6);
  CHECK(ntp("show ntp").find("192.168.1.100     Client   3        -        64    000\n") != std::string::npos);
  ntp.servers[0].change = [](Packet&) { return true; };
  ntp.wait(2min);
  CHECK(ntp("show ntp").find("192.168.1.100     Client   3        2        64    ") != std::string::npos);
}

TEST_CASE("Half of the answers lost, or all of them slow, do not keep the clock from the right time") {
  Server server;
  bool odd = false;
  server.change = [&odd](Packet&) { return odd = !odd; };
  server.ahead = 1h;
  World ntp({server});
  ntp.wait(1h);
  CHECK(near(ntp.error()));
  ntp.servers[0].there = ntp.servers[0].back = 1s;
  ntp.wait(1h);
  CHECK(near(ntp.error()));
}

TEST_CASE("An answer that comes after the next question is not believed") {
  Server server;
  server.back = 3s;  // the questions of the start are two seconds apart
  server.ahead = 1h;
  World ntp({server});
  ntp.wait(8s);
  CHECK(ntp("show ntp").find("Received         0   Discarded         3\n") != std::string::npos);
  ntp.wait(1min);
  CHECK(near(ntp.error(), 3s));
}

TEST_CASE("Forged and useless answers move nothing") {
  using Change = std::function<bool(Packet&)>;
  const auto change = GENERATE(
      values<Change>({[](Packet& p) { return p.origin = 12345, true; }, [](Packet& p) { return p.origin = 0, true; },
                      [](Packet& p) { return p.stratum = 16, true; }, [](Packet& p) { return p.stratum = 255, true; },
                      [](Packet& p) { return p.leap = 3, true; }, [](Packet& p) { return p.transmit = 0, true; },
                      [](Packet& p) { return p.receive = 0, true; }, [](Packet& p) { return p.root_delay = 40s, true; },
                      [](Packet& p) { return p.mode = Mode::symmetric_active, true; },
                      [](Packet& p) { return p.stratum = 0, true; }}));
  Server server;
  server.ahead = 1h;
  server.change = change;
  World ntp({server});
  const WallTime before = ntp.world.wall.now();
  ntp.wait(1h);
  CHECK(ntp.world.wall.now() == before + 1h);
  CHECK(ntp("show ntp").find("Last Updated        : -\n") != std::string::npos);
  CHECK(ntp.logged("Clock set") == 0);
}

TEST_CASE("Leap warnings are no reason to doubt a server") {
  Server server;
  server.ahead = 1h;
  server.change = [](Packet& answer) { return answer.leap = 1, true; };
  World ntp({server});
  ntp.wait(1min);
  CHECK(near(ntp.error()));
}

TEST_CASE("A kiss of death quietens the router, whose log tells it once") {
  Server server;
  server.change = [](Packet& answer) { return answer.stratum = 0, answer.reference_id = 0x52415445, true; };  // RATE
  World ntp({server});
  ntp.wait(3h);
  CHECK(ntp.servers[0].asked == 11);  // every 1024 seconds
  CHECK(ntp.logged("NTP peer 192.168.1.100 refuses to serve") == 1);
  ntp.servers[0].change = [](Packet&) { return true; };
  ntp.wait(20min);
  CHECK(near(ntp.error()));
}

TEST_CASE("A step is logged, a correction is not") {
  World ntp;
  ntp.wait(1h);
  ntp.servers[0].ahead += 100ms;
  ntp.wait(1h);
  CHECK(near(ntp.error()));
  CHECK(ntp.logged("Clock set") == 0);
  ntp.servers[0].ahead += 129ms;
  ntp.wait(1h);
  CHECK(near(ntp.error()));
  CHECK(ntp.logged("Clock set to") == 1);
  ntp.servers[0].ahead -= 24h;
  ntp.wait(2h);
  CHECK(near(ntp.error()));
  CHECK(ntp.logged("Clock set to") == 2);
  CHECK(ntp.world.records.back().message.ends_with("on 01-Feb-2007 by NTP peer 192.168.1.100"));
}

TEST_CASE("Another server takes over, and one that was deleted counts no more") {
  Server first, second;
  second.address = Ipv4Address(192, 168, 1, 101);
  second.stratum = 3;
  second.ahead = 10s;
  World ntp({first, second});
  ntp.wait(10min);
  CHECK(near(ntp.error()));
  ntp("delete ntp peer=192.168.1.100");
  ntp.wait(20min);
  CHECK(near(ntp.error() - 10s));
  ntp("add ntp peer=192.168.1.100");
  ntp.wait(1min);
  CHECK(near(ntp.error()));
}

TEST_CASE("Two routers that ask each other do not take their own time for the other's") {
  Server peer;
  peer.stratum = 4;
  peer.change = [](Packet& answer) { return answer.reference_id = Ipv4Address(192, 168, 1, 1).value, true; };
  World ntp({peer});
  ntp.ip.own = Ipv4Address(192, 168, 1, 1);
  ntp.wait(1h);
  CHECK(ntp("show ntp").find("Stratum             : 16\n") != std::string::npos);
  ntp.ip.own = {};
  ntp.wait(5min);
  CHECK(ntp("show ntp").find("Stratum             : 5\n") != std::string::npos);
}

}  // namespace
}  // namespace arrouter::test
