// The screens of reference/isakmp-ipsec.md 2.1-2.8, and the configuration of 2.20.
#include "tests/unit/isakmp/peers.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

/// Replaces what a seed decides by "x".
std::string masked(std::string text, std::string_view label) {
  const auto at = text.find(label);
  if (at == std::string::npos) return text;
  const auto value = text.find(". ", at) + 2;
  return text.replace(value, text.find('\n', value) - value, "x");
}

constexpr std::string_view wizard = "enc=3desouter natt=true sendd=true sendn=true heart=both";

}  // namespace

TEST_CASE("SHOW ISAKMP") {
  Offices net;
  CHECK(net.a.run("show isakmp") ==
        "ISAKMP Module Configuration\n"
        "\n"
        "  Module Status ...................... DISABLED\n"
        "  UDP Port ........................... 500\n"
        "  Debug Flags ........................ NONE\n"
        "  Local RSA Key ...................... -\n"
        "  VPN Client Policy Server ........... DISABLED\n"
        "  VPN Client Policy File Name ........ -\n");
  CHECK(net.a.run("ena isakmp policys=on policyf=clients.scp localr=3") == "Info (1082057): ISAKMP has been enabled.");
  CHECK(net.a.run("ena isakmp") == "Warning (2082059): ISAKMP is already enabled.");
  net.a.run("enable isakmp debug");
  CHECK(net.a.run("show isakmp") ==
        "ISAKMP Module Configuration\n"
        "\n"
        "  Module Status ...................... ENABLED\n"
        "  UDP Port ........................... 500\n"
        "  Debug Flags ........................ STATE, TRACE\n"
        "  Local RSA Key ...................... 3\n"
        "  VPN Client Policy Server ........... ENABLED\n"
        "  VPN Client Policy File Name ........ clients.scp\n");
}

TEST_CASE("SHOW ISAKMP POLICY") {
  Offices net;
  net.a.run("create isakmp pol=roaming pe=any enc=3desouter");
  net.a.run("create isakmp pol=keys pe=200.200.200.1 key=1 " + std::string(wizard));
  net.a.run("create isakmp pol=branch pe=dynamic mode=agg");
  CHECK(net.a.run("show isakmp policy") ==
        "ISAKMP Policies\n"
        "\n"
        "Name                     PeerAddress      Mode    AuthType   EncAlg      HashAlg\n"
        "-------------------------------------------------------------------------------\n"
        "branch                   DYNAMIC          AGGR    PRESHARED  DES         SHA\n"
        "keys                     200.200.200.1    IDPROT  PRESHARED  3DESOUTER   SHA\n"
        "roaming                  ANY              IDPROT  PRESHARED  3DESOUTER   SHA\n");
  CHECK(net.a.run("show isakmp policy=keys") ==
        "ISAKMP Policy\n"
        "  Name ........................... keys\n"
        "  Peer Address ................... 200.200.200.1\n"
        "  Source Interface ............... -\n"
        "  Mode ........................... IDPROT\n"
        "  Authentication Type ............ PRESHARED\n"
        "  Encryption Algorithm ........... 3DESOUTER\n"
        "  Hash Algorithm ................. SHA\n"
        "  Pre-shared Key Id .............. 1\n"
        "  Local RSA key .................. -\n"
        "  Local ID ....................... -\n"
        "  Remote ID ...................... -\n"
        "  DH Group ....................... 1\n"
        "  DH Exponent Length ............. 160\n"
        "  Expiry Kbytes .................. -\n"
        "  Expiry Seconds ................. 86400\n"
        "  Pre-negotiate .................. FALSE\n"
        "  Phase 2 Exchange Limit ......... NONE\n"
        "  Set Commit Bit ................. FALSE\n"
        "  Send Notify .................... TRUE\n"
        "  Send Deletes ................... TRUE\n"
        "  Always Send ID ................. FALSE\n"
        "  Message Retry Limit ............ 8\n"
        "  Message Time Out ............... 4\n"
        "  Message Back-off ............... INCREMENTAL\n"
        "  Exchange Delete Delay .......... 30\n"
        "  Retry IKE Attempts ............. 0\n"
        "  NAT Traversal .................. TRUE\n"
        "  Heartbeat Mode ................. BOTH\n"
        "  Policy Filename ................ -\n"
        "  Hybrid Xauth ................... OFF\n"
        "  Xauth .......................... NONE\n"
        "  Xauth Type ..................... GENERIC\n"
        "  Xauth Name ..................... -\n"
        "  Xauth Password ................. -\n");
  net.a.run("set isakmp pol=keys xauthp=Hidden ret=continuous pha=7");
  const std::string changed = net.a.run("show isakmp policy=keys");
  CHECK(changed.find("Hidden") == std::string::npos);
  CHECK(changed.find("Retry IKE Attempts ............. CONTINUOUS\n") != std::string::npos);
  CHECK(changed.find("Phase 2 Exchange Limit ......... 7\n") != std::string::npos);
  CHECK(net.a.run("show isakmp policy=other") == "Error (3082051): Policy other not found.");
  CHECK(net.a.run("create isakmp pol=keys pe=any") == "Error (3082052): Policy keys already exists.");
  CHECK(net.a.run("set isakmp pol=other natt=on") == "Error (3082051): Policy other not found.");
  CHECK(net.a.run("destroy isakmp pol=other") == "Error (3082051): Policy other not found.");
  CHECK(net.a.run("destroy isakmp pol=keys") == "Info (1082003): Operation successful.");
}

