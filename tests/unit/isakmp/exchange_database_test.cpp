// The table of exchanges: found by number, message, job and time.
#include "modules/isakmp/exchange_database.h"

#include <catch2/catch.hpp>

#include "os/base/limits.h"

using namespace arrouter;
using namespace arrouter::isakmp;
using namespace std::chrono_literals;

TEST_CASE("Exchanges are found by id, by SA and message id, and by serial") {
  ExchangeDatabase table;
  Exchange* const main = table.add(ExchangeType::main, Role::responder, 5, 0);
  Exchange* const quick = table.add(ExchangeType::quick, Role::initiator, 5, 0x1234);
  Exchange* const other = table.add(ExchangeType::quick, Role::initiator, 6, 0x1234);
  REQUIRE(other != nullptr);
  CHECK(main->id == 1);
  CHECK(table.find(2) == quick);
  CHECK(table.find(5, 0) == main);
  CHECK(table.find(5, 0x1234) == quick);
  CHECK(table.find(6, 0x1234) == other);
  CHECK(table.find(6, 0) == nullptr);
  CHECK(table.by_serial(other->serial) == other);
  CHECK(table.of(5) == std::vector<Exchange*>{main, quick});
  CHECK(table.add(ExchangeType::quick, Role::responder, 5, 0x1234) == nullptr);  // one exchange for a message id
  const std::uint64_t serial = quick->serial;
  CHECK(table.remove(2));
  CHECK_FALSE(table.remove(2));
  CHECK(table.by_serial(serial) == nullptr);
  CHECK(table.of(5) == std::vector<Exchange*>{main});
}

TEST_CASE("Exchanges come due by their repetitions while they run, by their end when they are over") {
  ExchangeDatabase table;
  const Instant start{1000s};
  Exchange* const one = table.add(ExchangeType::main, Role::initiator, 1, 0);
  Exchange* const two = table.add(ExchangeType::main, Role::initiator, 2, 0);
  CHECK_FALSE(table.next_due());
  one->retransmits = true;
  one->retransmission.start({8, 4, Backoff::incremental}, start);
  table.reschedule(*one);
  two->finished = true;
  two->ends_at = start + 3s;
  table.reschedule(*two);
  CHECK(table.due(start + 2s).empty());
  CHECK(table.due(start + 3s) == std::vector<std::uint16_t>{2});
  CHECK(table.due(start + 4s) == std::vector<std::uint16_t>{2, 1});
  CHECK(table.remove(2));
  CHECK(table.next_due() == start + 4s);
  one->retransmits = false;  // its answer has come
  table.reschedule(*one);
  CHECK_FALSE(table.next_due());
}

TEST_CASE("The table of exchanges has a limit, and ids come round") {
  ExchangeDatabase table;
  for (std::uint32_t n = 0; n < limits::isakmp_exchanges; ++n)
    REQUIRE(table.add(ExchangeType::main, Role::responder, n, 0) != nullptr);
  CHECK(table.add(ExchangeType::main, Role::responder, 99999, 0) == nullptr);
  for (std::uint32_t n = 0; n < 70000; ++n) {
    REQUIRE(table.remove(table.of(n).front()->id));
    Exchange* const next = table.add(ExchangeType::main, Role::responder, n + limits::isakmp_exchanges, 0);
    REQUIRE(next != nullptr);
    REQUIRE(next->id != 0);
  }
}
