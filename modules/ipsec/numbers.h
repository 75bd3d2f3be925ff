// Numbers that are lent, always the lowest free one.
#pragma once

#include <cstdint>
#include <set>

namespace arrouter::ipsec {

class Numbers {
 public:
  std::uint32_t take() {
    if (given_back_.empty()) return next_++;
    const std::uint32_t lowest = *given_back_.begin();
    given_back_.erase(given_back_.begin());
    return lowest;
  }
  void give_back(std::uint32_t number) { given_back_.insert(number); }

 private:
  std::uint32_t next_ = 0;
  std::set<std::uint32_t> given_back_;  // all below next_
};

}  // namespace arrouter::ipsec
