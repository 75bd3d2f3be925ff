// Everything that happens by the clock: repetitions, expiry, heartbeats, retries, keep-alives.
#include "tests/unit/isakmp/peers.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

/// Seconds after the first, of everything the channel saw from `source`.
std::vector<long> instants(const Channel& channel, Ipv4Address source) {
  std::vector<long> seconds;
  std::optional<Instant> first;
  for (const Flying& datagram : channel.sent) {
    if (datagram.source != source) continue;
    if (!first) first = datagram.at;
    seconds.push_back(std::chrono::duration_cast<std::chrono::seconds>(datagram.at - *first).count());
  }
  return seconds;
}

}  // namespace

TEST_CASE("a silent peer: sent at 0, 4, 12, 28, 52, 84, 124, 172, 228 s, given up 64 s later") {
  Offices net;
  net.configure();
  net.channel.hook = [](Flying&) { return false; };
  net.attempt(net.a, 291s);
  CHECK(instants(net.channel, net.a.ip.own) == std::vector<long>{0, 4, 12, 28, 52, 84, 124, 172, 228});
  CHECK(net.a.user.failures.empty());
  net.time.advance(1s);
  CHECK(net.a.user.failures == std::vector<std::string>{"retransmission limit reached"});
  CHECK(net.a.counter("msgRetransmit") == 8);
  CHECK(net.a.logged("Phase 1 [main] with peer 200.200.200.1 failed: retransmission limit reached"));
  net.time.advance(1000s);
  CHECK(net.channel.sent.size() == 9);
}

TEST_CASE("an initiator that falls silent: the responder repeats its answer by the same timetable") {
  const auto [mode, heard, words] = GENERATE(table<std::string, int, std::string>(
      {{"main", 1, "SASENT"}, {"main", 2, "KESENT"}, {"aggressive", 1, "SAKEAUTHSENT"}}));
  CAPTURE(mode, words);
  Offices net;
  net.configure("enc=3desouter mode=" + mode);
  int left = heard;
  net.channel.hook = [&](Flying& datagram) { return datagram.source == net.b.ip.own || left-- > 0; };
  net.attempt(net.a, 2s);
  REQUIRE(net.b.run("show isakmp exchange").find(" " + words + " ") != std::string::npos);
  net.channel.hook = [](Flying&) { return false; };
  net.channel.sent.clear();
  net.time.advance(288s);
  const std::vector<long> gaps{0, 8, 24, 48, 80, 120, 168, 224};  // after the first repetition, at 4 s
  CHECK(instants(net.channel, net.b.ip.own) == gaps);
  CHECK(net.b.run("show isakmp exchange").find(" " + words + " ") != std::string::npos);
  net.time.advance(3s);
  CHECK(net.b.logged("Phase 1 [" + mode + "] with peer 100.100.100.1 failed: retransmission limit reached"));
  CHECK(net.b.run("show isakmp exchange").find(words) == std::string::npos);
}

TEST_CASE("what follows on a last message leaves it a moment") {
  const std::string mode = GENERATE("main", "aggressive");
  CAPTURE(mode);
  Offices net;
  net.configure("enc=3desouter sendn=true mode=" + mode);
  std::vector<std::pair<int, Instant>> from_a, from_b;  // exchange type, instant
  net.channel.hook = [&](Flying& datagram) {
    (datagram.source == net.a.ip.own ? from_a : from_b).emplace_back(datagram.payload[18], datagram.at);
    return true;
  };
  net.want(net.a);
  const auto last = [](const auto& sent, int type) {
    return std::ranges::find(sent.rbegin(), sent.rend(), type, &std::pair<int, Instant>::first)->second;
  };
  const auto first = [](const auto& sent, int type) {
    return std::ranges::find(sent, type, &std::pair<int, Instant>::first)->second;
  };
  REQUIRE(net.time.run_until([&] { return !net.b.user.bundles.empty(); }, 10s));
  if (mode == "main") {
    CHECK(first(from_a, 32) - last(from_b, 2) == 5ms);  // the responder spoke last: its answer is the signal
  } else {
    CHECK(first(from_a, 32) - last(from_a, 4) == 50ms);
  }
  REQUIRE(net.a.user.bundles.size() == 1);  // the peer may use it at once
  CHECK(net.a.user.bundles.front().outbound_from == last(from_a, 32) + 50ms);
  CHECK_FALSE(net.b.user.bundles.front().outbound_from);
  net.time.advance(last(from_a, 32) + 50ms - net.time.now());
}

