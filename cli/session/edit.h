// EDIT: the full-screen editor on a session's terminal.
#pragma once

#include <vector>

#include "os/module.h"

namespace arrouter {

std::vector<CommandRow> edit_rows(Services& services);

}  // namespace arrouter
