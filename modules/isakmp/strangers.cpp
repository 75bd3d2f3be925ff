#include "modules/isakmp/strangers.h"

#include <algorithm>
#include <utility>

#include "os/base/limits.h"

namespace arrouter::isakmp {

namespace {

using namespace std::chrono_literals;

// Many peers may share the address of one NAT and start at once; a person who tries again and again should see why.
constexpr Allowance::Rule requests_of_one{limits::isakmp_requests_per_source, 100ms};
constexpr Allowance::Rule lines_of_one{20, 15s};
constexpr Allowance::Rule lines_of_all{60, 10s};
constexpr Duration quiet_before_report = 10s;

}  // namespace

bool Allowance::take(const Rule& rule, Instant now) {
  const auto regained = (now - last_) / rule.interval;
  spent_ -= static_cast<unsigned>(std::min<std::int64_t>(spent_, regained));
  last_ = now;
  if (spent_ == rule.burst) return false;
  ++spent_;
  return true;
}

Strangers::Source& Strangers::remembered(Ipv4Address address) {
  if (const auto found = by_address_.find(address); found != by_address_.end()) {
    sources_.splice(sources_.begin(), sources_, found->second);
    return sources_.front();
  }
  if (sources_.size() >= limits::isakmp_sources) {
    by_address_.erase(sources_.back().address);
    sources_.splice(sources_.begin(), sources_, std::prev(sources_.end()));
    sources_.front() = {address, {}, {}};
  } else {
    sources_.push_front({address, {}, {}});
  }
  by_address_[address] = sources_.begin();
  return sources_.front();
}

Strangers::Answer Strangers::admit(Ipv4Address source, Instant now) {
  if (!remembered(source).requests.take(requests_of_one, now)) return Answer::too_often;
  const auto own = unfinished_of_.find(source);
  if (own != unfinished_of_.end() && own->second >= limits::isakmp_half_open_per_source)
    return Answer::too_many_unfinished;
  return unfinished_ >= limits::isakmp_half_open ? Answer::too_many_unfinished : Answer::welcome;
}

void Strangers::begun(Ipv4Address source) {
  ++unfinished_;
  ++unfinished_of_[source];
}

void Strangers::over(Ipv4Address source) {
  const auto own = unfinished_of_.find(source);
  if (own == unfinished_of_.end()) return;
  --unfinished_;
  if (--own->second == 0) unfinished_of_.erase(own);
}

bool Strangers::may_log(Ipv4Address source, Instant now) {
  if (remembered(source).lines.take(lines_of_one, now) && all_lines_.take(lines_of_all, now)) return true;
  ++left_out_;
  left_out_last_ = now;
  return false;
}

std::optional<Instant> Strangers::report_due() const {
  return left_out_ == 0 ? std::nullopt : std::optional(left_out_last_ + quiet_before_report);
}

std::optional<std::uint64_t> Strangers::report(Instant now) {
  const auto due = report_due();
  if (!due || now < *due) return std::nullopt;
  return std::exchange(left_out_, 0);
}

}  // namespace arrouter::isakmp