TEST_CASE("Initial Contact leaves a last message a moment, but goes before the first bundle of a peer that is quicker") {
  const bool goes_on = GENERATE(true, false);
  Offices net;
  net.configure("enc=3desouter sendn=true");
  std::vector<int> exchanges;  // of what the responder sends behind phase 1
  Instant last_of_phase1{}, contact{};
  net.channel.hook = [&](Flying& datagram) {
    const int exchange = datagram.payload[18];
    if (datagram.source == net.a.ip.own) return goes_on || exchange != 32;
    if (exchange == 2) last_of_phase1 = datagram.at;
    if (exchange == 5) contact = datagram.at;
    if (exchange != 2) exchanges.push_back(exchange);
    return true;
  };
  net.attempt(net.a, 1s);
  CHECK(contact - last_of_phase1 == (goes_on ? 10ms : 50ms));
  CHECK(exchanges == (goes_on ? std::vector{5, 32} : std::vector{5}));
}

TEST_CASE("msgbackoff=none keeps one distance; the limit may be none at all") {
  Offices net;
  net.configure();
  net.channel.hook = [](Flying&) { return false; };
  SECTION("three at ten seconds") {
    net.a.run("set isakmp pol=keys msgb=none msgt=10 msgr=3");
    net.attempt(net.a, 39s);
    CHECK(instants(net.channel, net.a.ip.own) == std::vector<long>{0, 10, 20, 30});
    CHECK(net.a.user.failures.empty());
    net.time.advance(1s);
    CHECK(net.a.user.failures.size() == 1);
  }
  SECTION("none") {
    net.a.run("set isakmp pol=keys msgr=0");
    net.attempt(net.a, 3s);
    CHECK(net.a.user.failures.empty());
    net.time.advance(1s);
    CHECK(net.a.user.failures.size() == 1);
    CHECK(net.channel.sent.size() == 1);
  }
}

TEST_CASE("the tunnel comes up through loss, duplication and reordering") {
  const int seed = GENERATE(range(1, 21));
  CAPTURE(seed);
  Offices net;
  net.configure("enc=3desouter sendn=true");
  SeededRandom dice(static_cast<std::uint64_t>(seed));
  net.channel.copies = 2;
  net.channel.hook = [&](Flying&) {
    net.channel.delay = std::chrono::milliseconds(1 + dice.below(3000));
    return dice.below(4) != 0;
  };
  net.want(net.a);
  REQUIRE(net.up());
  net.time.advance(60s);
  CHECK(net.a.user.bundles.size() == 1);
  CHECK(net.b.user.bundles.size() == 1);
  CHECK(net.a.user.bundles[0].sas[0].in_key == net.b.user.bundles[0].sas[0].out_key);
}

TEST_CASE("a lost last message is repeated for DELETEDELAY") {
  Offices net;
  net.configure();
  int to_lose = 1;
  net.channel.hook = [&](Flying& datagram) {
    // The third quick mode message is the only short one of the initiator on an SA that is up.
    const bool third = datagram.source == net.a.ip.own && datagram.payload[18] == 32 && datagram.payload.size() < 70;
    return !(third && to_lose-- > 0);
  };
  net.attempt(net.a, 2s);
  CHECK(net.a.user.bundles.size() == 1);
  CHECK(net.b.user.bundles.empty());
  CHECK(net.a.run("show isakmp exchange").find("QUICK") == std::string::npos);  // over, as far as screens tell
  net.time.advance(5s);  // the responder repeats its message, the initiator its last word
  CHECK(net.b.user.bundles.size() == 1);
}

TEST_CASE("the initiator renews an SA at 95 per cent, and the old one goes at its end") {
  Offices net;
  net.configure("enc=3desouter expirys=1000");
  net.want(net.a);
  REQUIRE(net.up());
  net.time.advance(949s);
  CHECK(net.a.counter("softExpire") == 0);
  net.time.advance(2s);
  CHECK(net.a.counter("softExpire") == 1);
  CHECK(net.b.counter("softExpire") == 0);
  CHECK(net.a.run("show isakmp sa=1").find("ACTIVE") != std::string::npos);
  CHECK(net.a.run("show isakmp sa=2").find("ACTIVE") != std::string::npos);
  net.time.advance(50s);
  CHECK(net.a.run("show isakmp sa=1") == "Error (3082051): SA 1 not found.");
  CHECK(net.a.logged("SA 1 to peer 200.200.200.1 expired"));
  net.want(net.a, 1);
  REQUIRE(net.up(2));
  CHECK(net.a.user.bundles[1].isakmp_sa == 2);
}

TEST_CASE("the responder renews when its own lifetime is the shorter one") {
  Offices net;
  net.configure("enc=3desouter");
  net.b.run("set isakmp pol=keys expirys=3600");
  net.want(net.a);
  REQUIRE(net.up());
  net.time.advance(3421s);
  CHECK(net.b.counter("softExpire") == 1);
  CHECK(net.b.counter("initPh1XchgGood") == 1);
  net.time.advance(300s);
  CHECK(net.b.run("show isakmp sa=1").starts_with("Error"));
  CHECK(net.a.run("show isakmp sa=1").find("86400") != std::string::npos);  // until its own limit
}

