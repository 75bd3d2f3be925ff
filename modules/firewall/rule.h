// Rules (reference/firewall.md 1.5, 2.4): what a packet has to be, and what happens to it then.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "modules/firewall/flow.h"
#include "os/base/time.h"

namespace arrouter::firewall {

enum class Action : std::uint8_t { allow, deny, nat, nonat };
enum class NatType : std::uint8_t { standard, enhanced, reverse, double_nat, napt, enapt };
enum class Encapsulation : std::uint8_t { none, ipsec };

/// Inclusive; a single port has first == last.
struct PortRange {
  std::uint16_t first = 0, last = 0;
  bool contains(std::uint16_t port) const { return first <= port && port <= last; }
  bool operator==(const PortRange&) const = default;
};

/// Bit 0 is Monday.
inline constexpr std::uint8_t all_days = 0x7f, weekdays = 0x1f, weekend = 0x60;

/// ADD/SET FIREWALL POLICY RULE. What is not set matches everything.
struct RuleSettings {
  Action action = Action::allow;
  NatType nat_type = NatType::standard;
  std::string interface;
  std::optional<std::uint8_t> protocol;
  std::optional<PortRange> port, global_port, source_port;
  std::optional<Ipv4Range> ip, remote_ip, global_remote_ip;
  std::optional<Ipv4Address> global_ip;  // 0.0.0.0: whatever address the interface has
  Ipv4Address nat_mask;                  // unset: none
  std::optional<Encapsulation> encapsulation;
  std::uint8_t days = all_days;
  std::optional<unsigned> after_min, before_min;  // minutes since midnight, inclusive
  std::string list;                               // "radius" or a list of the policy
  std::optional<unsigned> ttl_min;                // as it was given; such rules are not saved
  bool operator==(const RuleSettings&) const = default;
};

struct Rule : RuleSettings {
  std::uint32_t number = 0;
  std::uint32_t serial = 0;  // never changes: sessions remember their rule by it
  std::uint64_t hits = 0;
  Instant expires = Instant::max();
};

using Rules = std::map<std::uint32_t, Rule>;  // in the order they are asked

/// Adds under `rule.number`; a rule that has the number moves up by one, and so do the ones directly behind it
/// (reference/firewall.md 1.9). False: there is no free number above, and nothing has changed.
[[nodiscard]] bool insert_rule(Rules& rules, Rule rule);

}  // namespace arrouter::firewall
