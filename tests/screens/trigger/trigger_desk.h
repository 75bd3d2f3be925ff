// A router whose triggers leave traces in its system name and location.
#pragma once

#include "tests/screens/system/desk.h"

namespace arrouter::test {

/// A router at 11:19:24 on Friday 2 February 2007 whose script notes each run in the system name.
struct TriggerDesk : SystemDesk {
  TriggerDesk() {
    (*this)("add script=note.scp text=\"set system name=%N+\"");
    (*this)("set system name=r");
    (*this)("enable trigger");
  }
  std::string runs() { return configured("name=\"r"); }
  std::string location() { return configured("location=\""); }

 private:
  /// What stands behind `words` in the system's configuration, up to the next quote; scripts that are due run first.
  std::string configured(std::string_view words) {
    time.advance(std::chrono::milliseconds(0));
    const std::string text = (*this)("show config dynamic=system");
    const auto found = text.find(words);
    if (found == std::string::npos) return {};
    const auto begin = found + words.size();
    return text.substr(begin, text.find('"', begin) - begin);
  }
};

}  // namespace arrouter::test
