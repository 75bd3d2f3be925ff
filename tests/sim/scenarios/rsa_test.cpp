// The example network with RSA signatures in place of the pre-shared key: each router makes a pair, writes its public
// key to a file, and reads the other's.
#include <fmt/format.h>

#include "tests/sim/scenarios/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

#define SET_ISAKMP "set isakmp pol=\"wiz_Peer1 to Peer2\" "

void make_pair_of_keys(Scenario& world, VirtualRouter& peer) {
  give(peer, {"create enco key=10 type=rsa length=512 description=\"my pair\""});
  world.time.advance(1s);
  give(peer, {"create enco key=10 type=rsa file=own.key format=hex"});
}

/// As a technician does it by hand: SHOW FILE here, LOAD there.
void hand_over_public_key(VirtualRouter& from, VirtualRouter& to) {
  REQUIRE(to->files().write({"flash", "peer.key"}, from->files().read({"flash", "own.key"}).value()));
  give(to, {"create enco key=11 type=rsa file=peer.key format=hex description=\"the peer\""});
}

void use_signatures(Scenario& world) {
  for (VirtualRouter* const peer : {&world.peer1, &world.peer2}) make_pair_of_keys(world, *peer);
  hand_over_public_key(world.peer1, world.peer2);
  hand_over_public_key(world.peer2, world.peer1);
  for (VirtualRouter* const peer : {&world.peer1, &world.peer2})
    give(*peer, {"destroy enco key=1", SET_ISAKMP "authtype=rsasig key=11 localrsakey=10"});
}

}  // namespace

TEST_CASE("RSA signatures: the healthy picture, in both modes and by every type of ID") {
  struct Case {
    std::string_view mode, id1, id2;
  };
  const Case each = GENERATE(values<Case>({{"main", "", ""},
                                           {"aggressive", "", ""},
                                           {"main", "100.100.100.1", "200.200.200.1"},
                                           {"aggressive", "peer1.example", "peer2.example"},
                                           {"main", "one@example", "two@example"},
                                           {"main", "cn=peer1,o=Example,c=NZ", "cn=peer2,o=Example,c=NZ"},
                                           {"aggressive", "cn=peer1,o=Example", "cn=peer2,o=Example"}}));
  CAPTURE(each.mode, each.id1);
  Scenario world;
  use_signatures(world);
  for (VirtualRouter* const peer : {&world.peer1, &world.peer2})
    give(*peer, {std::string(SET_ISAKMP "mode=") + std::string(each.mode)});
  if (!each.id1.empty()) {
    const auto ids = [](std::string_view own, std::string_view other) {
      return fmt::format(SET_ISAKMP "localid=\"{}\" remoteid=\"{}\"", own, other);
    };
    give(world.peer1, {ids(each.id1, each.id2)});
    give(world.peer2, {ids(each.id2, each.id1)});
  }
  world.check_healthy();
  CHECK(shows(world.peer1, "show isakmp sa detail", "Authentication Type .................. RSASIG"));
  CHECK(world.ping21());
}

TEST_CASE("RSA signatures with XAUTH: either end asks for the user, in both modes") {
  const std::string_view mode = GENERATE("main", "aggressive");
  const bool peer1_asks = GENERATE(true, false);
  CAPTURE(mode, peer1_asks);
  Scenario world;
  use_signatures(world);
  VirtualRouter& server = peer1_asks ? world.peer1 : world.peer2;
  VirtualRouter& client = peer1_asks ? world.peer2 : world.peer1;
  give(server, {"add user=alice pass=\"Wonder-land 7\" priv=user lo=no",
                std::string(SET_ISAKMP "xauth=server mode=") + std::string(mode)});
  give(client, {std::string(SET_ISAKMP "xauth=client xauthn=alice mode=") + std::string(mode)});
  SECTION("the right password") {
    give(client, {SET_ISAKMP "xauthp=\"Wonder-land 7\""});
    CHECK(world.ping12());
    CHECK(world.ping21());
    CHECK(times(log_of(server, "isakmp"), "XAUTH user alice accepted") == 1);
    CHECK(shows(server, "show isakmp sa detail", "Authentication Type .................. RSASIG"));
    CHECK(shows(client, "show isakmp sa detail", "Xauth Finished ..................... TRUE"));
    CHECK(isakmp_sa_count(server) == 1);
  }
  SECTION("another one: no quick mode, nothing in clear") {
    give(client, {SET_ISAKMP "xauthp=guess"});
    CHECK_FALSE(world.ping12());
    CHECK(times(log_of(server, "isakmp"), "XAUTH user alice refused: unknown name or wrong password") >= 1);
    CHECK(ipsec_sas(server).empty());
    CHECK(ipsec_sas(client).empty());
  }
  SECTION("the other end knows no XAUTH: phase 1 finds no common method") {
    give(client, {SET_ISAKMP "xauth=none"});
    CHECK_FALSE(world.ping12());
    CHECK_FALSE(world.ping21());
    CHECK(times(log_of(world.peer2, "isakmp"), "no proposal chosen (offered") >= 1);
    CHECK(isakmp_sa_count(world.peer2) == 0);
  }
}

TEST_CASE("RSA signatures: a script brings the policy back, the keys it never holds") {
  Scenario world;
  use_signatures(world);
  const std::string script = world.peer1.configuration();
  CHECK(script.find("auth=rsasig") != std::string::npos);
  CHECK(script.find("localr=10") != std::string::npos);
  CHECK(script.find("enco key") == std::string::npos);
}

TEST_CASE("RSA signatures: the wrong public key, and none of our own") {
  Scenario world;
  use_signatures(world);
  SECTION("Peer2 holds its own public key for Peer1's") {
    give(world.peer2, {"destroy enco key=11", "create enco key=11 type=rsa file=own.key format=hex"});
    CHECK_FALSE(world.ping12());
    CHECK(times(log_of(world.peer2, "isakmp"), "authentication failed (RSA signature does not fit key 11)") > 0);
    CHECK(counter(world.peer2, "show isakmp counters=main", "authFailed") > 0);
    give(world.peer2, {"destroy enco key=11", "create enco key=11 type=rsa file=peer.key format=hex"});
  }
  SECTION("Peer1 lost its pair by a restart in normal mode") {
    give(world.peer1, {"destroy enco key=10"});
    CHECK_FALSE(world.ping12());
    CHECK(times(log_of(world.peer1, "isakmp"), "cannot start: local RSA key 10 does not exist") > 0);
    give(world.peer1, {"delete file=own.key"});
    make_pair_of_keys(world, world.peer1);
    give(world.peer2, {"destroy enco key=11", "delete file=peer.key"});
    hand_over_public_key(world.peer1, world.peer2);
  }
  world.reset_both();
  world.check_healthy();
}
