// Two modules negotiate: what IPsec gets, and what it gets when something is wrong.
#include "tests/unit/isakmp/peers.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

void check_mirrored(const isakmp::Bundle& left, const isakmp::Bundle& right) {
  REQUIRE(left.sas.size() == 1);
  REQUIRE(right.sas.size() == 1);
  CHECK(left.sas[0].in_spi == right.sas[0].out_spi);
  CHECK(left.sas[0].out_spi == right.sas[0].in_spi);
  CHECK(left.sas[0].in_key == right.sas[0].out_key);
  CHECK(left.sas[0].out_key == right.sas[0].in_key);
  CHECK(left.sas[0].in_key != left.sas[0].out_key);
  CHECK(left.local_id == right.remote_id);
  CHECK(left.remote_id == right.local_id);
  CHECK(left.initiator != right.initiator);
}

}  // namespace

TEST_CASE("a bundle comes up in main and aggressive mode, with every cipher and hash") {
  const auto extra = GENERATE(as<std::string>{}, "enc=3desouter gro=2", "enc=des hasha=md5", "enc=aes128 gro=0",
                              "enc=aes192 hasha=md5 gro=1", "enc=aes256", "enc=3des2key", "enc=3desinner",
                              "mode=aggressive enc=3desouter gro=2", "mode=aggressive enc=aes256 natt=true");
  CAPTURE(extra);
  Offices net;
  net.configure(extra);
  net.want(net.a);
  CHECK(net.a.user.bundles.empty());  // never inside the call
  REQUIRE(net.up());
  check_mirrored(net.a.user.bundles[0], net.b.user.bundles[0]);
  CHECK(net.a.user.bundles[0].sas[0].in_key.size() == 24 + 20);
  CHECK(net.a.user.bundles[0].sas[0].transform.specification == 1);
  CHECK(net.a.user.bundles[0].isakmp_sa == 1);
  CHECK(net.a.user.bundles[0].lifetime.seconds == 28800);
  CHECK_FALSE(net.a.user.bundles[0].nat.udp_encapsulation);
}

TEST_CASE("perfect forward secrecy must agree") {
  Offices net;
  net.configure();
  SECTION("both want it") {
    net.a.user.pfs = net.b.user.pfs = enco::Group::modp1024;
    net.want(net.a);
    REQUIRE(net.up());
    check_mirrored(net.a.user.bundles[0], net.b.user.bundles[0]);
  }
  SECTION("the responder alone wants it") {
    net.b.user.pfs = enco::Group::modp1024;
    net.attempt(net.a, 400s);
    CHECK(net.a.user.bundles.empty());
    CHECK(net.a.user.failures == std::vector<std::string>{"retransmission limit reached"});
    CHECK(net.b.logged("failed: no transform fits"));
  }
  SECTION("the initiator alone wants it") {
    net.a.user.pfs = enco::Group::modp768;
    net.attempt(net.a, 400s);
    CHECK(net.a.user.bundles.empty());
  }
}

TEST_CASE("a second bundle uses the ISAKMP SA there is, either end may begin") {
  Offices net;
  net.configure();
  net.want(net.a);
  REQUIRE(net.up());
  net.want(net.b, 1);
  REQUIRE(net.up(2));
  check_mirrored(net.a.user.bundles[1], net.b.user.bundles[1]);
  CHECK(net.a.counter("initPh1XchgGood") == 1);
  CHECK(net.b.counter("initPh1XchgGood") == 0);
  CHECK(net.b.counter("initPh2XchgGood") == 1);
}

TEST_CASE("both ends may begin at the same time") {
  Offices net;
  net.configure();
  net.want(net.a);
  net.want(net.b);
  REQUIRE(net.up(2));
  net.time.advance(10s);
  CHECK(net.a.user.bundles.size() == 2);
  CHECK(net.b.user.bundles.size() == 2);
  CHECK(net.a.user.failures.empty());
  CHECK(net.b.user.failures.empty());
}

TEST_CASE("a wish that is already being fulfilled is joined") {
  Offices net;
  net.configure();
  net.want(net.a);
  net.want(net.a);
  REQUIRE(net.up());
  net.time.advance(5s);
  CHECK(net.a.user.bundles.size() == 1);
  CHECK(net.a.counter("acquireEquivFound") == 1);
}

