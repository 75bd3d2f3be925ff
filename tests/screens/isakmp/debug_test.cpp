// Log lines, and what debugging prints (reference/isakmp-ipsec.md 3).
#include "tests/unit/isakmp/peers.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("log lines of a good tunnel, at both ends") {
  Offices net;
  net.configure("enc=3desouter natt=true sendd=true sendn=true heart=both");
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
  net.attempt(net.a, 1ms);
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
