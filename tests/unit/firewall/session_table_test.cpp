#include "modules/firewall/session_table.h"

#include <catch2/catch.hpp>

#include <map>

#include "tests/support/test_services.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;
using firewall::Direction;
using firewall::FlowKey;
using firewall::Session;
using firewall::SessionTable;

FlowKey key(std::uint32_t host, std::uint16_t port) {
  return {{Ipv4Address(0x0a000000 + host), port}, {Ipv4Address(8, 8, 8, 8), 53}, 17};
}

struct Table {
  explicit Table(std::size_t limit)
      : table(services.services.clock, services.services.scheduler, services.random, limit,
              [this](Session& session) { ended.push_back(session.private_key.source.port); }) {}
  /// The public side's address is another one.
  Session* add(std::uint32_t host, std::uint16_t port, Duration life) {
    Session session;
    session.private_key = session.public_key = key(host, port);
    session.public_key.source.address = Ipv4Address(Ipv4Address(200, 0, 0, 0).value + host);
    session.expires = services.services.clock.now() + life;
    return table.add(session, 0);
  }
  TestServices services;
  std::vector<std::uint16_t> ended;
  SessionTable table;
};

TEST_CASE("a session is found by both sides, each seeing its own addresses") {
  Table bench(10);
  Session* const session = bench.add(1, 1000, 60s);
  const auto out = bench.table.find(key(1, 1000));
  CHECK(out.session == session);
  CHECK(out.direction == Direction::out);
  const auto in = bench.table.find(session->public_key.reversed());
  CHECK(in.session == session);
  CHECK(in.direction == Direction::in);
  CHECK_FALSE(bench.table.find(key(1, 1001)));
  CHECK_FALSE(bench.table.find(key(1, 1000).reversed()));
  const std::uint32_t handle = SessionTable::handle(*session, Direction::in);
  CHECK(bench.table.find(handle).session == session);
  bench.table.remove(*session);
  CHECK_FALSE(bench.table.find(handle));
  CHECK(bench.add(2, 1000, 60s) == session);  // the place is used again, the handle is stale
  CHECK_FALSE(bench.table.find(handle));
}

TEST_CASE("the table agrees with a plain map through thousands of changes") {
  Table bench(500);
  SeededRandom random(7);
  std::map<std::uint32_t, Session*> model;
  for (int step = 0; step < 20000; ++step) {
    const auto host = static_cast<std::uint32_t>(random.below(700));
    const auto held = model.find(host);
    CHECK(static_cast<bool>(bench.table.find(key(host, 1))) == (held != model.end()));
    if (held != model.end()) {
      bench.table.remove(*held->second);
      model.erase(held);
    } else if (model.size() < 500) {
      model[host] = bench.add(host, 1, 1h);
    }
  }
  CHECK(bench.table.size() == model.size());
  for (const auto& [host, session] : model) {
    CHECK(bench.table.find(session->public_key.reversed()).session == session);
  }
}

TEST_CASE("sessions end in their second, however far it is and however it moves") {
  Table bench(100);
  bench.services.time.advance(300ms);
  bench.add(1, 1, 10s);
  bench.add(2, 2, 5000s);
  Session* const moved = bench.add(3, 3, 10s);
  Session* const shortened = bench.add(4, 4, 5000s);
  bench.table.expire_at(*moved, moved->expires + 20s);
  bench.table.expire_at(*shortened, bench.services.services.clock.now() + 15s);
  bench.services.time.advance(11s);
  CHECK(bench.ended == std::vector<std::uint16_t>{1});
  bench.services.time.advance(5s);
  CHECK(bench.ended == std::vector<std::uint16_t>{1, 4});
  bench.services.time.advance(15s);
  CHECK(bench.ended == std::vector<std::uint16_t>{1, 4, 3});
  bench.services.time.advance(5000s - 31s - 1s);
  CHECK(bench.table.size() == 1);
  bench.services.time.advance(2s);
  CHECK(bench.table.size() == 0);
}

TEST_CASE("a full table gives up the oldest that was never established, and no other") {
  Table bench(3);
  Session* const first = bench.add(1, 1, 1h);
  bench.add(2, 2, 1h);
  bench.add(3, 3, 1h);
  bench.table.establish(*first);
  CHECK(bench.add(4, 4, 1h) != nullptr);
  CHECK(bench.ended == std::vector<std::uint16_t>{2});
  bench.table.each([&](const Session& session) { bench.table.establish(const_cast<Session&>(session)); });
  CHECK(bench.add(5, 5, 1h) == nullptr);
  CHECK(bench.table.size() == 3);
  CHECK(bench.table.peak() == 3);
}

TEST_CASE("ids: the wanted one when it is free, four digits as long as there are some") {
  Table bench(70000);
  Session values;
  values.expires = bench.services.services.clock.now() + 1h;
  values.private_key = values.public_key = key(1, 1);
  CHECK(bench.table.add(values, 0xedf0)->id == 0xedf0);
  values.private_key = values.public_key = key(2, 1);
  CHECK(bench.table.add(values, 0xedf0)->id == 1);
  std::map<std::uint32_t, int> ids;
  for (std::uint32_t host = 3; host < 69000; ++host) ++ids[bench.add(host, 1, 1h)->id];
  CHECK(ids.size() == 68997);
}

}  // namespace
}  // namespace arrouter::test