TEST_CASE("another pre-shared key: the initiator stands at AUTHSENT, the responder at KESENT, both time out") {
  Offices net;
  net.configure("enc=3desouter sendn=true", "SECRET");
  net.attempt(net.a, 3s);
  CHECK(net.a.run("show isakmp exchange").find("AUTHSENT") != std::string::npos);
  CHECK(net.b.run("show isakmp exchange").find("KESENT") != std::string::npos);
  CHECK(net.b.counter("badMessage") > 0);
  net.time.advance(300s);
  CHECK(net.a.user.failures == std::vector<std::string>{"retransmission limit reached"});
  CHECK(net.a.run("show isakmp exchange").find("MAIN") == std::string::npos);
  CHECK(net.b.run("show isakmp exchange").find("MAIN") == std::string::npos);
  CHECK(net.a.run("show isakmp sa").find("200.200.200.1") == std::string::npos);
  CHECK(net.b.run("show isakmp sa").find("100.100.100.1") == std::string::npos);
}

TEST_CASE("another pre-shared key in aggressive mode: the initiator ends at once") {
  Offices net;
  net.configure("mode=aggressive", "SECRET");
  net.attempt(net.a, 1s);
  CHECK(net.a.user.failures == std::vector<std::string>{"authentication failed"});
  CHECK(net.b.run("show isakmp exchange").find("SAKEAUTHSENT") != std::string::npos);
  net.time.advance(300s);
  CHECK(net.b.run("show isakmp exchange").find("SAKEAUTHSENT") == std::string::npos);
}

TEST_CASE("proposals that do not fit") {
  Offices net;
  SECTION("with sendnotify the initiator learns it at once") {
    net.configure("sendn=true");
    net.b.run("set isakmp pol=keys enc=3desouter");
    net.attempt(net.a, 1s);
    CHECK(net.a.user.failures == std::vector<std::string>{"peer sent NO-PROPOSAL-CHOSEN"});
  }
  SECTION("without, it goes through all repetitions at SASENT") {
    net.configure();
    net.b.run("set isakmp pol=keys hasha=md5");
    net.attempt(net.a, 200s);
    CHECK(net.a.run("show isakmp exchange").find("SASENT") != std::string::npos);
    net.time.advance(100s);
    CHECK(net.a.user.failures == std::vector<std::string>{"retransmission limit reached"});
  }
  CHECK(net.b.logged("failed: no proposal chosen (offered "));
  CHECK(net.b.logged("configured "));
}

TEST_CASE("phase 2 proposals and identities that do not fit") {
  Offices net;
  net.configure("sendn=true");
  SECTION("transform") {
    net.b.user.transform.hash = enco::Hash::md5;
    net.attempt(net.a, 1s);
    CHECK(net.a.user.failures == std::vector<std::string>{"peer sent NO-PROPOSAL-CHOSEN"});
    CHECK(net.b.counter("noProposalChosen") == 1);
  }
  SECTION("mask") {
    net.b.user.local_id.second = mask_of(16);
    net.attempt(net.a, 1s);
    CHECK(net.a.user.failures == std::vector<std::string>{"peer sent INVALID-ID-INFORMATION"});
    CHECK(net.b.counter("idMismatch") == 1);
  }
  CHECK(net.a.run("show isakmp sa").find("86400/82080/0") != std::string::npos);  // phase 1 stands
}

TEST_CASE("identities of the peers") {
  Offices net;
  SECTION("names must be crosswise equal") {
    net.configure();
    net.a.run("set isakmp pol=keys locali=branch rem=office");
    net.b.run("set isakmp pol=keys locali=OFFICE rem=branch");
    net.want(net.a);
    REQUIRE(net.up());
  }
  SECTION("a wrong one fails at the end of phase 1") {
    net.configure();
    net.a.run("set isakmp pol=keys locali=brnch");
    net.b.run("set isakmp pol=keys rem=branch");
    net.attempt(net.a, 1s);
    CHECK(net.b.logged("remote ID mismatch (received brnch; configured branch)"));
    CHECK(net.a.user.bundles.empty());
  }
  SECTION("any takes all") {
    net.configure();
    net.a.run("set isakmp pol=keys locali=me@example.com");
    net.b.run("set isakmp pol=keys rem=any");
    net.want(net.a);
    REQUIRE(net.up());
  }
  SECTION("aggressive mode selects by the ID") {
    net.configure("mode=aggressive");
    net.b.run("destroy isakmp pol=keys");
    net.b.run("create enco key=2 type=general value=other");
    net.b.run("create isakmp pol=alpha pe=any key=2 mode=aggressive rem=someone");
    net.b.run("create isakmp pol=beta pe=any key=1 mode=aggressive rem=branch");
    net.a.run("set isakmp pol=keys locali=branch");
    net.want(net.a);
    REQUIRE(net.up());
    CHECK(net.b.user.bundles[0].isakmp_policy == "beta");
  }
}