TEST_CASE("SHOW ISAKMP SA of a tunnel that is up") {
  Offices net;
  net.configure(std::string(wizard));
  net.want(net.a);
  REQUIRE(net.up());
  net.time.advance(970s);
  CHECK(net.a.run("show isakmp sa") ==
        "                                            Expiry Limits - hard/soft/used\n"
        "SA Id   PeerAddress       EncA.   HashA.    Bytes             Seconds\n"
        "-------------------------------------------------------------------------------\n"
        "1       200.200.200.1     3DES    SHA       -/-/-             86400/82080/970\n");
  CHECK(net.a.run("show isakmp exchange") ==
        "ISAKMP Exchanges\n"
        "\n"
        "Id      Phase   State                   PeerAddress       Type\n"
        "-------------------------------------------------------------------------------\n");
  std::string detail = net.a.run("show isakmp sa=1");
  for (const std::string_view label : {"Initiator Cookie", "Responder Cookie", "Bytes seen"})
    detail = masked(detail, label);
  CHECK(detail ==
        "SA Id .................................. 1\n"
        "  Initiator Cookie ..................... x\n"
        "  Responder Cookie ..................... x\n"
        "  DOI .................................. IPSEC\n"
        "  Policy name .......................... keys\n"
        "  State ................................ ACTIVE\n"
        "  Local address ........................ 100.100.100.1\n"
        "  Remote Address ....................... 200.200.200.1\n"
        "  Time of establishment ................ 13-Jun-2006 11:00:00\n"
        "  Commit bit set ....................... FALSE\n"
        "  Send notifies ........................ TRUE\n"
        "  Send deletes ......................... TRUE\n"
        "  Always send ID ....................... FALSE\n"
        "  Message Retry Limit .................. 8\n"
        "  Initial Message Retry Timeout (s) .... 4\n"
        "  Message Back-off ..................... INCREMENTAL\n"
        "  Exchange Delete Delay (s) ............ 30\n"
        "  Do Xauth ............................. FALSE\n"
        "    Xauth Finished ..................... TRUE\n"
        "  Expiry Limit (bytes) ................. -\n"
        "  Soft Expiry Limit (bytes) ............ -\n"
        "  Bytes seen ........................... x\n"
        "  Expiry Limit (seconds) ............... 86400\n"
        "  Soft Expiry Limit (seconds) .......... 82080\n"
        "  Seconds since creation ............... 970\n"
        "  Number of Phase 2 exchanges allowed .. 4294967294\n"
        "  Number of acquires queued ............ 0\n"
        "\n"
        "Sa Definition Information:\n"
        "  Authentication Type .................. PRESHARED\n"
        "  Encryption Algorithm ................. 3DES - 168 bit\n"
        "  Hash Algorithm ....................... SHA\n"
        "  group Type ........................... MODP\n"
        "  group Description .................... MODP768\n"
        "  DH Private Exponent Bits ............. 160\n"
        "  expiry seconds ....................... 86400\n"
        "  expiry kilobytes ..................... -\n"
        "\n"
        "XAuth Information:\n"
        "  Id ................................... 0\n"
        "  Next Message ......................... UNKNOWN\n"
        "  Type ................................. GENERIC\n"
        "  Status ............................... FAIL\n"
        "\n"
        "NAT-Traversal Information:\n"
        "  NAT-T enabled ........................ YES\n"
        "  Peer NAT-T capable ................... YES\n"
        "  NAT discovered ....................... NONE\n"
        "\n"
        "Heartbeat information:\n"
        "  Send Heartbeats ...................... YES\n"
        "  Next sequence number tx .............. 49\n"
        "  Receive Heartbeats ................... YES\n"
        "  Last sequence number rx .............. 48\n");
  CHECK(net.a.run("show isakmp sa detail") == net.a.run("show isakmp sa=detail"));
  CHECK(net.a.run("show isakmp sa detail") == net.a.run("show isakmp sa=1"));
  CHECK(net.a.run("show isakmp sa=2") == "Error (3082051): SA 2 not found.");
}

