// Files of the host that options name.
#pragma once

#include <string>

#include "os/base/result.h"

namespace arrouter {

/// The whole file, at most limits::file_size; "-" is standard input.
Result<std::string> read_host_file(const std::string& path);

}  // namespace arrouter
