// The console on the terminal the program was started from, edited by GNU readline.
#pragma once

#include <memory>

#include "cli/console/console.h"
#include "os/event_loop.h"

namespace arrouter {

/// Standard input and output must be a terminal. There can be one in a process, because readline's state is global.
std::unique_ptr<Console> make_readline_console(unsigned number, EventLoop& loop, SessionOpener opener,
                                               std::function<void()> ended);

}  // namespace arrouter
