// The one way from a command line to a handler: row, parameters, privilege, run. Sessions, scripts, the boot
// configuration and the control socket all go through here.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string_view>

#include "cli/language/command_table.h"
#include "os/log.h"
#include "os/router_control.h"
#include "os/users.h"

namespace arrouter {

/// Blank lines and lines that begin with '#' mean nothing, at a prompt as in a script.
bool is_comment(std::string_view line);

/// The highest access somebody with this privilege has.
Access highest_access(Privilege privilege, bool security_mode);

/// The row a line means, its parameters checked and the caller allowed; else the router's error.
std::expected<CommandTable::Match, Outcome> find_command(const CommandTable& table, std::string_view line,
                                                         Privilege privilege, bool security_mode);

/// Calls the handler. One that throws has broken a promise: that is logged, the command fails, the router goes on.
Outcome run_command(const CommandRow& row, Invocation& invocation, Log& log);

/// Everything from line to outcome with nobody there to answer: questions get "y" at once. When the outcome is
/// pending, `later` gets the final one as soon as it is known (never inside this call).
RouterControl::Executed run_unattended(const CommandTable& table, const UserDatabase& users, Log& log,
                                       std::string_view line, const Caller& caller,
                                       std::function<void(const Outcome&)> later);

}  // namespace arrouter
