// Servers: which is asked, how often, whose answer counts.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "os/base/limits.h"
#include "tests/unit/radius/server.h"

using namespace arrouter;
using namespace arrouter::radius;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

struct OneServer : RadiusDesk {
  RadiusServer server{channel, enco.api, "10.0.0.2", "sharedsecret"};
  OneServer() { (*this)("add radius server=10.0.0.2 secret=sharedsecret"); }
  std::uint64_t counter(const std::string& name) {
    const std::string text = (*this)("show radius counter");
    const auto at = text.find(name + " ");
    REQUIRE(at != std::string::npos);
    return std::stoull(text.substr(text.find_first_of("0123456789", at + name.size())));
  }
};

struct TwoServers : OneServer {
  RadiusServer second{channel, enco.api, "10.0.0.3", "another", 1812};
  TwoServers() { (*this)("add radius server=10.0.0.3 secret=another port=1812"); }
};

}  // namespace

TEST_CASE("yes, no, and nobody to ask") {
  OneServer net;
  SECTION("yes") {
    net.server.extra.emplace_back(Type::service_type, 6);
    net.ask();
    net.base.time.advance(1s);
    REQUIRE(net.answers.size() == 1);
    CHECK(net.answers[0].verdict == Verdict::accepted);
    CHECK(net.answers[0].server == Ipv4Address(10, 0, 0, 2));
    REQUIRE(net.answers[0].find(Type::service_type) != nullptr);
    CHECK(net.answers[0].find(Type::service_type)->number() == 6);
    CHECK(net.answers[0].find(Type::reply_message) == nullptr);
    CHECK(net.logged("RADIUS server 10.0.0.2 accepted user alice"));
  }
  SECTION("no") {
    net.ask("alice", "wonderland");
    net.base.time.advance(1s);
    REQUIRE(net.answers.size() == 1);
    CHECK(net.answers[0].verdict == Verdict::rejected);
    CHECK(net.logged("RADIUS server 10.0.0.2 rejected user alice"));
  }
  SECTION("a question instead of an answer is a no") {
    net.server.challenge = true;
    net.ask();
    net.base.time.advance(1s);
    CHECK(net.answers.at(0).verdict == Verdict::rejected);
    CHECK(net.counter("accessChallenges") == 1);
  }
  SECTION("no server, or none for authentication") {
    net("delete radius server=10.0.0.2");
    net.ask();
    net("add radius server=10.0.0.2 secret=sharedsecret port=0");
    net.ask();
    CHECK_FALSE(net.radius.api.any());
    REQUIRE(net.answers.size() == 2);
    CHECK(net.answers[0].verdict == Verdict::no_server);
    CHECK(net.answers[1].verdict == Verdict::no_server);
    CHECK(net.server.requests.empty());
  }
  SECTION("what fits no request is a no without asking") {
    net.ask(std::string(253, 'u'), std::string(128, 'p'));
    net.base.time.advance(1s);
    CHECK(net.server.requests.size() == 1);
    CHECK(net.server.requests[0].password == std::string(128, 'p'));
    net.ask(std::string(254, 'u'));
    net.ask("alice", std::string(129, 'p'));
    net.ask("");
    CHECK(net.answers.size() == 4);
    CHECK(net.server.requests.size() == 1);
    CHECK(net.answers[3].verdict == Verdict::rejected);
  }
  // Nothing is listened on once nobody waits.
  CHECK(net.ip.listeners.empty());
}

TEST_CASE("a lost answer: the same request again, at most RETRANSMITCOUNT times, TIMEOUT seconds apart") {
  OneServer net;
  net.ask();
  SECTION("one lost") {
    net.server.lose = 1;
    net.base.time.advance(5999ms);
    CHECK(net.server.requests.size() == 1);
    CHECK(net.answers.empty());
    net.base.time.advance(20ms);
    REQUIRE(net.server.requests.size() == 2);
    CHECK(net.server.requests[0].packet == net.server.requests[1].packet);
    CHECK(net.answers.size() == 1);
  }
  SECTION("all lost") {
    net.server.silent = true;
    net.base.time.advance(23999ms);
    CHECK(net.server.requests.size() == 4);
    CHECK(net.answers.empty());
    net.base.time.advance(2ms);
    REQUIRE(net.answers.size() == 1);
    CHECK(net.answers[0].verdict == Verdict::unanswered);
    CHECK(net.logged("RADIUS server 10.0.0.2 does not answer"));
    CHECK(net.counter("timeouts") == 4);
  }
  SECTION("other settings") {
    net("set radius timeout=1 retransmitcount=1");
    net.server.silent = true;
    net.base.time.advance(6001ms);  // the time already running stays
    net.base.time.advance(1s);
    CHECK(net.server.requests.size() == 2);
    CHECK(net.answers.size() == 1);
  }
}

