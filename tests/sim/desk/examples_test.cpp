// What SHOW CONFIG DYNAMIC writes of a script that a person wrote says the same: every setting of the one is in the
// other, but for those that the table below explains.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <set>

#include "cli/language/grammar.h"
#include "os/base/text.h"
#include "tests/support/example_network.h"

using namespace arrouter;
using test::VirtualRouter;

namespace {

constexpr std::string_view key = "create enco key=1 type=general value=\"secret\"\n";

/// Two sites with firewalls, as the wizard leaves them; keys are typed.
constexpr std::string_view guarded_site = R"(set system name="Peer1"
add user=secoff pass=secoff priv=securityofficer lo=yes
set user securedelay=600
enable ip
add ip int=vlan1 ip=192.168.1.254 mask=255.255.255.0
add ip int=eth0 ip=100.100.100.1 mask=255.255.255.0
add ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next=100.100.100.254
enable firewall
create firewall policy="wiz"
enable firewall policy="wiz" icmp_f=all
add firewall policy="wiz" int=vlan1 type=private
add firewall policy="wiz" int=eth0 type=public
add firewall poli="wiz" nat=enhanced int=vlan1 gblin=eth0
add firewall poli="wiz" ru=1 ac=allo int=eth0 prot=udp po=500 ip=100.100.100.1 gblip=100.100.100.1 gblp=500
add firewall poli="wiz" ru=3 ac=non int=eth0 prot=ALL enc=ips
add firewall poli="wiz" ru=4 ac=non int=vlan1 prot=ALL ip=192.168.1.1-192.168.1.254
set firewall poli="wiz" ru=4 rem=192.168.2.1-192.168.2.254
create ipsec sas=1 key=isakmp prot=esp enc=3desouter hasha=sha
create ipsec bund=1 key=isakmp string="1"
create ipsec pol="wiz_isakmp" int=eth0 ac=permit lp=500
create ipsec pol="wiz_Peer1 to Peer2" int=eth0 ac=ipsec key=isakmp bund=1 peer=200.200.200.1 isa="wiz_Peer1 to Peer2"
set ipsec pol="wiz_Peer1 to Peer2" lad=192.168.1.0 lma=255.255.255.0 rad=192.168.2.0 rma=255.255.255.0
create ipsec pol="wiz_internet" int=eth0 ac=permit
enable ipsec
create isakmp pol="wiz_Peer1 to Peer2" pe=200.200.200.1 enc=3desouter key=1 natt=true
set isakmp pol="wiz_Peer1 to Peer2" sendd=true sendn=true hea=both
enable isakmp
)";

/// A head office behind PPPoE, in capitals and with other short forms.
constexpr std::string_view head_office = R"(ADD USER=secoff PASSWORD=PasswordS PRIVILEGE=SECURITYOFFICER LOGIN=YES
CREATE PPP=0 OVER=eth0-ANY
SET PPP=0 OVER=eth0-ANY USERNAME=user@ispA PASSWORD=isppasswdA LQR=OFF BAP=OFF ECHO=ON
ENABLE IP
ADD IP INT=vlan1 IP=192.168.10.1 MASK=255.255.255.0
ADD IP INT=ppp0 IP=200.100.10.1 MASK=255.255.255.255
ADD IP ROUTE=0.0.0.0 MASK=0.0.0.0 INT=ppp0 NEXTHOP=0.0.0.0
ENABLE FIREWALL
CREATE FIREWALL POLICY=net
ENABLE FIREWALL POLICY=net ICMP_F=UNREACHABLE,PING
DISABLE FIREWALL POLICY=net IDENTPROXY
ADD FIREWALL POLICY=net INT=vlan1 TYPE=PRIVATE
ADD FIREWALL POLICY=net INT=ppp0 TYPE=PUBLIC
ADD FIREWALL POLICY=net NAT=ENHANCED INT=vlan1 GBLINT=ppp0
ADD FIREWALL POLICY=net RU=1 AC=ALLOW INT=ppp0 PROT=UDP GBLPORT=500 GBLIP=200.100.10.1 PORT=500 IP=200.100.10.1
CREATE IPSEC SASPEC=1 KEYMAN=ISAKMP PROTOCOL=ESP ENCALG=3DESOUTER HASHALG=SHA
CREATE IPSEC BUNDLE=1 KEYMAN=ISAKMP STRING="1"
CREATE IPSEC POLICY="isa" INT=ppp0 ACTION=PERMIT LPORT=500 TRANSPORT=UDP
CREATE IPSEC POLICY="vpn" INT=ppp0 ACTION=IPSEC KEYMAN=ISAKMP BUNDLE=1 PEER=DYNAMIC
SET IPSEC POLICY="vpn" LAD=192.168.10.0 LMA=255.255.255.0 RAD=192.168.20.0 RMA=255.255.255.0
ENABLE IPSEC
CREATE ISAKMP POLICY="i" PEER=ANY KEY=1 SENDN=TRUE MODE=AGGRESSIVE REMOTEID="client"
ENABLE ISAKMP
ENABLE TRIGGER
CREATE TRIGGER=1 INTERFACE=ppp0 EVENT=UP CP=IPCP SCRIPT=pppupipc.scp
)";

