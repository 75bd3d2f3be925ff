#include <catch2/catch.hpp>

#include "modules/ntp/client.h"

namespace arrouter::ntp {
namespace {

using namespace std::chrono_literals;

constexpr WallTime noon = std::chrono::sys_days(std::chrono::year(2007) / 2 / 2) + 12h;

/// A server whose clock is `ahead`, behind a way of `there` and `back`.
struct Exchange {
  Instant now{};
  WallTime utc = noon;
  SeededRandom random{1};
  Client client;

  Verdict run(Duration ahead, Duration there = 10ms, Duration held = 2ms, Duration back = 10ms,
              const std::function<void(Packet&)>& change = {}) {
    const Packet request = client.ask(now, utc, random);
    const auto at = [&](Duration after) {
      return to_timestamp(utc + std::chrono::duration_cast<std::chrono::milliseconds>(after + ahead));
    };
    Packet answer;
    answer.mode = Mode::server;
    answer.stratum = 2;
    answer.origin = request.transmit;
    answer.receive = at(there);
    answer.transmit = at(there + held);
    if (change) change(answer);
    pass(there + held + back);
    return client.answered(answer, now, utc);
  }
  void pass(Duration time) {
    now += time;
    utc += std::chrono::duration_cast<std::chrono::milliseconds>(time);
  }
};

TEST_CASE("Timestamps count from 1900 in two eras") {
  using namespace std::chrono;
  CHECK(to_timestamp(sys_days(year(1970) / 1 / 1)) == 2208988800ULL << 32);
  CHECK(to_timestamp(sys_days(year(2000) / 1 / 1)) == 3155673600ULL << 32);
  CHECK(from_timestamp(0) == WallTime(sys_days(year(2036) / 2 / 7) + 6h + 28min + 16s));
  for (const WallTime time : {WallTime(noon), noon + 999ms, noon + 1ms, WallTime(sys_days(year(1969) / 7 / 1)) + 500ms,
                              WallTime(sys_days(year(2036) / 2 / 7)), WallTime(sys_days(year(2099) / 1 / 1) + 1ms)}) {
    CHECK(from_timestamp(to_timestamp(time)) == time);
  }
}

// A reply of chrony 4.3 (stratum 3, version 3), as tcpdump shows it.
constexpr std::string_view chrony_reply =
    "1c0306e700000a2b0000003cc0a80101ea1b2c3d40000000a1b2c3d4e5f60718ea1b2c3f80000000ea1b2c3f80100000";

TEST_CASE("A packet is read and written") {
  const auto packet = decode(from_hex(chrony_reply).value());
  REQUIRE(packet);
  CHECK(packet->leap == 0);
  CHECK(packet->version == 3);
  CHECK(packet->mode == Mode::server);
  CHECK(packet->stratum == 3);
  CHECK(packet->poll == 6);
  CHECK(packet->precision == -25);
  CHECK(packet->root_delay == Duration(0x0a2bULL * 1'000'000'000 >> 16));
  CHECK(packet->reference_id == 0xc0a80101);
  CHECK(packet->origin == 0xa1b2c3d4e5f60718);
  CHECK(packet->transmit == 0xea1b2c3f80100000);
  Packet again = *packet;
  again.root_delay = 1s;
  again.root_dispersion = 100000s;  // more than the field holds
  const Bytes bytes = encode(again);
  CHECK(bytes.size() == 48);
  CHECK(to_hex(ByteView(bytes).subspan(4, 8)) == "00010000ffffffff");
}

TEST_CASE("What is no NTP packet is refused") {
  const Bytes whole = from_hex(chrony_reply).value();
  for (std::size_t length = 0; length < whole.size(); ++length) CHECK_FALSE(decode(ByteView(whole).first(length)));
  const auto first = [&](std::uint8_t octet) {
    Bytes changed = whole;
    changed[0] = octet;
    return decode(changed).has_value();
  };
  CHECK(first(3 << 3 | 3));
  CHECK_FALSE(first(0 << 3 | 3));  // versions 0 and 5
  CHECK_FALSE(first(5 << 3 | 3));
  CHECK_FALSE(first(3 << 3 | 0));  // modes 0, broadcast and control
  CHECK_FALSE(first(3 << 3 | 5));
  CHECK_FALSE(first(3 << 3 | 6));
}

TEST_CASE("Offset and delay are those of the clocks, whatever the server held the packet") {
  Exchange exchange;
  REQUIRE(exchange.run(5s, 30ms, 400ms, 10ms) == Verdict::good);
  CHECK(exchange.client.best()->offset == 5s + 10ms);  // half the difference of the ways
  CHECK(exchange.client.best()->delay == 40ms);
  REQUIRE(exchange.run(-3600s) == Verdict::good);
  CHECK(exchange.client.best()->offset == -3600s);
}

TEST_CASE("The sample with the shortest delay counts") {
  Exchange exchange;
  exchange.run(100ms, 10ms, 0ms, 10ms);
  exchange.run(100ms, 500ms, 0ms, 10ms);
  CHECK(exchange.client.best()->offset == 100ms);
  CHECK(exchange.client.best()->delay == 20ms);
  exchange.client.clock_moved(100ms);
  CHECK(exchange.client.best()->offset == 0ms);
  for (int i = 0; i < 8; ++i) exchange.run(0ms, 200ms, 0ms, 200ms);
  CHECK(exchange.client.best()->delay == 400ms);  // the short one is too old
}

TEST_CASE("Only the answer to the open question is believed, and only once") {
  Exchange exchange;
  CHECK(exchange.run(0ms, 10ms, 2ms, 10ms, [](Packet& answer) { answer.origin ^= 1; }) == Verdict::stray);
  CHECK(exchange.run(0ms, 10ms, 2ms, 10ms, [](Packet& answer) { answer.mode = Mode::client; }) == Verdict::stray);
  Packet replayed;
  CHECK(exchange.run(0ms, 10ms, 2ms, 10ms, [&](Packet& answer) { replayed = answer; }) == Verdict::good);
  CHECK(exchange.client.answered(replayed, exchange.now, exchange.utc) == Verdict::stray);
  Packet zero;
  zero.mode = Mode::server;
  CHECK(exchange.client.answered(zero, exchange.now, exchange.utc) == Verdict::stray);
}

TEST_CASE("A server that knows no time is not believed") {
  Exchange exchange;
  const auto verdict = [&](const std::function<void(Packet&)>& change) {
    return exchange.run(0ms, 1ms, 1ms, 1ms, change);
  };
  CHECK(verdict([](Packet& answer) { answer.leap = 3; }) == Verdict::unsynchronised);
  CHECK(verdict([](Packet& answer) { answer.stratum = 16; }) == Verdict::unsynchronised);
  CHECK(verdict([](Packet& answer) { answer.stratum = 15; }) == Verdict::good);
  CHECK(verdict([](Packet& answer) { answer.transmit = 0; }) == Verdict::unsynchronised);
  CHECK(verdict([](Packet& answer) { answer.root_dispersion = 17s; }) == Verdict::unsynchronised);
  CHECK(verdict([](Packet& answer) { answer.stratum = 0; }) == Verdict::refused);
  CHECK(exchange.client.next_request() == exchange.now + 1024s);
}

TEST_CASE("Old samples count less: a server that steps is followed although its way was shorter before") {
  Exchange exchange;
  exchange.run(0ms, 10ms, 0ms, 10ms);
  exchange.pass(64s);
  exchange.run(3600s, 10ms, 0ms, 11ms);  // a millisecond longer; 64 s of drift are as much
  CHECK(exchange.client.best()->offset > 3599s);
  exchange.pass(64s);
  exchange.run(0ms, 10ms, 0ms, 30ms);  // but not twenty
  CHECK(exchange.client.best()->offset > 3599s);
}

TEST_CASE("A server that refuses is asked seldom, and no more often because it does not answer") {
  Exchange exchange;
  const auto refuse = [](Packet& answer) { answer.stratum = 0; };
  CHECK(exchange.run(0ms, 1ms, 0ms, 1ms, refuse) == Verdict::refused);
  for (int i = 0; i < 10; ++i) {
    CHECK(exchange.client.refused());
    CHECK(exchange.client.next_request() - exchange.now > 1023s);
    exchange.now = exchange.client.next_request();
    exchange.client.ask(exchange.now, exchange.utc, exchange.random);
  }
  CHECK(exchange.run(0ms) == Verdict::good);
  CHECK_FALSE(exchange.client.refused());
}

TEST_CASE("Requests come often at first, then seldom, and often again when nobody answers") {
  Exchange exchange;
  const auto gap = [&](bool answer) {
    const Instant asked = exchange.now;
    if (answer) {
      exchange.run(0ms, 0ms, 0ms, 0ms);
    } else {
      exchange.client.ask(exchange.now, exchange.utc, exchange.random);
    }
    const Duration wait = exchange.client.next_request() - asked;
    exchange.pass(wait);
    return wait;
  };
  for (int i = 0; i < 4; ++i) CHECK(gap(true) == 2s);
  CHECK(gap(true) == 64s);
  for (int i = 0; i < 60; ++i) gap(true);
  CHECK(gap(true) == 1024s);
  CHECK(exchange.client.reach() == 0377);
  for (int i = 0; i < 8; ++i) gap(false);
  CHECK_FALSE(exchange.client.reachable());
  CHECK(exchange.client.best() == nullptr);
  CHECK(gap(false) == 64s);
}

}  // namespace
}  // namespace arrouter::ntp
