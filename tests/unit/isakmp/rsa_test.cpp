// AUTHTYPE=RSASIG with raw keys: both modes, identities of every type, and what happens when a key is missing or wrong.
#include "modules/isakmp/distinguished_name.h"
#include "tests/unit/isakmp/peers.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

const std::string done = "Info (1082003): Operation successful.";

/// Two offices with a pair of keys each, 10, and the other's public key, 11.
class SignedOffices : public Offices {
 public:
  explicit SignedOffices(const std::string& mode = "main") {
    for (Peer* peer : {&a, &b}) peer->run("create enco key=10 type=rsa length=512");
    time.advance(1s);
    give(a, b);
    give(b, a);
    const std::string line = " auth=rsasig localr=10 key=11 enc=3desouter gro=2 sendn=true mode=" + mode;
    REQUIRE(a.run("create isakmp pol=keys pe=200.200.200.1" + line) == done);
    REQUIRE(b.run("create isakmp pol=keys pe=100.100.100.1" + line) == done);
    a.run("enable isakmp");
    b.run("enable isakmp");
  }
  void both(const std::string& line) {
    REQUIRE(a.run(line) == done);
    REQUIRE(b.run(line) == done);
  }

 private:
  static void give(Peer& from, Peer& to) {
    from.run("create enco key=10 type=rsa file=own.key");
    REQUIRE(to.base.files.write({"flash", "peer.key"}, from.base.files.read({"flash", "own.key"}).value()));
    to.run("create enco key=11 type=rsa file=peer.key");
    REQUIRE(to.enco.api.rsa_public(11) == from.enco.api.rsa_public(10));
  }
};

}  // namespace

TEST_CASE("RSA signatures prove both ends in main and aggressive mode, whoever begins") {
  const auto mode = GENERATE(as<std::string>{}, "main", "aggressive");
  const bool a_begins = GENERATE(true, false);
  CAPTURE(mode, a_begins);
  SignedOffices net(mode);
  SECTION("as they are") {}
  SECTION("MD5") { net.both("set isakmp pol=keys hasha=md5"); }
  SECTION("jobs take their time") { net.time.job_delay = 3s; }
  SECTION("behind NAT traversal") { net.both("set isakmp pol=keys natt=true"); }
  net.want(a_begins ? net.a : net.b);
  REQUIRE(net.up());
  CHECK(net.a.user.bundles[0].sas[0].in_key == net.b.user.bundles[0].sas[0].out_key);
  CHECK(net.a.run("show isakmp sa detail").find("Authentication Type .................. RSASIG") != std::string::npos);
  CHECK(net.a.run("show isakmp policy").find("RSASIG") != std::string::npos);
}

TEST_CASE("an RSA policy identifies itself by every type of ID") {
  const auto mode = GENERATE(as<std::string>{}, "main", "aggressive");
  SignedOffices net(mode);
  const auto [ours, seen] = GENERATE(table<std::string, std::string>(
      {{"10.9.8.7", "10.9.8.7"},
       {"office.example", "OFFICE.example"},
       {"admin@example", "admin@EXAMPLE"},
       {"\"cn=router a, o=Example\\, Inc, c=NZ\"", "\"CN=Router A,O=Example\\, Inc,C=nz\""}}));
  CAPTURE(mode, ours, seen);
  REQUIRE(net.a.run("set isakmp pol=keys localid=" + ours) == done);
  SECTION("that the peer knows") {
    REQUIRE(net.b.run("set isakmp pol=keys remoteid=" + seen) == done);
    net.want(net.a);
    REQUIRE(net.up());
  }
  SECTION("that the peer does not know") {
    REQUIRE(net.b.run("set isakmp pol=keys remoteid=other.example") == done);
    net.attempt(net.a, 400s);
    CHECK(net.a.user.bundles.empty());
    CHECK(net.b.logged("remote ID mismatch (received "));
    CHECK(net.b.run("show isakmp counters=" + mode).find("idFailed                         1") != std::string::npos);
  }
}

TEST_CASE("without LOCALID the system's distinguished name is sent") {
  SignedOffices net;
  net.a.base.system.distinguished_name = "cn=peer1,o=Example";
  REQUIRE(net.b.run("set isakmp pol=keys remoteid=\"cn=peer1,o=Example\"") == done);
  net.want(net.a);
  REQUIRE(net.up());
}

TEST_CASE("a key of ENABLE ISAKMP and a key noted for the peer's address serve where the policy names none") {
  SignedOffices net;
  net.a.run("disable isakmp");
  net.a.run("destroy isakmp pol=keys");
  REQUIRE(net.a.run("create isakmp pol=keys pe=200.200.200.1 auth=rsasig enc=3desouter gro=2") == done);
  net.a.run("enable isakmp localrsakey=10");
  net.a.run("set enco key=11 ip=200.200.200.1");
  net.want(net.a);
  REQUIRE(net.up());
}

TEST_CASE("a wrong public key fails authentication on both sides") {
  const auto mode = GENERATE(as<std::string>{}, "main", "aggressive");
  SignedOffices net(mode);
  const std::string failed = "authentication failed (RSA signature does not fit key 12)";
  SECTION("at the responder") {
    net.b.run("create enco key=12 type=rsa length=512");
    net.time.advance(1s);
    REQUIRE(net.b.run("set isakmp pol=keys key=12") == done);
    net.attempt(net.a, 400s);
    CHECK(net.b.logged(failed));
    CHECK(net.b.run("show isakmp counters=" + mode).find("authFailed                       1") != std::string::npos);
    CHECK(net.b.run("show enco counters=rsa").find("decryptFailed ........        1") != std::string::npos);
  }
  SECTION("at the initiator") {
    net.a.run("create enco key=12 type=rsa length=512");
    net.time.advance(1s);
    REQUIRE(net.a.run("set isakmp pol=keys key=12") == done);
    net.attempt(net.a, 400s);
    CHECK(net.a.logged(failed));
  }
  CHECK(net.a.user.bundles.empty());
  CHECK(net.b.user.bundles.empty());
}

