// What addresses that have proved nothing may make the router do: how many requests it looks at, how many unfinished
// exchanges it keeps and how many lines of the log they fill, each of them and all together.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "os/base/address.h"
#include "os/base/time.h"

namespace arrouter::isakmp {

/// So many at once, and one more for each `interval` that it is left alone: whoever goes on asking gets nothing.
class Allowance {
 public:
  struct Rule {
    unsigned burst;
    Duration interval;
  };
  bool take(const Rule& rule, Instant now);

 private:
  unsigned spent_ = 0;
  Instant last_{};
};

class Strangers {
 public:
  enum class Answer : std::uint8_t { welcome, too_often, too_many_unfinished };
  /// May this address begin a new phase 1? Counts as a request.
  Answer admit(Ipv4Address source, Instant now);
  /// An exchange began, and ended or was authenticated.
  void begun(Ipv4Address source);
  void over(Ipv4Address source);
  std::size_t unfinished() const { return unfinished_; }

  /// May a line about this address go to the log? If not it is counted.
  bool may_log(Ipv4Address source, Instant now);
  /// When lines were left out and none has been for a while: the number of them, once. Call at report_due().
  std::optional<std::uint64_t> report(Instant now);
  std::optional<Instant> report_due() const;

 private:
  struct Source {
    Ipv4Address address;
    Allowance requests, lines;
  };
  Source& remembered(Ipv4Address source);

  std::list<Source> sources_;  // the latest first; the table is bounded, so a crowd of forged ones pushes others out
  std::unordered_map<Ipv4Address, std::list<Source>::iterator> by_address_;
  std::unordered_map<Ipv4Address, std::size_t> unfinished_of_;
  std::size_t unfinished_ = 0;
  Allowance all_lines_;
  std::uint64_t left_out_ = 0;
  Instant left_out_last_{};
};

}  // namespace arrouter::isakmp
