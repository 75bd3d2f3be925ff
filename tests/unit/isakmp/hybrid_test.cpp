// HYBRIDXAUTH: the server of XAUTH signs phase 1, its client has no key pair and proves itself by name and password.
#include "modules/isakmp/policy.h"
#include "tests/unit/isakmp/dialin.h"

using namespace arrouter;
using namespace arrouter::isakmp;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

/// `b` has the key pair 10, of which `a` knows the public key as 11, and asks for alice.
struct HybridDialin : Offices {
  explicit HybridDialin(const std::string& mode = "main") {
    b.run("create enco key=10 type=rsa length=512");
    time.advance(1s);
    b.run("create enco key=10 type=rsa file=own.key");
    REQUIRE(a.base.files.write({"flash", "peer.key"}, b.base.files.read({"flash", "own.key"}).value()));
    a.run("create enco key=11 type=rsa file=peer.key");
    REQUIRE(a.enco.api.rsa_public(11) == b.enco.api.rsa_public(10));
    const std::string both = " auth=rsasig hyb=on enc=3desouter gro=2 sendn=true mode=" + mode + " ";
    configure("create isakmp pol=keys pe=200.200.200.1 key=11" + both + xauth_client,
              "create isakmp pol=keys pe=100.100.100.1 localr=10" + both + xauth_server);
    add_user(b, "alice", "Wonderland");
  }
  void configure(const std::string& at_a, const std::string& at_b) {
    REQUIRE(a.run(at_a) == "Info (1082003): Operation successful.");
    REQUIRE(b.run(at_b) == "Info (1082003): Operation successful.");
    a.run("enable isakmp");
    b.run("enable isakmp");
  }
  bool none() const { return a.user.bundles.empty() && b.user.bundles.empty(); }
};

}  // namespace

TEST_CASE("hybrid authentication has methods of its own, with RSA and XAUTH alone") {
  Policy policy;
  policy.hybrid_xauth = true;
  const auto method = [&](Role role) { return static_cast<unsigned>(phase1_method(policy, role)); };
  CHECK(method(Role::initiator) == 1);
  policy.authentication = AuthMethod::rsa_signature;
  CHECK(method(Role::initiator) == 3);
  policy.xauth = XauthMode::client;
  CHECK(method(Role::initiator) == 64221);
  CHECK(method(Role::responder) == 64222);
  policy.xauth = XauthMode::server;
  CHECK(method(Role::initiator) == 64222);
  CHECK(method(Role::responder) == 64221);
  policy.authentication = AuthMethod::preshared;  // a key that both know proves both
  CHECK(method(Role::responder) == 65001);
  CHECK(name(AuthMethod::hybrid_init_rsa) == "HYBRIDINITRSA");
}

TEST_CASE("one pair of keys is enough, in main and aggressive mode, whoever begins") {
  const auto mode = GENERATE(as<std::string>{}, "main", "aggressive");
  const bool client_begins = GENERATE(true, false);
  CAPTURE(mode, client_begins);
  HybridDialin net(mode);
  SECTION("as they are") {}
  SECTION("jobs take their time") { net.time.job_delay = 3s; }
  SECTION("behind NAT traversal") {
    for (Peer* const peer : {&net.a, &net.b}) peer->run("set isakmp pol=keys natt=true");
  }
  net.want(client_begins ? net.a : net.b);
  REQUIRE(net.up());
  CHECK(net.a.user.bundles[0].sas[0].in_key == net.b.user.bundles[0].sas[0].out_key);
  CHECK(net.b.logged("XAUTH user alice accepted"));
  CHECK(net.a.run("show enco counters=rsa").find("encryptStarted .......        0") != std::string::npos);
  CHECK(net.a.run("show enco counters=rsa").find("decryptGood ..........        1") != std::string::npos);
  CHECK(net.b.run("show enco counters=rsa").find("encryptGood ..........        1") != std::string::npos);
  CHECK(net.b.run("show enco counters=rsa").find("decryptStarted .......        0") != std::string::npos);
}

TEST_CASE("a server with another key is nobody's server") {
  const auto mode = GENERATE(as<std::string>{}, "main", "aggressive");
  HybridDialin net(mode);
  net.b.run("create enco key=12 type=rsa length=512");
  net.time.advance(1s);
  net.b.run("set isakmp pol=keys localr=12");
  net.attempt(net.a, 400s);
  CHECK(net.a.logged("authentication failed (RSA signature does not fit key 11)"));
  CHECK_FALSE(net.b.logged("XAUTH user"));  // the client told nobody its password
  CHECK(net.none());
}

TEST_CASE("a client without a key pair comes no further than its password") {
  HybridDialin net;
  net.a.run("set isakmp pol=keys xauthp=Underland");
  net.attempt(net.a, 400s);
  CHECK(net.b.logged("XAUTH user alice refused"));
  CHECK(net.none());
}

TEST_CASE("keys that hybrid authentication needs are told when they are missing") {
  HybridDialin net;
  SECTION("the server's, to the client") {
    net.a.run("destroy enco key=11");
    net.attempt(net.a, 1s);
    CHECK(net.channel.sent.empty());
  }
  SECTION("the server's own") {
    net.b.run("destroy enco key=10");
    net.attempt(net.a, 400s);
    CHECK(net.b.logged("key 10"));
  }
  CHECK(net.none());
}

TEST_CASE("hybrid at one end only is another method") {
  HybridDialin net;
  net.b.run("set isakmp pol=keys hyb=off key=10");
  net.attempt(net.a, 400s);
  CHECK(net.b.logged("HYBRIDINITRSA"));
  CHECK(net.none());
}
