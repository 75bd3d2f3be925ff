// The command language on rows of the manual: what is typed, what the handler gets, what the router answers.
#include <catch2/catch.hpp>

#include <algorithm>

#include "os/base/limits.h"
#include "os/module.h"
#include "tests/support/line_generator.h"
#include "tests/unit/language/sample_rows.h"

namespace arrouter::test {
namespace {

const CommandTable& table() {
  static const CommandTable sample = sample_table();
  return sample;
}

Args args_of(std::string_view line) {
  const auto match = table().parse(line);
  INFO(line);
  INFO((match ? std::string() : match.error().line()));
  REQUIRE(match.has_value());
  return match->args;
}

std::string error_of(std::string_view line) {
  const auto match = table().parse(line);
  return match ? "accepted as " + std::string(match->row->syntax) : match.error().line();
}

std::string row_of(std::string_view line) {
  const auto match = table().parse(line);
  return match ? std::string(match->row->syntax) : match.error().line();
}

}  // namespace

TEST_CASE("a command as the How To Notes abbreviate it") {
  const Args args = args_of("create isakmp pol=isakmp peer=any key=1 mode=main natt=true encalg=3desouter");
  CHECK(args.text("POLICY") == "isakmp");
  CHECK(args.choice("PEER") == "ANY");
  CHECK(args.number("KEY") == 1);
  CHECK(args.choice("MODE") == "MAIN");
  CHECK(args.boolean("NATTRAVERSAL"));
  CHECK(args.choice("ENCALG") == "3DESOUTER");
  CHECK_FALSE(args.has("GROUP"));
  CHECK(args_of("set isakmp pol=isakmp sendn=true sendd=false").boolean("SENDNOTIFY"));
  CHECK(args_of("set isakmp pol=isakmp heart=both").choice("HEARTBEATMODE") == "BOTH");
  CHECK(args_of("show isakmp exch").has("EXCHANGE"));
  CHECK(args_of("show config dynam=ipsec").text("DYNAMIC") == "ipsec");
  CHECK(args_of("CREATE IPSEC POL=\"internet\" INT=ETH0-0 AC=PERMIT").text("INTERFACE") == "eth0");
}

TEST_CASE("the shortest form tells parameters apart") {
  const Args args =
      args_of("create ipsec sas=1 key=man prot=esp enc=des enck=10 hasha=sha hashk=11 ins=1000 outs=1001");
  CHECK(args.choice("ENCALG") == "DES");
  CHECK(args.number("ENCKEY") == 10);
  CHECK(args.choice("KEYMANAGEMENT") == "MANUAL");
  CHECK(args.choice("HASHALG") == "SHA");
  CHECK(args.number("HASHKEY") == 11);
  // METric and METRIC1: an exact word, or the longest that only one allows.
  CHECK(args_of("add ip route=0.0.0.0 int=ppp0 next=0.0.0.0 metric=2").number("METRIC") == 2);
  CHECK(args_of("add ip route=0.0.0.0 int=ppp0 next=0.0.0.0 metric1=3").number("METRIC1") == 3);
}

TEST_CASE("less than the capitals is refused even where it would be clear") {
  CHECK(error_of("create isakmp pol=x p=any") == "Error (3035259): Parameter \"p\" is ambiguous.");
  CHECK(error_of("cr isakmp pol=x pe=any") == "Error (3035256): Unknown command \"cr\".");
  CHECK(error_of("set isakmp pol=x heart=b") == "Error (3035263): Parameter \"HEARTBEATMODE\" has an invalid value.");
}

TEST_CASE("parameters in any order after the one that identifies") {
  const Args args = args_of(
      "create ipsec policy=\"wiz_Peer1 to Peer2\" ac=ipsec lad=192.168.1.0-192.168.1.255 "
      "int=vlan2-3 lma=255.255.255.0 icm=1,3-5 tra=50 sase=lp,radd");
  CHECK(args.text("POLICY") == "wiz_Peer1 to Peer2");
  CHECK(args.range("LADDRESS") == Ipv4Range{Ipv4Address(192, 168, 1, 0), Ipv4Address(192, 168, 1, 255)});
  CHECK(args.address("LMASK") == Ipv4Address(255, 255, 255, 0));
  CHECK(args.numbers("ICMPTYPE") == NumberList{{1, 1}, {3, 5}});
  CHECK(args.number("TRANSPORTPROTOCOL") == 50);
  CHECK(args.text("SASELECTORFROMPKT") == "LPORT,RADDRESS");
  CHECK(args.text("INTERFACE") == "vlan2-3");
}

TEST_CASE("values that may be left out, and mixed values") {
  CHECK_FALSE(args_of("show isakmp sa").has_value("SA"));
  CHECK(args_of("show isakmp sa=7").number("SA") == 7);
  CHECK(args_of("show isakmp sa=detail").choice("SA") == "DETAIL");
  CHECK(error_of("show isakmp sa=65536") == "Error (3035262): Value out of range on parameter \"SA\".");
  CHECK(error_of("show isakmp sa=") == "Error (3035260): Value missing on parameter \"SA\".");
  CHECK(error_of("show isakmp sa=x") == "Error (3035263): Parameter \"SA\" has an invalid value.");
  CHECK(args_of("enable isakmp debug=state,PKTR").text("DEBUG") == "STATE,PKTRAW");
  CHECK(error_of("enable isakmp debug=state,") == "Error (3035263): Parameter \"DEBUG\" has an invalid value.");
  CHECK(args_of("set isakmp pol=a peer=1.2.3.4").address("PEER") == Ipv4Address(1, 2, 3, 4));
  CHECK(args_of("set isakmp pol=a peer=dy").choice("PEER") == "DYNAMIC");
}

TEST_CASE("a quoted keyword is a name where a name may stand") {
  CHECK(args_of("destroy isakmp policy=all").choice("POLICY") == "ALL");
  CHECK(args_of("destroy isakmp policy=\"all\"").text("POLICY") == "all");
  CHECK(args_of("set isakmp policy=x heart=\"both\"").choice("HEARTBEATMODE") == "BOTH");
}

TEST_CASE("empty values only where the type allows them") {
  CHECK(args_of("set system name=").text("NAME").empty());
  CHECK(args_of("set system name=\"\"").text("NAME").empty());
  CHECK(args_of("set install=pref gui= patch=a.paz").text("GUI").empty());
  CHECK(error_of("set user=bob password=") == "Error (3035260): Value missing on parameter \"PASSWORD\".");
  CHECK(error_of("set user=bob password") == "Error (3035260): Value missing on parameter \"PASSWORD\".");
  CHECK(error_of("create isakmp policy= peer=any") == "Error (3035260): Value missing on parameter \"POLICY\".");
}

TEST_CASE("blanks, tabs, quotes and escapes") {
  CHECK(args_of("  set\tsystem   name = Peer1  ").text("NAME") == "Peer1");
  CHECK(args_of("set system name= \"a \"\"b\"\" \\\"c\\\" \\\\ d\\e\"").text("NAME") == "a \"b\" \"c\" \\ d\\e");
  CHECK(args_of("set system name=a=b").text("NAME") == "a=b");
  CHECK(args_of("set system name = x\r\n").text("NAME") == "x");
  CHECK(error_of("set system name=\"a") == "Error (3035269): Closing quotation mark missing.");
  CHECK(error_of("set system name=\"a\"b") == "Error (3035263): Parameter \"NAME\" has an invalid value.");
  CHECK(error_of("set system name=a\x01") == "Error (3035268): Command line contains an invalid character.");
  CHECK(error_of(std::string("set system name=a\0b", 19)) ==
        "Error (3035268): Command line contains an invalid character.");
  CHECK(error_of("\"show\" isakmp") == "Error (3035256): Unknown command \"show\".");
  CHECK(error_of("= 5") == "Error (3035256): Unknown command \"=5\".");
}

TEST_CASE("what a configuration script quotes is read back unchanged") {
  constexpr std::string_view characters = "ab\\\" =,#?";
  SeededRandom random(5);
  for (int i = 0; i < 2000; ++i) {
    std::string value;
    for (std::uint64_t left = random.below(8); left > 0; --left) value += characters[random.below(characters.size())];
    CHECK(args_of("set system name=" + arrouter::quoted(value)).text("NAME") == value);
  }
}

TEST_CASE("the line limit, below, at and above") {
  const std::string start = "create file=a.txt command=";
  const std::string fill(255, 'x');
  const auto line_of = [&](std::size_t size) { return start + fill + std::string(size - start.size() - 255, '='); };
  CHECK(error_of(start + fill).starts_with("accepted"));
  CHECK(error_of(line_of(limits::command_line)) == "Error (3035263): Parameter \"COMMAND\" has an invalid value.");
  CHECK(error_of(line_of(limits::command_line + 1)) == "Error (3035265): Command line too long.");
}

TEST_CASE("numbers, lengths and addresses at their bounds") {
  const std::string out_of_range = "Error (3035262): Value out of range on parameter \"EXPIRYSECONDS\".";
  CHECK(error_of("create isakmp policy=x peer=any expirys=599") == out_of_range);
  CHECK(args_of("create isakmp policy=x peer=any expirys=600").number("EXPIRYSECONDS") == 600);
  CHECK(args_of("create isakmp policy=x peer=any expirys=31449600").number("EXPIRYSECONDS") == 31449600);
  CHECK(error_of("create isakmp policy=x peer=any expirys=31449601") == out_of_range);
  CHECK(error_of("create isakmp policy=x peer=any expirys=99999999999999999999999") == out_of_range);
  CHECK(error_of("create isakmp policy=x peer=any expirys=-1").find("invalid value") != std::string::npos);
  CHECK(args_of("reset isakmp policy=" + std::string(24, 'n')).text("POLICY").size() == 24);
  CHECK(error_of("reset isakmp policy=" + std::string(25, 'n')) ==
        "Error (3035263): Parameter \"POLICY\" has an invalid value.");
  CHECK(error_of("set isakmp policy=x peer=1.2.3") == "Error (3035263): Parameter \"PEER\" has an invalid value.");
  CHECK(error_of("add ip int=eth0 ip=1.2.3.4 mask=255.0.255.0") ==
        "Error (3035263): Parameter \"MASK\" has an invalid value.");
  CHECK(error_of("set time=24:00") == "Error (3035262): Value out of range on parameter \"TIME\".");
  CHECK(error_of("set date=29-feb-2007") == "Error (3035262): Value out of range on parameter \"DATE\".");
  CHECK(args_of("set date=29-feb-2008").text("DATE") == "29-feb-2008");
  CHECK(args_of("set time=09:05 date=1-jan-07").text("TIME") == "09:05");
}

TEST_CASE("interfaces and files") {
  CHECK(args_of("delete ip int=PPP0").text("INTERFACE") == "ppp0");
  CHECK(args_of("delete ip int=vlan1-0").text("INTERFACE") == "vlan1");
  CHECK(args_of("delete ip int=vlan1-12").text("INTERFACE") == "vlan1-12");
  for (const char* bad : {"eth", "0", "eth-1", "eth0-", "eth0-1-2", "eth0x", "eth999999", "eth0,1"}) {
    CHECK(error_of("delete ip int=" + std::string(bad)) ==
          "Error (3035263): Parameter \"INTERFACE\" has an invalid value.");
  }
  CHECK(args_of("create config=flash:Boot.cfg").text("CONFIG") == "flash:Boot.cfg");
  CHECK(args_of("show file=*.rel").text("FILE") == "*.rel");
  for (const char* bad : {"a/b.cfg", "a.long", "..", "*.cfg", ":a.cfg", "a b", "a.", "../x"}) {
    CHECK(error_of("create config=\"" + std::string(bad) + "\"") ==
          "Error (3035263): Parameter \"CONFIG\" has an invalid value.");
  }
}

TEST_CASE("booleans") {
  for (const char* yes : {"true", "T", "on", "YES", "y"}) {
    CHECK(args_of("set isakmp pol=x sendn=" + std::string(yes)).boolean("SENDNOTIFY"));
  }
  for (const char* no : {"FALSE", "f", "off", "of", "no", "N"}) {
    CHECK_FALSE(args_of("set isakmp pol=x sendn=" + std::string(no)).boolean("SENDNOTIFY"));
  }
  for (const char* bad : {"o", "1", "trues", "maybe"}) {
    CHECK(error_of("set isakmp pol=x sendn=" + std::string(bad)) ==
          "Error (3035263): Parameter \"SENDNOTIFY\" has an invalid value.");
  }
}

TEST_CASE("rows that begin alike: the one that takes everything") {
  CHECK(row_of("set user=bob login=yes").starts_with("SET USer=<name"));
  CHECK(row_of("set user securedelay=600").starts_with("SET USer [LOGINFail"));
  CHECK(row_of("add ip route=0.0.0.0 blackhole").find("BLACKhole") != std::string::npos);
  CHECK(row_of("add ip route=0.0.0.0 int=eth0 next=1.1.1.1").find("NEXThop") != std::string::npos);
  CHECK(row_of("add ip rou temp=t int=eth0 next=1.1.1.1").find("TEMPlate") != std::string::npos);
  CHECK(row_of("set ip arp timeout=5") == "SET IP ARP TIMeout=<1-1023>");
  CHECK(row_of("set ip arp=1.1.1.1 int=eth0").starts_with("SET IP ARP=<ipv4>"));
  CHECK(row_of("set ip arpwait=3") == "SET IP ARPWaittimeout=<1-30>");
  CHECK(row_of("reset ipsec policy=a") == "RESET IPSec POLicy=<name:1-23>");
  CHECK(row_of("reset ipsec policy=a counter") == "RESET IPSec POLicy[=<name:1-23>] COUnter");
  CHECK(row_of("reset ipsec policy counter") == "RESET IPSec POLicy[=<name:1-23>] COUnter");
  CHECK(row_of("show log=temp").starts_with("SHow LOG[="));
  CHECK(row_of("show log counters") == "SHow LOG COUnters");
  CHECK(row_of("show ping poll=3 full").starts_with("SHow PING POLL"));
  CHECK(row_of("enable isakmp policys=on").starts_with("ENAble ISAkmp [POLICYServer"));
  CHECK(row_of("enable isakmp debug").starts_with("ENAble ISAkmp DEBug"));
}

TEST_CASE("rows that begin alike: the nearest one says what is wrong") {
  CHECK(error_of("set user securedelay=5") == "Error (3035262): Value out of range on parameter \"SECUREDELAY\".");
  CHECK(error_of("set user=bob securedelay=60") == "Error (3035258): Parameter \"securedelay\" not recognised.");
  CHECK(error_of("add ip route=1.0.0.0 int=eth0") == "Error (3035261): Required parameter \"NEXTHOP\" missing.");
  CHECK(error_of("add ip route=1.0.0.0 blackhole mask=1") ==
        "Error (3035263): Parameter \"MASK\" has an invalid value.");
  CHECK(error_of("reset ipsec policy").find("missing") != std::string::npos);
}

TEST_CASE("parameters that exclude or need each other") {
  CHECK(error_of("add ip arp=1.1.1.1 int=eth0") == "Error (3035261): Required parameter \"CIRCUIT\" missing.");
  CHECK(error_of("add ip arp=1.1.1.1 int=eth0 dlc=5 eth=00-00-cd-01-02-03") ==
        "Error (3035264): Conflicting parameters.");
  CHECK(args_of("add ip arp=1.1.1.1 int=eth0 eth=00-00-cd-01-02-03").mac("ETHERNET").octets[5] == 3);
  CHECK(error_of("show ip route full general") == "Error (3035264): Conflicting parameters.");
  CHECK(args_of("show ip route full").has("FULL"));
  CHECK(error_of("add ip dns secondary=1.1.1.1") == "Error (3035261): Required parameter \"PRIMARY\" missing.");
  CHECK(error_of("add ip dns int=ppp0 primary=1.1.1.1") == "Error (3035264): Conflicting parameters.");
  CHECK(error_of("set ssh server hostkey=1") == "Error (3035261): Required parameter \"SERVERKEY\" missing.");
  CHECK(args_of("set ssh server").all().empty());
  CHECK(args_of("create enco key=1 type=general value=\"secret\"").text("VALUE") == "secret");
  CHECK(args_of("create enco key=1 type=general random").has("RANDOM"));
}

TEST_CASE("commands nobody knows, ambiguous and incomplete ones, parameters given twice") {
  CHECK(error_of("xyz abc") == "Error (3035256): Unknown command \"xyz\".");
  CHECK(error_of("show frobs") == "Error (3035258): Parameter \"frobs\" not recognised.");
  CHECK(error_of("show isakmp policy=x frobs=1") == "Error (3035258): Parameter \"frobs\" not recognised.");
  CHECK(error_of("show") == "Error (3035261): Required parameter missing.");
  CHECK(error_of("show debug") == "Error (3035261): Required parameter \"IPSEC\" missing.");
  CHECK(error_of("create isakmp") == "Error (3035261): Required parameter \"POLICY\" missing.");
  CHECK(error_of("add user=bob") == "Error (3035261): Required parameter \"PASSWORD\" missing.");
  CHECK(error_of("set isakmp pol=x key=1 KEY=2") == "Error (3035267): Parameter \"KEY\" given more than once.");
  CHECK(error_of("show isakmp policy counters=5").starts_with("Error (3035258)"));
  CHECK(error_of("show ipsec sa counters=5") == "Error (3035263): Parameter \"COUNTERS\" has an invalid value.");
  CHECK(error_of("show=5") == "Error (3035263): Parameter \"SHOW\" has an invalid value.");
}

TEST_CASE("alternative names, values without their name, words that mean the same") {
  CHECK(args_of("load srcfile=x.rez destf=y.rez").text("FILE") == "x.rez");
  CHECK(error_of("load file=x.rez srcfile=y.rez") == "Error (3035267): Parameter \"FILE\" given more than once.");
  CHECK(args_of("ping 192.168.1.1").address("IPADDRESS") == Ipv4Address(192, 168, 1, 1));
  CHECK(args_of("ping ipadd=192.168.1.1 num=cont").choice("NUMBER") == "CONTINUOUS");
  CHECK(args_of("ping bulbul num=3").text("IPADDRESS") == "bulbul");
  CHECK(args_of("ping num=3").number("NUMBER") == 3);
  CHECK(args_of("ping").all().empty());
  CHECK(error_of("ping num=3 1.1.1.1") == "Error (3035258): Parameter \"1.1.1.1\" not recognised.");
  CHECK(error_of("ping 1.1.1.1 1.1.1.2") == "Error (3035258): Parameter \"1.1.1.2\" not recognised.");
  const Args renamed = args_of("rename a.cfg b.cfg");
  CHECK(renamed.text("SRCFILE") == "a.cfg");
  CHECK(renamed.text("DESTFILE") == "b.cfg");
  CHECK(error_of("rename a.cfg") == "Error (3035261): Required parameter \"DESTFILE\" missing.");
  CHECK(args_of("show port history").has("PORT"));
  CHECK(row_of("lo") == "{LOgoff|LOGOUt}");
}

TEST_CASE("log filters") {
  CHECK(args_of("show log sev=>2 mod=!ipsec").text("SEVERITY") == ">2");
  CHECK(args_of("show log tail").has("TAIL"));
  CHECK(args_of("show log tail=50").number("TAIL") == 50);
  CHECK(error_of("show log sev=>") == "Error (3035260): Value missing on parameter \"SEVERITY\".");
  CHECK(error_of("add log output=1 all mod=ip") == "Error (3035264): Conflicting parameters.");
}

TEST_CASE("blank lines and comments do nothing") {
  const auto nothing = table().parse("");
  REQUIRE(nothing);
  CHECK(nothing->row->access == Access::user);
  for (const char* line : {"   \t", "# create isakmp", "   # \x01 anything \"", "\r\n"}) {
    const auto match = table().parse(line);
    REQUIRE(match);
    CHECK(match->row == nothing->row);
  }
  const Args args;
  const Caller caller;
  Screen screen;
  Invocation invocation{args, caller, screen, {}, {}};
  CHECK(nothing->row->run(invocation).line().empty());
}

TEST_CASE("every sample row takes the lines made from it") {
  SeededRandom random(2026);
  for (const std::string& wrong : rows_that_do_not_parse(table(), random, 40)) FAIL_CHECK(wrong);
}

TEST_CASE("ten thousand random and mutated lines: a row or one error line") {
  SeededRandom random(7);
  const auto& grammars = table().grammars();
  int taken = 0;
  for (int i = 0; i < 10000; ++i) {
    const Grammar& grammar = *grammars[random.below(grammars.size())];
    std::string line;
    if (i % 10 == 0) {
      for (const std::uint8_t byte : random.bytes(random.below(120))) line += static_cast<char>(byte);
    } else {
      line = mutated(random_line(grammar, random), random);
    }
    const auto match = table().parse(line);
    if (match) {
      ++taken;
      REQUIRE(match->row != nullptr);
      continue;
    }
    const std::string text = match.error().line();
    INFO(line);
    REQUIRE(match.error().failed());
    REQUIRE(text.starts_with("Error (3035"));
    REQUIRE(std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }));
    REQUIRE_FALSE(table().help(line, Access::security).empty());
  }
  CHECK(taken > 200);
  CHECK(taken < 9000);
}

}  // namespace arrouter::test
