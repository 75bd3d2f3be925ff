// Packets that leave by an interface with policies.
#include <algorithm>

#include <fmt/format.h>

#include "modules/ipsec/bundle.h"
#include "modules/ipsec/datapath.h"
#include "netdev/segment.h"
#include "os/base/limits.h"

namespace arrouter::ipsec {
namespace {

constexpr std::size_t detached_slot = limits::burst;
constexpr std::uint32_t last_sequence = 0xffffffff;
constexpr std::uint32_t soft_sequence = 0xf0000000;  // time to renew: a sixteenth is left
constexpr std::size_t link_headroom = 32;            // what IP puts in front later

}  // namespace

void Datapath::outbound(InterfaceId interface, Burst& burst) {
  if (state_.debug.active()) [[unlikely]] return outbound_debugged(interface, burst);
  seal_burst(interface, burst);
}

void Datapath::seal_burst(InterfaceId interface, Burst& burst) {
  auto area = sealings_.borrow();
  Sealing& sealing = *area;
  begin(sealing, &burst, interface, 0);
  const bool detached = std::any_of(burst.begin(), burst.end(), [](const Packet& packet) {
    return packet && packet->meta.segmentation != Segmentation::none;
  });
  Flows flows;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    if (burst[i] && !burst[i]->meta.ipsec_done) flows[i] = flow_of(burst[i]->view(), Heading::leaving, interface);
  }
  fetch_decisions(std::span(flows).first(burst.size()));
  for (std::size_t i = 0; i < burst.size(); ++i) {
    fetch_for_sealing(std::span(flows).first(burst.size()), i);
    if (!burst[i] || burst[i]->meta.ipsec_done) continue;
    const auto& flow = flows[i];
    if (!flow) {
      state_.ip.count_drop(IpDrop::header_error);
      note(*burst[i], [] { return "header broken: dropped"; });
      burst[i].reset();
      continue;
    }
    const Decision decision = decide(*flow);  // a copy: what follows may come back and ask for other flows
    note(*burst[i], [&] { return describe(decision); });
    if (decision.policy == nullptr) {
      state_.counters.add(GroupCounter::main_out_no_policy);
      burst[i].reset();
    } else if (decision.policy->action == Action::permit) {
      state_.count(*decision.policy, PolicyCounter::out_permit, GroupCounter::main_out_permit);
    } else if (decision.policy->action == Action::deny) {
      deny(*decision.policy, *flow, Heading::leaving);
      burst[i].reset();
    } else {
      protect(decision, std::move(burst[i]), detached ? detached_slot : i, sealing);
    }
  }
  run(sealing);
  area.reset();
  burst.compact();
  remove_exhausted();
}

void Datapath::begin(Sealing& sealing, Burst* burst, InterfaceId interface, unsigned depth) {
  sealing.burst = burst;
  sealing.interface = interface;
  sealing.mtu = 0;
  sealing.depth = depth;
}

void Datapath::protect(const Decision& decision, Packet packet, std::size_t slot, Sealing& sealing) {
  const FlowKey flow = decision.flow;
  if (decision.bundle == nullptr) return setup_.wanted(*decision.policy, flow, std::move(packet));
  SaBundle& bundle = *decision.bundle;
  if (decision.peer_port != 0) {
    note(*packet, [&] { return fmt::format("remote port {} is the peer's {}", flow.remote_port, decision.peer_port); });
    change_port(*packet, Heading::leaving, decision.peer_port);
  }
  if (sealing.mtu == 0) {
    const auto info = state_.ip.interface(flow.interface);
    sealing.mtu = info ? info->mtu : longest_packet;
  }
  bool dont_fragment = false;
  if (packet->meta.segmentation == Segmentation::none) {
    if (fits(bundle, *packet, packet->size(), sealing.mtu, dont_fragment)) {
      seal_one(bundle, flow, std::move(packet), dont_fragment, slot, sealing);
    }
    return;
  }
  auto segmenter = Segmenter::make(*packet, 0);
  if (!segmenter) {
    decision.policy->counters.add(PolicyCounter::out_process_fail_imm);
    note(*packet, [] { return "cannot be cut into segments: dropped"; });
    return;
  }
  if (!fits(bundle, *packet, segmenter->next_length(), sealing.mtu, dont_fragment)) return;
  while (!segmenter->done()) {
    Packet piece = segmenter->next(state_.services.pool);
    if (!piece) {
      state_.counters.add(GroupCounter::main_no_buffer);
      note(*packet, [] { return "no buffer: dropped"; });
      return;
    }
    seal_one(bundle, flow, std::move(piece), dont_fragment, detached_slot, sealing);
  }
}

