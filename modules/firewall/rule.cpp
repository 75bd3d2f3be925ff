#include "modules/firewall/rule.h"

#include <limits>

namespace arrouter::firewall {

bool insert_rule(Rules& rules, Rule rule) {
  const std::uint32_t number = rule.number;
  std::uint32_t gap = number;
  while (rules.contains(gap)) {
    if (gap == std::numeric_limits<std::uint32_t>::max()) return false;
    ++gap;
  }
  for (; gap != number; --gap) {
    auto moved = rules.extract(gap - 1);
    moved.key() = gap;
    moved.mapped().number = gap;
    rules.insert(std::move(moved));
  }
  rules.emplace(number, std::move(rule));
  return true;
}

}  // namespace arrouter::firewall
