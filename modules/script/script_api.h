// Scripts as other modules start them.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "os/command.h"

namespace arrouter {

class ScriptApi {
 public:
  virtual ~ScriptApi() = default;
  /// Starts the script of that file in the background with the caller's rights; its id, or why it cannot run. What
  /// it prints goes to the caller's terminal.
  virtual std::expected<unsigned, Outcome> activate(std::string_view file, std::vector<std::string> arguments,
                                                    const Caller& caller) = 0;
  /// The script of that activation has not ended.
  virtual bool active(unsigned id) const = 0;
};

}  // namespace arrouter
