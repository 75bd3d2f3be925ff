// The firewall's place in the packet path: sessions first, rules and defaults for what begins, NAT on both ways.
#pragma once

#include <array>
#include <optional>

#include "modules/firewall/match.h"
#include "modules/firewall/nat.h"
#include "modules/firewall/state.h"

namespace arrouter::firewall {

class Datapath final : public FirewallStage {
 public:
  explicit Datapath(State& state) : state_(state) {}

  // FirewallStage
  bool attached(InterfaceId interface) const override { return !state_.members(interface).empty(); }
  void arrived(InterfaceId interface, Burst& burst) override;
  void departing(InterfaceId interface, Burst& burst) override;
  bool forwards(InterfaceId ingress, const PacketBuffer& packet) override;
  bool fragment(InterfaceId ingress, const PacketBuffer& packet) override;
  void flawed(InterfaceId ingress, const PacketBuffer& packet, Flaw flaw) override;
  bool answers_arp(InterfaceId interface, Ipv4Address target) const override {
    return is_global(state_, interface, target);
  }

 private:
  /// A packet under inspection.
  struct Case {
    Packet& packet;
    Flow flow;
    InterfaceId ingress = 0;
    bool through_ipsec() const { return packet->meta.ipsec_sa != 0; }
  };
  using Members = std::vector<Member>;

  // arrived.cpp; true: the packet goes on
  /// Packets of a burst, taken apart; `hashed` is of their keys.
  struct Arrivals {
    std::array<std::optional<Flow>, limits::burst> flows;
    std::array<std::uint64_t, limits::burst> hashed{};
  };
  void look_ahead(Burst& burst, Arrivals& arrivals) const;
  bool arrive(InterfaceId ingress, Packet& packet, const std::optional<Flow>& flow, std::uint64_t hashed);
  bool belongs(const Session& session, Direction direction, InterfaceId ingress) const;
  bool continue_session(const Members& members, Case& item, SessionTable::Found found);
  bool begin_before_routing(const Members& members, Case& item);
  bool for_router(const Members& members, Ipv4Address destination) const;
  bool from_private(const Member& member, Case& item, bool local);
  bool from_public(const Members& members, Case& item, bool local);
  bool enter(const Member& member, Case& item, const Rule& rule);
  bool redirect(const Member& member, Case& item, Direction direction, std::uint32_t rule,
                const Translation& translation);
  std::optional<bool> announced(const Members& members, Case& item);
  std::optional<bool> called(const Members& members, Case& item);
  const Member* member_of(const Policy& policy, InterfaceId interface) const;

  // sound.cpp
  bool sound(const Members& members, const Case& item);
  bool spoofed(const Member& member, const Case& item) const;
  bool smurfs(const Member& member, const Case& item) const;
  static FlowKey rough_key(const PacketBuffer& packet);
  /// Why a packet is denied that nothing permits: an answer to nobody's ping is a sign of Smurf.
  static Reason unasked(const Flow& flow);
  static Direction inward(const Member& member) { return member.is_public() ? Direction::in : Direction::out; }

  // departing.cpp
  bool depart(InterfaceId egress, Packet& packet);
  bool depart_in_session(InterfaceId egress, Packet& packet);
  void leave_router(InterfaceId egress, Case& item);
  bool cross(InterfaceId egress, Case& item);
  struct Crossing {
    const Member* in = nullptr;
    const Member* out = nullptr;
    Rule* rule = nullptr;
    bool guarded() const { return in->is_public() != out->is_public(); }
    Direction direction() const { return in->is_public() ? Direction::in : Direction::out; }
  };
  bool amplifies(const Crossing& crossing, const Case& item) const;
  bool permits(Crossing& crossing, Case& item, InterfaceId egress);
  bool begin_crossing(const Crossing& crossing, Case& item);

  // icmp.cpp
  bool continue_error(const Members& members, Case& item);
  void finish_error(Packet& packet, SessionTable::Found found);

  /// Makes the session of a packet that is let through; nullptr (and denied) when there is no room.
  Session* open(const Member& member, Case& item, Direction direction, const Translation& translation,
                std::uint32_t rule, InterfaceId private_interface, InterfaceId public_interface);
  /// Counts, tells, and says false.
  bool deny(const Member& member, const Case& item, Direction direction, Reason reason) {
    return deny(member, *item.packet, item.flow.key, direction, reason);
  }
  bool deny(const Member& member, const PacketBuffer& packet, const FlowKey& key, Direction direction, Reason reason);

  // tell.cpp
  void dump(const Policy& policy, Direction direction, const PacketBuffer& packet) const;
  bool watched(const Policy& policy, const PacketBuffer& packet) const;
  void tell(const Policy& policy, const PacketBuffer& packet, std::string_view decision) const;
  void tell_limits(const Session& session) const;
  void tell_session(const Session& session, const PacketBuffer& packet, std::string_view what) const;

  /// A packet that goes on: somebody may want to see it.
  void copy_to_monitor(const PacketBuffer& packet);

  static void count_reason(const Member& member, std::uint8_t protocol, Reason reason);

  State& state_;
};

/// The switch of ICMP_FORWARDING for a message is on.
bool icmp_forwarded(const Policy& policy, std::uint8_t type);

}  // namespace arrouter::firewall
