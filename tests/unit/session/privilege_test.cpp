// Every command row of the router, at every privilege, with security mode off and on (reference/cli.md 10).
#include <catch2/catch.hpp>

#include <regex>

#include "cli/session/dispatch.h"
#include "os/base/text.h"
#include "tests/support/line_generator.h"
#include "tests/unit/session/world.h"

using namespace arrouter;
using namespace arrouter::test;

namespace {

/// "ADD USER" of "ADD USer=<name:1-64> PASSword=…": the row's keywords up to its first value.
std::string head(std::string_view syntax) {
  std::string words;
  for (const std::string_view word : split(syntax, ' ')) {
    if (word.find_first_of("[{<") == 0) break;
    if (!words.empty()) words += ' ';
    words += to_upper(word.substr(0, word.find_first_of("=[<")));
    if (word.find_first_of("=[<") != std::string_view::npos) break;
  }
  return words;
}

/// What the manual counts among the security commands.
const std::regex security_commands(
    "(ADD|SET|DELETE|PURGE|ENABLE|DISABLE|RESET) USER.*|SET MANAGER PORT|(ADD|DELETE|SET) (RADIUS|TACACS).*|"
    "SET INSTALL|(CREATE|SET|DESTROY) ENCO KEY|(CREATE|SET|DESTROY|ENABLE|DISABLE|PURGE) (IPSEC|ISAKMP).*|"
    "(ADD|SET|DELETE|ENABLE|DISABLE) SSH.*|(ENABLE|DISABLE) SYSTEM SECURITY_MODE|CREATE CONFIG|EDIT|DUMP|UPLOAD");

/// What a user without privilege may give: commands about the own session, and the time.
const std::regex user_commands(
    "LOGIN|LOGON|LOGOFF|LOGOUT|SET PASSWORD|HELP|SHOW (ASYN|TTY|PORT)( HISTORY)?|RESET (ASYN|TTY|PORT) HISTORY|TELNET|"
    "SSH|"
    "SHOW SESSIONS|RECONNECT|DISCONNECT|SHOW ALIAS|SHOW TIME|SHOW SUMMERTIME");

}  // namespace

TEST_CASE("each row is refused or taken as the privilege says, with the one error for it") {
  World world;
  const CommandTable& table = world.router->table();
  const auto entries = table.entries();
  REQUIRE(entries.size() == table.grammars().size());
  SeededRandom random(1045);
  for (const auto& grammar : table.grammars()) {
    const std::string line = random_line(*grammar, random);
    const auto match = table.parse(line);
    INFO(line);
    REQUIRE(match);
    const Access access = match->row->access;
    for (const bool security_mode : {false, true}) {
      for (const Privilege privilege : {Privilege::user, Privilege::manager, Privilege::security_officer}) {
        const bool allowed = access == Access::user || privilege == Privilege::security_officer ||
                             (privilege == Privilege::manager && (access == Access::manager || !security_mode));
        const auto found = find_command(table, line, privilege, security_mode);
        REQUIRE(found.has_value() == allowed);
        if (!allowed) REQUIRE(found.error().line() == "Error (3035266): Insufficient privilege for this command.");
      }
    }
  }
}

TEST_CASE("rows have the access that the manual gives them") {
  World world;
  std::set<std::string> seen;
  for (const auto& entry : world.router->table().entries()) {
    const std::string name = head(entry.row->syntax);
    seen.insert(name);
    INFO(entry.row->syntax);
    if (std::regex_match(name, security_commands)) {
      CHECK(entry.row->access == Access::security);
    } else {
      CHECK((entry.row->access == Access::user) == std::regex_match(name, user_commands));
    }
  }
  for (const char* name : {"ADD USER", "SET USER", "SET MANAGER PORT", "ADD RADIUS SERVER", "ADD TACACS SERVER",
                           "SET INSTALL", "CREATE ENCO KEY", "CREATE IPSEC POLICY", "CREATE ISAKMP POLICY",
                           "ADD SSH USER", "ENABLE SYSTEM SECURITY_MODE", "CREATE CONFIG", "UPLOAD"})
    CHECK(seen.contains(name));
}

TEST_CASE("a manager in security mode is told so at the prompt") {
  World world;
  world.router.run(add_secoff);
  world.router.run("enable system security_mode");
  Person person(*world.router);
  person.log_in();
  for (const char* line : {"add user=x password=secret1 login=no", "set radius timeout=3", "create config=a.cfg"}) {
    person.type(line);
    CHECK(person.shown().find("Error (3035266): Insufficient privilege for this command.") != std::string::npos);
  }
}

TEST_CASE("a security command is logged, without what may be secret") {
  World world;
  Person person(*world.router);
  person.log_in();
  person.type("add user=bob password=builder1 login=no");
  person.type("show time");
  CHECK(world.log.find("3 CMD SEC manager gave ADD USER on port0\n") != std::string::npos);
  CHECK(world.log.find("SHOW TIME") == std::string::npos);
  CHECK(world.log.find("builder1") == std::string::npos);
}
