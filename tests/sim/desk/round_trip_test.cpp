// Any configuration comes back: random commands of every row that configures, on top of a VPN router; what SHOW CONFIG
// DYNAMIC then prints makes a fresh router that prints the same, and refuses no line of it.
#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <tuple>

#include "cli/language/grammar.h"
#include "os/base/text.h"
#include "tests/support/configuration.h"
#include "tests/support/line_generator.h"
#include "tests/support/virtual_router.h"
#include "tests/support/world.h"

using namespace arrouter;
using test::VirtualRouter;

namespace {

constexpr int routers = 60, lines_each = 80;

// What is typed, never part of a configuration.
constexpr std::string_view keys =
    "create enco key=1 type=general value=\"secret\"\n"
    "create enco key=2 type=3desouter value=0x0102030405060708090a0b0c0d0e0f101112131415161718\n";

/// Commands that change what SHOW CONFIG DYNAMIC prints, and nothing beside it.
bool configures(const Grammar& grammar) {
  static const std::set<std::string> verbs = {"ADD", "CREATE", "DELETE", "DESTROY", "DISABLE", "ENABLE", "SET"};
  // Files, keys, licences and modes are kept elsewhere; time runs.
  static const std::set<std::string> elsewhere = {"FILE",    "CONFIG", "ENCO",          "INSTALL", "RELEASE",
                                                  "FEATURE", "SCRIPT", "TIME",          "DATE",    "PASSWORD",
                                                  "TTY",     "CPU",    "SECURITY_MODE", "DEBUG"};
  if (!verbs.contains(grammar.head.front().front().text)) return false;
  // An interface that goes leaves lines of other modules that name it; no router takes those back.
  if (grammar.row.syntax.starts_with("DELete IP INTerface")) return false;
  for (std::size_t i = 1; i < grammar.path_length(); ++i)
    for (const Word& word : grammar.path(i))
      if (elsewhere.contains(word.text)) return false;
  return true;
}

/// Values that parameters have in a configuration, by the first letters of their names: "int" -> eth0, vlan1.
using Values = std::map<std::string, std::vector<std::string>>;
std::string key_of(std::string_view name) { return to_lower(name.substr(0, 3)); }

/// Calls `each(begin, name, value)` for every NAME=value of a line.
template <class Each>
void for_parameters(const std::string& line, Each&& each) {
  bool quotes = false;
  for (std::size_t at = 0, begin = 0; at < line.size(); ++at) {
    if (line[at] == '"') quotes = !quotes;
    if (quotes) continue;
    if (line[at] == ' ') begin = at + 1;
    if (line[at] != '=' || at == begin) continue;
    std::size_t end = at + 1;
    for (bool inside = false; end < line.size() && (inside || line[end] != ' '); ++end) inside ^= line[end] == '"';
    each(at + 1, line.substr(begin, at - begin), line.substr(at + 1, end - at - 1));
  }
}

void learn(const std::string& configuration, Values& values) {
  for (const std::string_view line : split(configuration, '\n'))
    for_parameters(std::string(line), [&](std::size_t, const std::string& name, const std::string& value) {
      values[key_of(name)].push_back(value);
    });
}

/// The line with some of its values replaced by those that other lines have: so that it speaks of what is there.
std::string about_what_is_there(std::string line, const Values& values, Random& random) {
  std::vector<std::tuple<std::size_t, std::size_t, std::string>> changes;
  for_parameters(line, [&](std::size_t at, const std::string& name, const std::string& value) {
    const auto known = values.find(key_of(name));
    if (known == values.end() || random.below(100) < 30) return;
    changes.emplace_back(at, value.size(), known->second[random.below(known->second.size())]);
  });
  for (auto change = changes.rbegin(); change != changes.rend(); ++change)
    line.replace(std::get<0>(*change), std::get<1>(*change), std::get<2>(*change));
  return line;
}

/// Something of every module that has a configuration, so that random commands find what they change.
constexpr std::string_view of_each_module = R"(create ppp=0 over=eth0-any
set ppp=0 over=eth0-any username=user password=secret lqr=off echo=10
create ppp template=1
set ppp template=1 authentication=chap ippool=callers
add ppp acservice=any template=1 acinterface=eth0
create ip pool=callers ip=192.168.1.200-192.168.1.220
enable l2tp
enable l2tp server=lac
add l2tp password=secret
add l2tp call=hq type=virtual ip=10.0.0.1 remote=hq prec=out
add radius server=192.168.1.7 secret=radius
set radius timeout=8
add tacacs server=192.168.1.8
add tacplus server=192.168.1.8 key="shared key" port=4949 singleconnection=on
enable tacplus
create snmp community=public open=on
add snmp community=public traphost=192.168.1.9
enable snmp
enable interface=eth0 linktrap
set mail hostname=router.example.com
add ntp peer=192.168.1.9
set ntp utcoffset=+01:00
enable ntp
add ping poll=1 ipaddress=192.168.1.9
enable ping poll=1
set ping number=3
set trace maxttl=20
add ip dns primary=192.168.1.9
set ip dns cache size=10
add summertime=nz offset=60
set telnet listenport=2323
set loader server=192.168.1.9
set asyn=0 page=off
enable trigger
create trigger=2 module=ping event=devicedown poll=1
create log output=2 destination=email to=noc@example.com messages=10
add ip route template=peers interface=eth0 next=100.100.100.254
add user=bob password=bobsecret login=yes
enable user rso
add user rso ip=192.168.1.9
add ssh user=manager password=friend
)";