struct Text {
  std::string operator()(std::monostate) const { return "-"; }
  std::string operator()(std::uint64_t number) const { return std::to_string(number); }
  std::string operator()(const std::string& text) const { return to_upper(text); }
  std::string operator()(bool on) const { return on ? "YES" : "NO"; }
  std::string operator()(const Choice& choice) const { return choice.word; }
  std::string operator()(const NumberList& list) const {
    std::string text;
    for (const auto& [first, last] : list) text += fmt::format("{}-{},", first, last);
    return text;
  }
  std::string operator()(const auto& address) const { return to_string(address); }
};

std::string text_of(const Value& value) { return std::visit(Text{}, value); }

/// "IPSEC POLICY=ISA LPORT=500": what a line says, one fact for each parameter, however the lines are cut.
void learn(const CommandTable& table, std::string_view line, std::set<std::string>& facts) {
  static const std::set<std::string> making = {"ADD", "CREATE", "SET"};
  const auto match = table.parse(line);
  INFO(line);
  REQUIRE(match);
  const Args& args = match->args;
  const auto row = std::ranges::find_if(table.grammars(), [&](const auto& each) { return &each->row == match->row; });
  REQUIRE(row != table.grammars().end());
  const Grammar& grammar = **row;
  std::string subject;
  for (std::size_t i = 0; i < grammar.path_length(); ++i) {
    const std::string& word = grammar.path(i).front().text;
    if (i == 0 && making.contains(word)) continue;
    subject += (subject.empty() ? "" : " ") + word;
  }
  const std::string identity = grammar.identified ? grammar.parameters.front().name() : "";
  if (args.has_value(identity)) subject += "=" + text_of(args.all().find(identity)->second);
  facts.insert(subject);
  for (const auto& [name, value] : args.all())
    if (name != identity) facts.insert(subject + " " + name + "=" + text_of(value));
}

std::set<std::string> facts_of(const CommandTable& table, std::string_view script) {
  std::set<std::string> facts;
  for (const std::string_view line : split(script, '\n'))
    if (!trim(line).empty() && !trim(line).starts_with('#')) learn(table, trim(line), facts);
  return facts;
}

/// Differences that are none, with their reason; a fact that begins or ends so may be missing in the other script.
struct Explained {
  std::string_view begin, end, why;
};
constexpr Explained explained[] = {
    {"USER=", "", "a password is written as its digest, and SET USER adds defaults: TELNET, DESCRIPTION, PRIVILEGE"},
    {"ISAKMP POLICY=", " MODE=MAIN", "the default"},
    {"ISAKMP POLICY=", "HEARTBEATMODE=NONE", "the default"},
    {"IP INTERFACE=", "MASK=255.255.255.0", "the mask of a class C network is the default"},
    {"ENABLE FIREWALL POLICY=WIZ", "ICMP_FORWARDING=ALL", "ALL is written as what it stands for"},
    {"ENABLE FIREWALL POLICY=WIZ", "ICMP_FORWARDING=UNREACHABLE,TIMEEXCEEDED,PARAMETER,SOURCEQUENCH,PING,TIMESTAMP",
     "the same"},
};

std::string unexplained(const std::set<std::string>& some, const std::set<std::string>& others) {
  std::string text;
  for (const std::string& fact : some) {
    const bool known = std::ranges::any_of(
        explained, [&](const Explained& each) { return fact.starts_with(each.begin) && fact.ends_with(each.end); });
    if (!others.contains(fact) && !known) text += fact + "\n";
  }
  return text;
}

void check_example(std::string_view script) {
  test::VirtualTime time;
  VirtualRouter first(time, "");
  first.boot(std::string(key) + std::string(script));
  CHECK(test::refusals(*first) == "");
  const std::string dumped = first.configuration();
  VirtualRouter second(time, "", "AR415S", 2);
  second.boot(std::string(key) + dumped);
  CHECK(test::refusals(*second) == "");
  CHECK(second.configuration() == dumped);
  const auto written = facts_of(first->table(), script), told = facts_of(first->table(), dumped);
  CHECK(written.size() > 20);
  CHECK(unexplained(written, told) == "");
  CHECK(unexplained(told, written) == "");
}

}  // namespace

TEST_CASE("the configurations of the examples say what their files say") {
  check_example(test::source_file(GENERATE("config/examples/peer1.cfg", "config/examples/peer2.cfg",
                                           "config/examples/windows-clients.cfg")));
}

TEST_CASE("a site with a firewall says what was typed") { check_example(guarded_site); }

TEST_CASE("a site behind PPPoE says what was typed") { check_example(head_office); }
