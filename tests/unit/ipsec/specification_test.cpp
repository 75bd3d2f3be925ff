// Bundle strings and the rules that specifications keep.
#include <catch2/catch.hpp>

#include "tests/support/ipsec_fixture.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using test::IpsecFixture;

TEST_CASE("bundle strings: comma, AND, OR") {
  CHECK(*parse_bundle_string("1") == BundleString{{{1}}});
  CHECK(*parse_bundle_string("2 or 3 OR 4 Or 5") == BundleString{{{2, 3, 4, 5}}});
  CHECK(*parse_bundle_string("1 and 2") == BundleString{{{1}, {2}}});
  CHECK(*parse_bundle_string("1,2 , 3") == BundleString{{{1}}, {{2}}, {{3}}});
  CHECK(*parse_bundle_string(" 1 or 2 and 3, 255") == BundleString{{{1, 2}, {3}}, {{255}}});
  for (const char* const bad : {"", "  ", "and", "1 and", "1 2", "1,,2", ",1", "1,", "256", "-1", "1 xor 2", "1or2"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_bundle_string(bad));
  }
}

TEST_CASE("what a specification refuses") {
  IpsecFixture fixture;
  const auto refused = [&](std::string_view line, std::string_view text) {
    CAPTURE(line);
    CHECK(fixture.run(line).text == text);
  };
  refused("create ipsec sas=1 key=isakmp prot=ah", "Error (3081266): Parameter HASHALG is required.\n");
  refused("create ipsec sas=1 key=isakmp prot=ah hasha=null", "Error (3081266): Parameter HASHALG is required.\n");
  refused("create ipsec sas=1 key=isakmp prot=ah hasha=sha enc=des",
          "Error (3081267): Parameter ENCALG cannot be used with PROTOCOL=AH.\n");
  refused("create ipsec sas=1 key=manual prot=ah hasha=sha insp=300 outs=300",
          "Error (3081266): Parameter HASHKEY is required.\n");
  refused("create ipsec sas=1 key=isakmp prot=comp hasha=sha",
          "Error (3081267): Parameter HASHALG cannot be used with PROTOCOL=COMP.\n");
  refused("create ipsec sas=1 key=isakmp prot=esp enc=des compa=lzs",
          "Error (3081267): Parameter COMPALG cannot be used with PROTOCOL=ESP.\n");
  refused("create ipsec sas=1 key=manual prot=comp insp=65536", "Error (3081268): CPI 65536 is above 65535.\n");
  refused("create ipsec sas=1 key=manual prot=comp insp=2", "Error (3081276): SPI values below 256 are reserved.\n");
  refused("create ipsec sas=1 key=isakmp prot=esp", "Error (3081266): Parameter ENCALG is required.\n");
  refused("create ipsec sas=1 key=isakmp prot=esp enc=null hasha=null",
          "Error (3081270): ENCALG and HASHALG cannot both be NULL.\n");
  refused("create ipsec sas=1 key=isakmp prot=esp enc=des insp=1000",
          "Error (3081267): Parameter INSPI cannot be used with KEYMANAGEMENT=ISAKMP.\n");
  refused("create ipsec sas=1 key=manual prot=esp enc=des enck=1 insp=1000",
          "Error (3081266): Parameter OUTSPI is required.\n");
  refused("create ipsec sas=1 key=manual prot=esp enc=des enck=1 insp=255 outs=256",
          "Error (3081276): SPI values below 256 are reserved.\n");
  fixture.configure(
      "create ipsec sas=1 key=manual prot=esp enc=des enck=1 insp=256 outs=256\n"
      "create ipsec sas=2 key=isakmp prot=esp enc=des");
  refused("create ipsec sas=2 key=isakmp prot=esp enc=des", "Error (3081261): SA specification 2 already exists.\n");
  refused("create ipsec bund=1 key=isakmp string=\"1\"",
          "Error (3081271): Bundle string is not valid: key management of SA specification 1 differs.\n");
  refused("create ipsec bund=1 key=isakmp string=\"2 and 2\"",
          "Error (3081271): Bundle string is not valid: AND joins equal protocols.\n");
  refused("create ipsec bund=1 key=manual string=\"1 or 1\"",
          "Error (3081271): Bundle string is not valid: manual keys leave no alternatives.\n");
  refused("create ipsec bund=1 key=isakmp string=\"3\"",
          "Error (3081271): Bundle string is not valid: SA specification 3 does not exist.\n");
  fixture.configure("create ipsec bund=1 key=isakmp string=\"2\"");
  refused("destroy ipsec sas=2", "Error (3081262): SA specification 2 is used by bundle specification 1.\n");
  refused("create ipsec pol=p int=eth0 ac=ipsec key=isakmp bund=1",
          "Error (3081266): Parameter PEERADDRESS is required.\n");
  refused("create ipsec pol=p int=eth0 ac=ipsec key=manual bund=1 peer=1.1.1.1",
          "Error (3081272): Key management of bundle specification 1 is not MANUAL.\n");
  refused("create ipsec pol=p int=eth0 ac=ipsec key=isakmp bund=2 peer=1.1.1.1",
          "Error (3081263): Bundle specification 2 not found.\n");
  refused("create ipsec pol=p int=ppp0 ac=permit", "Error (3081259): Interface ppp0 not found.\n");
  refused("create ipsec pol=p int=eth0 ac=ipsec key=isakmp bund=1 peer=any resp=true",
          "Error (3081267): Parameter RESPONDBADSPI cannot be used with PEERADDRESS=ANY.\n");
  refused("create ipsec pol=p int=eth0 ac=permit lad=1.1.1.1-1.1.1.2 lma=255.255.255.0",
          "Error (3081267): Parameter LMASK cannot be used with this LADDRESS.\n");
  fixture.configure("create ipsec pol=p int=eth0 ac=ipsec key=isakmp bund=1 peer=dynamic");
  refused("destroy ipsec bund=1", "Error (3081265): Bundle specification 1 is used by policy p.\n");
  refused("create ipsec pol=P int=eth0 ac=permit", "Error (3081257): Policy P already exists.\n");
  refused("set ipsec pol=q ac=deny", "Error (3081256): Policy q not found.\n");
}

