#include "cli/session/dispatch.h"

#include <exception>
#include <memory>
#include <utility>

#include "os/base/text.h"

namespace arrouter {
namespace {

/// In security mode a security command is the security officer's alone (reference/cli.md 10).
bool may_run(Access access, Privilege privilege, bool security_mode) {
  switch (access) {
    case Access::user:
      return true;
    case Access::manager:
      return privilege != Privilege::user;
    case Access::security:
      break;
  }
  return privilege == Privilege::security_officer || (privilege == Privilege::manager && !security_mode);
}

}  // namespace

bool is_comment(std::string_view line) {
  const std::string_view text = trim(line);
  return text.empty() || text.front() == '#';
}

Access highest_access(Privilege privilege, bool security_mode) {
  for (const Access access : {Access::security, Access::manager}) {
    if (may_run(access, privilege, security_mode)) return access;
  }
  return Access::user;
}

std::expected<CommandTable::Match, Outcome> find_command(const CommandTable& table, std::string_view line,
                                                         Privilege privilege, bool security_mode) {
  auto match = table.parse(line);
  if (match && !may_run(match->row->access, privilege, security_mode)) {
    return std::unexpected(Outcome::error(module_number::command, 266, "Insufficient privilege for this command."));
  }
  return match;
}

Outcome run_command(const CommandRow& row, Invocation& invocation, Log& log) {
  std::string what;
  try {
    return row.run(invocation);
  } catch (const std::exception& exception) {
    what = exception.what();
  }
  log.record({.severity = LogSeverity::critical,
              .module = module_number::command,
              .type = "MSG",
              .subtype = "ERROR",
              .message = "Command failed inside: " + what});
  return Outcome::error(module_number::command, 255, "Internal error.");
}

RouterControl::Executed run_unattended(const CommandTable& table, const UserDatabase& users, Log& log,
                                       std::string_view line, const Caller& caller,
                                       std::function<void(const Outcome&)> later) {
  RouterControl::Executed executed;
  if (is_comment(line)) return executed;
  const auto match = find_command(table, line, caller.privilege, users.security_mode());
  if (!match) {
    executed.outcome = match.error();
    return executed;
  }
  // finish() may be called inside the handler (the question was answered at once) or any time later.
  struct Ending {
    bool returned = false;
    std::optional<Outcome> outcome;
  };
  const auto ending = std::make_shared<Ending>();
  Invocation invocation{match->args, caller, executed.screen,
                        [](Question question) {
                          if (question.answered) question.answered("y");
                        },
                        [ending, later = std::move(later)](Outcome outcome) {
                          if (std::exchange(ending->outcome, outcome)) return;
                          if (ending->returned && later) later(outcome);
                        }};
  executed.outcome = run_command(*match->row, invocation, log);
  ending->returned = true;
  if (executed.outcome.pending && ending->outcome) executed.outcome = *ending->outcome;
  return executed;
}

}  // namespace arrouter
