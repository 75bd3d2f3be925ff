// The screens of reference/isakmp-ipsec.md 2.9-2.19, character by character.
#include <catch2/catch.hpp>

#include "tests/support/ipsec_fixture.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using test::ip4;
using test::IpsecFixture;
using test::keyed_bundle;

namespace {

/// The How-To network with its tunnel up: SPIs of the How-To Note's figure.
struct HowTo : IpsecFixture {
  HowTo() {
    configure(test::ipsec_howto);
    out(packet("192.168.1.100", "192.168.2.100"));
    auto bundle = keyed_bundle(isakmp.acquires.back(), 1612248718);
    bundle.sas[0].in_spi = 992095719;
    isakmp.user->install(bundle);
  }
};

}  // namespace

TEST_CASE("SHOW IPSEC") {
  IpsecFixture fixture;
  CHECK(fixture.run("enable ipsec").text == "Info (1081057): IPSEC has been enabled.\n");
  CHECK(fixture.run("enable ipsec").text == "Warning (2081059): IPSEC is already enabled.\n");
  CHECK(fixture.run("show ipsec").text == R"(IPSEC Module Configuration

  Module Status .................. ENABLED
  IPsec over UDP Status .......... OPEN
  IPsec over UDP Listen Port ..... 2746
)");
}

TEST_CASE("SHOW IPSEC POLICY") {
  HowTo fixture;
  CHECK(fixture.run("sh ipsec pol").text == R"(IPSEC Policies

Name                     Interface  Action  KeyManagement  Position  Bundle  PeerAddress
-------------------------------------------------------------------------------
wiz_isakmp               eth0       PERMIT  -              1         -       -
wiz_natt                 eth0       PERMIT  -              2         -       -
vpn                      eth0       IPSEC   ISAKMP         3         1       200.200.200.1
wiz_internet             eth0       PERMIT  -              4         -       -
)");
}

TEST_CASE("SHOW IPSEC POLICY of one") {
  HowTo fixture;
  CHECK(fixture.run("show ipsec policy=vpn").text == R"(IPSEC Policy Information
  Name ............................. vpn
  Interface ........................ eth0
  Source Interface ................. eth0
  Position ......................... 3
  Action ........................... IPSEC
  Key Management ................... ISAKMP
  ISAKMP Policy Name ............... vpn
  Bundle Specification ............. 1
  Peer Address ..................... 200.200.200.1
  IP Version ....................... 4
  Local Address .................... 192.168.1.0
  Local Mask ....................... 255.255.255.0
  Local Port ....................... ANY
  Local Name ....................... ANY
  Remote Address ................... 192.168.2.0
  Remote Mask ...................... 255.255.255.0
  Remote Port ...................... ANY
  Remote Name ...................... ANY
  Transport Protocol ............... ANY
  SA Selector From Packet .......... NONE
  DF Bit ........................... CLEAR
  Use PFS Key ...................... FALSE
  Group ............................ 1
  IP Route Template ................ -
  UDP Tunnel ....................... FALSE
  UDP Port ......................... -
  UDP Heartbeat .................... FALSE
  Respond Bad SPI .................. FALSE
  Filter Debug ..................... NONE
  Number of SA bundles ............. 1
)");
  CHECK(fixture.run("show ipsec policy=nobody").text == "Error (3081256): Policy nobody not found.\n");
}

TEST_CASE("SHOW IPSEC POLICY SABUNDLE") {
  HowTo fixture;
  fixture.services.time.advance(std::chrono::seconds(120));
  CHECK(fixture.run("show ipsec policy=vpn sabundle").text == R"(IPSEC Policy SA Bundles

Policy ..................... vpn
-------------------------------------------------------------------------------
  Bundle Index ........................... 0
    State ................................ VALID
    Role ................................. INITIATOR
    Peer address ......................... 200.200.200.1
    SA's ................................. 0
    Expiry Kbytes (hard/soft/used) ....... -/-/0
    Expiry Seconds (hard/soft/used) ...... 28800/27360/120
)");
}

