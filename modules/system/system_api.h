// What other modules may ask of SYSTEM.
#pragma once

#include <string_view>

namespace arrouter {

class SystemApi {
 public:
  virtual ~SystemApi() = default;
  /// The run before this one ended without anybody asking for it (SHOW EXCEPTION lists it).
  virtual bool crashed_before() const = 0;
  /// SHOW EXCEPTION lists it from now on, over restarts too. `type`: one word or two, such as "Fatal exception".
  virtual void record_exception(std::string_view type) = 0;
};

}  // namespace arrouter
