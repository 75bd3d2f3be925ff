// A trigger: what it waits for, when it may act, and what it then runs.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <vector>

#include "modules/trigger/kinds.h"
#include "os/base/time.h"

namespace arrouter::trigger {

/// Sunday first, as SHOW TRIGGER prints them.
using Days = std::bitset<7>;
std::string days_text(Days days);  // "SMTWTFS", "-MTWTF-"

struct Trigger {
  std::string name;
  Kind kind;
  std::optional<std::chrono::minutes> after, before;  // of the day
  std::optional<std::chrono::sys_days> date;          // instead of days
  Days days = Days().set();
  std::optional<unsigned> repeat;  // activations left; nullopt: for ever
  std::vector<std::string> scripts;
  bool enabled = true;
  bool test = false;  // does everything but run the scripts

  std::uint64_t activations = 0, today = 0;
  std::optional<std::chrono::sys_days> counted_day;
  std::optional<WallTime> last;
  std::optional<bool> above;  // CPU and memory: where the figure was when last looked at
  std::uint64_t minutes = 0;  // PERIODIC: since it was last activated
  std::vector<unsigned> running;  // MODULE=LOG: activations of its scripts

  /// Whether it may act at that time: enabled, within its window, on its day, with activations left.
  bool allowed(WallTime now) const;
  void count(WallTime now);
};

/// CPU and memory: whether the figure crossed the limit in the direction asked for. The first look crosses nothing but
/// a limit that is already exceeded upwards.
bool crossed(Trigger& trigger, unsigned per_cent, unsigned limit, Direction direction);

}  // namespace arrouter::trigger
