// ADD, DELETE and SHOW ALIAS as rows of the ASYN module.
#pragma once

#include <vector>

#include "cli/language/command_table.h"
#include "os/module.h"

namespace arrouter {

std::vector<CommandRow> alias_rows(Aliases& aliases);
/// A section at the end of the configuration: nothing before it must be read with them.
void dump_aliases(const Aliases& aliases, ConfigWriter& writer);

}  // namespace arrouter
