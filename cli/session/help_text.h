// HELP: topics and their commands, made from the rows' summaries (reference/cli.md 6).
#pragma once

#include <string_view>

#include "cli/language/command_table.h"
#include "os/model.h"
#include "os/screen.h"

namespace arrouter {

/// The main page for an empty topic, else a topic's commands; false when there is no such topic. Commands above
/// `allowed` are left out.
bool show_help(Screen& screen, const CommandTable& table, const Model& model, std::string_view topic, Access allowed);

}  // namespace arrouter
