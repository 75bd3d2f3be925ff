// What other modules may ask of SYSTEM.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace arrouter {

class SystemApi {
 public:
  virtual ~SystemApi() = default;
  /// The run before this one ended without anybody asking for it (SHOW EXCEPTION lists it).
  virtual bool crashed_before() const = 0;
  /// SHOW EXCEPTION lists it from now on, over restarts too. `type`: one word or two, such as "Fatal exception".
  virtual void record_exception(std::string_view type) = 0;
  /// This run began with RESTART ROUTER, which goes through no self test.
  virtual bool warm_start() const = 0;
  /// How far summer time has the clock run ahead now.
  virtual std::chrono::minutes summer_offset() const = 0;
  /// SET HELP's file; empty: the help that comes with the router.
  virtual const std::string& help_file() const = 0;
};

}  // namespace arrouter
