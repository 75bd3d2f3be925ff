// The screens of reference/isakmp-ipsec.md 2.1-2.8, debug lines of 3.4, and the configuration of 2.20.
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
  net.want(net.a);
  net.time.advance(13s);
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

TEST_CASE("log lines of a good tunnel, at both ends") {
  Offices net;
  net.configure(std::string(wizard));
  net.want(net.a);
  REQUIRE(net.up());
  const auto messages = [](const Peer& peer) {
    std::vector<std::string> out;
    for (const LogRecord& record : peer.records)
      if (record.type == "VPN" && (record.subtype == "P1" || record.subtype == "P2") &&
          record.message.find("contact") == std::string::npos)
        out.push_back(record.message);
    return out;
  };
  CHECK(messages(net.a) ==
        std::vector<std::string>{
            "ISAKMP: Exchange 1: Phase 1 [main] started with peer 200.200.200.1 (local 100.100.100.1 initiator)",
            "ISAKMP: Exchange 1: Phase 1 [main] completed successfully with peer 200.200.200.1",
            "ISAKMP: Exchange 2: Phase 2 [quick] started with peer 200.200.200.1 (local 100.100.100.1 initiator)",
            "ISAKMP: Exchange 2: Phase 2 [quick] completed successfully with peer 200.200.200.1"});
  CHECK(messages(net.b) ==
        std::vector<std::string>{
            "ISAKMP: Exchange 1: Phase 1 [main] started with peer 100.100.100.1 (local 200.200.200.1 responder)",
            "ISAKMP: Exchange 1: Phase 1 [main] completed successfully with peer 100.100.100.1",
            "ISAKMP: Exchange 2: Phase 2 [quick] started with peer 100.100.100.1 (local 200.200.200.1 responder)",
            "ISAKMP: Exchange 2: Phase 2 [quick] completed successfully with peer 100.100.100.1"});
  CHECK(net.a.records.back().module == module_number::isakmp);
}

TEST_CASE("debugging prints states on the terminal that asked, and never a secret") {
  Offices net;
  net.configure("enc=3desouter");
  net.a.run("enable isakmp debug=state");
  net.want(net.a);
  REQUIRE(net.up());
  CHECK(net.a.terminal->text ==
        "ISAKMP MAIN: Exchange 1: New State: IDLE\n"
        "ISAKMP MAIN: Exchange 1: New State: SASENT\n"
        "ISAKMP MAIN: Exchange 1: New State: SARECV\n"
        "ISAKMP MAIN: Exchange 1: New State: KESENT\n"
        "ISAKMP MAIN: Exchange 1: New State: KERECV\n"
        "ISAKMP MAIN: Exchange 1: New State: AUTHSENT\n"
        "ISAKMP MAIN: Exchange 1: New State: AUTHRECV\n"
        "ISAKMP MAIN: Exchange 1: New State: UP\n"
        "ISAKMP QUICK: Exchange 2: New State: STARTING\n"
        "ISAKMP QUICK: Exchange 2: New State: SENDING_HASH_SA_NONCE\n"
        "ISAKMP QUICK: Exchange 2: New State: WAIT_HASH_SA_NONCE\n"
        "ISAKMP QUICK: Exchange 2: New State: SENDING_HASH\n"
        "ISAKMP QUICK: Exchange 2: New State: DONE\n");
  CHECK(net.b.terminal->text.empty());
  net.a.terminal->text.clear();
  net.a.run("enable isakmp debug=all");
  net.want(net.a, 1);
  REQUIRE(net.up(2));
  CHECK(net.a.terminal->text.find("ISAKMP Tx Message") != std::string::npos);
  CHECK(net.a.terminal->text.find("ISAKMP PKTRAW TX: Peer: 200.200.200.1 Local: 100.100.100.1 Port: 500") !=
        std::string::npos);
  for (const auto& key : {net.a.user.bundles[1].sas[0].in_key, net.a.user.bundles[1].sas[0].out_key})
    CHECK(net.a.terminal->text.find(to_hex(ByteView(key).first(8))) == std::string::npos);
  net.a.terminal->text.clear();
  CHECK(net.a.run("disable isakmp debug") == "Info (1082003): Operation successful.");
  net.want(net.a, 2);
  REQUIRE(net.up(3));
  CHECK(net.a.terminal->text.empty());
}

TEST_CASE("debugging names the bundle whose acquire began phase 1") {
  Offices net;
  net.configure();
  net.a.run("enable isakmp debug=trace");
  net.want(net.a, 7);
  REQUIRE(net.up());
  CHECK(net.a.terminal->text.find("ISAKMP CORE: Acquire - ph1Started - xchg_id = 1 bundle_index = 7, peer = "
                                  "200.200.200.1\n") != std::string::npos);
}

TEST_CASE("a decoded message") {
  Offices net;
  net.configure("enc=3desouter natt=true");
  net.a.run("enable isakmp debug=packet");
  net.want(net.a);
  net.time.advance(1ms);
  const std::string text = net.a.terminal->text;
  const auto line_after = text.find('\n', text.find("   Cookie: "));
  CHECK(text.starts_with("ISAKMP Tx Message\n   Cookie: "));
  CHECK(text.substr(line_after - 17, 17) == ":0000000000000000");
  CHECK(text.substr(line_after + 1) ==
        "   Xchg Type: IDPROT(2)    Ver: 10    Flags: 00\n"
        "   MessageID: 00000000     Total Length: 204\n"
        "   Payload #: 0  Length: 56  Type: Security Association (SA)\n"
        "     DOI: IPSEC(1)  Situation: 00000001\n"
        "     Proposal#: 1  Protocol: ISAKMP(1)  #Trans: 1  SPI:\n"
        "       Transform#: 1\n"
        "         Transform Id ................... IKE(1)\n"
        "         Encryption Algorithm ........... 3DES(5)\n"
        "         Authentication Algorithm ....... SHA(2)\n"
        "         Authentication Method .......... PRESHARED(1)\n"
        "         Group Description .............. MODP768(1)\n"
        "         Expiry Type .................... SECONDS(1)\n"
        "         Expiry Value ................... 86400\n"
        "   Payload #: 1  Length: 20  Type: Vendor ID\n"
        "     4a131c81070358455c5728f20e95452f\n"
        "   Payload #: 2  Length: 20  Type: Vendor ID\n"
        "     8f8d83826d246b6fc7a8a6a428c11de8\n"
        "   Payload #: 3  Length: 20  Type: Vendor ID\n"
        "     7d9419a65310ca6f2c179d9215529d56\n"
        "   Payload #: 4  Length: 20  Type: Vendor ID\n"
        "     90cb80913ebb696e086381b5ec427b1f\n"
        "   Payload #: 5  Length: 20  Type: Vendor ID\n"
        "     cd60464335df21f87cfdb2fc68b6a448\n"
        "   Payload #: 6  Length: 20  Type: Vendor ID\n"
        "     4485152d18b6bbcd0be8a8469579ddcc\n");
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