TEST_CASE("SHOW ISAKMP EXCHANGE of a peer that does not answer") {
  Offices net;
  net.configure(std::string(wizard));
  net.channel.hook = [](Flying&) { return false; };
  net.attempt(net.a, 13s);
  CHECK(net.a.run("show isakmp sa") ==
        "                                            Expiry Limits - hard/soft/used\n"
        "SA Id   PeerAddress       EncA.   HashA.    Bytes             Seconds\n"
        "-------------------------------------------------------------------------------\n"
        "1       200.200.200.1     -       -         0/0/0             0/0/0\n");
  CHECK(net.a.run("show isakmp exch") ==
        "ISAKMP Exchanges\n"
        "\n"
        "Id      Phase   State                   PeerAddress       Type\n"
        "-------------------------------------------------------------------------------\n"
        "1       1       SASENT                  200.200.200.1     MAIN\n");
  CHECK(masked(net.a.run("show isakmp exchange=1"), "Initiator Cookie") ==
        "ISAKMP Exchange\n"
        "  Id ................................... 1\n"
        "  Phase ................................ 1\n"
        "  State ................................ SASENT\n"
        "  Type ................................. MAIN\n"
        "  Initiator ............................ TRUE\n"
        "  DOI .................................. IPSEC\n"
        "  Policy name .......................... keys\n"
        "  SA ................................... 1\n"
        "  Peer IP Address ...................... 200.200.200.1\n"
        "  Local Address ........................ 100.100.100.1\n"
        "  Encrypted ............................ FALSE\n"
        "  Expecting message .................... TRUE\n"
        "  Has SA ............................... TRUE\n"
        "  Initiator Cookie ..................... x\n"
        "  Responder Cookie ..................... 0000000000000000\n"
        "  Message Id ........................... 00000000\n"
        "  Set Commit bit ....................... FALSE\n"
        "  Commit bit received .................. FALSE\n"
        "  Send notifies ........................ TRUE\n"
        "  Send deletes ......................... TRUE\n"
        "  Message Retry Limit .................. 8\n"
        "  Packet Retry Counter ................. 6\n"
        "  Initial Message Retry Timeout (s) .... 4\n"
        "  Packet Retry Interval (s) ............ 16\n"
        "  Message Back-off ..................... INCREMENTAL\n");
  CHECK(net.a.run("show isakmp exchange detail") == net.a.run("show isakmp exchange=1"));
  CHECK(net.a.run("show isakmp exchange=9") == "Error (3082051): Exchange 9 not found.");
}