std::string base() {
  return std::string(keys) + test::source_file("config/examples/peer1.cfg") +
         "create firewall policy=office\n"
         "add firewall policy=office int=eth0 type=public\n"
         "add firewall policy=office rule=1 action=allow int=eth0 protocol=udp port=500\n"
         "create log output=1 destination=syslog server=192.168.1.9\nadd log output=1 severity=>4\n"
         "create trigger=1 cpu=80 direction=up script=a.scp\nadd ip filter=1 source=192.168.1.0 smask=255.255.255.0 "
         "action=include\nadd ip host=pc ip=192.168.1.100\nadd alias=st string=\"show time\"\n"
         "create isakmp pol=any pe=any key=1 mode=aggressive remoteid=\"branch\" group=2 enc=aes128\n" +
         std::string(of_each_module);
}

}  // namespace

TEST_CASE("every module with a configuration stands in the base of the random ones") {
  test::VirtualTime time;
  VirtualRouter router(time, "");
  router.boot(base());
  CHECK(test::refusals(*router) == "");
  std::set<std::string> written;
  for (const auto& section : router->configuration().sections())
    if (!section.lines.empty()) written.insert(section.title);
  for (const char* title : {"System", "LOADER",        "User", "RADIUS", "TACACS",  "ASYN",     "INTERFACE",
                            "L2TP",   "PPP templates", "PPP",  "IP",     "SNMP",    "FIREWALL", "TELNET",
                            "SSH",    "MAIL",          "NTP",  "LOG",    "TRIGGER", "IPSEC",    "ISAKMP"}) {
    INFO(title);
    CHECK(written.contains(title));
  }
}

TEST_CASE("the configuration of any router makes the same router again") {
  const std::uint64_t seed = test::chosen_seed(1);
  std::size_t taken = 0;
  std::set<std::string> rows_taken;
  for (int number = 0; number < routers; ++number) {
    INFO("ARROUTER_SEED " << seed << ", router " << number);
    SeededRandom random(seed * 1000 + static_cast<std::uint64_t>(number));
    test::VirtualTime time;
    VirtualRouter first(time, "");
    first.boot(base());
    Values values;
    learn(base(), values);
    std::vector<const Grammar*> rows;
    for (const auto& grammar : first->table().grammars())
      if (configures(*grammar)) rows.push_back(grammar.get());
    std::string given;
    for (int i = 0; i < lines_each; ++i) {
      const Grammar& row = *rows[random.below(rows.size())];
      const std::string line = about_what_is_there(test::random_line(row, random), values, random);
      if (first.run(line).outcome.failed()) continue;
      ++taken;
      rows_taken.insert(std::string(row.row.syntax));
      given += line + "\n";
      learn(line, values);
    }
    const std::string dumped = first.configuration();
    INFO(given);
    VirtualRouter second(time, "", "AR415S", 2);
    second.boot(std::string(keys) + dumped);
    CHECK(test::refusals(*second) == "");
    CHECK(second.configuration() == dumped);
  }
  WARN(taken << " commands of " << rows_taken.size() << " rows were taken");
  CHECK(rows_taken.size() > 60);
}
