// The module's counters; names and grouping are rows in counters.def.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace arrouter::isakmp {

enum class Counter : std::uint8_t {
#define GROUP(word, key, title)
#define COUNTER(group, name) group##_##name,
#include "modules/isakmp/counters.def"
#undef GROUP
#undef COUNTER
  count_
};

struct CounterGroup {
  std::string_view word, key, title;  // "GENERAL", "general", "ISAKMP General Counters"
  struct Member {
    Counter counter;
    std::string_view name;
  };
  std::vector<Member> members;
};
/// All groups in print order.
std::vector<CounterGroup> counter_groups();

class Counters {
 public:
  std::uint64_t& operator[](Counter counter) { return values_[static_cast<std::size_t>(counter)]; }
  std::uint64_t operator[](Counter counter) const { return values_[static_cast<std::size_t>(counter)]; }
  void reset() { values_.fill(0); }
  void reset(const CounterGroup& group) {
    for (const auto& member : group.members) (*this)[member.counter] = 0;
  }

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(Counter::count_)> values_{};
};

}  // namespace arrouter::isakmp
