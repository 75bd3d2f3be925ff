// HELP: topics and their commands, made from the rows' summaries (reference/cli.md 6).
#pragma once

#include <string>
#include <string_view>

#include "cli/language/command_table.h"
#include "os/model.h"
#include "os/screen.h"

namespace arrouter {

/// The topics as alternatives of a command row: "OPeration|IP".
std::string help_topics();

/// The main page for an empty topic, else the commands of that topic. Commands above `allowed` are left out.
void show_help(Screen& screen, const CommandTable& table, const Model& model, std::string_view topic, Access allowed);

}  // namespace arrouter
