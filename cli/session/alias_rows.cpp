#include "cli/session/alias_rows.h"

#include "os/base/limits.h"
#include "os/message.h"

namespace arrouter {

namespace {

constexpr Message alias_exists{MessageClass::error, module_number::command, 270, "Alias \"{}\" already exists."};
constexpr Message alias_unknown{MessageClass::error, module_number::command, 271, "Alias \"{}\" does not exist."};
constexpr Message alias_limit{MessageClass::error, module_number::command, 272, "No more aliases can be added."};

Outcome add(Aliases& aliases, const Args& args) {
  if (aliases.all().size() >= limits::aliases) return say(alias_limit);
  const std::string& name = args.text("ALIAS");
  if (!aliases.add(name, args.text("STRING"))) return say(alias_exists, name);
  return Outcome::successful(module_number::command);
}

Outcome show(const Aliases& aliases, Screen& screen) {
  screen.table("aliases", {{"Alias", 20}, {"String", 0}});
  screen.rule();
  for (const auto& [name, text] : aliases.all()) screen.row({name, text});
  screen.rule();
  return Outcome::screen();
}

}  // namespace

std::vector<CommandRow> alias_rows(Aliases& aliases) {
  return {
      {"ADD ALIas=<name:1-20> STRing=<text:1-900>", Access::manager, "Lets a word stand for other text in every line.",
       [&aliases](Invocation& call) { return add(aliases, call.args); }},
      {"DELete ALIas=<name:1-20>", Access::manager, "Takes an alias away.",
       [&aliases](Invocation& call) {
         const std::string& name = call.args.text("ALIAS");
         return aliases.remove(name) ? Outcome::successful(module_number::command) : say(alias_unknown, name);
       }},
      {"SHow ALIas", Access::user, "Displays the aliases.",
       [&aliases](Invocation& call) { return show(aliases, call.screen); }},
  };
}

void dump_aliases(const Aliases& aliases, ConfigWriter& writer) {
  if (aliases.all().empty()) return;
  writer.section("Alias", {"ALIAS"});
  for (const auto& [name, text] : aliases.all()) {
    writer.line("add alias=" + arrouter::quoted(name) + " string=" + arrouter::quoted(text));
  }
}

}  // namespace arrouter