TEST_CASE("the second server is asked when the first is silent, never when it says no") {
  TwoServers net;
  SECTION("silent") {
    net.server.silent = true;
    net.ask();
    net.base.time.advance(23990ms);
    CHECK(net.second.requests.empty());
    net.base.time.advance(100ms);
    REQUIRE(net.second.requests.size() == 1);
    CHECK(net.second.requests[0].password == "Wonderland");
    CHECK(std::equal(net.second.requests[0].packet.begin() + 4, net.second.requests[0].packet.begin() + 20,
                     net.server.requests[0].packet.begin() + 4) == false);
    CHECK(net.answers.at(0).server == Ipv4Address(10, 0, 0, 3));
    // Without DEADTIME the next one waits again.
    net.ask();
    net.base.time.advance(1s);
    CHECK(net.server.requests.size() == 5);
    CHECK(net.answers.size() == 1);
  }
  SECTION("no") {
    net.server.users.clear();
    net.ask();
    net.base.time.advance(60s);
    CHECK(net.answers.at(0).verdict == Verdict::rejected);
    CHECK(net.second.requests.empty());
  }
  SECTION("a silent one is left alone for DEADTIME minutes") {
    net("set radius deadtime=2");
    net.server.silent = true;
    net.ask();
    net.base.time.advance(25s);
    CHECK(net("show radius").find("10.0.0.2          1645    1646      Dead") != std::string::npos);
    net.ask();
    net.base.time.advance(1s);
    CHECK(net.server.requests.size() == 4);
    CHECK(net.answers.size() == 2);
    net.server.silent = false;
    net.base.time.advance(119s);
    CHECK(net("show radius").find("10.0.0.2          1645    1646      Alive") != std::string::npos);
    net.ask();
    net.base.time.advance(1s);
    CHECK(net.answers.at(2).server == Ipv4Address(10, 0, 0, 2));
  }
  SECTION("both dead: nobody is asked") {
    net("set radius deadtime=1");
    net.server.silent = net.second.silent = true;
    net.ask();
    net.base.time.advance(50s);
    CHECK(net.answers.size() == 1);
    net.ask();
    CHECK(net.answers.at(1).verdict == Verdict::unanswered);
    CHECK(net.second.requests.size() == 4);
  }
  SECTION("deleted while it is being asked") {
    net.server.silent = true;
    net.ask();
    net.base.time.advance(1s);
    net("delete radius server=10.0.0.2");
    net.base.time.advance(1s);
    CHECK(net.answers.at(0).server == Ipv4Address(10, 0, 0, 3));
  }
}

