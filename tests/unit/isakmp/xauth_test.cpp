// Extended authentication: which method phase 1 speaks of, and the way to the verdict.
#include <catch2/catch.hpp>

#include "modules/isakmp/transforms.h"
#include "tests/unit/isakmp/dialin.h"

using namespace arrouter;
using namespace arrouter::isakmp;
using namespace arrouter::test;

TEST_CASE("the phase 1 method follows AUTHTYPE, XAUTH and the side this router is on") {
  struct {
    AuthMethod authentication;
    XauthMode xauth;
    Role role;
    unsigned value;
  } const rows[] = {
      {AuthMethod::preshared, XauthMode::none, Role::initiator, 1},
      {AuthMethod::preshared, XauthMode::none, Role::responder, 1},
      {AuthMethod::preshared, XauthMode::client, Role::initiator, 65001},
      {AuthMethod::preshared, XauthMode::server, Role::responder, 65001},
      {AuthMethod::preshared, XauthMode::client, Role::responder, 65002},
      {AuthMethod::preshared, XauthMode::server, Role::initiator, 65002},
      {AuthMethod::rsa_signature, XauthMode::none, Role::initiator, 3},
      {AuthMethod::rsa_signature, XauthMode::client, Role::initiator, 65005},
      {AuthMethod::rsa_signature, XauthMode::server, Role::responder, 65005},
      {AuthMethod::rsa_signature, XauthMode::client, Role::responder, 65006},
      {AuthMethod::rsa_signature, XauthMode::server, Role::initiator, 65006},
  };
  for (const auto& row : rows) {
    Policy policy;
    policy.authentication = row.authentication;
    policy.xauth = row.xauth;
    CAPTURE(row.value, row.role == Role::initiator);
    CHECK(static_cast<unsigned>(phase1_method(policy, row.role)) == row.value);
    // What one side offers its mirror image takes, and nobody else.
    if (row.role == Role::responder) continue;
    const SaPayload offer = phase1_offer(policy);
    for (const XauthMode mode : {XauthMode::none, XauthMode::client, XauthMode::server}) {
      Policy peer = policy;
      peer.xauth = mode;
      const bool mirror = mode == (policy.xauth == XauthMode::client   ? XauthMode::server
                                   : policy.xauth == XauthMode::server ? XauthMode::client
                                                                       : XauthMode::none);
      CHECK(choose_phase1(offer, peer, Role::responder).has_value() == mirror);
    }
  }
}

TEST_CASE("a transform's authentication is named in the log, an unknown one by its number") {
  Phase1Transform transform{5, 0, 2, 65001, 2, 0, 0};
  CHECK(describe(transform) == "3DES SHA XAUTHINITPRESHARED MODP1024");
  transform.authentication = 64223;
  CHECK(describe(transform) == "3DES SHA authentication 64223 MODP1024");
}

namespace {

std::vector<std::string> transaction_states(const Peer& peer) {
  std::vector<std::string> states;
  std::istringstream lines(peer.terminal->text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("ISAKMP TRAN: ") && line.find("New State: ") != std::string::npos)
      states.push_back(line.substr(line.find("New State: ") + 11));
  return states;
}

}  // namespace

TEST_CASE("XAUTH in both modes, whoever begins: the user is checked, then quick mode") {
  const std::string mode = GENERATE("main", "aggressive");
  const bool server_calls = GENERATE(false, true);
  CAPTURE(mode, server_calls);
  Dialin net("enc=3desouter gro=1 mode=" + mode, server_calls ? xauth_server : xauth_client,
             server_calls ? xauth_client : xauth_server);
  Peer& asking = server_calls ? net.a : net.b;
  Peer& answering = server_calls ? net.b : net.a;
  asking.run("enable isakmp debug=state");
  answering.run("enable isakmp debug=state");
  net.want(net.a);
  REQUIRE(net.up());
  CHECK(asking.logged("XAUTH user alice accepted, peer " + to_string(answering.ip.own)));
  CHECK(asking.logged("Phase 1.5 [transaction] completed successfully with peer " + to_string(answering.ip.own)));
  CHECK(answering.logged("XAUTH user alice accepted"));
  CHECK(transaction_states(asking) ==
        std::vector<std::string>{"IDLE", "REQSENT", "REPRECV", "SETSENT", "ACKRECV", "UP"});
  CHECK(transaction_states(answering) ==
        std::vector<std::string>{"REQRECV", "REPSENT", "UP", "SETRECV", "ACKSENT", "UP"});
  for (const char* const name : {"reqTx", "repRx", "setTx", "ackRx", "xauthGood"}) CHECK(asking.counter(name) == 1);
  for (const char* const name : {"reqRx", "repTx", "setRx", "ackTx", "xauthGood"}) CHECK(answering.counter(name) == 1);
  CHECK(asking.counter("xauthFailed") == 0);
  // Nothing of phase 2 before the verdict is acknowledged.
  std::size_t transactions = 0;
  for (const Flying& datagram : net.channel.sent) {
    if (is_transaction(datagram)) ++transactions;
    if (is_exchange(datagram, ExchangeType::quick)) CHECK(transactions == 4);
  }
  CHECK(asking.run("show isakmp sa=1").find("    Xauth Finished ..................... TRUE\n") != std::string::npos);
  CHECK(asking.run("show isakmp sa=1").find("  Status ............................... OK\n") != std::string::npos);
}
