// SUMMERTIME: a part of the year in which the clock runs ahead (reference/operations.md 2.1; parameters recalled).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "os/base/scheduler.h"
#include "os/module.h"

namespace arrouter::system {

/// "The last Sunday of March at 02:00", by the clock's own time.
struct ClockChange {
  unsigned month = 1;    // 1..12
  unsigned week = 1;     // 1..4; 5: the last
  unsigned weekday = 0;  // Sunday is 0
  std::chrono::minutes at{0};

  WallTime in_year(std::chrono::year year) const;
  bool operator==(const ClockChange&) const = default;
};

struct SummerZone {
  std::string name;
  std::chrono::minutes offset{60};
  ClockChange start{3, 5, 0, std::chrono::hours(2)}, end{10, 5, 0, std::chrono::hours(3)};
};

/// Moves the clock when summer begins and ends. It takes the clock for right when it is enabled or its rules change.
class SummerTime {
 public:
  explicit SummerTime(Services& services);
  std::vector<CommandRow> rows();
  void dump(ConfigWriter& writer) const;
  /// How far the clock is ahead now.
  std::chrono::minutes offset() const { return ahead_ ? zone_->offset : std::chrono::minutes(0); }
  /// Somebody set the clock, and is right.
  void clock_was_set() { follow(); }

 private:
  Outcome add(const Args& args);
  Outcome set(const Args& args);
  Outcome remove(const Args& args);
  Outcome enable(bool on);
  Outcome show(Screen& screen) const;
  /// Whether `now`, shown by a clock that is ahead or not, lies in the zone's summer.
  bool summer(WallTime now, bool ahead) const;
  void follow();
  void look();
  void wait();

  Services& services_;
  std::optional<SummerZone> zone_;
  bool enabled_ = false, ahead_ = false;
  Timer timer_;
};

}  // namespace arrouter::system
