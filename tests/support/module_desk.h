// One module at a desk: lines in, its screens and replies out, without a whole Router around it.
#pragma once

#include "cli/session/dispatch.h"
#include "os/base/text.h"
#include "tests/support/test_services.h"

namespace arrouter::test {

class ModuleDesk {
 public:
  ModuleDesk(TestServices& world, Module& module) : world_(world), module_(module) {
    for (const CommandRow& row : module.commands()) table_.add(module.name(), row);
    caller.user = "secoff";
  }

  /// What a line prints: its screen, then its numbered line.
  std::string operator()(std::string_view line) {
    auto done = run_unattended(table_, world_.users, world_.log, line, caller, {});
    last_json = done.screen.json().dump();
    std::string text = done.screen.text();
    const std::string reply = done.outcome.line();
    return reply.empty() ? text : text + reply + "\n";
  }

  /// The lines of the module's configuration sections.
  std::string configuration() const {
    ConfigWriter writer;
    module_.dump(writer);
    std::string text;
    for (const ConfigWriter::Section& section : writer.sections())
      for (const std::string& line : section.lines) text += line + "\n";
    return text;
  }

  /// Runs a script; the lines that did not succeed, with what came instead.
  std::string run(std::string_view script) {
    std::string refused;
    for (const std::string_view line : split(script, '\n')) {
      if (line.empty()) continue;
      const std::string reply = (*this)(line);
      if (!reply.starts_with("Info")) refused += std::string(line) + " -> " + reply;
    }
    return refused;
  }

  Caller caller;  // a security officer
  std::string last_json;
  const CommandTable& table() const { return table_; }

 private:
  TestServices& world_;
  Module& module_;
  CommandTable table_;
};

}  // namespace arrouter::test