TEST_CASE("SHOW IPSEC POLICY COUNTERS") {
  HowTo fixture;
  fixture.out(fixture.packet("192.168.1.100", "192.168.2.100"));
  CHECK(fixture.run("show ipsec policy=vpn counters").text == R"(IPSEC Policy Counters

Policy ..................... vpn

Setup/Remove Counters
  setupStarted                     1    setupDone                        1
  setupFailed                      0    removeDone                       0

Outbound Packet Processing Counters
  outDeny                          0    outPermit                        0
  outNoBundle                      1    outNoBundleFail                  0
  outMakeSetupStructFail           0    outFilterFail                    0
  outProcessStart                  2    outProcessDone                   2
  outProcessFailImm                0    outProcessFail                   0
  outBundleSoftExpire              0    outBundleExpire                  0

Inbound Packet Processing Counters
  inDeny                           0    inPermit                         0
  inNoBundle                       0    inNoBundleFail                   0
  inProcessStart                   0    inProcessDone                    0
  inProcessFailImm                 0    inProcessFail                    0
  inPolicyFilterFail               0    inBundleStateBad                 0
  inBundleSoftExpire               0    inBundleExpire                   0
  inBadSpiResponse                 0
)");
  CHECK(fixture.run("reset ipsec policy=vpn counter").text == "Info (1081003): Operation successful.\n");
  CHECK(fixture.counter("vpn", PolicyCounter::out_process_done) == 0);
}

TEST_CASE("SHOW IPSEC SA") {
  HowTo fixture;
  CHECK(fixture.run("show ipsec sa").text ==
        R"(SA Id   Policy                   Bundle   State      Protocol   OutSPI       InSPI
-------------------------------------------------------------------------------
0       vpn                      0        Valid      ESP        1612248718   992095719
)");
  fixture.configure("reset ipsec policy=vpn");
  CHECK(fixture.run("show ipsec sa").text ==
        R"(SA Id   Policy                   Bundle   State      Protocol   OutSPI       InSPI
-------------------------------------------------------------------------------
)");
}

TEST_CASE("SHOW IPSEC SA of one") {
  HowTo fixture;
  CHECK(fixture.run("show ipsec sa=0").text == R"(SA Id .................................... 0
  Policy ................................. vpn
  Bundle ................................. 0
  SA Specification Used .................. 1
  State .................................. Valid
  Protocol ............................... ESP
  Role ................................... INITIATOR
  Mode ................................... TUNNEL
  Outbound SPI ........................... 1612248718
  Inbound SPI ............................ 992095719
  Encryption algorithm ................... 3DESOUTER
  Encryption ENCO channel................. 1
  Hash algorithm ......................... SHA
  Hash ENCO channel....................... 2
  Filters
    Local address ........................ 192.168.1.0
    Local mask ........................... 255.255.255.0
    Local port ........................... ANY
    Remote address ....................... 192.168.2.0
    Remote mask .......................... 255.255.255.0
    Remote port .......................... ANY
    Transport protocol ................... ANY
  Anti-replay ............................ DISABLED
  Outbound sequence number ............... 1
  Inbound sequence number ................ 0
)");
  CHECK(fixture.run("show ipsec sa=1").text == "Error (3081274): SA 1 not found.\n");
}

TEST_CASE("SHOW IPSEC SA with NAT-OA") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  fixture.out(fixture.packet("192.168.1.100", "192.168.2.100"));
  auto bundle = keyed_bundle(fixture.isakmp.acquires.back(), 736637299);
  bundle.nat.udp_encapsulation = true;
  bundle.nat.peer_original_source = ip4("192.168.1.10");
  bundle.sas[0].transform.encapsulation = isakmp::Encapsulation::transport;
  fixture.isakmp.user->install(bundle);
  const std::string text = fixture.run("show ipsec sa=0").text;
  CHECK(text.find("  Mode ................................... UDP_ENCAP_TRANSPORT\n") != std::string::npos);
  CHECK(text.find(R"(  NAT Traversal NAT-OA
    Peer original source IP address ...... 192.168.1.10
    Peer original destination IP address.. 0.0.0.0
  Filters
)") != std::string::npos);
}

