// Screens of reference/isakmp-ipsec.md section 2, character for character, and the JSON that the same calls give.
#include <catch2/catch.hpp>

#include "os/outcome.h"
#include "os/screen.h"

namespace arrouter {

TEST_CASE("detail lines carry dots up to a fixed column") {  // 2.3
  Screen screen;
  screen.line("ISAKMP Policy");
  screen.field(2, 35, "Name", "keys");
  screen.field(2, 35, "Pre-shared Key Id", 1);
  screen.field(2, 35, "Local RSA key", "-");
  screen.field(2, 35, "Send Notify", true);
  screen.field(2, 35, "Always Send ID", false);
  screen.field(2, 35, "Phase 2 Exchange Limit", "NONE");
  CHECK(screen.text() ==
        "ISAKMP Policy\n"
        "  Name ........................... keys\n"
        "  Pre-shared Key Id .............. 1\n"
        "  Local RSA key .................. -\n"
        "  Send Notify .................... TRUE\n"
        "  Always Send ID ................. FALSE\n"
        "  Phase 2 Exchange Limit ......... NONE\n");
  CHECK(screen.json().dump() ==
        R"({"name":"keys","preSharedKeyId":1,"localRsaKey":"-","sendNotify":true,"alwaysSendId":false,)"
        R"("phase2ExchangeLimit":"NONE"})");
}

TEST_CASE("nested details keep the column, long labels abut the dots") {  // 2.17, a figure read as text
  Screen screen;
  screen.field(0, 43, "SA Id", 2);
  screen.field(2, 43, "Encryption algorithm", "DES");
  screen.field(2, 43, "Encryption ENCO channel.", 1);
  screen.field(2, 43, "Hash ENCO channel.", 2);
  screen.line("  NAT Traversal NAT-OA");
  {
    const auto scope = screen.object("natOa");
    screen.field(4, 43, "Peer original source IP address", "192.168.1.10");
    screen.field(4, 43, "Peer original destination IP address", "0.0.0.0");
  }
  screen.field(2, 43, "Inbound sequence number", 15);
  CHECK(screen.text() ==
        "SA Id .................................... 2\n"
        "  Encryption algorithm ................... DES\n"
        "  Encryption ENCO channel................. 1\n"
        "  Hash ENCO channel....................... 2\n"
        "  NAT Traversal NAT-OA\n"
        "    Peer original source IP address ...... 192.168.1.10\n"
        "    Peer original destination IP address.. 0.0.0.0\n"
        "  Inbound sequence number ................ 15\n");
  CHECK(screen.json().dump() ==
        R"({"saId":2,"encryptionAlgorithm":"DES","encryptionEncoChannel":1,"hashEncoChannel":2,"natOa":{)"
        R"("peerOriginalSourceIpAddress":"192.168.1.10","peerOriginalDestinationIpAddress":"0.0.0.0"},)"
        R"("inboundSequenceNumber":15})");
}

TEST_CASE("the last label with a blank before its two dots") {  // 2.5
  Screen screen;
  screen.field(2, 41, "Number of Phase 2 exchanges allowed", 4294967294U);
  CHECK(screen.text() == "  Number of Phase 2 exchanges allowed .. 4294967294\n");
}

TEST_CASE("a label longer than its column still leaves a blank before the value") {
  Screen screen;
  screen.field(0, 10, "123456789", "x");
  screen.field(0, 10, "12345678", "x");
  screen.field(0, 10, "1234567890123", "x");
  CHECK(screen.text() == "123456789 x\n12345678. x\n1234567890123 x\n");
}

TEST_CASE("tables") {  // 2.4
  const auto print = [](Screen& screen) {
    screen.line("                                            Expiry Limits - hard/soft/used");
    screen.table("sas",
                 {{"SA Id", 8}, {"PeerAddress", 18}, {"EncA.", 8}, {"HashA.", 10}, {"Bytes", 18}, {"Seconds", 0}});
    screen.rule();
  };
  Screen screen;
  print(screen);
  const std::string heading = screen.text();
  CHECK(heading ==
        "                                            Expiry Limits - hard/soft/used\n"
        "SA Id   PeerAddress       EncA.   HashA.    Bytes             Seconds\n"
        "-------------------------------------------------------------------------------\n");
  CHECK(screen.json().dump() == R"({"sas":[]})");
  screen.row({1, "200.200.200.1", "3DES", "SHA", "-/-/-", "86400/82080/970"});
  screen.row({1, "200.200.200.1", "-", "-", "0/0/0", "0/0/0"});
  CHECK(screen.text().substr(heading.size()) ==
        "1       200.200.200.1     3DES    SHA       -/-/-             86400/82080/970\n"
        "1       200.200.200.1     -       -         0/0/0             0/0/0\n");
  CHECK(screen.json().dump().starts_with(
      R"({"sas":[{"saId":1,"peerAddress":"200.200.200.1","encA":"3DES","hashA":"SHA","bytes":"-/-/-",)"
      R"("seconds":"86400/82080/970"},{)"));
}

TEST_CASE("cells too long, right-aligned columns, rows without text headings") {
  Screen screen;
  screen.table("files", {{"Name", 6, "name"}, {"Size", -8, "size"}, {"Made", 0}}, true);
  screen.row({"boot.cfg", 17, "today"});
  screen.row({"a.b", 123456789, ""});
  CHECK(screen.text() ==
        "boot.cfg       17 today\n"
        "a.b   123456789\n");
  CHECK(screen.json().dump() ==
        R"({"files":[{"name":"boot.cfg","size":17,"made":"today"},{"name":"a.b","size":123456789,"made":""}]})");
}

TEST_CASE("counters in two columns") {  // 2.8, 2.13
  Screen screen;
  screen.line("ISAKMP Policy Counters");
  screen.line();
  screen.counters({{"getPolicyGood", 0},
                   {"getPolicyFailed", 1},
                   {"usePolIkeRetryGood", 18446744073709551615U},
                   {"usePolIkeRetryFailed", 0},
                   {"", 0},
                   {"inProcessFail", 7},
                   {"inBadSpiResponse", 0}});
  CHECK(screen.text() ==
        "ISAKMP Policy Counters\n"
        "\n"
        "  getPolicyGood                    0    getPolicyFailed                  1\n"
        "  usePolIkeRetryGood 18446744073709551615    usePolIkeRetryFailed             0\n"
        "                                        inProcessFail                    7\n"
        "  inBadSpiResponse                 0\n");
  CHECK(screen.json().dump() == R"({"getPolicyGood":0,"getPolicyFailed":1,"usePolIkeRetryGood":18446744073709551615,)"
                                R"("usePolIkeRetryFailed":0,"inProcessFail":7,"inBadSpiResponse":0})");
}

TEST_CASE("arrays of objects, each scope in its own") {
  Screen screen;
  for (int id = 0; id < 3; ++id) {
    const auto bundle = screen.item("bundles");
    screen.field(2, 41, "Bundle Index", id);
    const auto inner = screen.object("limits");
    screen.set("kbytes", 5);
  }
  screen.set("done", true);
  CHECK(screen.json().dump() ==
        R"({"bundles":[{"bundleIndex":0,"limits":{"kbytes":5}},{"bundleIndex":1,"limits":{"kbytes":5}},)"
        R"({"bundleIndex":2,"limits":{"kbytes":5}}],"done":true})");
}

TEST_CASE("text from outside can neither steer a terminal nor break JSON") {
  Screen screen;
  screen.field(0, 10, "Name", std::string("a\x1b[2J\r\n\x7f") + '"' + "\\\xe9\xc3\xa9\xed\xa0\x80");
  CHECK(screen.text() == "Name .... a.[2J...\"\\\xe9\xc3\xa9\xed\xa0\x80\n");
  CHECK(screen.json().dump() ==
        "{\"name\":\"a\\u001b[2J\\u000d\\u000a\\u007f\\\"\\\\\\u00e9\xc3\xa9\\u00ed\\u00a0\\u0080\"}");
}

TEST_CASE("JSON keys of labels") {
  CHECK(json_key("Expiry Limit (bytes)") == "expiryLimitBytes");
  CHECK(json_key("IPsec over UDP Listen Port") == "ipsecOverUdpListenPort");
  CHECK(json_key("SA's") == "sas");
  CHECK(json_key("OutSPI") == "outSPI");
  CHECK(json_key("getPolicyGood") == "getPolicyGood");
  CHECK(json_key("") == "");
}

TEST_CASE("outcome lines") {
  CHECK(Outcome::successful(module_number::isakmp).line() == "Info (1082003): Operation successful.");
  CHECK(Outcome::warning(5, 7, "W.").line() == "Warning (2005007): W.");
  CHECK(Outcome::error(35, 256, "Unknown command \"xyz\".").line() == "Error (3035256): Unknown command \"xyz\".");
  CHECK(Outcome::screen().line().empty());
  CHECK(Outcome::wait().pending);
}

}  // namespace arrouter
