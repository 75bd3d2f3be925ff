// What addresses that have proved nothing can do to the router: requests, unfinished exchanges, lines of the log.
#include "modules/isakmp/strangers.h"

#include "os/base/limits.h"
#include "tests/unit/isakmp/peers.h"

using namespace arrouter;
using namespace arrouter::isakmp;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

Ipv4Address source(std::uint32_t number) { return Ipv4Address(0xc6336400 + number); }

/// A router that takes any peer, and a recorded first message to forge others from.
class Flood : public Offices {
 public:
  explicit Flood(const std::string& policy = "pe=any") {
    configure();
    b.run("set isakmp pol=keys " + policy);
    want(a);
    time.advance(0s);
    first_ = channel.sent.front();
    channel.hook = [](Flying&) { return false; };
  }
  /// A request with a cookie of its own.
  void request(Ipv4Address from) {
    Flying forged = first_;
    forged.source = from;
    store_be32(forged.payload.data(), ++cookie_);
    channel.deliver(forged);
  }
  std::size_t lines(std::string_view part) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        b.records, [&](const LogRecord& record) { return record.message.find(part) != std::string::npos; }));
  }

 private:
  Flying first_;
  std::uint32_t cookie_ = 0;
};

}  // namespace

TEST_CASE("requests: so many at once from one address, then one for each tenth of a second of silence") {
  Strangers strangers;
  Instant now{1000s};
  using Answer = Strangers::Answer;
  for (unsigned n = 0; n < limits::isakmp_requests_per_source; ++n)
    REQUIRE(strangers.admit(source(1), now) == Answer::welcome);
  CHECK(strangers.admit(source(1), now) == Answer::too_often);
  CHECK(strangers.admit(source(2), now) == Answer::welcome);
  now += 99ms;
  CHECK(strangers.admit(source(1), now) == Answer::too_often);
  now += 100ms;
  CHECK(strangers.admit(source(1), now) == Answer::welcome);
  CHECK(strangers.admit(source(1), now) == Answer::too_often);
  now += 10s;
  for (unsigned n = 0; n < limits::isakmp_requests_per_source; ++n)
    REQUIRE(strangers.admit(source(1), now) == Answer::welcome);
  CHECK(strangers.admit(source(1), now) == Answer::too_often);
}

TEST_CASE("unfinished exchanges: below, at and above the limits of one address and of all") {
  Strangers strangers;
  const Instant now{1000s};
  using Answer = Strangers::Answer;
  SECTION("one address") {
    for (std::size_t n = 1; n < limits::isakmp_half_open_per_source; ++n) strangers.begun(source(1));
    CHECK(strangers.admit(source(1), now) == Answer::welcome);
    strangers.begun(source(1));
    CHECK(strangers.admit(source(1), now) == Answer::too_many_unfinished);
    CHECK(strangers.admit(source(2), now) == Answer::welcome);
    strangers.over(source(1));
    CHECK(strangers.admit(source(1), now) == Answer::welcome);
  }
  SECTION("all") {
    for (std::uint32_t n = 1; n < limits::isakmp_half_open; ++n) strangers.begun(source(n));
    CHECK(strangers.admit(source(9999), now) == Answer::welcome);
    strangers.begun(source(9999));
    CHECK(strangers.unfinished() == limits::isakmp_half_open);
    CHECK(strangers.admit(source(8888), now) == Answer::too_many_unfinished);
    strangers.over(source(7));
    strangers.over(source(7));  // has none left
    CHECK(strangers.unfinished() == limits::isakmp_half_open - 1);
    CHECK(strangers.admit(source(8888), now) == Answer::welcome);
  }
}

TEST_CASE("a flood from one address: few exchanges, few lines, and one that counts the others") {
  Flood net;
  const std::size_t before = net.b.records.size();
  for (int n = 0; n < 300; ++n) net.request(source(1));
  CHECK(net.b.counter("respStart") == limits::isakmp_requests_per_source);
  CHECK(net.b.counter("requestRateLimit") == 300 - limits::isakmp_requests_per_source);
  CHECK(net.lines("(local 200.200.200.1 responder)") == 20);
  CHECK(net.b.counter("strangersNotLogged") == limits::isakmp_requests_per_source - 20);
  net.time.advance(9s);
  CHECK(net.lines("were not logged") == 0);
  net.time.advance(1s);
  CHECK(net.lines("ISAKMP: 44 messages about unknown peers were not logged") == 1);
  net.time.advance(300s);  // they are given up
  CHECK(net.b.records.size() - before < 50);
  net.channel.hook = [](Flying&) { return true; };
  net.want(net.a, 1);
  CHECK(net.up());
}

TEST_CASE("a flood from everywhere: the limit of unfinished exchanges holds, and they end") {
  Flood net;
  for (std::uint32_t n = 0; n < 3000; ++n) net.request(source(n));
  CHECK(net.b.counter("respStart") == limits::isakmp_half_open);
  CHECK(net.b.counter("halfOpenLimit") == 3000 - limits::isakmp_half_open);
  CHECK(net.lines("responder)") + net.lines("too many unfinished requests") == 60);
  net.time.advance(300s);
  CHECK(net.b.run("show isakmp exchange").find("MAIN") == std::string::npos);
  net.channel.hook = [](Flying&) { return true; };
  net.want(net.a, 1);
  CHECK(net.up());
}

TEST_CASE("an hour of requests that no policy takes leaves the log to others") {
  Flood net("pe=1.2.3.4");
  for (int second = 0; second < 3600; ++second) {
    for (std::uint32_t n = 0; n < 10; ++n) net.request(source(n * 1000 + static_cast<std::uint32_t>(second)));
    net.time.advance(1s);
  }
  CHECK(net.b.counter("getPolicyByPeerFailed") == 36001);  // theirs and Peer A's
  CHECK(net.lines("no matching policy") == 60);
  net.time.advance(20s);
  CHECK(net.lines("ISAKMP: 35941 messages about unknown peers were not logged") == 1);
  CHECK(net.lines("were not logged") == 1);
  net.request(source(1));  // whoever comes later is seen again
  CHECK(net.lines("no matching policy") == 61);
}
