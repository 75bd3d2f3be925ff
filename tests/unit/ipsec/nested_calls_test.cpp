// Bursts within bursts: what IPsec asks of others may send packets, which come back to it before it has finished.
#include <catch2/catch.hpp>

#include "tests/support/ipsec_fixture.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using test::IpsecFixture;

TEST_CASE("a bundle that reaches its limit in the middle of a burst stays until what it has begun to seal has left") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  const auto lan_packet = [&] { return fixture.packet("192.168.1.100", "192.168.2.100", 17, 600, 1, 2); };
  fixture.out(lan_packet());
  auto keyed = test::keyed_bundle(fixture.isakmp.acquires.back(), 0x5000);
  keyed.lifetime.kilobytes = 2;  // three packets and a bit; the first one takes its share now
  fixture.isakmp.user->install(keyed);
  fixture.ip.sent.clear();

  const auto& bundles = fixture.module->state().policies.find("vpn")->bundles;
  std::size_t there_meanwhile = 0;
  fixture.isakmp.while_asked = [&] {
    // The request for the next bundle leaves by the same interface.
    Burst request;
    request.add(fixture.packet("100.100.100.1", "200.200.200.1", 17, 200, 500, 500));
    fixture.ip.stage->outbound(1, request);
    CHECK(request.size() == 1);
    there_meanwhile = bundles.size();
  };
  Burst burst;
  for (int i = 0; i < 3; ++i) burst.add(lan_packet());
  fixture.ip.stage->outbound(1, burst);

  CHECK(there_meanwhile == 1);
  CHECK(bundles.empty());
  REQUIRE(burst.size() == 2);  // the third waits for the next bundle
  CHECK(fixture.counter("vpn", PolicyCounter::out_process_done) == 3);
}
