#include "modules/ip/datapath.h"

namespace arrouter::ip {

Datapath::Datapath(Services& services, State& state)
    : services_(services),
      state_(state),
      destinations_(state),
      arp_(*this, state.interfaces, state.switches, services.pool, services.clock, services.scheduler, services.log),
      reassembly_(
          services.pool, services.clock, services.scheduler, state.ip,
          [this](Packet first) {
            const Flight flight(*this);
            icmp_error(*first, wire::icmp_type::time_exceeded, wire::icmp_code::reassembly_exceeded);
          },
          [this](const PacketBuffer& piece, bool overlap) {
            using Flaw = FirewallStage::Flaw;
            tell_firewall(piece, overlap ? Flaw::fragments_overlap : Flaw::fragments_missing);
          }),
      // Counting up by one from anywhere: what the real router's IP ids look like from outside.
      id_(static_cast<std::uint16_t>(services.random.u32())),
      loop_timer_(services.scheduler, [this] { drain_loop(); }) {
  for (const auto& link : state_.interfaces.links()) attach(*link);
}

Datapath::~Datapath() {
  for (const auto& link : state_.interfaces.links()) link->port->set_receiver({});
}

void Datapath::attach(Link& link) {
  link.port->set_receiver([this, &link](Burst& burst) { receive(link, burst); });
}

void Datapath::detach(Link& link) {
  link.port->set_receiver({});
  if (last_heard_.link == &link) last_heard_ = {};
}

void Datapath::reset() {
  reassembly_.clear();
  looped_.clear();
  loop_timer_.disarm();
  last_heard_ = {};
}

}  // namespace arrouter::ip