TEST_CASE("dump, factory-fresh, dump gives the same text") {
  constexpr std::string_view lines =
      "create ipsec sas=1 key=isakmp prot=esp enc=3desouter hasha=sha\n"
      "create ipsec sas=2 key=isakmp prot=esp mod=transport enc=aes256 hasha=md5 anti=true rep=128\n"
      "create ipsec sas=7 key=manual prot=esp enc=des hasha=sha enck=10 hashk=11 insp=1000 outs=1001\n"
      "create ipsec sas=8 key=manual prot=ah mod=transport hasha=desmac hashk=10 insp=1002 outs=1003 anti=true\n"
      "create ipsec sas=9 key=manual prot=comp insp=3 outs=3\n"
      "create ipsec sas=10 key=manual prot=comp compa=deflate insp=65535 outs=2\n"
      "create ipsec sas=11 key=isakmp prot=comp mod=transport\n"
      "create ipsec bund=1 key=isakmp string=\"1, 2\" expiryk=1000 expirys=3600\n"
      "create ipsec bund=2 key=manual string=\"9 AND 7 AND 8\"\n"
      "create ipsec pol=\"ike\" int=eth0 ac=permit\n"
      "set ipsec pol=\"ike\" lp=500 rp=500 tra=UDP\n"
      "create ipsec pol=\"a b\" int=eth0 ac=ipsec key=isakmp bund=1 peer=any isa=\"x y\" sase=all\n"
      "set ipsec pol=\"a b\" lad=192.168.1.0 lma=255.255.255.0 rad=1.1.1.1-1.1.1.5 lp=OPAQUE tra=123 lna=\"l\" "
      "rna=\"r\"\n"
      "set ipsec pol=\"a b\" dfb=copy usepfsk=true gro=2 srci=vlan1 iprou=\"t\" udpt=true udpp=2747 udph=true\n"
      "create ipsec pol=\"man\" int=vlan1 ac=ipsec key=manual bund=2 peer=1.2.3.4\n"
      "set ipsec pol=\"man\" tra=ICMP ic=3,8-11\n"
      "set ipsec udpp=3000\n"
      "enable ipsec\n";
  IpsecFixture fixture;
  fixture.configure(lines);
  CHECK(fixture.dump() == lines);
}

TEST_CASE("purge leaves a factory-fresh module") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  fixture.configure("set ipsec udpport=3000\npurge ipsec");
  CHECK(fixture.dump().empty());
  CHECK_FALSE(fixture.ip.stage->attached(1));
  CHECK(fixture.ip.udp_ports.empty());
}
