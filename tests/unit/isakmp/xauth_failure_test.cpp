// XAUTH when something is wrong: the user, the line, the other end.
#include "modules/isakmp/attributes.h"
#include "tests/unit/isakmp/dialin.h"

using namespace arrouter;
using namespace arrouter::isakmp;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("a refused user: the SA goes on both sides, IPsec hears why, and nobody logs the password") {
  Dialin net;
  SECTION("wrong password") {
    net.a.run("set isakmp pol=keys xauthpassword=wonderland");  // case matters
    net.attempt(net.a, 10s);
    CHECK(net.b.logged("Phase 1.5 [transaction] with peer 100.100.100.1 failed: XAUTH user alice refused: unknown name "
                       "or wrong password"));
  }
  SECTION("no such user") {
    net.a.run("set isakmp pol=keys xauthname=bob");
    net.attempt(net.a, 10s);
    CHECK(net.b.logged("XAUTH user bob refused: unknown name or wrong password"));
    CHECK(net.a.logged("peer refused XAUTH user bob"));
  }
  SECTION("an account that is disabled") {
    User user = *net.b.base.users.find("alice");
    user.enabled = false;
    net.b.base.users.put(user);
    net.attempt(net.a, 10s);
    CHECK(net.b.logged("XAUTH user alice refused: account disabled"));
  }
  SECTION("RADIUS without a server") {
    net.b.run("set isakmp pol=keys xauthtype=radius");
    net.attempt(net.a, 10s);
    CHECK(net.b.logged("XAUTH user alice refused: no RADIUS server is configured"));
  }
  CHECK(net.a.logged("Phase 1.5 [transaction] with peer 200.200.200.1 failed: peer refused XAUTH user"));
  CHECK(net.a.user.failures.size() == 1);
  CHECK(net.a.user.failures[0].starts_with("peer refused XAUTH user"));
  CHECK(net.a.counter("xauthFailed") == 1);
  CHECK(net.b.counter("xauthFailed") == 1);
  CHECK(net.b.counter("xauthGood") == 0);
  CHECK(net.b.user.bundles.empty());
  for (Peer* const peer : {&net.a, &net.b}) {
    CHECK(peer->run("show isakmp sa").find("00.1 ") == std::string::npos);
    CHECK_FALSE(peer->logged("onderland"));
  }
}

TEST_CASE("five wrong passwords lock the user out of XAUTH as of the command line") {
  Dialin net;
  net.a.run("set isakmp pol=keys xauthpassword=guess");
  for (int attempt = 0; attempt < 5; ++attempt) {
    net.attempt(net.a, 60s);
  }
  CHECK(net.b.logged("XAUTH user alice refused: locked out"));
  CHECK(net.b.base.users.counters.login_lockouts == 1);
  net.a.run("set isakmp pol=keys xauthpassword=Wonderland");
  net.attempt(net.a, 60s);
  CHECK(net.b.user.bundles.empty());
}

TEST_CASE("one end wants XAUTH, the other does not: no proposal fits") {
  Dialin net("enc=3desouter gro=1 sendn=true", "xauth=none");
  net.attempt(net.a, 10s);
  CHECK(net.b.logged("no proposal chosen (offered 3DES SHA PRESHARED MODP768; configured 3DES SHA XAUTHINITPRESHARED "
                     "MODP768)"));
  CHECK(net.a.user.failures.size() == 1);
}

TEST_CASE("a client without a name does not call") {
  Dialin net("enc=3desouter gro=1", "xauth=client");
  net.attempt(net.a, 10s);
  CHECK(net.channel.sent.empty());
  CHECK(net.a.logged("cannot start: the policy has no XAUTH name"));
}

TEST_CASE("XAUTH gets through loss, duplication and reordering, and the user is checked once") {
  const int seed = GENERATE(range(1, 21));
  CAPTURE(seed);
  Dialin net;
  SeededRandom dice(static_cast<std::uint64_t>(seed));
  net.channel.copies = 2;
  net.channel.hook = [&](Flying&) {
    net.channel.delay = std::chrono::milliseconds(1 + dice.below(3000));
    return dice.below(3) != 0;
  };
  net.want(net.a);
  REQUIRE(net.up());
  CHECK(net.b.counter("xauthGood") == 1);
  CHECK(net.a.counter("xauthGood") == 1);
  CHECK(net.b.counter("xauthFailed") == 0);
}

TEST_CASE("a server that is silent after phase 1, a client that is silent after the request") {
  Dialin net;
  net.a.run("set isakmp pol=keys msgt=1 msgr=2 sendd=true");  // 1, 2, 4 s
  net.b.run("set isakmp pol=keys msgt=1 msgr=2");
  bool from_a = true;
  net.channel.hook = [&](Flying& datagram) {
    return !is_transaction(datagram) || (datagram.source == net.a.ip.own) != from_a;
  };
  SECTION("the client waits for the verdict as long as it would repeat a message") {
    from_a = false;
    net.attempt(net.a, 6s);
    CHECK(net.a.user.failures.empty());
    CHECK(net.a.run("show isakmp sa").find("0/0/0") != std::string::npos);  // not established
    net.time.advance(2s);
    CHECK(net.a.logged("XAUTH with peer 200.200.200.1 failed: the XAUTH server says nothing"));
    CHECK(net.a.user.failures == std::vector<std::string>{"the XAUTH server says nothing"});
    CHECK(net.a.counter("timeout") == 0);  // of main mode
  }
  SECTION("the server repeats its request and gives up") {
    net.attempt(net.a, 8s);
    CHECK(net.b.logged("Phase 1.5 [transaction] with peer 100.100.100.1 failed: retransmission limit reached"));
    CHECK(net.b.counter("xauthFailed") == 1);
  }
  CHECK(net.b.user.bundles.empty());
}

