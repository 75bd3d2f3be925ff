// Deletes, Initial Contact, bad SPIs, strangers: what the other end, or somebody pretending to be it, can cause.
#include "modules/isakmp/message.h"
#include "tests/unit/isakmp/peers.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("an answer that the initiator refuses: its notify ends the responder's quick mode, which repeats nothing") {
  Offices net;
  net.configure("enc=3desouter sendn=true");
  net.b.user.next_spi = GENERATE(0U, 255U);  // reserved: not to be sent to
  net.attempt(net.a, 1s);
  CHECK(net.a.logged("Phase 2 [quick] with peer 200.200.200.1 failed: peer chose what was not offered"));
  CHECK(net.b.logged("Phase 2 [quick] with peer 100.100.100.1 failed: peer sent NO-PROPOSAL-CHOSEN"));
  CHECK(net.b.run("show isakmp exchange").find("QUICK") == std::string::npos);
  CHECK(net.b.user.failures.size() == 1);
  const std::size_t sent = net.channel.sent.size();
  net.time.advance(300s);
  CHECK(net.channel.sent.size() == sent);
  CHECK(net.b.run("show isakmp sa=1").find("ACTIVE") != std::string::npos);
}

TEST_CASE("Deletes: the named SA goes, and is told of only with senddeletes") {
  Offices net;
  SECTION("senddeletes") {
    net.configure("sendd=true");
    net.want(net.a);
    REQUIRE(net.up());
    net.a.isakmp.deleted(net.b.ip.own, "keys", isakmp::Protocol::esp, {1000, 1001});
    net.time.advance(1s);
    CHECK(net.b.user.deleted_spis == std::vector<std::uint32_t>{1000, 1001});
    net.a.run("reset isakmp pol=keys");
    net.time.advance(1s);
    CHECK(net.b.run("show isakmp sa=1").starts_with("Error"));
    CHECK(net.b.logged("Delete received from peer 100.100.100.1 for SA 1"));
    // RFC 2408 3.15: a Delete ends what it names; the bundles were not among it.
    CHECK(net.b.user.hung_up == std::vector<Ipv4Address>{net.a.ip.own});
    CHECK(net.b.user.dropped.empty());
  }
  SECTION("none") {
    net.configure("sendd=false");
    net.want(net.a);
    REQUIRE(net.up());
    net.a.isakmp.deleted(net.b.ip.own, "keys", isakmp::Protocol::esp, {1000});
    net.a.run("reset isakmp pol=keys");
    net.time.advance(1s);
    CHECK(net.b.user.deleted_spis.empty());
    CHECK(net.b.run("show isakmp sa=1").find("ACTIVE") != std::string::npos);
  }
}

TEST_CASE("DISABLE drops everything, the last SA without a Delete") {
  Offices net;
  net.configure("sendd=true");
  net.want(net.a);
  REQUIRE(net.up());
  CHECK(net.a.run("disable isakmp") == "Info (1082058): ISAKMP has been disabled.");
  CHECK(net.a.user.dropped == std::vector<std::string>{"ISAKMP disabled"});
  net.time.advance(1s);
  CHECK(net.b.run("show isakmp sa=1").find("ACTIVE") != std::string::npos);
  CHECK(net.a.run("disable isakmp") == "Warning (2082060): ISAKMP is already disabled.");
}

TEST_CASE("Initial Contact: after a restart the peer's leftovers go") {
  Offices net;
  net.configure("sendn=true");
  net.want(net.a);
  REQUIRE(net.up());
  net.time.advance(1s);
  CHECK(net.b.counter("initialContactRx") == 1);
  const std::size_t dropped = net.b.user.dropped.size();
  // A power cut: everything forgotten, nothing said.
  net.channel.hook = [](Flying&) { return false; };
  net.a.run("disable isakmp");
  net.time.advance(1s);
  net.channel.hook = [](Flying&) { return true; };
  net.a.run("enable isakmp");
  net.want(net.a);
  REQUIRE(net.up(2));
  CHECK(net.b.user.dropped.size() == dropped + 1);
  CHECK(net.b.run("show isakmp sa=1").starts_with("Error"));
  CHECK(net.b.run("show isakmp sa=2").find("ACTIVE") != std::string::npos);
}

TEST_CASE("a peer that rounds up the length of its messages in clear is understood") {
  Offices net;
  net.configure("mode=aggressive localid=branch remoteid=office");
  net.b.run("set isakmp pol=keys localid=office remoteid=branch");
  unsigned rounded = 0;
  net.channel.hook = [&](Flying& datagram) {
    const std::size_t length = datagram.payload.size();
    datagram.payload.resize((length + 3) / 4 * 4);
    store_be32(datagram.payload.data() + 24, static_cast<std::uint32_t>(datagram.payload.size()));
    if (datagram.payload.size() != length) ++rounded;
    return true;
  };
  net.want(net.a);
  CHECK(net.up());
  CHECK(rounded == 2);  // the two messages with names; what is encrypted has whole blocks
}

TEST_CASE("no Initial Contact without sendnotify, in aggressive mode, or beside another SA") {
  Offices net;
  SECTION("sendnotify off") { net.configure("sendn=false"); }
  SECTION("aggressive mode") { net.configure("sendn=true mode=aggressive"); }
  SECTION("not the first SA") {
    net.configure("sendn=true pha=1");
    net.want(net.a);
    REQUIRE(net.up());
    net.time.advance(1s);
    net.a.run("reset isakmp counters");
    net.b.run("reset isakmp counters");
    net.a.user.bundles.clear();
    net.b.user.bundles.clear();
  }
  net.want(net.a, 1);
  REQUIRE(net.up());
  net.time.advance(1s);
  CHECK(net.a.counter("initialContactTx") == 0);
  CHECK(net.b.counter("initialContactTx") == 0);
}

