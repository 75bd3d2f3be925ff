#include <catch2/catch.hpp>

#include "netdev/impair_port.h"
#include "tests/support/virtual_time.h"
#include "tests/unit/netdev/frames.h"
#include "os/base/limits.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;
using Direction = ImpairPort::Direction;

namespace {

struct Cable {
  explicit Cable(std::uint64_t seed = 1) : port(driver, pool, time.scheduler, time, seed), up(port) {}
  void send(std::string_view text) { send_one(port, pool.copy(text_frame(host_mac, router_mac, text))); }
  void send_numbered(int count) {
    for (int i = 0; i < count; ++i) send(std::to_string(i));
  }
  std::vector<std::string> sent_texts() const {
    std::vector<std::string> texts;
    for (const Packet& frame : driver.sent) texts.push_back(text_of(frame));
    return texts;
  }

  VirtualTime time;
  PacketPool pool{3000, 4};
  TestPort driver{pool};
  ImpairPort port;
  Received up;
};

Impairment with(double Impairment::*member, double per_cent) {
  Impairment impairment;
  impairment.*member = per_cent;
  return impairment;
}

}  // namespace

TEST_CASE("a good cable changes nothing") {
  Cable cable;
  cable.driver.can = {true, true, true};
  CHECK(cable.port.offloads().tcp4);
  cable.send("a");
  cable.driver.arrive(text_frame(router_mac, host_mac, "b"));
  CHECK(cable.sent_texts() == std::vector<std::string>{"a"});
  REQUIRE(cable.up.frames.size() == 1);
  CHECK(text_of(cable.up.frames[0]) == "b");
  CHECK(cable.port.impair_counters(Direction::in).passed == 1);
  CHECK(cable.port.impair_counters(Direction::out).passed == 1);
}

TEST_CASE("loss is as likely as asked, repeats with its seed and differs with another") {
  Cable first(7), second(7), third(8);
  for (Cable* cable : {&first, &second, &third}) {
    cable->port.set(Direction::out, with(&Impairment::loss, 25));
    cable->send_numbered(2000);
  }
  const auto lost = first.port.impair_counters(Direction::out).lost;
  CHECK(lost > 430);
  CHECK(lost < 570);
  CHECK(first.driver.sent.size() == 2000 - lost);
  CHECK(first.sent_texts() == second.sent_texts());
  CHECK(first.sent_texts() != third.sent_texts());
}

TEST_CASE("directions are impaired by themselves") {
  Cable cable;
  cable.port.set(Direction::in, with(&Impairment::loss, 100));
  cable.send("a");
  cable.driver.arrive(text_frame(router_mac, host_mac, "b"));
  CHECK(cable.driver.sent.size() == 1);
  CHECK(cable.up.frames.empty());
  CHECK(cable.port.impair_counters(Direction::in).lost == 1);
}

TEST_CASE("delay and jitter keep the order") {
  Cable cable;
  Impairment impairment;
  impairment.delay = 20ms;
  impairment.jitter = 15ms;
  cable.port.set(Direction::out, impairment);
  cable.send_numbered(200);
  cable.time.advance(20ms - 1ns);
  CHECK(cable.driver.sent.empty());
  CHECK(cable.port.held(Direction::out) == 200);
  cable.time.advance(15ms + 1ns);
  const auto texts = cable.sent_texts();
  REQUIRE(texts.size() == 200);
  for (int i = 0; i < 200; ++i) CHECK(texts[static_cast<std::size_t>(i)] == std::to_string(i));
}

TEST_CASE("reordered frames are overtaken, nothing is lost") {
  Cable cable;
  cable.port.set(Direction::out, with(&Impairment::reorder, 30));
  for (int i = 0; i < 100; ++i) {
    cable.send(std::to_string(i));
    cable.time.advance(1ms);
  }
  cable.time.advance(1s);
  auto texts = cable.sent_texts();
  CHECK(texts.size() == 100);
  CHECK(cable.port.impair_counters(Direction::out).reordered > 10);
  bool overtaken = false;
  for (std::size_t i = 0; i < texts.size(); ++i) overtaken = overtaken || texts[i] != std::to_string(i);
  CHECK(overtaken);
  std::sort(texts.begin(), texts.end());
  CHECK(std::unique(texts.begin(), texts.end()) == texts.end());
}