TEST_CASE("missing RSA keys are told before anything is sent, and by the responder when they are needed") {
  SignedOffices net;
  SECTION("the initiator's own") {
    net.a.run("destroy enco key=10");
    net.attempt(net.a, 1s);
    CHECK(net.a.logged("local RSA key 10 does not exist"));
    CHECK(net.channel.sent.empty());
  }
  SECTION("the initiator's own is but a public key") {
    REQUIRE(net.a.run("set isakmp pol=keys localr=11") == done);
    net.attempt(net.a, 1s);
    CHECK(net.a.logged("local RSA key 11 does not exist"));
  }
  SECTION("none named") {
    net.a.run("destroy isakmp pol=keys");
    net.a.run("create isakmp pol=keys pe=200.200.200.1 auth=rsasig key=11");
    net.attempt(net.a, 1s);
    CHECK(net.a.logged("no local RSA key"));
  }
  SECTION("the peer's at the initiator") {
    net.a.run("destroy enco key=11");
    net.attempt(net.a, 1s);
    CHECK(net.a.logged("RSA key 11 of the peer does not exist"));
  }
  SECTION("the peer's, to be found by address") {
    net.a.run("destroy isakmp pol=keys");
    net.a.run("create isakmp pol=keys pe=200.200.200.1 auth=rsasig localr=10");
    net.attempt(net.a, 1s);
    CHECK(net.a.logged("no RSA key of peer 200.200.200.1"));
  }
  SECTION("the responder's own") {
    net.b.run("destroy enco key=10");
    net.attempt(net.a, 400s);
    CHECK(net.b.logged("local RSA key 10 does not exist"));
  }
  CHECK(net.a.user.bundles.empty());
}

TEST_CASE("methods do not mix, and policies are chosen by them") {
  SignedOffices net;
  net.b.run("create enco key=1 type=general value=secret");
  net.b.run("destroy isakmp pol=keys");
  REQUIRE(net.b.run("create isakmp pol=alpha pe=100.100.100.1 key=1 enc=3desouter gro=2") == done);
  SECTION("no policy with signatures") {
    net.attempt(net.a, 400s);
    CHECK(net.b.logged("no proposal chosen (offered 3DES SHA RSASIG MODP1024; configured 3DES SHA PRESHARED MODP1024)"));
  }
  SECTION("one besides") {
    REQUIRE(net.b.run("create isakmp pol=beta pe=100.100.100.1 auth=rsasig localr=10 key=11 enc=3desouter gro=2") ==
            done);
    net.want(net.a);
    REQUIRE(net.up());
    CHECK(net.b.run("show isakmp sa=1").find("beta") != std::string::npos);
  }
}

TEST_CASE("phase 2 that begins while the last signature is still being checked waits for it") {
  SignedOffices net("aggressive");
  net.time.job_delay = 100ms;
  net.want(net.a);
  REQUIRE(net.up());
  CHECK(net.a.counter("msgRetransmit") == 0);
  CHECK(net.b.counter("msgRxBad") == 0);
}

TEST_CASE("a damaged signature is refused") {
  SignedOffices net("aggressive");
  bool damaged = false;
  net.channel.hook = [&](Flying& datagram) {
    // The second message: SIG is its last payload but for those of NAT-T, which is off.
    if (!damaged && datagram.source == net.b.ip.own) {
      datagram.payload.back() ^= 1;
      damaged = true;
    }
    return true;
  };
  net.attempt(net.a, 400s);
  CHECK(damaged);
  CHECK(net.a.logged("RSA signature does not fit key 11"));
  CHECK(net.a.user.bundles.empty());
}

TEST_CASE("distinguished names are written as strongSwan and others write them") {
  using namespace isakmp;
  // As python3-cryptography encodes it.
  const auto name = distinguished_name("C=NZ, O=Example, CN=router");
  REQUIRE(name);
  CHECK(to_hex(*name) ==
        "3030310b3009060355040613024e5a3110300e060355040a13074578616d706c65310f300d06035504031306726f75746572");
  CHECK(distinguished_name_text(*name) == "c=NZ,o=Example,cn=router");
  CHECK(distinguished_name_text(*distinguished_name("e=a@b.example,dc=example")) == "e=a@b.example,dc=example");
  CHECK_FALSE(distinguished_name("cn"));
  CHECK_FALSE(distinguished_name("cn="));
  CHECK_FALSE(distinguished_name("nosuch=x"));
  CHECK_FALSE(distinguished_name("cn=a,,o=b"));
  CHECK_FALSE(distinguished_name_text(Bytes{}));
  for (std::size_t length = 0; length < name->size(); ++length)
    CHECK_FALSE(distinguished_name_text(ByteView(*name).first(length)));
  Bytes utf8 = *name;
  utf8[24] = 0x0c;  // the type of "Example"
  CHECK(to_hex(utf8) != to_hex(*name));
  CHECK(same_distinguished_name(*name, utf8));
  CHECK_FALSE(same_distinguished_name(*name, *distinguished_name("O=Example, C=NZ, CN=router")));
  CHECK_FALSE(same_distinguished_name(*name, *distinguished_name("C=NZ, O=Example")));
  CHECK(same_distinguished_name(Bytes{1, 2}, Bytes{1, 2}));
  CHECK_FALSE(same_distinguished_name(Bytes{1, 2}, *name));
}
