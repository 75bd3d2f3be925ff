// When a bundle with manual keys is made anew.
#include <catch2/catch.hpp>

#include "tests/support/ipsec_fixture.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using test::ip4;
using test::IpsecFixture;

TEST_CASE("manual keys: what other commands change does not begin sequence numbers again") {
  IpsecFixture fixture;
  fixture.configure(
      "create enco key=1 type=des value=0x101f2c3b49576473\n"
      "create ipsec sas=1 key=manual prot=esp enc=des enck=1 insp=1000 outs=1001\n"
      "create ipsec bund=1 key=manual string=\"1\"\n"
      "create ipsec pol=p int=eth0 ac=ipsec key=manual bund=1 peer=200.200.200.1\nenable ipsec");
  const auto sequence = [&] {
    const Packet out = fixture.out(fixture.packet("192.168.1.100", "192.168.2.100"));
    return out ? load_be32(out->data() + 24) : 0;
  };
  CHECK(sequence() == 1);
  fixture.configure("create ipsec pol=other int=vlan1 ac=permit\nset ipsec pol=other pos=1");
  CHECK(sequence() == 2);
  fixture.configure("set ipsec sas=1 outs=1002");
  CHECK(sequence() == 1);  // another SA
  fixture.configure("reset ipsec pol=p");
  CHECK(sequence() == 1);
  fixture.ip.readdress("eth0", ip4("100.100.100.9"));
  CHECK(sequence() == 1);
  CHECK(fixture.module->state().policies.find("p")->bundles.size() == 1);
}
