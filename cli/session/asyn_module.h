// The rows a session answers itself (login, logoff, terminal settings, history, HELP) and the ASYN section of the
// configuration, as a module like any other; for os/assembly only.
#pragma once

#include <memory>

#include "cli/session/session.h"

namespace arrouter {

std::unique_ptr<Module> make_asyn(Services& services, CommandTable& table, SessionRegistry& sessions);

}  // namespace arrouter