TEST_CASE("no policy of that mode: the responder stays silent and says so in its log") {
  Offices net;
  net.configure("mode=aggressive");
  net.b.run("set isakmp pol=keys mode=main");
  net.attempt(net.a, 2s);
  CHECK(net.a.run("show isakmp exchange").find("SAKESENT") != std::string::npos);
  CHECK(net.b.run("show isakmp exchange").find("100.100.100.1") == std::string::npos);
  CHECK(net.b.counter("getPolicyByPeerFailed") == 1);
  CHECK(net.b.logged("no matching policy"));
}

TEST_CASE("main mode with several policies: the proposal decides, then the name") {
  Offices net;
  net.configure("enc=3desouter");
  net.b.run("destroy isakmp pol=keys");
  net.b.run("create enco key=2 type=general value=other");
  SECTION("by proposal") {
    net.b.run("create isakmp pol=alpha pe=any key=2 enc=des");
    net.b.run("create isakmp pol=beta pe=any key=1 enc=3desouter");
    net.want(net.a);
    REQUIRE(net.up());
  }
  SECTION("the first name, though its key is wrong") {
    net.b.run("create isakmp pol=alpha pe=any key=2 enc=3desouter");
    net.b.run("create isakmp pol=beta pe=any key=1 enc=3desouter");
    net.attempt(net.a, 2s);
    CHECK(net.b.run("show isakmp sa=1").find("alpha") != std::string::npos);
    CHECK(net.b.run("show isakmp exchange").find("KESENT") != std::string::npos);
  }
}

TEST_CASE("what cannot even start fails soon, with its cause") {
  Offices net;
  net.configure();
  SECTION("no policy") {
    net.a.run("destroy isakmp pol=keys");
    net.attempt(net.a, 1s);
    CHECK(net.a.user.failures == std::vector<std::string>{"no ISAKMP policy for the peer"});
    CHECK(net.a.counter("acquireNoPolicy") == 1);
  }
  SECTION("no key") {
    net.a.run("destroy enco key=1");
    net.attempt(net.a, 1s);
    CHECK(net.a.user.failures.size() == 1);
    CHECK(net.a.logged("pre-shared key 1 does not exist"));
  }
  SECTION("not enabled") {
    net.a.run("disable isakmp");
    net.attempt(net.a, 1s);
    CHECK(net.a.user.failures == std::vector<std::string>{"ISAKMP disabled"});
  }
  SECTION("no pre-shared key but an RSA key") {
    net.a.run("destroy enco key=1");
    net.a.run("create enco key=1 type=rsa length=512");
    net.time.advance(1s);
    net.attempt(net.a, 1s);
    CHECK(net.a.logged("pre-shared key 1 does not exist"));
  }
  CHECK(net.channel.sent.empty());
}

TEST_CASE("the commit bit: the responder has the last word, the initiator does not wait for it") {
  Offices net;
  net.configure();
  net.b.run("set isakmp pol=keys setc=true");
  net.want(net.a);
  REQUIRE(net.up());
  net.time.advance(1s);
  check_mirrored(net.a.user.bundles[0], net.b.user.bundles[0]);
}

TEST_CASE("a slow crypto engine only makes it take longer") {
  Offices net;
  net.configure("enc=3desouter gro=2");
  net.time.job_delay = 6s;  // the peer repeats its message meanwhile
  net.want(net.a);
  REQUIRE(net.up());
  CHECK(net.a.user.bundles.size() == 1);
}

TEST_CASE("aggressive mode: a wrong ID is refused before it is answered") {
  Offices net;
  net.configure("mode=aggressive");
  net.a.run("set isakmp pol=keys locali=brnch2");
  net.b.run("set isakmp pol=keys rem=branch2");
  net.attempt(net.a, 2s);
  CHECK(net.a.run("show isakmp exchange").find("SAKESENT") != std::string::npos);
  CHECK(net.b.logged("remote ID mismatch (received brnch2; configured branch2)"));
}
