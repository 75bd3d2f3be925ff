// The stage's calls while ENABLE IPSEC POLICY DEBUG has listeners.
#include "modules/ipsec/datapath.h"

namespace arrouter::ipsec {
namespace {

/// Sends each packet through `stage` in a burst of its own; what stays keeps its place.
template <class Stage>
void one_by_one(Burst& burst, Stage stage) {
  for (Packet& packet : burst) {
    if (!packet) continue;
    Burst one;
    one.add(std::move(packet));
    stage(one);
    if (!one.empty()) packet = std::move(one[0]);
  }
  burst.compact();
}

}  // namespace

void Datapath::outbound_debugged(InterfaceId interface, Burst& burst) {
  one_by_one(burst, [&](Burst& one) {
    const PolicyDebug::Watch watch(state_.debug, Heading::leaving);
    if (!one[0]->meta.ipsec_done) compare_debugged(interface, Heading::leaving, *one[0]);
    seal_burst(interface, one);
  });
}

void Datapath::inbound_clear_debugged(InterfaceId interface, Burst& burst) {
  one_by_one(burst, [&](Burst& one) {
    const PolicyDebug::Watch watch(state_.debug, Heading::arriving);
    compare_debugged(interface, Heading::arriving, *one[0]);
    check_clear(interface, one);
  });
}

void Datapath::inbound_protected_debugged(InterfaceId interface, Burst& burst) {
  one_by_one(burst, [&](Burst& one) {
    const PolicyDebug::Watch watch(state_.debug, Heading::arriving);
    open_burst(interface, one);
  });
}

/// FILTER, and PACKET as the packet comes.
void Datapath::compare_debugged(InterfaceId interface, Heading heading, const PacketBuffer& packet) {
  const auto flow = flow_of(packet.view(), heading, interface);
  if (!flow || interface >= lists_.size() || lists_[interface].policies == nullptr) return;
  const Policy* const chosen = decide(*flow).policy;
  state_.debug.filter(*lists_[interface].policies, chosen, *flow, heading, packet.view());
  if (chosen != nullptr) state_.debug.packet(*chosen, heading, "in clear", packet.view());
}

}  // namespace arrouter::ipsec
