// Every screen is data too: each row of the table that shows something, with each of its parameters, on a router with
// a live tunnel.
#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "cli/control/script_terminal.h"
#include "cli/language/grammar.h"
#include "tests/support/json_check.h"
#include "tests/support/line_generator.h"
#include "tests/support/person.h"
#include "tests/support/world.h"

using namespace arrouter;
using namespace std::chrono_literals;
using test::HowToNetwork;
using test::is_json;

namespace {

constexpr int rounds = 12;

bool shows(const Grammar& grammar) {
  const auto word = [&grammar](std::size_t place) {
    return place < grammar.head.size() ? grammar.head[place].front().text : std::string();
  };
  return word(0) == "SHOW" || (word(0) == "LAB" && word(1) == "SHOW");
}

/// What there is one of on this router, for rows that show nothing without it.
const std::map<std::string_view, std::string_view> things = {
    {"SHow ENCo KEY=<0-65535>", "show enco key=1"},
    {"LAB SHow LICence {FEAture=<name:1-24>|RELease=<file>} [NUMber=<name:1-11>]", "lab show licence feature=aes"},
};

/// The row's words alone: what it shows when nothing is asked for in particular.
std::string bare(const Grammar& grammar) {
  if (const auto thing = things.find(grammar.row.syntax); thing != things.end()) return std::string(thing->second);
  std::string line;
  for (const auto& words : grammar.head) line += words.front().text + " ";
  for (const Node& node : grammar.body)
    if (node.kind == Node::Kind::parameter) line += grammar.parameters[node.parameter].name() + " ";
  return line;
}

/// A router on which there is something of everything.
void furnish(HowToNetwork& network) {
  for (const std::string_view line :
       {"add alias=x string=\"show time\"", "enable trigger", "create trigger=1 cpu=80 direction=up name=\"a \"\"b\"\"\"",
        "create log output=1 destination=syslog server=192.168.1.9", "add ip host=pc ip=192.168.1.100",
        "add script=a.scp text=\"show time\"", "add user=bob password=secret1 privilege=user login=yes",
        "add summertime=nz", "enable firewall", "create firewall policy=fw", "add ip filter=1 source=0.0.0.0 action=include",
        "lab impair port=eth0 delay=1"}) {
    INFO(line);
    REQUIRE(network.peer1.run(line).outcome.message_class != MessageClass::error);
  }
  network.ping_for(3s);
}

}  // namespace

TEST_CASE("The reader of JSON takes JSON and nothing else") {
  for (const char* good : {"{}", "[]", "null", "-1", "0", "[1,{\"a\":\"\\u00e9\\n\"},true]", "\"\xc3\xa9\""})
    CHECK(is_json(good));
  for (const char* bad : {"", "{", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "01", "[1 2]", "\"\xe9\"", "\"\n\"", "\"\\x\"", "{}{}"})
    CHECK_FALSE(is_json(bad));
}

TEST_CASE("Every SHOW command gives text and JSON, and the JSON parses") {
  HowToNetwork network(test::chosen_seed(21));
  furnish(network);
  Router& router = *network.peer1;
  test::Person person(router);
  person.log_in();
  Caller caller;  // SHOW TTY and its like ask whose session it is
  caller.terminal = person.session().weak_from_this();
  std::size_t rows = 0;
  for (const auto& grammar : router.table().grammars()) {
    if (!shows(*grammar)) continue;
    ++rows;
    std::vector<std::string> lines = {bare(*grammar)};
    for (int i = 0; i < rounds; ++i) lines.push_back(test::random_line(*grammar, network.peer1.random));
    for (const std::string& line : lines) {
      INFO(grammar->row.syntax << "\n" << line);
      const RouterControl::Executed answer = router.execute(line, caller);
      const std::string json = control::answer_json(line, answer, {}).dump();
      INFO(json.substr(0, 2000) << "\n" << answer.screen.text().substr(0, 2000));
      REQUIRE(is_json(json));
      CHECK(answer.screen.text().empty() == answer.screen.json().empty());
    }
    INFO(lines.front());
    const RouterControl::Executed answer = router.execute(lines.front(), caller);
    CHECK(answer.outcome.message_class != MessageClass::error);
    CHECK_FALSE((answer.screen.text().empty() && answer.outcome.text.empty()));
  }
  CHECK(rows > 70);
}
