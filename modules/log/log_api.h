// The log's messages, for modules that act on them.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "os/log.h"

namespace arrouter::logging {

/// A filter's condition as commands have it: "SEVERITY" and ">4" (reference/logging.md 4).
struct MessageCondition {
  std::string field, value;
};
using MessageTest = std::function<bool(const LogRecord&)>;

class LogApi {
 public:
  virtual ~LogApi() = default;
  /// Whether a message meets all the conditions, for every message if there are none. The failure is the field whose
  /// value is none of its kind.
  virtual std::expected<MessageTest, std::string> test(const std::vector<MessageCondition>& conditions) const = 0;
  /// Runs for each message that is generated, wherever it goes, and inside the module that logs it.
  virtual void on_message(std::function<void(const LogRecord&)> listener) = 0;
};

}  // namespace arrouter::logging
