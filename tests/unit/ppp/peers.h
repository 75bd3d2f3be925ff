// Two ends of a PPP link without a router around them: what one sends the other receives, a test may look or drop.
#pragma once

#include <catch2/catch.hpp>

#include "tests/unit/ppp/fake_host.h"

namespace arrouter::test {

/// Both ends and their time.
struct Link {
  End left{1}, right{2};
  Instant now{1000s};
  std::function<bool(End& from, std::uint16_t protocol, Bytes& packet)> watcher;  // false: lost

  void begin(SessionSettings of_left = {}, SessionSettings of_right = {}) {
    left.now = right.now = now;
    left.begin(std::move(of_left), now);
    right.begin(std::move(of_right), now);
    settle();
  }
  /// Delivers until nobody says anything more.
  void settle() {
    for (int turns = 0; turns < 1000 && (deliver(left, right) || deliver(right, left)); ++turns) {
    }
  }
  void advance(Duration duration) {
    const Instant until = now + duration;
    for (;;) {
      std::optional<Instant> next;
      for (const End* const each : {&left, &right}) {
        const auto deadline = each->session->next_deadline();
        if (deadline && (!next || *deadline < *next)) next = deadline;
      }
      if (!next || *next > until) break;
      left.now = right.now = now = std::max(now, *next);
      left.session->tick(now);
      right.session->tick(now);
      settle();
    }
    left.now = right.now = now = until;
  }

 private:
  bool deliver(End& from, End& to) {
    if (from.sent.empty()) return false;
    auto [protocol, packet] = std::move(from.sent.front());
    from.sent.pop_front();
    if (!watcher || watcher(from, protocol, packet)) to.session->receive(protocol, packet, now);
    return true;
  }
};

}  // namespace arrouter::test