/// Settles the outer DF bit, or tells the sender that the packet is too big and counts it.
bool Datapath::fits(SaBundle& bundle, PacketBuffer& packet, std::size_t length, unsigned mtu, bool& dont_fragment) {
  if (bundle.path_mtu != 0) mtu = path_mtu(bundle, mtu);
  Policy& policy = *bundle.policy;
  const auto inner = *wire::view_ipv4(packet.view(), false);
  const bool transport = bundle.transport();
  if (transport && (inner.fragment() || inner.source() != bundle.local || inner.destination() != bundle.peer)) {
    policy.counters.add(PolicyCounter::out_filter_fail);
    note(packet, [] { return "transport mode is for whole packets between the ends: dropped"; });
    return false;
  }
  const std::size_t sealed = sealed_length(bundle, length, inner.header_length());
  dont_fragment = policy.df_bit == DfBit::set || (policy.df_bit == DfBit::copy && inner.dont_fragment());
  if (sealed > longest_packet) {
    policy.counters.add(PolicyCounter::out_process_fail_imm);
    note(packet, [] { return "too long for any IP packet: dropped"; });
    return false;
  }
  if (sealed <= mtu) return true;
  // In transport mode the packet keeps its own DF bit, and the interface's size is for IP to judge.
  if (transport && (bundle.path_mtu == 0 || !inner.dont_fragment())) return true;
  if ((dont_fragment || transport) && inner.dont_fragment()) {
    const auto longest = static_cast<unsigned>(longest_inner(bundle, mtu));
    note(packet, [&] { return fmt::format("{} bytes for a path of {}, DF set: dropped", sealed, mtu); });
    state_.ip.send_too_big(packet, longest);
    state_.ip.count_drop(IpDrop::would_fragment);
    return false;
  }
  dont_fragment = false;  // the sender allows fragments: DFBIT=SET only holds for what fits
  return true;
}

void Datapath::seal_one(SaBundle& bundle, const FlowKey& flow, Packet packet, bool dont_fragment, std::size_t slot,
                        Sealing& sealing) {
  Policy& policy = *bundle.policy;
  const std::size_t bytes = packet->size();
  const bool near_limit = bundle.near_limit(bundle.out_bytes + bytes);
  if (near_limit && bundle.out_bytes + bytes > bundle.hard_bytes) exhaust(bundle, Heading::leaving);
  for (const auto& sa : bundle.sas) {
    if (!bundle.exhausted && !next_sequence(*sa)) exhaust(bundle, Heading::leaving);
  }
  if (bundle.exhausted) return setup_.wanted(policy, flow, std::move(packet));
  if (packet->meta.checksum == Checksum::partial && !complete_checksum(*packet)) {
    policy.counters.add(PolicyCounter::out_process_fail_imm);
    note(*packet, [] { return "checksum cannot be completed: dropped"; });
    return;
  }
  if (!make_room(packet)) {
    state_.counters.add(GroupCounter::main_no_buffer);
    note(*packet, [] { return "no buffer: dropped"; });
    return;
  }
  bundle.out_bytes += bytes;
  state_.count(policy, PolicyCounter::out_process_start, GroupCounter::main_out_process_start);
  const OuterHeader outer{
      bundle.local,  bundle.peer, udp_bytes(bundle.nat), bundle.nat.local_port, bundle.nat.peer_port,
      dont_fragment, ++outer_id_};
  Sa& sa = *bundle.sas.back();
  enco::Job job;
  if (bundle.only_esp()) {
    begin_seal(sa, bytes);
    job = seal(*packet, sa, sa.out_sequence, outer, ivs_);
  } else if (const auto last = seal_bundle(packet, bundle, outer)) {
    job = *last;
  } else {
    return;
  }
  const std::size_t i = sealing.count++;
  sealing.jobs[i] = job;
  sealing.packets[i] = std::move(packet);
  sealing.sas[i] = &sa;
  sealing.slots[i] = slot;
  if (many_sas()) state_.enco.expect(enco::Direction::encode, std::span(sealing.jobs).first(sealing.count));
  const bool soft = near_limit || sa.out_sequence == soft_sequence;
  if (soft && !bundle.soft_expired) setup_.soft_limit(bundle, Heading::leaving);
  if (sealing.count == limits::burst) run(sealing);
}

/// False when the SA has used its last sequence number (RFC 4303 3.3.3). IPComp has none.
bool Datapath::next_sequence(Sa& sa) {
  if (sa.protocol == isakmp::Protocol::ipcomp) return true;
  if (sa.out_sequence == last_sequence) {
    ++sa.failures.out_sequence_wrap;
    if (!sa.sequence_may_wrap) return false;
  }
  ++sa.out_sequence;
  return true;
}

/// Counts what goes into an SA.
void Datapath::begin_seal(Sa& sa, std::size_t bytes) {
  state_.counters.add(counters_of(sa.protocol).out_start);
  ++sa.out.started;
  sa.out.bytes += bytes;
}

/// Counts what came of it.
bool Datapath::finish_seal(Sa& sa, const enco::Job& job) {
  if (job.result != enco::JobResult::good) {
    sa.bundle->policy->counters.add(PolicyCounter::out_process_fail);
    state_.counters.add(counters_of(sa.protocol).out_fail);
    ++sa.failures.out_process;
    note(*job.packet, [] { return "ENCO failed: dropped"; });
    return false;
  }
  state_.counters.add(counters_of(sa.protocol).out_done);
  ++sa.out.done;
  return true;
}

