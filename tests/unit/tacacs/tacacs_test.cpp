#include <fmt/format.h>

#include "modules/tacacs/packet.h"
#include "modules/tacacs/tacacs_module.h"
#include "os/base/limits.h"
#include "os/login.h"
#include "tests/support/module_desk.h"
#include "tests/unit/isakmp/peers.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;
using Reply = UserServers::Reply;

namespace {

struct Server {
  Server(Channel& channel, std::string_view address) : ip(channel, *parse_ipv4(address)) {
    ip.listen_udp(49, "tacacsd", [this](const UdpDatagram& datagram) {
      requests.emplace_back(datagram.payload.begin(), datagram.payload.end());
      if (!answer) return;
      const Bytes reply{0, 2, datagram.payload[2], datagram.payload[3], *answer, 0};
      ip.send_udp({ip.own, datagram.source, reply_port, datagram.source_port, reply});
    });
  }
  ChannelIp ip;
  std::vector<Bytes> requests;
  std::optional<std::uint8_t> answer;  // none: silent
  std::uint16_t reply_port = 49;
};

struct Desk {
  TestServices base;
  Channel channel{base.time};
  ChannelIp ip{channel, *parse_ipv4("10.0.0.1")};
  std::unique_ptr<Module> module = make_tacacs(base.services, ip);
  ModuleDesk desk{base, *module};
  Server first{channel, "10.0.0.2"}, second{channel, "10.0.0.3"};
  std::shared_ptr<int> owner = std::make_shared<int>();
  std::vector<UserServers::Answer> answers;

  Desk() { desk.run("add tacacs server=10.0.0.2\nadd tacacs server=10.0.0.3\n"); }
  void ask(std::string name = "bob", std::string_view password = "secret") {
    LoginRequest request{.name = std::move(name), .password = {}, .device = {}, .remote_from = {}};
    request.password.assign(password.begin(), password.end());
    base.users.tacacs_servers->ask(request, owner, [this](const auto& answer) { answers.push_back(answer); });
  }
  const UserCounters& counters() const { return base.users.counters; }
};

}  // namespace

TEST_CASE("a login request in the simple form, and its answers") {
  const ByteView password = as_bytes("pw");
  const SecretBytes request = tacacs::login_request(0x1234, "bob", password);
  CHECK(to_hex(request) == "000112340302626f627077");
  CHECK(tacacs::read_reply(*from_hex("000212340100"))->accepted);
  CHECK(tacacs::read_reply(*from_hex("000212340100"))->nonce == 0x1234);
  CHECK_FALSE(tacacs::read_reply(*from_hex("000212340203"))->accepted);
  for (const char* bad : {"", "0002123401", "800212340100", "000112340100", "000212340000", "000212340300"})
    CHECK_FALSE(tacacs::read_reply(*from_hex(bad)));
}

TEST_CASE("the first yes lets the user in, as USER") {
  Desk desk;
  desk.first.answer = 1;
  desk.ask();
  desk.base.time.advance(1s);
  REQUIRE(desk.answers.size() == 1);
  CHECK(desk.answers[0].reply == Reply::accepted);
  CHECK(desk.answers[0].privilege == Privilege::user);
  CHECK(desk.answers[0].server == "TACACS server 10.0.0.2");
  CHECK(desk.second.requests.empty());
  CHECK(to_hex(desk.first.requests.at(0)).substr(8) == "0306626f62736563726574");
  CHECK(desk.counters().tacacs_requests == 1);
  CHECK(desk.ip.listeners.empty());
}

