// SCRIPT: files of commands run on demand or by triggers (Software Reference, chapter "Scripting";
// reference/operations.md 8). The boot configuration is the Router's own and runs before anything else.
//
// A script runs in the background with the rights of who activated it. Its lines are run one by one from the event
// loop, a few at a time, so that packets go on meanwhile; a command that goes on by itself (PING) is not waited for.
// A refused line is reported with its number and the rest is run, as at boot. What a script prints goes to the
// terminal that activated it while that is open. WAIT and IF are of the language, so they are no commands at a prompt.
//
// Invariants: at most limits::active_scripts run at once, so a script that activates itself ends by an error, not by
// the router's memory; a script is read as a whole when it is activated and does not change under way.
#include "modules/script/script.h"

#include <utility>

#include "modules/script/script_module.h"
#include "os/base/calendar.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter {

MadeScript make_script(Services& services, RouterControl& control) {
  auto module = std::make_unique<script::ScriptModule>(services, control);
  ScriptApi& api = *module;
  return {std::move(module), api};
}

namespace script {

namespace {

constexpr unsigned lines_at_once = 20;

void print(const Caller& caller, std::string_view text) {
  if (text.empty()) return;
  if (const auto terminal = caller.terminal.lock()) terminal->print(text);
}

}  // namespace

SystemValues ScriptModule::values() const {
  const WallTime now = services_.wall.now();
  return {date_text(now), time_of_day_text(now), services_.system.name, services_.model.serial};
}

std::expected<unsigned, Outcome> ScriptModule::activate(std::string_view file, std::vector<std::string> arguments,
                                                        const Caller& caller) {
  const auto name = parse_file_name(file, "scp");
  if (!name) return std::unexpected(say(texts::bad_file_name, file));
  const auto text = services_.files.read(*name);
  if (!text) return std::unexpected(say(texts::unknown_file, name->name));
  if (active_.size() >= limits::active_scripts) return std::unexpected(say(texts::too_many));
  unsigned id = 1;
  while (active_.contains(id)) ++id;
  auto activation = std::make_unique<Activation>(services_.scheduler, [this, id] { run(id); });
  activation->file = name->name;
  activation->held = services_.files.hold(*name);
  activation->interpreter = std::make_unique<Interpreter>(*text, std::move(arguments));
  activation->caller = caller;
  activation->caller.interactive = false;
  if (const auto terminal = caller.terminal.lock()) terminal->hold();
  active_.emplace(id, std::move(activation));
  run_soon(id);
  return id;
}

void ScriptModule::run_soon(unsigned id) {
  services_.reactor.post([weak = std::weak_ptr(alive_), id] {
    if (const auto alive = weak.lock()) (*alive)->run(id);
  });
}

void ScriptModule::run(unsigned id) {
  // Not when it is activated: a trigger that waits for messages has to know the script as its own first.
  if (const auto first = active_.find(id); first != active_.end() && !std::exchange(first->second->begun, true)) {
    const std::string file = first->second->file;
    log(LogSeverity::detail, "SCR", "START", fmt::format("Script {} started", file), file);
  }
  for (unsigned i = 0; i < lines_at_once; ++i) {
    const auto activation = active_.find(id);
    if (activation == active_.end() || !run_step(id, *activation->second)) return;
  }
  run_soon(id);
}

bool ScriptModule::run_step(unsigned id, Activation& activation) {
  const Step next = activation.interpreter->next(values());
  if (const auto* command = std::get_if<step::Command>(&next)) {
    run_line(activation, *command);
    return true;
  }
  if (const auto* wait = std::get_if<step::Wait>(&next)) {
    activation.timer.arm(services_.clock.now() + std::chrono::seconds(wait->seconds));
    return false;
  }
  if (const auto* mistake = std::get_if<step::Mistake>(&next)) {
    print(activation.caller, mistake->text.empty() ? "" : mistake->text + "\n");
    end(id, say(texts::mistake, mistake->line, mistake->why));
    return false;
  }
  end(id, say(texts::finished, activation.file));
  return false;
}

void ScriptModule::run_line(Activation& activation, const step::Command& command) {
  activation.line = command.line;
  // The line may end this very script (DEACTIVATE) or the router's software (RESTART, from the event loop).
  const Caller caller = activation.caller;
  const auto done = control_.execute(command.text, caller);
  print(caller, done.screen.text());
  if (done.outcome.failed()) print(caller, command.text + "\n");
  const std::string line = done.outcome.line();
  if (!line.empty()) print(caller, line + "\n");
}

void ScriptModule::end(unsigned id, const Outcome& outcome) {
  const auto found = active_.find(id);
  const Caller caller = found->second->caller;
  const std::string file = found->second->file;
  if (outcome.failed()) {
    log(LogSeverity::important, "MSG", "ERROR", outcome.text, file);
  } else {
    log(LogSeverity::detail, "SCR", "END", fmt::format("Script {} finished", file), file);
  }
  active_.erase(found);
  print(caller, outcome.line() + "\n");
  if (const auto terminal = caller.terminal.lock()) terminal->release();
}

void ScriptModule::log(LogSeverity severity, std::string_view type, std::string_view subtype, std::string message,
                       const std::string& file) const {
  services_.log.record({.severity = severity,
                        .module = module_number::script,
                        .type = type,
                        .subtype = subtype,
                        .message = std::move(message),
                        .reference = file});
}

}  // namespace script
}  // namespace arrouter