TEST_CASE("renewal of phase 1 asks for the user again; the old SA serves until then") {
  Dialin net("enc=3desouter gro=1 expirys=600");
  net.want(net.a);
  REQUIRE(net.up());
  net.time.advance(575s);  // beyond 95 %
  CHECK(net.b.counter("xauthGood") == 2);
  CHECK(net.a.counter("xauthGood") == 2);
  net.b.run("set isakmp pol=keys xauthtype=radius");  // from now on nobody passes
  net.time.advance(600s);
  CHECK(net.b.counter("xauthFailed") == 1);
}

TEST_CASE("an authenticator for XAUTHTYPE=RADIUS is asked, and may take its time") {
  struct Radius final : XauthAuthenticator {
    std::string user, password;
    Answer answer;
    void authenticate(const std::string& name, SecretBytes given, Answer reply) override {
      user = name;
      password.assign(given.begin(), given.end());
      answer = std::move(reply);
    }
  } radius;
  Dialin net;
  net.b.run("set isakmp pol=keys xauthtype=radius");
  net.b.isakmp.set_authenticator(&radius);
  net.attempt(net.a, 20s);
  REQUIRE(radius.answer);
  CHECK(radius.user == "alice");
  CHECK(radius.password == "Wonderland");
  CHECK(net.b.run("show isakmp exchange").find("1.5     REPRECV                 100.100.100.1     TRANSACTION") !=
        std::string::npos);
  SECTION("yes") {
    radius.answer("");
    REQUIRE(net.up());
  }
  SECTION("no") {
    radius.answer("rejected by the RADIUS server");
    net.time.advance(5s);
    CHECK(net.b.logged("XAUTH user alice refused: rejected by the RADIUS server"));
  }
  SECTION("never") {
    net.time.advance(300s);
    CHECK(net.b.logged("failed: the check of the XAUTH user does not end"));
    CHECK(net.b.run("show isakmp sa").find("100.100.100.1") == std::string::npos);
    radius.answer("");  // too late to matter
    CHECK(net.b.user.bundles.empty());
  }
}

TEST_CASE("a client cannot tell its server that XAUTH is over") {
  // The client's SET(OK) stands in for its REPLY: taken, acknowledged, and without meaning.
  Dialin net("enc=3desouter gro=1", xauth_client, xauth_client);
  net.attempt(net.a, 400s);
  CHECK(net.b.user.bundles.empty());
  CHECK(net.a.user.failures.size() == 1);
}

TEST_CASE("debug shows the attributes, the password as asterisks") {
  Dialin net;
  net.a.run("enable isakmp debug=all");
  net.b.run("enable isakmp debug=all");
  net.want(net.a);
  REQUIRE(net.up());
  for (Peer* const peer : {&net.a, &net.b}) {
    const std::string& text = peer->terminal->text;
    CHECK(text.find("Type: REQUEST(1)  Identifier: ") != std::string::npos);
    CHECK(text.find("       XAUTH-TYPE ....................... GENERIC(0)\n"
                    "       XAUTH-USER-NAME .................. alice\n"
                    "       XAUTH-USER-PASSWORD .............. *****\n") != std::string::npos);
    CHECK(text.find("       XAUTH-STATUS ..................... OK(1)\n") != std::string::npos);
    CHECK(text.find("Wonderland") == std::string::npos);
    CHECK(text.find(to_hex(as_bytes("Wonderland"))) == std::string::npos);
  }
}

TEST_CASE("the attribute payload at its bounds") {
  AttributePayload payload;
  payload.type = ConfigType::reply;
  payload.identifier = 4711;
  payload.add(XauthAttribute::type, xauth_generic);
  payload.add(XauthAttribute::user_name, as_bytes("alice"));
  payload.add(XauthAttribute::user_password, ByteView());
  const Bytes body = encode_attribute_payload(payload);
  CHECK(to_hex(body) == "02001267" "c0880000" "40890005616c696365" "408a0000");
  const auto read = parse_attribute_payload(body);
  REQUIRE(read);
  CHECK(read->type == ConfigType::reply);
  CHECK(read->identifier == 4711);
  CHECK(read->attributes.size() == 3);
  CHECK(read->number(XauthAttribute::type) == xauth_generic);
  CHECK_FALSE(read->number(XauthAttribute::user_name));  // five bytes are no number
  CHECK(read->find(XauthAttribute::status) == nullptr);
  CHECK(read->speaks_xauth());
  for (std::size_t length = 0; length < body.size(); ++length)
    CHECK(parse_attribute_payload(ByteView(body).first(length)).has_value() ==
          (length == 4 || length == 8 || length == 17));  // whole attributes
  CHECK_FALSE(parse_attribute_payload(Bytes{1, 0, 0, 1})->speaks_xauth());
}