TEST_CASE("duplicates come right behind the original") {
  Cable cable;
  cable.port.set(Direction::out, with(&Impairment::duplicate, 100));
  cable.send_numbered(3);
  CHECK(cable.sent_texts() == std::vector<std::string>{"0", "0", "1", "1", "2", "2"});
  CHECK(cable.port.impair_counters(Direction::out).duplicated == 3);
}

TEST_CASE("corruption flips one bit behind the Ethernet header and shows") {
  Cable cable;
  cable.port.set(Direction::in, with(&Impairment::corrupt, 100));
  const Bytes whole = transport_frame(wire::protocol::udp, 100);
  for (int i = 0; i < 200; ++i) cable.driver.arrive(super_frame(cable.pool, Segmentation::udp4, 100, 100));
  REQUIRE(cable.up.frames.size() == 200);
  for (const Packet& frame : cable.up.frames) {
    REQUIRE(frame->size() == whole.size());
    CHECK(frame->meta.checksum == Checksum::complete);
    int bits = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      bits += std::popcount(static_cast<unsigned>(frame->data()[i] ^ whole[i]));
      if (i < wire::ethernet_header) REQUIRE(bits == 0);
    }
    CHECK(bits == 1);
  }
}

TEST_CASE("chances are drawn for each frame of the wire, not for super-frames") {
  Cable cable;
  cable.driver.can = {true, true, true};
  cable.port.set(Direction::out, with(&Impairment::loss, 50));
  cable.port.set(Direction::in, with(&Impairment::loss, 50));
  CHECK_FALSE(cable.port.offloads().tcp4);
  send_one(cable.port, super_frame(cable.pool, Segmentation::tcp4, 60'000, 1000));
  cable.driver.arrive(super_frame(cable.pool, Segmentation::tcp4, 60'000, 1000));
  CHECK(cable.driver.sent.size() > 15);
  CHECK(cable.driver.sent.size() < 45);
  CHECK(cable.up.frames.size() > 15);
  CHECK(cable.up.frames.size() < 45);
}

TEST_CASE("no more frames are held back than the limit") {
  Cable cable;
  Impairment impairment;
  impairment.delay = 1s;
  cable.port.set(Direction::out, impairment);
  cable.send_numbered(static_cast<int>(limits::impair_queue) - 1);
  CHECK(cable.port.held(Direction::out) == limits::impair_queue - 1);
  cable.send("at the limit");
  CHECK(cable.port.impair_counters(Direction::out).overflowed == 0);
  cable.send("above");
  CHECK(cable.port.impair_counters(Direction::out).overflowed == 1);
  cable.time.advance(1s);
  CHECK(cable.driver.sent.size() == limits::impair_queue);
}

TEST_CASE("taking the cable out stops both directions and tells the link") {
  Cable cable;
  std::vector<bool> changes;
  cable.port.set_link_listener([&](bool up) { changes.push_back(up); });
  Impairment impairment;
  impairment.delay = 5ms;
  cable.port.set(Direction::out, impairment);
  cable.send("under way");
  cable.port.set_down(true);
  CHECK_FALSE(cable.port.link_up());
  cable.send("lost");
  cable.driver.arrive(text_frame(router_mac, host_mac, "lost too"));
  cable.driver.set_link(false);
  cable.driver.set_link(true);  // nobody hears of it: the cable is out anyway
  cable.time.advance(1s);
  CHECK(cable.driver.sent.empty());
  CHECK(cable.up.frames.empty());
  CHECK(cable.port.impair_counters(Direction::out).down == 2);
  CHECK(cable.port.impair_counters(Direction::in).down == 1);
  cable.port.set_down(false);
  CHECK(changes == std::vector<bool>{false, true});
  cable.driver.set_link(false);
  CHECK(changes.back() == false);
}

TEST_CASE("reset makes the cable new and starts the seed again") {
  Cable cable(5);
  const auto run = [&] {
    cable.driver.sent.clear();
    cable.port.set(Direction::out, with(&Impairment::loss, 50));
    cable.send_numbered(50);
    return cable.sent_texts();
  };
  const auto first = run();
  cable.port.set_down(true);
  cable.port.reset();
  CHECK(cable.port.link_up());
  CHECK_FALSE(cable.port.impairment(Direction::out).active());
  CHECK(cable.port.impair_counters(Direction::out).lost == 0);
  CHECK(run() == first);
}