TEST_CASE("answers that do not count") {
  OneServer net;
  const auto ask_in_vain = [&] {
    net.ask();
    net.base.time.advance(1s);
    CHECK(net.answers.empty());
  };
  SECTION("forged: another secret") {
    RadiusServer forger(net.channel, net.enco.api, "10.0.0.2", "guess");
    forger.sign = false;
    ask_in_vain();
    CHECK(net.counter("badAuthenticators") == 1);
  }
  SECTION("a Message-Authenticator that is wrong in a packet that is right otherwise") {
    net.server.spoil = [&](Bytes& packet) {
      packet[22] ^= 1;
      std::copy_n(net.server.requests.back().packet.begin() + 4, 16, packet.begin() + 4);
      const std::array<ByteView, 2> parts{packet, as_bytes("sharedsecret")};
      std::ranges::copy(net.enco.api.hash(enco::Hash::md5, parts), packet.begin() + 4);
    };
    ask_in_vain();
    CHECK(net.counter("badAuthenticators") == 1);
  }
  SECTION("from another port, with another identifier") {
    net.server.reply_port = 1812;
    ask_in_vain();
    CHECK(net.counter("Packets without a request") == 1);
    net.server.reply_port.reset();
    net.server.spoil = [](Bytes& packet) { ++packet[1]; };
    ask_in_vain();
    CHECK(net.counter("Packets without a request") == 2);
  }
  SECTION("malformed") {
    net.server.spoil = [](Bytes& packet) { packet.pop_back(); };
    ask_in_vain();
    CHECK(net.counter("malformedReplies") == 1);
  }
  SECTION("an accounting response") {
    net.server.spoil = [](Bytes& packet) { packet[0] = 5; };
    ask_in_vain();
    CHECK(net.counter("unknownTypes") == 1);
  }
  SECTION("twice") {
    net.channel.copies = 2;
    net.ask();
    net.base.time.advance(1s);
    CHECK(net.answers.size() == 1);
  }
  SECTION("without a Message-Authenticator from a server that has sent one") {
    net.server.sign = false;
    net.ask();
    net.base.time.advance(1s);
    CHECK(net.answers.size() == 1);  // an old server that never signs
    net.server.sign = true;
    net.ask();
    net.base.time.advance(1s);
    CHECK(net.answers.size() == 2);
    net.server.sign = false;
    net.ask();
    net.base.time.advance(1s);
    CHECK(net.answers.size() == 2);
    CHECK(net.counter("unsignedReplies") == 1);
  }
}

TEST_CASE("who asked has gone: no answer, no more requests") {
  OneServer net;
  net.server.silent = true;
  net.ask();
  net.owner.reset();
  net.base.time.advance(100s);
  CHECK(net.server.requests.size() == 1);
  CHECK(net.answers.empty());
  CHECK(net.ip.listeners.empty());
}

TEST_CASE("256 queries at once, not one more") {
  OneServer net;
  net.server.silent = true;
  for (int i = 0; i < 256; ++i) net.ask();
  CHECK(net.answers.empty());
  net.ask();
  REQUIRE(net.answers.size() == 1);
  CHECK(net.answers[0].verdict == Verdict::unanswered);
  net.server.silent = false;
  net.base.time.advance(10s);
  CHECK(net.answers.size() == 257);
}

TEST_CASE("servers: at most so many, each once, deleted by address; the script makes them again") {
  RadiusDesk desk;
  CHECK(desk("delete radius server=1.1.1.1") == "Error (3213257): RADIUS server 1.1.1.1 does not exist.\n");
  for (std::size_t i = 1; i <= limits::radius_servers; ++i)
    CHECK(desk(fmt::format("add radius server=10.1.1.{} secret=\"s {}\"", i, i)) ==
          "Info (1213003): Operation successful.\n");
  CHECK(desk("add radius server=10.1.1.1 secret=x") == "Error (3213256): RADIUS server 10.1.1.1 already exists.\n");
  CHECK(desk("add radius server=10.1.2.1 secret=x") == "Error (3213258): No more RADIUS servers can be added.\n");
  CHECK(desk("set radius timeout=15 retransmitcount=5 deadtime=1440") == "Info (1213003): Operation successful.\n");
  for (const char* line : {"set radius timeout=0", "set radius timeout=16", "set radius retransmitcount=0",
                           "set radius retransmitcount=6", "set radius deadtime=1441",
                           "add radius server=1.1.1.1 secret=x port=65536", "add radius server=1.1.1.1"})
    CHECK(desk(line).starts_with("Error (3035"));
  const std::string script = desk.desk.configuration();
  CHECK(script.starts_with("set radius timeout=15 retransmitcount=5 deadtime=1440\n"
                           "add radius server=10.1.1.1 secret=\"s 1\" port=1645 accport=1646\n"));
  RadiusDesk again;
  CHECK(again.desk.run(script).empty());
  CHECK(again.desk.configuration() == script);
  CHECK(desk("show radius").find("s 1") == std::string::npos);  // secrets stay off the screen
}
