// SHOW ASYN and SHOW TTY (reference/operations.md 6).
#pragma once

#include "cli/session/session.h"

namespace arrouter {

/// "^P" for a control key.
std::string key_text(char key);
/// An asynchronous port ("Asyn 0") with its settings and, when it has one, its session; `up_s` since the router
/// started.
void show_asyn(Screen& screen, unsigned number, const TerminalSettings& settings, const Session* session,
               std::uint64_t up_s);
/// The terminal a session is at.
void show_tty(Screen& screen, const Session& session);

}  // namespace arrouter
