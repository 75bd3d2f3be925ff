// What SHOW CONFIG DYNAMIC writes of a script that a person wrote says the same: every setting of the one is in the
// other, but for those that the table below explains.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <set>

#include "cli/language/grammar.h"
#include "os/base/text.h"
#include "tests/support/configuration.h"

using namespace arrouter;
using test::VirtualRouter;

namespace {

constexpr std::string_view key = "create enco key=1 type=general value=\"secret\"\n";

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
  const std::string example = GENERATE("peer1", "peer2", "pppoe-head", "pppoe-branch", "windows-clients");
  INFO(example);
  check_example(test::source_file("config/examples/" + example + ".cfg"));
}

TEST_CASE("triggers say what was typed") {
  check_example(test::source_file("config/examples/pppoe-branch.cfg") +
                "ENABLE TRIGGER\nCREATE TRIGGER=1 INTERFACE=ppp0 EVENT=UP CP=IPCP SCRIPT=pppupipc.scp\n");
}
