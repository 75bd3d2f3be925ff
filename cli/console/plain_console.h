// A console on plain input and output: no terminal, so lines come in and text goes out, nothing is echoed or paged.
#pragma once

#include <memory>

#include "cli/console/console.h"
#include "os/event_loop.h"

namespace arrouter {

std::unique_ptr<Console> make_plain_console(int input, int output, unsigned number, EventLoop& loop,
                                            SessionOpener opener);

}  // namespace arrouter
