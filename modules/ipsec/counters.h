// The module's counters, made from texts.def: an enumeration for each screen and an array that it indexes.
#pragma once

#include <array>
#include <cstdint>

namespace arrouter::ipsec {

enum class PolicyCounter : std::uint8_t {
#define POLICY_COUNTER(id, section, name) id,
#include "modules/ipsec/texts.def"
  count_
};
enum class GroupCounter : std::uint8_t {
#define GROUP_COUNTER(id, group, name) id,
#include "modules/ipsec/texts.def"
  count_
};

template <class Name>
class Counters {
 public:
  void add(Name name, std::uint64_t amount = 1) { values_[static_cast<std::size_t>(name)] += amount; }
  std::uint64_t operator[](Name name) const { return values_[static_cast<std::size_t>(name)]; }
  void set(Name name, std::uint64_t value) { values_[static_cast<std::size_t>(name)] = value; }
  void reset() { values_.fill(0); }

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(Name::count_)> values_{};
};
using PolicyCounters = Counters<PolicyCounter>;
using GroupCounters = Counters<GroupCounter>;

/// What an SA counts of every packet of one direction …
struct SaFlow {
  std::uint64_t started = 0, done = 0, bytes = 0;
};
/// … and of few.
struct SaFailures {
  std::uint64_t out_process = 0, out_sequence_wrap = 0;
  std::uint64_t in_process = 0, in_authentication = 0, in_replay = 0, in_padding = 0;
};

}  // namespace arrouter::ipsec