TEST_CASE("SHOW IPSEC SA COUNTERS") {
  HowTo fixture;
  CHECK(fixture.run("show ipsec sa counters").text == R"(IPSEC SA Counters

SA Id ...................... 0        Policy ..................... vpn

  outProcessStart                  1    outProcessDone                   1
  outProcessFail                   0    outSeqNumberWrap                 0
  inProcessStart                   0    inProcessDone                    0
  inProcessFail                    0    inAuthFail                       0
  inReplayFail                     0    inPadFail                        0
  outBytes                        84    inBytes                          0
)");
}

TEST_CASE("SHOW IPSEC SASPECIFICATION") {
  HowTo fixture;
  CHECK(fixture.run("show IPSec SAspec").text == R"(IPSEC SA Specifications

Id     KeyManagement   Protocol   Mode        EncAlg      HashAlg   InSPI        OutSPI
-------------------------------------------------------------------------------
1      ISAKMP          ESP        TUNNEL      3DESOUTER   SHA       -            -
)");
  CHECK(fixture.run("show ipsec sas=1").text == R"(SA Specification Id .............. 1
  Key Management ................. ISAKMP
  Protocol ....................... ESP
  Mode ........................... TUNNEL
  Encryption Algorithm ........... 3DESOUTER
  Hash Algorithm ................. SHA
  Encryption Key ................. -
  Hash Key ....................... -
  In SPI ......................... -
  Out SPI ........................ -
  Anti-Replay Enabled ............ FALSE
  Replay Window Size ............. 32
)");
}

TEST_CASE("SHOW IPSEC BUNDLESPECIFICATION") {
  HowTo fixture;
  fixture.configure(
      "create ipsec sas=2 key=isakmp prot=esp enc=des hasha=sha\n"
      "create ipsec bund=2 key=isakmp string=\"1 or 2\"");
  CHECK(fixture.run("show ipsec bund").text == R"(IPSEC Bundle Specifications

Id     KeyManagement   String
-------------------------------------------------------------------------------
1      ISAKMP          1
2      ISAKMP          1 or 2
)");
  CHECK(fixture.run("show ipsec bund=1").text == R"(Bundle Specification Id .......... 1
  Key Management ................. ISAKMP
  String ......................... 1
  Expiry Kbytes .................. -
  Expiry Seconds ................. 28800
)");
}

TEST_CASE("SHOW IPSEC COUNTERS") {
  HowTo fixture;
  CHECK(fixture.run("show ipsec counters=esp").text == R"(IPSEC ESP Counters

  outStart                         1    outDone                          1
  outFail                          0    inStart                          0
  inDone                           0    inAuthFail                       0
  inDecryptFail                    0    inReplayFail                     0
  inLengthBad                      0
)");
  const std::string all = fixture.run("show ipsec counter").text;
  for (const char* const title : {"IPSEC Main Counters", "IPSEC Setup Counters", "IPSEC ESP Counters",
                                  "IPSEC AH Counters", "IPSEC Compression Counters", "IPSEC UDP Counters"}) {
    CHECK(all.find(title) != std::string::npos);
  }
  fixture.configure("reset ipsec counter=setup");
  CHECK(fixture.counter(GroupCounter::setup_bundle_create) == 0);
  CHECK(fixture.counter(GroupCounter::esp_out_done) == 1);
  fixture.configure("reset ipsec counters");
  CHECK(fixture.counter(GroupCounter::esp_out_done) == 0);
}

TEST_CASE("log lines of a bundle's life") {
  HowTo fixture;
  auto& records = fixture.services.records;
  std::erase_if(records, [](const LogRecord& record) { return record.module != module_number::ipsec; });
  REQUIRE(records.size() == 1);
  const LogRecord record = records[0];
  CHECK(record.message == "IPsec SA bundle created: policy vpn bundle 0 peer 200.200.200.1");
  CHECK(record.severity == LogSeverity::info);
  CHECK(record.module == module_number::ipsec);
  CHECK(record.type == "VPN");
  CHECK(record.subtype == "SA");
  fixture.isakmp.on = false;  // no renewal: the bundle ends by its hard limit
  fixture.services.time.advance(std::chrono::seconds(28800));
  REQUIRE(records.size() == 3);
  CHECK(records[1].message == "IPsec SA bundle expired: policy vpn bundle 0");
  CHECK(records[2].message == "IPsec SA bundle deleted: policy vpn bundle 0 peer 200.200.200.1");
}