/// Moves the packet into a roomier buffer when this one is tight; false when there is none.
bool Datapath::make_room(Packet& packet) {
  if (packet->headroom() >= bundle_headroom + link_headroom && packet->tailroom() >= seal_tailroom) return true;
  Packet roomy = state_.services.pool.copy(packet->view());
  if (!roomy || roomy->tailroom() < seal_tailroom) return false;
  roomy->meta = packet->meta;
  packet = std::move(roomy);
  return true;
}

void Datapath::run(Sealing& sealing) {
  if (sealing.count == 0) return;
  state_.enco.run(enco::Direction::encode, std::span(sealing.jobs).first(sealing.count));
  Burst detached;
  std::size_t again = 0;  // packets that go into another tunnel, moved to the front
  for (std::size_t i = 0; i < sealing.count; ++i) {
    Sa& sa = *sealing.sas[i];
    Policy& policy = *sa.bundle->policy;
    Packet packet = std::move(sealing.packets[i]);
    if (sa.protocol == isakmp::Protocol::esp && !finish_seal(sa, sealing.jobs[i])) continue;
    state_.count(policy, PolicyCounter::out_process_done, GroupCounter::main_out_process_done);
    if (sa.bundle->nat.udp_encapsulation) state_.counters.add(GroupCounter::udp_out_tunnel);
    packet->meta.checksum = Checksum::complete;
    packet->meta.network_offset = 0;
    packet->meta.ipsec_done = true;
    note(*packet, [&] {
      return fmt::format("sealed by {}, sequence {}: {} bytes", describe(sa), sa.out_sequence, packet->size());
    });
    if (state_.debug.active()) [[unlikely]] state_.debug.packet(policy, Heading::leaving, "sealed", packet->view());
    if (goes_into_another(*sa.bundle, *packet, sealing.interface)) {
      sealing.slots[again] = sealing.slots[i];
      sealing.packets[again++] = std::move(packet);
    } else if (sealing.slots[i] == detached_slot) {
      detached.add(std::move(packet));
    } else {
      (*sealing.burst)[sealing.slots[i]] = std::move(packet);
    }
  }
  sealing.count = 0;
  if (!detached.empty()) state_.ip.send(detached);
  if (again != 0) seal_again(sealing, again);
}

/// Whether the first policy that matches a sealed packet is another one with a tunnel to somewhere else. PERMIT and DENY
/// are for what comes in clear, and no match drops nothing: what has been sealed may leave.
bool Datapath::goes_into_another(SaBundle& bundle, const PacketBuffer& sealed, InterfaceId interface) {
  if (bundle.nested_generation == state_.generation) return bundle.nested;
  const auto flow = flow_of(sealed.view(), Heading::leaving, interface);
  const Policy* const policy = flow ? decide(*flow).policy : nullptr;
  bundle.nested = policy != nullptr && policy != bundle.policy && policy->action == Action::ipsec &&
                  policy->peer.kind == PeerAddress::Kind::address && policy->peer.address != bundle.peer;
  bundle.nested_generation = state_.generation;
  return bundle.nested;
}

/// The first `count` packets, sealed by one policy, by the next.
void Datapath::seal_again(Sealing& sealing, std::size_t count) {
  const auto area = sealings_.borrow();
  Sealing& next = *area;
  begin(next, sealing.burst, sealing.interface, sealing.depth + 1);
  for (std::size_t i = 0; i < count; ++i) {
    Packet packet = std::move(sealing.packets[i]);
    const auto flow = flow_of(packet->view(), Heading::leaving, sealing.interface);
    const Decision decision = decide(*flow);
    if (next.depth > limits::ipsec_nested_tunnels) {  // policies that want each other's packets
      decision.policy->counters.add(PolicyCounter::out_process_fail_imm);
      note(*packet, [] { return "in too many tunnels already: dropped"; });
      continue;
    }
    protect(decision, std::move(packet), sealing.slots[i], next);
  }
  run(next);
}

/// Packets that waited for the bundle go out before later ones.
void Datapath::send_waiting(SaBundle& bundle, std::vector<Packet> waiting) {
  const auto info = state_.ip.interface(bundle.policy->interface);
  const InterfaceId interface = info ? info->id : InterfaceId{0};
  auto area = sealings_.borrow();
  Sealing& sealing = *area;
  begin(sealing, nullptr, interface, 0);
  for (Packet& packet : waiting) {
    const auto flow = flow_of(packet->view(), Heading::leaving, interface);
    if (!flow || !bundle.traffic.contains(*flow)) {
      bundle.policy->counters.add(PolicyCounter::out_filter_fail);
      note(*packet, [] { return "waited for an SA that is not for it: dropped"; });
      continue;
    }
    note(*packet, [&] { return fmt::format("waited for bundle {}", bundle.index); });
    protect({.flow = *flow, .policy = bundle.policy, .bundle = &bundle}, std::move(packet), detached_slot, sealing);
  }
  run(sealing);
  area.reset();
  remove_exhausted();
}

}  // namespace arrouter::ipsec
