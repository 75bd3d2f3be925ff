// ENABLE … DEBUG: terminals that are told what a module does, each of its own choice.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "os/terminal.h"

namespace arrouter {

class Debuggers {
 public:
  /// Begins or ends debugging of the kinds in `flags` on a terminal; begun on none is false.
  bool set(const std::weak_ptr<Terminal>& terminal, unsigned flags, bool on);
  /// What is debugged on any terminal.
  unsigned flags() const;
  /// Prints to the terminals that debug any of `flags`.
  void tell(unsigned flags, std::string_view text) const;

 private:
  struct Debugger {
    std::weak_ptr<Terminal> terminal;
    unsigned flags = 0;
  };
  std::vector<Debugger> all_;
};

}  // namespace arrouter
