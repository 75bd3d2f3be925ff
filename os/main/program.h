// What the program does with its options. Returns the exit status.
#pragma once

#include "os/main/options.h"

namespace arrouter {

inline constexpr int exit_not_started = 3;

/// A live router until it is told to end (or its commands are done).
int run_router(const Options& options);
int run_ctl(const Options& options);
/// Asks a running router how far it has come.
int run_health(const Options& options);
/// The command reference on standard output.
int run_reference(const Options& options);
/// Reads a configuration with a router that is attached to nothing; every refused line on standard output.
int run_check(const Options& options);

/// One line on standard error: "arrouter: …".
void complain(std::string_view text);

}  // namespace arrouter
