// Diffie-Hellman as ENCO's users see it: jobs that end later, secrets, what is refused.
#include <catch2/catch.hpp>

#include <bit>
#include <vector>

#include "modules/enco/enco_module.h"
#include "modules/enco/groups.h"
#include "os/base/limits.h"
#include "tests/support/test_services.h"

using namespace arrouter;
using namespace arrouter::enco;

namespace {

/// Runs a Diffie-Hellman job to its end; `answered` tells whether the call-back ran.
std::optional<SecretBytes> shared(MadeEnco& made, test::TestServices& world, const DhPair& own, ByteView peer,
                                  bool& answered) {
  auto owner = std::make_shared<int>(0);
  std::optional<SecretBytes> result;
  answered = false;
  made.api.dh_shared(own, peer, owner, [&](auto value) {
    answered = true;
    result = std::move(value);
  });
  world.time.advance(std::chrono::seconds(1));
  return result;
}

DhPair make_pair(MadeEnco& made, test::TestServices& world, Group group, unsigned bits = 160) {
  auto owner = std::make_shared<int>(0);
  std::optional<DhPair> made_pair;
  made.api.dh_generate(group, bits, owner, [&](auto pair) { made_pair = std::move(pair); });
  world.time.advance(std::chrono::seconds(1));
  return made_pair.value();
}
}  // namespace

TEST_CASE("two sides agree on a Diffie-Hellman secret in every group") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  for (const Group group : {Group::modp512, Group::modp768, Group::modp1024}) {
    auto owner = std::make_shared<int>(0);
    std::optional<DhPair> a, b;
    made.api.dh_generate(group, 160, owner, [&](auto pair) { a = std::move(pair); });
    made.api.dh_generate(group, 1023, owner, [&](auto pair) { b = std::move(pair); });
    CHECK_FALSE(a);  // never inside the call
    world.time.advance(std::chrono::seconds(1));
    REQUIRE(a);
    REQUIRE(b);
    CHECK(a->public_value.size() == group_bytes(group));
    CHECK(a->exponent.size() == 20);
    std::optional<SecretBytes> ab, ba;
    made.api.dh_shared(*a, b->public_value, owner, [&](auto value) { ab = std::move(value); });
    made.api.dh_shared(*b, a->public_value, owner, [&](auto value) { ba = std::move(value); });
    world.time.advance(std::chrono::seconds(1));
    REQUIRE(ab);
    CHECK(ab->size() == group_bytes(group));
    CHECK(ab == ba);
  }
}

TEST_CASE("public values that give the secret away are refused") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  for (const Group group : {Group::modp512, Group::modp768, Group::modp1024}) {
    const DhPair own = make_pair(made, world, group);
    const std::size_t bytes = group_bytes(group);
    Bytes one(bytes), two(bytes), below(bytes, 0xff), last(bytes, 0xff), prime(bytes, 0xff), above(bytes, 0xff);
    one.back() = 1;
    two.back() = 2;
    const Bytes p = group_prime(group);
    prime = below = last = p;
    below.back() = 0xfd;  // p - 2
    last.back() = 0xfe;   // p - 1
    bool answered = false;
    for (const Bytes& bad : {Bytes(), Bytes(bytes), one, last, prime, above, Bytes(2 * bytes, 0x55)}) {
      CHECK_FALSE(shared(made, world, own, bad, answered));
      CHECK(answered);
    }
    for (const Bytes& good : {two, Bytes{2}, below}) CHECK(shared(made, world, own, good, answered));
  }
}

TEST_CASE("an exponent has the bits that were asked for, within the group") {
  test::TestServices world;
  MadeEnco made = make_enco(world.services);
  const auto bits = [](const SecretBytes& exponent) {
    return exponent.size() * 8 - static_cast<std::size_t>(std::countl_zero(exponent.front()));
  };
  CHECK(bits(make_pair(made, world, Group::modp1024, 159).exponent) == 160);
  CHECK(bits(make_pair(made, world, Group::modp1024, 160).exponent) == 160);
  CHECK(bits(make_pair(made, world, Group::modp1024, 161).exponent) == 161);
  CHECK(bits(make_pair(made, world, Group::modp1024, 1023).exponent) == 1023);
  CHECK(bits(make_pair(made, world, Group::modp1024, 1024).exponent) == 1023);
  CHECK(bits(make_pair(made, world, Group::modp768, 1023).exponent) == 767);
}

TEST_CASE("a seed fixes the exponents") {
  test::TestServices first(7), second(7), other(8);
  MadeEnco a = make_enco(first.services), b = make_enco(second.services), c = make_enco(other.services);
  const Bytes value = make_pair(a, first, Group::modp768).public_value;
  CHECK(value == make_pair(b, second, Group::modp768).public_value);
  CHECK(value != make_pair(c, other, Group::modp768).public_value);
}

TEST_CASE("jobs are done in turn and refused when too many wait") {
  test::TestServices world;
  world.time.job_delay = std::chrono::seconds(1);
  MadeEnco made = make_enco(world.services);
  auto owner = std::make_shared<int>(0);
  std::size_t good = 0, refused = 0;
  const auto ask = [&] {
    made.api.dh_generate(Group::modp512, 160, owner, [&](auto pair) { ++(pair ? good : refused); });
  };
  for (std::size_t i = 0; i < limits::enco_jobs; ++i) ask();
  CHECK(refused == 0);
  ask();
  CHECK(refused == 0);  // never inside the call
  world.time.advance(std::chrono::milliseconds(1));
  CHECK(refused == 1);
  world.time.advance(std::chrono::seconds(1));
  CHECK(good == 4);  // DHPRIORITY=HIGH
  world.time.advance(std::chrono::seconds(limits::enco_jobs));
  CHECK(good == limits::enco_jobs);
  CHECK(refused == 1);
}

TEST_CASE("a result whose owner is gone is dropped") {
  test::TestServices world;
  world.time.job_delay = std::chrono::seconds(1);
  auto made = std::make_unique<MadeEnco>(make_enco(world.services));
  auto owner = std::make_shared<int>(0), module_gone = std::make_shared<int>(0);
  bool called = false;
  for (int i = 0; i < 6; ++i)  // some at work, some waiting
    made->api.dh_generate(Group::modp512, 160, owner, [&](auto) { called = true; });
  owner.reset();
  world.time.advance(std::chrono::seconds(5));
  CHECK_FALSE(called);
  made->api.dh_generate(Group::modp512, 160, module_gone, [&](auto) { called = true; });
  made.reset();
  world.time.advance(std::chrono::seconds(5));
  CHECK_FALSE(called);
}
