// What other modules may hear of the firewall: attacks as they begin, go on and end (for traps, mails and triggers),
// and who has how many sessions (for the MIB).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/base/address.h"

namespace arrouter::firewall {

/// Seen from the private network.
enum class Direction : std::uint8_t { in, out };

/// ATTACK= of SET FIREWALL POLICY, FIREWALL= of CREATE TRIGGER (reference/firewall.md 1.10).
enum class AttackKind : std::uint8_t {
#define ATTACK(id, keyword, name, text, in, out, detail, time_min) id,
#include "modules/firewall/texts.def"
  count_
};
/// "DOSFLOOD"; what find_attack() reads, in capitals.
std::string_view keyword_of(AttackKind kind);
std::optional<AttackKind> find_attack(std::string_view keyword);

enum class AttackPhase : std::uint8_t { start, in_progress, end };

/// Something about an attack that somebody may want to know.
struct AttackNotice {
  AttackKind kind{};
  AttackPhase phase = AttackPhase::start;
  Direction direction = Direction::in;  // in: from the public side
  std::string policy;
  Ipv4Address source;   // of the packet that made it an attack
  std::string text;     // "Port scan from 1.2.3.4 is underway."
  bool trap = false;    // NOTIFY=SNMP: firewallAttackTrap is wanted
  std::string mail_to;  // NOTIFY=MAIL: this address wants a mail; empty: nobody does
};

/// Sessions of one private host (firewallSessionsStatistics of the MIB).
struct NodeSessions {
  Ipv4Address node;
  std::size_t sessions = 0;
};

/// Says whether a rule with LIST=RADIUS is about a host, by its address, or by its MAC address where that is known. Calls
/// `answer` once, maybe inside the call; nullopt: nobody could be asked.
using HostQuestion = std::function<void(Ipv4Address host, std::optional<MacAddress> mac,
                                        std::function<void(std::optional<bool> listed)> answer)>;

class FirewallApi {
 public:
  virtual ~FirewallApi() = default;
  /// Hears every notice, also those that NOTIFY has nobody told of; called on the datapath thread. Listeners stay.
  using Listener = std::function<void(const AttackNotice&)>;
  virtual void on_attack(Listener listener) = 0;
  /// Live sessions of the router.
  virtual std::size_t session_count() const = 0;
  /// ENABLE FIREWALL SESSIONREPORT; nullopt when it is disabled.
  virtual std::optional<std::vector<NodeSessions>> sessions_per_node() const = 0;
  /// An empty question: LIST=RADIUS names nobody.
  virtual void set_authority(HostQuestion ask) = 0;
  /// A dynamic interface that IP knows by this name has come; its peer proved to be `user` (empty: nobody). It belongs
  /// to every policy that has DYN-<template> with a template for this user.
  virtual void dynamic_interface_up(std::string_view interface, std::string_view user) = 0;
  /// It has gone; other interfaces are left alone.
  virtual void dynamic_interface_down(std::string_view interface) = 0;
};

}  // namespace arrouter::firewall