TEST_CASE("SHOW ISAKMP COUNTERS") {
  Offices net;
  net.a.run("show isakmp policy=nobody");
  CHECK(net.a.run("show isakmp counter=spd") ==
        "ISAKMP Policy Counters\n"
        "\n"
        "  getPolicyGood                    0    getPolicyFailed                  1\n"
        "  deletePolicyGood                 0    deletePolicyFailed               0\n"
        "  addPolicyGood                    0    addPolicyFailed                  0\n"
        "  getPolicyByPeerGood              0    getPolicyByPeerFailed            0\n"
        "  usePolIkeRetryGood               0    usePolIkeRetryFailed             0\n");
  const std::string all = net.a.run("show isakmp counters");
  CHECK(all.starts_with("ISAKMP General Counters\n\n  acquire                          0    acquireNoPolicy"));
  CHECK(all.find("\n\nISAKMP Exchange Database Counters\n\n") != std::string::npos);
  CHECK(net.a.run("reset isakmp counters=spd") == "Info (1082003): Operation successful.");
  CHECK(net.a.counter("getPolicyFailed") == 0);
}

TEST_CASE("the configuration names only what differs, and makes the same again") {
  Offices net;
  CHECK(net.a.dump() == "# ISAKMP configuration\n");
  net.a.run("create isakmp pol=keys pe=200.200.200.1 key=1 " + std::string(wizard));
  net.a.run("create isakmp pol=\"wiz_Peer1 to Peer2\" pe=any");
  net.a.run("enable isakmp");
  CHECK(net.a.dump() ==
        "# ISAKMP configuration\n"
        "create isakmp pol=\"keys\" pe=200.200.200.1 enc=3desouter key=1 natt=true\n"
        "set isakmp pol=\"keys\" sendd=true sendn=true\n"
        "set isakmp pol=\"keys\" heart=both\n"
        "create isakmp pol=\"wiz_Peer1 to Peer2\" pe=any\n"
        "enable isakmp\n");
  net.a.run("create isakmp pol=all pe=dynamic mode=aggressive auth=rsasig enc=aes256 hasha=md5 key=65535 natt=on");
  net.a.run("set isakmp pol=all locali=\"cn=a b,o=c\" rem=\"say \"\"x\"\"\" gro=0 dhe=1023 expirys=600 expiryk=1000");
  net.a.run("set isakmp pol=all localr=7 src=ppp0 sendi=yes setc=on pre=true msgb=none msgr=0 msgt=86400 dele=0");
  net.a.run("set isakmp pol=all pha=1024 ret=continuous hyb=on xauth=server xautht=radius xauthn=joe xauthp=\"P w\"");
  net.a.run("set isakmp pol=all policyf=vpn.scp heart=send");
  net.a.run("enable isakmp policyf=a.scp policys=on localr=9 udp=501");
  const std::string script = net.a.dump();
  Peer fresh(net.time, net.channel, Ipv4Address(9, 9, 9, 9), 5);
  std::size_t at = script.find('\n') + 1;
  while (at < script.size()) {
    const auto end = script.find('\n', at);
    const std::string outcome = fresh.run(script.substr(at, end - at));
    CAPTURE(script.substr(at, end - at));
    CHECK(outcome.starts_with("Info (1082"));
    at = end + 1;
  }
  CHECK(fresh.dump() == script);
}

TEST_CASE("values at their bounds") {
  Offices net;
  net.a.run("create isakmp pol=p pe=any");
  for (const std::string good : {"expirys=600", "expirys=31449600", "expiryk=1", "expiryk=1000", "dele=0", "dele=30",
                                 "dhe=160", "dhe=1023", "msgr=1024", "msgt=1", "pha=1", "ret=16", "key=0", "gro=2"})
    CHECK(net.a.run("set isakmp pol=p " + good) == "Info (1082003): Operation successful.");
  for (const std::string bad : {"expirys=599", "expirys=31449601", "expiryk=0", "expiryk=1001", "dele=31", "dhe=159",
                                "dhe=1024", "msgr=1025", "msgt=0", "pha=0", "pha=1025", "ret=17", "key=65536", "gro=3",
                                "enc=rc4", "peer=1.2.3", "natt=maybe"})
    CHECK(net.a.run("set isakmp pol=p " + bad).starts_with("Error (3035"));
  CHECK(net.a.run("create isakmp pol=1234567890123456789012345 pe=any").starts_with("Error (3035"));
}
