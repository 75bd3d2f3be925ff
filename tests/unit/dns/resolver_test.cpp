#include <catch2/catch.hpp>

#include <set>

#include "modules/ip/resolver.h"
#include "os/base/limits.h"
#include "tests/support/fake_ip.h"
#include "tests/support/fake_tcp.h"
#include "tests/support/test_services.h"

namespace arrouter::ip {
namespace {

using namespace std::chrono_literals;
using test::FakeIp;

const Ipv4Address first(10, 0, 0, 1), second(10, 0, 0, 2), branch(10, 0, 0, 3), pc(192, 168, 1, 100);

struct Desk {
  test::TestServices world;
  FakeIp ip;
  Hosts hosts{{"Bulbul", Ipv4Address(192, 168, 1, 1)}};
  test::FakeTcp tcp{world.time};
  Resolver resolver{world.services, ip, hosts, &tcp};
  std::vector<std::optional<Ipv4Address>> found;
  std::vector<DnsApi::Lookup> open;

  Desk() {
    DnsSettings settings;
    settings.domains[""] = {first, second, ""};
    settings.domains["branch.example"] = {branch, {}, ""};
    REQUIRE(resolver.apply(settings));
  }
  void find(std::string_view name) {
    open.push_back(
        resolver.find_address(name, [this](std::optional<Ipv4Address> address) { found.push_back(address); }));
  }
  void wait(Duration duration) { world.time.advance(duration); }
  DnsMessage question(std::size_t back = 1) const {
    const auto& sent = ip.sent.at(ip.sent.size() - back);
    return decode_dns(as_bytes(sent.text)).value();
  }
  /// An answer to the latest question; `change` may spoil it.
  void answer(std::vector<DnsRecord> records, const std::function<void(DnsMessage&)>& change = {},
              std::optional<Ipv4Address> from = {}, std::uint16_t from_port = 53) {
    const auto sent = ip.sent.back();
    DnsMessage reply = question();
    reply.response = true;
    reply.answers = std::move(records);
    if (change) change(reply);
    ip.deliver(from.value_or(sent.destination), from_port, sent.source_port, encode_dns(reply));
  }
  static DnsRecord record(std::string name, Ipv4Address address, std::uint32_t ttl = 300) {
    return {std::move(name), DnsType::address, ttl, address, {}, 0};
  }
};

TEST_CASE("Addresses and the host table need no server") {
  Desk desk;
  desk.find("1.2.3.4");
  desk.find("BULBUL");
  CHECK(desk.found.empty());  // never inside the call
  desk.wait(0ms);
  CHECK(desk.found == std::vector<std::optional<Ipv4Address>>{Ipv4Address(1, 2, 3, 4), Ipv4Address(192, 168, 1, 1)});
  CHECK(desk.ip.sent.empty());
}

TEST_CASE("A server is asked, by domain") {
  Desk desk;
  desk.find("WWW.Example.com");
  REQUIRE(desk.ip.sent.size() == 1);
  CHECK(desk.ip.sent[0].destination == first);
  CHECK(desk.ip.sent[0].destination_port == 53);
  CHECK(desk.question().question.name == "www.example.com");
  desk.answer({Desk::record("www.example.com", pc)});
  CHECK(desk.found == std::vector<std::optional<Ipv4Address>>{pc});
  CHECK(desk.ip.listeners.empty());
  desk.find("a.branch.example");
  CHECK(desk.ip.sent.back().destination == branch);
  desk.find("branch.example");
  CHECK(desk.ip.sent.back().destination == branch);
  desk.find("xbranch.example");
  CHECK(desk.ip.sent.back().destination == first);
}

TEST_CASE("The other server is asked after two seconds, and after three rounds nobody") {
  Desk desk;
  desk.find("a.example");
  desk.wait(2s);
  CHECK(desk.ip.sent.back().destination == second);
  desk.wait(2s);
  CHECK(desk.ip.sent.back().destination == first);
  desk.wait(20s);
  CHECK(desk.ip.sent.size() == 6);
  CHECK(desk.found == std::vector<std::optional<Ipv4Address>>{std::nullopt});
  CHECK(desk.resolver.counters().timed_out == 6);
}

TEST_CASE("A failing server is passed over at once; that there is no such name is final") {
  Desk desk;
  desk.find("a.example");
  desk.answer({}, [](DnsMessage& reply) { reply.status = DnsStatus::server_failure; });
  CHECK(desk.ip.sent.back().destination == second);
  desk.answer({}, [](DnsMessage& reply) { reply.status = DnsStatus::no_such_name; });
  CHECK(desk.found == std::vector<std::optional<Ipv4Address>>{std::nullopt});
}

TEST_CASE("Only the answer to the question from the server that was asked counts") {
  Desk desk;
  desk.find("a.example");
  const std::vector<DnsRecord> wrong{Desk::record("a.example", Ipv4Address(6, 6, 6, 6))};
  desk.answer(wrong, [](DnsMessage& reply) { ++reply.id; });
  desk.answer(wrong, [](DnsMessage& reply) { reply.question.name = "b.example"; });
  desk.answer(wrong, [](DnsMessage& reply) { reply.response = false; });
  desk.answer(wrong, {}, second);
  desk.answer(wrong, {}, first, 54);
  CHECK(desk.found.empty());
  CHECK(desk.resolver.counters().strays == 5);
  desk.answer({Desk::record("other.example", Ipv4Address(6, 6, 6, 6)), Desk::record("a.example", pc)});
  CHECK(desk.found == std::vector<std::optional<Ipv4Address>>{pc});
}

TEST_CASE("Numbers and ports are not to be guessed") {
  Desk desk;
  std::set<std::uint16_t> ids, ports;
  for (int i = 0; i < 100; ++i) {
    desk.find("a" + std::to_string(i) + ".example");
    ids.insert(desk.question().id);
    ports.insert(desk.ip.sent.back().source_port);
  }
  CHECK(ids.size() > 95);
  CHECK(ports.size() == 100);
}

TEST_CASE("Who forgets the look-up hears nothing, and its question is over") {
  Desk desk;
  desk.find("a.example");
  desk.find("1.2.3.4");
  desk.open.clear();
  CHECK(desk.ip.listeners.empty());
  desk.wait(1min);
  CHECK(desk.found.empty());
}

TEST_CASE("The cache is off until it has a size; it keeps what it may as long as it may") {
  Desk desk;
  const auto ask = [&](std::string name, std::uint32_t ttl) {
    const std::size_t before = desk.ip.sent.size();
    desk.find(name);
    const bool sent = desk.ip.sent.size() != before;
    if (sent) desk.answer({Desk::record(name, pc, ttl)});
    desk.wait(0ms);
    CHECK(desk.found.back() == pc);
    return sent;
  };
  CHECK(ask("a.example", 300));
  CHECK(ask("a.example", 300));
  DnsSettings settings = desk.resolver.settings();
  settings.cache_size = 2;
  settings.cache_minutes = 10;
  desk.resolver.apply(settings);
  CHECK(ask("a.example", 300));
  CHECK_FALSE(ask("a.example", 300));
  desk.wait(301s);
  CHECK(ask("a.example", 100000));
  desk.wait(10min);
  CHECK(ask("a.example", 0));    // older than TIMEOUT allows
  CHECK(ask("a.example", 200));  // not to be kept at all
  CHECK(ask("b.example", 300));
  CHECK(ask("c.example", 400));
  CHECK(desk.resolver.cache().size() == 2);
  CHECK(ask("a.example", 300));  // made room for c
}

TEST_CASE("Mail exchangers come in their order; a domain may have none") {
  Desk desk;
  std::optional<std::vector<MailExchanger>> got;
  int calls = 0;
  const auto ask = [&] {
    return desk.resolver.find_mail_exchangers("example.com", [&](auto found) {
      got = std::move(found);
      ++calls;
    });
  };
  auto lookup = ask();
  CHECK(desk.question().question.type == 15);
  // encode_dns writes address records alone, so this one is made by hand.
  const auto& sent = desk.ip.sent.back();
  Bytes reply = encode_dns([&] {
    DnsMessage message = desk.question();
    message.response = true;
    return message;
  }());
  reply[7] = 2;
  const Bytes records =
      from_hex("c00c000f00010000003c00070014026232c00cc00c000f00010000003c0007000a026231c00c").value();
  reply.insert(reply.end(), records.begin(), records.end());
  desk.ip.deliver(first, 53, sent.source_port, reply);
  REQUIRE(got);
  REQUIRE(got->size() == 2);
  CHECK((*got)[0].host == "b1.example.com");
  CHECK((*got)[1].preference == 20);
  lookup = ask();
  desk.answer({}, [](DnsMessage& message) { message.status = DnsStatus::no_such_name; });
  REQUIRE(got);
  CHECK(got->empty());
  lookup = ask();
  desk.wait(1min);
  CHECK_FALSE(got);
  CHECK(calls == 3);
}

TEST_CASE("The relay passes questions on and answers back") {
  Desk desk;
  DnsSettings settings = desk.resolver.settings();
  settings.relay = true;
  settings.cache_size = 10;
  REQUIRE(desk.resolver.apply(settings));
  DnsMessage query;
  query.id = 0x7777;
  query.question = {"www.example.com", 1, 1};
  const auto ask = [&] { desk.ip.deliver(pc, 40000, 53, encode_dns(query)); };
  ask();
  ask();  // asked again meanwhile: one question is enough
  REQUIRE(desk.ip.sent.size() == 1);
  CHECK(desk.ip.sent[0].destination == first);
  CHECK(desk.question().id != 0x7777);
  desk.answer({Desk::record("www.example.com", pc, 60)});
  REQUIRE(desk.ip.sent.size() == 2);
  CHECK(desk.ip.sent[1].destination == pc);
  CHECK(desk.ip.sent[1].destination_port == 40000);
  CHECK(desk.question().id == 0x7777);
  CHECK(desk.question().answers[0].address == pc);
  desk.wait(20s);
  ask();  // from the cache, with the time that is left
  REQUIRE(desk.ip.sent.size() == 3);
  CHECK(desk.question().answers[0].ttl_s == 40);
  query.question.type = 28;
  ask();
  desk.wait(1min);
  CHECK(desk.question().status == DnsStatus::server_failure);
  CHECK(desk.question().id == 0x7777);
  desk.ip.deliver(pc, 40000, 53, as_bytes("nonsense"));
  CHECK(desk.resolver.relay_counters().requests == 5);
  CHECK(desk.resolver.relay_counters().from_cache == 1);
  CHECK(desk.resolver.relay_counters().discarded == 2);
  settings.relay = false;
  desk.resolver.apply(settings);
  CHECK_FALSE(desk.ip.deliver(pc, 40000, 53, encode_dns(query)));
}

TEST_CASE("No more than 256 questions are open") {
  Desk desk;
  for (std::size_t i = 0; i < limits::dns_questions + 1; ++i) desk.find("a" + std::to_string(i) + ".example");
  desk.wait(0ms);
  CHECK(desk.ip.listeners.size() == limits::dns_questions);
  CHECK(desk.found.size() == 1);
  CHECK(desk.resolver.counters().full == 1);
}

/// What stands in front of a message in a TCP stream, and the message.
std::string framed(const DnsMessage& message) {
  const Bytes bytes = encode_dns(message);
  std::string text{static_cast<char>(bytes.size() >> 8), static_cast<char>(bytes.size())};
  return text.append(bytes.begin(), bytes.end());
}

struct CutShort : Desk {
  /// The first server's answer by UDP has one address and says that there is more.
  CutShort() {
    find("a.example");
    answer({record("a.example", pc)}, [](DnsMessage& reply) { reply.truncated = true; });
    wait(0ms);
    REQUIRE(found.empty());
    REQUIRE(tcp.dialled.size() == 1);
  }
  DnsMessage reply(Ipv4Address address) const {
    DnsMessage message = question();
    message.response = true;
    message.answers = {record("a.example", address)};
    return message;
  }
};

TEST_CASE("An answer that is cut short is asked for again by TCP") {
  CutShort desk;
  CHECK(desk.tcp.dialled[0]->remote.address == first);
  CHECK(desk.tcp.dialled[0]->remote.port == 53);
  CHECK(desk.tcp.dialled[0]->heard() == framed(desk.question()));
  const std::string answer = framed(desk.reply(branch));
  for (const char byte : answer) {
    CHECK(desk.found.empty());
    desk.tcp.dialled[0]->say({&byte, 1});
  }
  CHECK(desk.found == std::vector<std::optional<Ipv4Address>>{branch});
  CHECK(desk.resolver.counters().by_tcp == 1);
  CHECK(desk.ip.listeners.empty());
}

TEST_CASE("Where TCP fails the short answer has to do") {
  CutShort desk;
  SECTION("the server hangs up") { desk.tcp.dialled[0]->hang_up(); }
  SECTION("the server never answers") {
    desk.wait(4999ms);
    CHECK(desk.found.empty());
    desk.wait(1ms);
  }
  SECTION("somebody answers another question") {
    DnsMessage other = desk.reply(branch);
    ++other.id;
    desk.tcp.dialled[0]->say(framed(other));
  }
  SECTION("the stream is no message") { desk.tcp.dialled[0]->say(std::string("\0\5abcde", 7)); }
  CHECK(desk.found == std::vector<std::optional<Ipv4Address>>{pc});
}

TEST_CASE("Nobody waits for TCP once the question is dropped") {
  CutShort desk;
  desk.open.clear();
  CHECK(desk.tcp.dialled[0]->hung_up_on());
  desk.wait(1min);
  CHECK(desk.found.empty());
}

TEST_CASE("What links learn counts where nothing else is configured, and goes with them") {
  Desk desk;
  desk.resolver.learnt("ppp0", branch, {});
  CHECK(desk.resolver.server(true) == first);
  DnsSettings settings;
  REQUIRE(desk.resolver.apply(settings));
  CHECK(desk.resolver.has_servers());
  desk.find("a.example");
  CHECK(desk.ip.sent.back().destination == branch);
  settings.domains[""] = {{}, {}, "ppp1"};
  REQUIRE(desk.resolver.apply(settings));
  CHECK(desk.resolver.server(true).unset());  // of that link only
  desk.resolver.learnt("ppp1", second, pc);
  CHECK(desk.resolver.server(true) == second);
  CHECK(desk.resolver.server(false) == pc);
  desk.resolver.learnt("ppp1", {}, {});
  desk.resolver.learnt("ppp0", {}, {});
  REQUIRE(desk.resolver.apply({}));
  CHECK_FALSE(desk.resolver.has_servers());
}

}  // namespace
}  // namespace arrouter::ip
