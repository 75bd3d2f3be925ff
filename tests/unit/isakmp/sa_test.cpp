// The table of ISAKMP SAs: message ids, cookies, deadlines, peers.
#include "modules/isakmp/sa.h"

#include <catch2/catch.hpp>

#include "os/base/limits.h"

using namespace arrouter;
using namespace arrouter::isakmp;
using namespace std::chrono_literals;

TEST_CASE("A message id is used once, as long as it is remembered") {
  constexpr std::uint32_t remembered = 8192;
  Sa sa;
  // Odd numbers times ids: every id differs and they come in no order.
  const auto id = [](std::uint32_t n) { return n * 2654435761U; };
  for (std::uint32_t n = 0; n < remembered; ++n) REQUIRE(sa.first_use(id(n)));
  CHECK_FALSE(sa.first_use(id(0)));
  CHECK_FALSE(sa.first_use(id(remembered - 1)));
  CHECK(sa.first_use(id(remembered)));  // the oldest is forgotten for it
  CHECK_FALSE(sa.first_use(id(1)));
  CHECK(sa.first_use(id(0)));
}

TEST_CASE("SAs are found by cookies, also when two share the initiator's") {
  SaDatabase sas;
  Sa* const first = sas.add(7, {Ipv4Address(1, 1, 1, 1)});
  Sa* const second = sas.add(7, {Ipv4Address(2, 2, 2, 2)});
  first->responder_cookie = 70;
  second->responder_cookie = 71;
  CHECK(sas.find(7, 70) == first);
  CHECK(sas.find(7, 71) == second);
  CHECK(sas.find(7, 72) == nullptr);
  CHECK(sas.find(8, 70) == nullptr);
  CHECK(sas.find_request(7, Ipv4Address(2, 2, 2, 2)) == second);
  CHECK(sas.find_request(7, Ipv4Address(3, 3, 3, 3)) == nullptr);
  sas.remove(first->id);
  CHECK(sas.find(7, 70) == nullptr);
  CHECK(sas.find(7, 71) == second);
  Sa* const own = sas.add(9, {});  // begun here: any responder cookie answers it
  own->initiator = true;
  CHECK(sas.find(9, 12345) == own);
  CHECK(sas.find_request(9, own->peer.address) == nullptr);
}

TEST_CASE("SAs of a peer are found where its NAT has moved it") {
  SaDatabase sas;
  const Ipv4Address before(1, 1, 1, 1), after(2, 2, 2, 2);
  Sa* const moved = sas.add(7, {before, 500});
  Sa* const other = sas.add(8, {before, 500});
  Sa* const there = sas.add(9, {after, 500});
  sas.set_peer(*moved, {before, 4500});
  CHECK(sas.with_peer(before) == std::vector<Sa*>{moved, other});
  sas.set_peer(*moved, {after, 1024});
  CHECK(moved->peer == Endpoint{after, 1024});
  CHECK(sas.with_peer(before) == std::vector<Sa*>{other});
  CHECK(sas.with_peer(after) == std::vector<Sa*>{moved, there});
  sas.remove(moved->id);
  CHECK(sas.with_peer(after) == std::vector<Sa*>{there});
}

TEST_CASE("SAs come due in order, and not once they are gone") {
  SaDatabase sas;
  const Instant start{1000s};
  Sa* const late = sas.add(1, {});
  Sa* const early = sas.add(2, {});
  CHECK_FALSE(sas.next_due());
  sas.set_due(*late, start + 20s);
  sas.set_due(*early, start + 10s);
  CHECK(sas.next_due() == start + 10s);
  CHECK(sas.due(start + 9s).empty());
  CHECK(sas.due(start + 10s) == std::vector<std::uint32_t>{early->id});
  CHECK(sas.due(start + 20s) == std::vector<std::uint32_t>{early->id, late->id});
  sas.set_due(*early, start + 30s);
  CHECK(sas.next_due() == start + 20s);
  sas.remove(late->id);
  CHECK(sas.next_due() == start + 30s);
  sas.set_due(*early, std::nullopt);
  CHECK_FALSE(sas.next_due());
}

TEST_CASE("The table of SAs has a limit") {
  SaDatabase sas;
  for (std::size_t n = 0; n < limits::isakmp_sas; ++n) REQUIRE(sas.add(n, {}) != nullptr);
  CHECK(sas.add(1, {}) == nullptr);
  sas.remove(1);
  CHECK(sas.add(1, {}) != nullptr);
}

TEST_CASE("Peers behind one NAT are told apart by the ID they proved") {
  SaDatabase sas;
  const Ipv4Address nat(150, 150, 150, 1);
  const auto add = [&](const std::string& id, bool behind_nat, bool active) {
    Sa* const sa = sas.add(1, {nat});
    sa->peer_id = id;
    sa->nat.remote = behind_nat;
    sa->state = active ? SaState::active : SaState::preparing;
    return sa;
  };
  Sa* const one = add("10.0.1.1", true, true);
  Sa* const two = add("10.0.2.1", true, true);
  add("10.0.1.1", true, false);
  Sa* const plain = add("150.150.150.1", false, true);
  CHECK(sas.active_with({nat, "10.0.1.1"}) == std::vector<Sa*>{one});
  CHECK(sas.active_with({nat, "10.0.2.1"}) == std::vector<Sa*>{two});
  CHECK(sas.active_with(nat) == std::vector<Sa*>{plain});
  CHECK(sas.with_peer(nat).size() == 4);
}