TEST_CASE("PHASE2XCHGLIMIT makes a new ISAKMP SA, the old one stays") {
  Offices net;
  net.configure("pha=1");
  net.want(net.a);
  REQUIRE(net.up());
  net.want(net.a, 1);
  REQUIRE(net.up(2));
  CHECK(net.a.user.bundles[0].isakmp_sa == 1);
  CHECK(net.a.user.bundles[1].isakmp_sa == 2);
  CHECK(net.a.run("show isakmp sa=1").find("ACTIVE") != std::string::npos);
}

TEST_CASE("kilobytes renew early, the old SA waits for its seconds") {
  Offices net;
  net.configure("expiryk=1");
  net.want(net.a);
  REQUIRE(net.up());
  CHECK(net.a.run("show isakmp sa").find("1024/973/") != std::string::npos);
  for (std::uint32_t bundle = 1; bundle < 4; ++bundle) {
    net.want(net.a, bundle);
    REQUIRE(net.up(bundle + 1));
  }
  CHECK(net.a.counter("softExpire") >= 1);
  CHECK(net.a.user.bundles[0].isakmp_sa == 1);
  CHECK(net.a.user.bundles[3].isakmp_sa > 1);
  CHECK_FALSE(net.a.run("show isakmp sa=1").starts_with("Error"));
}

TEST_CASE("heartbeats: sent every 20 s, missed three times in a row the peer is dropped") {
  Offices net;
  net.configure("enc=3desouter heart=both");
  net.want(net.a);
  REQUIRE(net.up());
  net.time.advance(205s);
  CHECK(net.a.counter("heartbeatTx") == 10);
  CHECK(net.a.counter("heartbeatRx") == 10);
  CHECK(net.a.counter("heartbeatMissed") == 0);
  CHECK(net.a.run("show isakmp sa=1").find("Next sequence number tx .............. 11") != std::string::npos);
  CHECK(net.a.run("show isakmp sa=1").find("Last sequence number rx .............. 10") != std::string::npos);
  net.channel.hook = [](Flying&) { return false; };
  net.time.advance(55s);
  CHECK(net.a.user.dropped.empty());
  net.time.advance(2s);
  CHECK(net.a.user.dropped == std::vector<std::string>{"heartbeat timeout"});
  CHECK(net.a.logged("Heartbeat timeout: SA 1 to peer 200.200.200.1 deleted"));
  CHECK(net.a.run("show isakmp sa=1").starts_with("Error"));
}

TEST_CASE("heartbeats on one side only: it drops its peer, which keeps its SAs") {
  Offices net;
  net.configure("mode=aggressive heart=both");
  net.b.run("set isakmp pol=keys heart=none");
  net.want(net.a);
  REQUIRE(net.up());
  net.time.advance(62s);
  CHECK(net.a.user.dropped.size() == 1);
  CHECK(net.b.user.dropped.empty());
  net.want(net.a, 1);
  REQUIRE(net.up(2));
  CHECK(net.b.run("show isakmp sa=1").find("ACTIVE") != std::string::npos);
  CHECK(net.b.run("show isakmp sa=2").find("ACTIVE") != std::string::npos);
}

TEST_CASE("RETRYIKEATTEMPTS repeats a failed negotiation, for fixed peers") {
  Offices net;
  net.configure("msgr=0 msgt=5 ret=2");
  net.channel.hook = [](Flying&) { return false; };
  SECTION("so often") {
    net.attempt(net.a, 600s);
    CHECK(instants(net.channel, net.a.ip.own) == std::vector<long>{0, 10, 20});
    CHECK(net.a.counter("retryIkeAttemptsPh1") == 2);
    CHECK(net.a.counter("usePolIkeRetryGood") == 2);
    CHECK(net.a.counter("usePolIkeRetryFailed") == 1);
    CHECK(net.a.user.failures.size() == 1);
  }
  SECTION("without end") {
    net.a.run("set isakmp pol=keys ret=continuous");
    net.attempt(net.a, 1000s);
    CHECK(net.a.user.failures.empty());
    CHECK(net.channel.sent.size() == 101);
    net.channel.hook = [](Flying&) { return true; };
    CHECK(net.up());
  }
  SECTION("not for a policy that takes any peer") {
    net.a.run("set isakmp pol=keys pe=any");
    net.attempt(net.a, 600s);
    CHECK(net.channel.sent.size() == 1);
    CHECK(net.a.counter("usePolIkeRetryFailed") == 1);
  }
}

TEST_CASE("PRENEGOTIATE starts phase 1 with ISAKMP") {
  Offices net;
  net.configure("pre=true enc=3desouter");
  net.time.advance(2s);
  CHECK(net.a.counter("acquirePrenegotiate") == 1);
  CHECK(net.a.run("show isakmp sa=1").find("ACTIVE") != std::string::npos);
  CHECK(net.a.user.bundles.empty());
}