TEST_CASE("a no goes on to the next server; all must say it") {
  Desk desk;
  desk.first.answer = 2;
  SECTION("no, yes") {
    desk.second.answer = 1;
    desk.ask();
    desk.base.time.advance(1s);
    CHECK(desk.answers.at(0).reply == Reply::accepted);
    CHECK(desk.counters().tacacs_rejects == 0);
  }
  SECTION("no, no") {
    desk.second.answer = 2;
    desk.ask();
    desk.base.time.advance(1s);
    CHECK(desk.answers.at(0).reply == Reply::rejected);
    CHECK(desk.counters().tacacs_rejects == 1);
  }
  SECTION("no, silence: the silent one is asked again, the other is not") {
    desk.ask();
    desk.base.time.advance(19s);
    CHECK(desk.answers.empty());
    desk.base.time.advance(2s);
    CHECK(desk.first.requests.size() == 1);
    CHECK(desk.second.requests.size() == 4);
    CHECK(desk.answers.at(0).reply == Reply::rejected);
    CHECK(desk.counters().tacacs_timeouts == 4);
  }
}

TEST_CASE("silent servers are asked in rounds, TACRETRIES more than one, TACTIMEOUT each") {
  Desk desk;
  desk.base.users.settings.tacacs_timeout_s = 2;
  desk.base.users.settings.tacacs_retries = 1;
  desk.ask();
  desk.base.time.advance(1999ms);
  CHECK(desk.second.requests.empty());
  desk.base.time.advance(1s);
  CHECK(desk.second.requests.size() == 1);
  desk.base.time.advance(2s);
  CHECK(desk.first.requests.size() == 2);
  CHECK(desk.first.requests[0] == desk.first.requests[1]);
  SECTION("to the end") {
    desk.base.time.advance(4s);
    CHECK(desk.answers.at(0).reply == Reply::unanswered);
    CHECK(desk.second.requests.size() == 2);
    CHECK(desk.counters().tacacs_failures == 1);
    CHECK(desk.counters().tacacs_timeouts == 4);
  }
  SECTION("no retries") {
    desk.base.users.settings.tacacs_retries = 0;
    desk.base.time.advance(2s);
    CHECK(desk.answers.size() == 1);
  }
  SECTION("who asked has gone") {
    desk.owner.reset();
    desk.base.time.advance(100s);
    CHECK(desk.answers.empty());
    CHECK(desk.first.requests.size() == 2);
    CHECK(desk.ip.listeners.empty());
  }
}

TEST_CASE("strangers and other ports do not answer; names of 255 bytes fit, of 256 do not") {
  Desk desk;
  desk.first.answer = 1;
  desk.first.reply_port = 50;
  desk.ask(std::string(255, 'n'), std::string(255, 'p'));
  desk.base.time.advance(1s);
  CHECK(desk.answers.empty());
  CHECK(desk.first.requests.at(0).size() == 6 + 510);
  desk.ask(std::string(256, 'n'));
  desk.ask("bob", std::string(256, 'p'));
  REQUIRE(desk.answers.size() == 2);
  CHECK(desk.answers[1].reply == Reply::unanswered);
}

TEST_CASE("the list of servers: each once, at most so many, shown, written and read back") {
  Desk desk;
  CHECK(desk.desk("add tacacs server=10.0.0.2") == "Error (3214256): TACACS server 10.0.0.2 already exists.\n");
  CHECK(desk.desk("delete tacacs server=10.9.9.9") == "Error (3214257): TACACS server 10.9.9.9 does not exist.\n");
  CHECK(desk.desk("show tacacs server") ==
        "TACACS Servers\n"
        "-------------------------------------------------------------------------------\n"
        "10.0.0.2\n10.0.0.3\n"
        "-------------------------------------------------------------------------------\n");
  CHECK(desk.desk.configuration() == "add tacacs server=10.0.0.2\nadd tacacs server=10.0.0.3\n");
  for (std::size_t i = 2; i < limits::tacacs_servers; ++i)
    CHECK(desk.desk(fmt::format("add tacacs server=10.1.1.{}", i)) == "Info (1214003): Operation successful.\n");
  CHECK(desk.desk("add tacacs server=10.2.2.2") == "Error (3214258): No more TACACS servers can be added.\n");
  CHECK(desk.desk("delete tacacs server=10.0.0.2") == "Info (1214003): Operation successful.\n");
}
