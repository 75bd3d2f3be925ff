// Extended authentication: which method phase 1 speaks of.
#include <catch2/catch.hpp>

#include "modules/isakmp/transforms.h"

using namespace arrouter;
using namespace arrouter::isakmp;

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
  transform.authentication = 64221;
  CHECK(describe(transform) == "3DES SHA authentication 64221 MODP1024");
}
