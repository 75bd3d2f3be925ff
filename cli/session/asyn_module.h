// The rows a session answers itself (login, logoff, terminal settings, history, HELP) and the ASYN section of the
// configuration, as a module like any other; for os/assembly only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/session/session.h"

namespace arrouter {

/// `help_file` names the file that SET HELP gave, if it did.
std::unique_ptr<Module> make_asyn(Services& services, CommandTable& table, SessionRegistry& sessions,
                                  std::function<std::string()> help_file);

}  // namespace arrouter
