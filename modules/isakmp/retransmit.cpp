#include "modules/isakmp/retransmit.h"

namespace arrouter::isakmp {

std::uint64_t RetransmitRule::whole_s() const {
  std::uint64_t sum = 0;
  for (std::uint32_t n = 1; n <= retry_limit + 1; ++n) sum += gap_s(n);
  return sum;
}

void Retransmission::start(const RetransmitRule& rule, Instant now) {
  rule_ = rule;
  sent_ = 0;
  deadline_ = now + std::chrono::seconds(rule_.gap_s(1));
}

Retransmission::Step Retransmission::due(Instant now) {
  if (now < deadline_) return Step::wait;
  if (sent_ == rule_.retry_limit) return Step::give_up;
  ++sent_;
  // From the deadline, not from now: a late loop must not shift the timetable.
  deadline_ += std::chrono::seconds(rule_.gap_s(sent_ + 1));
  return Step::send_again;
}

}  // namespace arrouter::isakmp
