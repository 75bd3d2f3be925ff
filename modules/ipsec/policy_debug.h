// ENABLE IPSEC POLICY DEBUG: what happens to the packets of a policy, on the terminals that asked for it. Off, it costs
// a branch for each burst; on, packets go through the stage one by one, so that what the policy's counters do can be
// told of each.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/ipsec/policy.h"
#include "os/terminal.h"

namespace arrouter::ipsec {

/// What one terminal wants to see of a policy.
struct DebugOptions {
  bool filter = false;                     // each comparison of a packet with the selectors
  bool packet = false;                     // packets before and after processing
  bool trace = false;                      // what became of each packet, and the life of bundles
  bool in = true, out = true;              // DIRECTION
  bool selectors = true, header = true;    // DISPLAY, of FILTER
  bool matches = true, mismatches = true;  // WHERE, of FILTER
  bool any() const { return filter || packet || trace; }
};

class PolicyDebug {
 public:
  void enable(const Policy& policy, const std::weak_ptr<Terminal>& terminal, const DebugOptions& options);
  /// Ends those of `what` on this terminal.
  void disable(const Policy& policy, const std::weak_ptr<Terminal>& terminal, const DebugOptions& what);
  void forget(const Policy& policy) { listeners_.erase(&policy); }
  void forget_all() { listeners_.clear(); }
  /// Somebody listens to some policy.
  bool active() const { return !listeners_.empty(); }
  /// "FILTER, TRACE": what any terminal sees of the policy.
  std::string words(const Policy& policy) const;

  /// The comparisons a flow went through until `chosen` (nullptr: no policy) was found.
  void filter(const PolicyTable::List& list, const Policy* chosen, const FlowKey& flow, Heading heading,
              ByteView packet);
  /// `stage`: "in", "sealed".
  void packet(const Policy& policy, Heading heading, std::string_view stage, ByteView packet);
  void trace(const Policy& policy, const std::string& text);

  /// Tells which counters of this direction grew while it lived, of all debugged policies.
  class Watch {
   public:
    Watch(PolicyDebug& debug, Heading heading);
    ~Watch();
    Watch(const Watch&) = delete;

   private:
    PolicyDebug& debug_;
    Heading heading_;
    std::vector<std::pair<const Policy*, PolicyCounters>> before_;
  };

 private:
  struct Listener {
    std::weak_ptr<Terminal> terminal;
    DebugOptions options;
  };
  void forget_gone();
  template <class Wants>
  void print(const Policy& policy, const std::string& line, Wants wants);
  std::map<const Policy*, std::vector<Listener>> listeners_;  // no empty lists
};

}  // namespace arrouter::ipsec
