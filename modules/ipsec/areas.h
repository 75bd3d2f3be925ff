// Work areas that are lent out: calls may nest (what is sent may come back), and no call pays for clearing one.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace arrouter::ipsec {

template <class Area>
class Areas {
 public:
  struct GiveBack {
    Areas* home;
    void operator()(Area* area) const {
      home->idle_.emplace_back(area);
      --home->lent_;
    }
  };
  using Borrowed = std::unique_ptr<Area, GiveBack>;

  /// As it was left; made when all are lent.
  Borrowed borrow() {
    ++lent_;
    if (idle_.empty()) return Borrowed(new Area, GiveBack{this});
    Area* const area = idle_.back().release();
    idle_.pop_back();
    return Borrowed(area, GiveBack{this});
  }
  std::size_t lent() const { return lent_; }

 private:
  std::size_t lent_ = 0;
  std::vector<std::unique_ptr<Area>> idle_;
};

}  // namespace arrouter::ipsec
