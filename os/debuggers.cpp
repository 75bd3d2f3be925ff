#include "os/debuggers.h"

#include <algorithm>

namespace arrouter {

bool Debuggers::set(const std::weak_ptr<Terminal>& terminal, unsigned flags, bool on) {
  const auto who = terminal.lock();
  if (on && !who) return false;
  auto mine =
      std::ranges::find_if(all_, [&](const Debugger& debugger) { return who && debugger.terminal.lock() == who; });
  if (on && mine == all_.end()) mine = all_.insert(mine, {terminal, 0});
  if (mine != all_.end()) mine->flags = on ? mine->flags | flags : mine->flags & ~flags;
  std::erase_if(all_, [](const Debugger& debugger) { return debugger.terminal.expired() || debugger.flags == 0; });
  return true;
}

unsigned Debuggers::flags() const {
  unsigned flags = 0;
  for (const Debugger& debugger : all_) flags |= debugger.terminal.expired() ? 0 : debugger.flags;
  return flags;
}

void Debuggers::tell(unsigned flags, std::string_view text) const {
  for (const Debugger& debugger : all_) {
    const auto terminal = debugger.terminal.lock();
    if (terminal && (debugger.flags & flags) != 0) terminal->print(text);
  }
}

}  // namespace arrouter
