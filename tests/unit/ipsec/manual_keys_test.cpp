// Who observes keys is told those of SAs with manual keys too.
#include <catch2/catch.hpp>

#include "tests/support/ipsec_fixture.h"

using namespace arrouter;
using namespace arrouter::test;

namespace {

struct Listener final : isakmp::KeyObserver {
  std::vector<isakmp::Bundle> bundles;
  void isakmp_keys(std::uint64_t, ByteView) override {}
  void bundle_keys(const isakmp::Bundle& bundle) override { bundles.push_back(bundle); }
};

constexpr std::string_view configuration =
    "create enco key=10 type=des value=0x133457799bbcdff1\n"
    "create enco key=11 type=general value=0x000102030405060708090a0b0c0d0e0f10111213\n"
    "create ipsec sas=1 key=manual prot=esp enc=des enck=10 hasha=sha hashk=11 insp=1000 outs=1001\n"
    "create ipsec bund=1 key=manual string=\"1\"\n"
    "create ipsec pol=manual int=eth0 ac=ipsec key=manual bund=1 peer=200.200.200.1\n"
    "enable ipsec\n";

}  // namespace

TEST_CASE("the keys of manual SAs are told: those there are, and those made anew, until nobody listens") {
  IpsecFixture fixture;
  fixture.configure(configuration);
  Listener listener;
  fixture.isakmp.user->observe_keys(&listener);
  REQUIRE(listener.bundles.size() == 1);
  const isakmp::Bundle& bundle = listener.bundles[0];
  CHECK(bundle.local == ip4("100.100.100.1"));
  CHECK(bundle.peer == ip4("200.200.200.1"));
  REQUIRE(bundle.sas.size() == 1);
  CHECK(bundle.sas[0].in_spi == 1000);
  CHECK(bundle.sas[0].out_spi == 1001);
  CHECK(bundle.sas[0].transform.cipher == enco::Cipher::des);
  CHECK(to_hex(bundle.sas[0].in_key) == "133457799bbcdff1000102030405060708090a0b0c0d0e0f10111213");
  CHECK(bundle.sas[0].out_key == bundle.sas[0].in_key);
  fixture.configure("set ipsec pol=manual peer=200.200.200.9");
  REQUIRE(listener.bundles.size() == 2);
  CHECK(listener.bundles[1].peer == ip4("200.200.200.9"));
  fixture.isakmp.user->observe_keys(nullptr);
  fixture.configure("set ipsec pol=manual peer=200.200.200.1");
  CHECK(listener.bundles.size() == 2);
}
