// What other modules may ask of SYSTEM.
#pragma once

namespace arrouter {

class SystemApi {
 public:
  virtual ~SystemApi() = default;
  /// The run before this one ended without anybody asking for it (SHOW EXCEPTION lists it).
  virtual bool crashed_before() const = 0;
};

}  // namespace arrouter
