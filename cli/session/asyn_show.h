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
/// SHOW ASYN SUMMARY: the heading, then a row for each port. Its layout and that of the counters are inferred.
void asyn_summary_heading(Screen& screen);
void asyn_summary_row(Screen& screen, unsigned number, const TerminalSettings& settings, const Session* session);
void show_asyn_counters(Screen& screen, unsigned number, const TerminalTraffic& traffic, std::uint64_t up_s);
/// The terminal a session is at.
void show_tty(Screen& screen, const Session& session);

}  // namespace arrouter