TEST_CASE("a bad SPI leads to a new SA and Initial Contact, or is refused and counted") {
  Offices net;
  SECTION("accepted") {
    net.configure("sendn=true");
    CHECK(net.a.isakmp.bad_spi(net.a.ip.own, net.b.ip.own, "keys") == isakmp::BadSpiAnswer::accepted);
    net.time.advance(2s);
    CHECK(net.b.counter("initialContactRx") == 1);
    CHECK(net.a.isakmp.bad_spi(net.a.ip.own, net.b.ip.own, "keys") == isakmp::BadSpiAnswer::known_peer);
    CHECK(net.a.counter("badSpiRequests") == 2);
    CHECK(net.a.counter("badSpiFromKnownPeer") == 1);
  }
  SECTION("aggressive") {
    net.configure("sendn=true mode=aggressive");
    CHECK(net.a.isakmp.bad_spi(net.a.ip.own, net.b.ip.own, "") == isakmp::BadSpiAnswer::aggressive_mode);
    CHECK(net.a.counter("badSpiInAggrMode") == 1);
  }
  SECTION("sendnotify unset") {
    net.configure();
    CHECK(net.a.isakmp.bad_spi(net.a.ip.own, net.b.ip.own, "keys") == isakmp::BadSpiAnswer::notify_unset);
    CHECK(net.a.counter("badSpiSendNotifyUnset") == 1);
  }
}

TEST_CASE("an address that goes takes its SAs along") {
  Offices net;
  net.configure();
  net.want(net.a);
  REQUIRE(net.up());
  net.a.ip.change_address(Ipv4Address(100, 100, 100, 9));
  net.time.advance(1s);
  CHECK(net.a.run("show isakmp sa=1").starts_with("Error"));
}

TEST_CASE("the source is SET IP LOCAL's address when there is one, SRCINTERFACE's before it") {
  Offices net;
  net.configure();
  net.a.ip.local = Ipv4Address(192, 168, 1, 254);
  SECTION("local") {
    net.attempt(net.a, 1s);
    CHECK(net.channel.sent.front().source == net.a.ip.local);
  }
  SECTION("source interface") {
    net.a.run("set isakmp pol=keys src=eth0");
    net.want(net.a);
    REQUIRE(net.up());
  }
}

TEST_CASE("forged messages change nothing") {
  Offices net;
  net.configure("sendn=true sendd=true");
  net.want(net.a);
  REQUIRE(net.up());
  net.time.advance(40s);
  const auto sa = [&] { return net.b.run("show isakmp sa=1").find("ACTIVE") != std::string::npos; };
  using namespace arrouter::isakmp;
  Header header = *parse_header(net.channel.sent.back().payload);
  const auto forge = [&](PayloadList payloads, std::uint8_t flags) {
    const Bytes body = encode_chain(payloads);
    header.exchange = ExchangeType::informational;
    header.next_payload = payloads.front().type;
    header.flags = flags;
    header.message_id = 77;
    header.length = static_cast<std::uint32_t>(header_bytes + body.size());
    Bytes message;
    write_header(message, header);
    message.insert(message.end(), body.begin(), body.end());
    net.channel.deliver({{}, net.a.ip.own, net.b.ip.own, 500, 500, message});
    net.time.advance(1s);
  };
  Notification notification;
  notification.type = NotifyType::no_proposal_chosen;
  forge({{PayloadType::notification, encode_notification(notification)}}, 0);
  Bytes cookies(16);
  store_be64(cookies.data(), header.initiator_cookie);
  store_be64(cookies.data() + 8, header.responder_cookie);
  forge({{PayloadType::deletion, encode_deletion(1, {cookies})}}, 0);
  forge({{PayloadType::hash, Bytes(20)}, {PayloadType::deletion, encode_deletion(1, {cookies})}}, flag_encrypted);
  CHECK(sa());
  CHECK(net.b.counter("notProtected") == 2);
  SECTION("a recorded message is worth nothing the second time") {
    const std::size_t before = net.b.user.offers.size();
    for (const Flying& datagram : std::vector<Flying>(net.channel.sent)) net.channel.deliver(datagram);
    net.time.advance(400s);
    CHECK(net.b.user.offers.size() == before);
    CHECK(net.b.user.bundles.size() == 1);
    CHECK(sa());
  }
}

TEST_CASE("rubbish is counted and dropped") {
  Offices net;
  net.configure("natt=true");
  SeededRandom dice(7);
  for (int i = 0; i < 2000; ++i) {
    const std::uint16_t port = dice.below(2) == 0 ? 500 : 4500;
    net.channel.deliver({{}, net.a.ip.own, net.b.ip.own, port, port, dice.bytes(dice.below(200))});
  }
  CHECK(net.b.counter("udpRx") == 2000);
  CHECK(net.b.counter("udpRxBad") > 1900);
  net.want(net.a);
  CHECK(net.up());
}

TEST_CASE("bits turned on the way never make a bundle of different keys") {
  const int seed = GENERATE(range(1, 31));
  CAPTURE(seed);
  Offices net;
  net.configure("enc=3desouter sendn=true ret=16");
  SeededRandom dice(static_cast<std::uint64_t>(seed));
  net.channel.hook = [&](Flying& datagram) {
    if (dice.below(4) == 0)
      datagram.payload[dice.below(datagram.payload.size())] ^= static_cast<std::uint8_t>(1 << dice.below(8));
    return true;
  };
  net.attempt(net.a, 1200s);
  for (const isakmp::Bundle& left : net.a.user.bundles)
    for (const isakmp::Bundle& right : net.b.user.bundles)
      if (left.sas[0].in_spi == right.sas[0].out_spi) CHECK(left.sas[0].in_key == right.sas[0].out_key);
}
