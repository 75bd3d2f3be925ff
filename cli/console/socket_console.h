// A console behind a socket, as a terminal server gives a serial line: one session, however many look at it.
#pragma once

#include <memory>
#include <string>

#include "cli/console/console.h"
#include "os/event_loop.h"

namespace arrouter {

/// `path` of a unix socket. A socket file nobody listens on any more is replaced.
Result<std::unique_ptr<Console>> open_unix_console(const std::string& path, unsigned number, EventLoop& loop,
                                                   SessionOpener opener);
/// `address` is "HOST:PORT" with a numeric host, "localhost", or "[v6]".
Result<std::unique_ptr<Console>> open_tcp_console(const std::string& address, unsigned number, EventLoop& loop,
                                                  SessionOpener opener);

}  // namespace arrouter
