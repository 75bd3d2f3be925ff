#include "modules/trigger/trigger.h"

#include <fmt/format.h>

#include "os/base/text.h"
#include "os/module.h"

namespace arrouter::trigger {

namespace {

constexpr std::string_view day_letters = "SMTWTFS";

}  // namespace

std::string days_text(Days days) {
  std::string text;
  for (std::size_t i = 0; i < day_letters.size(); ++i) text.push_back(days[i] ? day_letters[i] : '-');
  return text;
}

bool Trigger::allowed(WallTime now) const {
  if (!enabled || (repeat && *repeat == 0)) return false;
  const auto today_date = std::chrono::floor<std::chrono::days>(now);
  const auto of_day = std::chrono::floor<std::chrono::minutes>(now - today_date);
  if (date ? *date != today_date : !days[std::chrono::weekday(today_date).c_encoding()]) return false;
  if (after && before && *after > *before) return of_day >= *after || of_day <= *before;  // over midnight
  return (!after || of_day >= *after) && (!before || of_day <= *before);
}

void Trigger::count(WallTime now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  if (counted_day != day) today = 0;
  counted_day = day;
  ++activations;
  ++today;
  last = now;
  if (repeat && *repeat > 0) --*repeat;
}

bool crossed(Trigger& trigger, unsigned per_cent, unsigned limit, Direction direction) {
  const bool now_above = per_cent >= limit;
  const bool before = trigger.above.value_or(false);
  trigger.above = now_above;
  if (now_above == before) return false;
  return direction == Direction::any || (direction == Direction::up) == now_above;
}

}  // namespace arrouter::trigger
