// Policy decisions: which list, which policy, which bundle, and the cache that remembers.
#include "modules/ipsec/datapath.h"

#include <fmt/format.h>

#include <algorithm>

namespace arrouter::ipsec {
namespace {

constexpr std::chrono::seconds log_pause{1};  // between log lines that packets cause

}  // namespace

Datapath::Datapath(State& state, Setup& setup)
    : state_(state),
      setup_(setup),
      ivs_(state.services.random),
      decisions_(fewest_places),
      outer_id_(static_cast<std::uint16_t>(state.services.random.u32())) {
  setup_.on_ready([this](SaBundle& bundle, std::vector<Packet> waiting) { send_waiting(bundle, std::move(waiting)); },
                  [this](InterfaceId interface, Packet packet) {
                    Burst burst;
                    burst.add(std::move(packet));
                    inbound_protected(interface, burst);
                  });
}

void Datapath::attach() {
  ++state_.generation;
  lists_.clear();
  for (const auto& [interface, list] : state_.policies.lists()) {
    const auto info = state_.ip.interface(interface);
    if (!info) continue;
    if (lists_.size() <= info->id) lists_.resize(info->id + std::size_t{1});
    lists_[info->id].policies = &list;
  }
}

const Datapath::Remembered& Datapath::recall(const FlowKey& flow) {
  const std::uint64_t hash = flow.hash();
  Places& places = places_of(hash);
  Remembered* place = &places[hash >> 31 & 1];  // the one to give up when both are right
  for (Remembered& known : places) {
    if (known.generation() != state_.generation) {
      place = &known;
    } else if (known.flow() == flow) {
      return known;
    }
  }
  if (place->generation() == state_.generation && ++displaced_ > decisions_.size() / 4 && grow()) return recall(flow);
  return *place = Remembered(decide_anew(flow), state_.generation);
}

Datapath::Decision Datapath::decide_anew(const FlowKey& flow) {
  Decision decision{.flow = flow};
  const Conversations::Owner* const owner =
      flow.ports == FlowKey::Ports::known ? conversations_.owner(flow) : nullptr;
  FlowKey outside = flow;
  if (owner != nullptr && owner->port != flow.remote_port) {
    outside.remote_port = owner->port;
    decision.peer_port = owner->port;
  }
  decision.policy = policy_for(outside);
  if (decision.policy != nullptr && decision.policy->action == Action::ipsec) {
    find_bundle(decision, outside, owner == nullptr ? nullptr : &owner->nat_id);
  }
  return decision;
}

/// Policies for callers that are known by name (RNAME) may look alike to a packet: one that has a bundle for it comes
/// before those that have none (RFC 4301 4.4.1.1: such an entry of the SPD takes packets by the SAs made of it).
void Datapath::find_bundle(Decision& decision, const FlowKey& flow, const std::string* nat_id) const {
  decision.bundle = decision.policy->by_traffic.find(flow, nat_id);
  if (decision.bundle != nullptr || !decision.policy->for_named_callers()) return;
  const PolicyTable::List& list = *lists_[flow.interface].policies;
  for (auto at = std::ranges::find(list, decision.policy) + 1; at != list.end(); ++at) {
    Policy& other = **at;
    if (!other.selectors.matches(flow)) continue;
    if (!other.for_named_callers()) return;
    if (SaBundle* const bundle = other.by_traffic.find(flow, nat_id)) {
      decision.policy = &other;
      decision.bundle = bundle;
      return;
    }
  }
}

Policy* Datapath::policy_for(const FlowKey& flow) {
  if (flow.interface >= lists_.size() || lists_[flow.interface].policies == nullptr) return nullptr;
  InterfaceList& list = lists_[flow.interface];
  if (!list.index) list.index.emplace(*list.policies);
  return list.index->first_match(flow);
}

/// More flows are under way than the cache has room for: it is made anew, with more lines than its flows need to meet
/// seldom. False: it is as long as it gets.
bool Datapath::grow() {
  displaced_ = 0;
  if (decisions_.size() >= most_places) return false;
  decisions_ = std::vector<Line>(decisions_.size() * 4);
  return true;
}

std::string Datapath::describe(const Decision& decision) const {
  if (decision.policy == nullptr) return "no policy matches: dropped";
  const std::string name = fmt::format("policy \"{}\"", decision.policy->name);
  if (decision.policy->action != Action::ipsec) return name + ": " + std::string(to_string(decision.policy->action));
  if (decision.bundle == nullptr) return name + ": no SA yet";
  return fmt::format("{}: bundle {}, SPI {}, peer {}", name, decision.bundle->index,
                     decision.bundle->sas.front()->out_spi, to_string(decision.bundle->peer));
}

std::string Datapath::describe(const Sa& sa) {
  std::string text(to_string(sa.protocol));
  if (sa.protocol == isakmp::Protocol::esp) text += fmt::format(" {}", enco::traits(sa.cipher).name);
  if (sa.protocol != isakmp::Protocol::ipcomp) return text + fmt::format(" {}", enco::traits(sa.hash).name);
  return text + fmt::format(" {}", enco::name(sa.compression));
}

void Datapath::deny(Policy& policy, const FlowKey& flow, Heading heading) {
  const bool leaving = heading == Heading::leaving;
  state_.count(policy, leaving ? PolicyCounter::out_deny : PolicyCounter::in_deny,
               leaving ? GroupCounter::main_out_deny : GroupCounter::main_in_deny);
  if (state_.now() < policy.next_deny_log) return;
  policy.next_deny_log = state_.now() + log_pause;
  const Ipv4Address from = leaving ? flow.local : flow.remote;
  const Ipv4Address to = leaving ? flow.remote : flow.local;
  state_.services.log.record(
      log_record(LogText::packet_denied, policy.name, policy.name, to_string(from), to_string(to)));
}

bool Datapath::protects(InterfaceId interface, const PacketBuffer& packet) {
  const auto flow = flow_of(packet.view(), Heading::leaving, interface);
  const Policy* const policy = flow ? decide(*flow).policy : nullptr;
  return policy != nullptr && policy->action == Action::ipsec;
}

void Datapath::inbound_clear(InterfaceId interface, Burst& burst) {
  if (state_.debug.active()) [[unlikely]] return inbound_clear_debugged(interface, burst);
  check_clear(interface, burst);
}

void Datapath::check_clear(InterfaceId interface, Burst& burst) {
  for (Packet& packet : burst) {
    if (!packet) continue;
    const auto flow = flow_of(packet->view(), Heading::arriving, interface);
    if (!flow) {
      state_.ip.count_drop(IpDrop::header_error);
      note(*packet, [] { return "header broken: dropped"; });
      packet.reset();
      continue;
    }
    const Decision decision = decide(*flow);
    if (left_uncompressed(decision)) {
      take_uncompressed(*decision.bundle, *packet);
      continue;
    }
    Policy* const policy = decision.policy;
    note(*packet, [&] {
      return policy != nullptr && policy->action == Action::ipsec
                 ? fmt::format("policy \"{}\" wants it protected: dropped", policy->name)
                 : describe({.flow = *flow, .policy = policy});
    });
    if (policy != nullptr && policy->action == Action::permit) {
      state_.count(*policy, PolicyCounter::in_permit, GroupCounter::main_in_permit);
      continue;
    }
    if (policy == nullptr) {
      state_.counters.add(GroupCounter::main_in_no_policy);
    } else if (policy->action == Action::deny) {
      deny(*policy, *flow, Heading::arriving);
    } else {
      policy->counters.add(PolicyCounter::in_no_bundle);
    }
    packet.reset();
  }
  burst.compact();
  remove_exhausted();
}

/// Of a bundle that does nothing but compress, in transport mode: what does not shrink comes as it is (RFC 3173 2.2).
bool Datapath::left_uncompressed(const Decision& decision) {
  return decision.bundle != nullptr && decision.bundle->only_compresses() && decision.bundle->transport();
}

void Datapath::take_uncompressed(SaBundle& bundle, PacketBuffer& packet) {
  note(packet, [&] { return fmt::format("policy \"{}\": not compressed", bundle.policy->name); });
  state_.count(*bundle.policy, PolicyCounter::in_process_start, GroupCounter::main_in_process_start);
  state_.count(*bundle.policy, PolicyCounter::in_process_done, GroupCounter::main_in_process_done);
  note_arrival(bundle, packet.size());
  packet.meta.ipsec_sa = 1U + bundle.sas.back()->id;
}

void Datapath::exhaust(SaBundle& bundle, Heading heading) {
  if (bundle.exhausted) return;
  bundle.exhausted = true;
  ++state_.generation;
  exhausted_.emplace_back(&bundle, heading);
}

/// Not while a burst is at work: calls nest, and an outer one may still hold jobs of an SA that goes.
void Datapath::remove_exhausted() {
  if (exhausted_.empty() || sealings_.lent() + openings_.lent() != 0) return;
  const auto exhausted = std::exchange(exhausted_, {});
  for (const auto& [bundle, heading] : exhausted) setup_.hard_limit(*bundle, heading);
}

void Datapath::unknown_spi(Ipv4Address source, Ipv4Address destination, std::uint32_t spi) {
  state_.counters.add(GroupCounter::main_in_bad_spi);
  const Instant now = state_.now();
  if (now >= next_bad_spi_log_) {
    next_bad_spi_log_ = now + log_pause;
    state_.services.log.record(log_record(LogText::bad_spi, {}, to_string(source), spi));
  }
  const PeerAddress fixed{PeerAddress::Kind::address, source};
  for (const auto& [interface, list] : state_.policies.lists()) {
    for (Policy* const policy : list) {
      if (!policy->respond_bad_spi || !policy->negotiated() || policy->peer != fixed) continue;
      if (now < policy->next_bad_spi_request || setup_.local_of(*policy) != destination) continue;
      policy->next_bad_spi_request = now + log_pause;
      policy->counters.add(PolicyCounter::in_bad_spi_response);
      state_.isakmp.bad_spi(destination, source, policy->isakmp_policy);
      return;
    }
  }
}

}  // namespace arrouter::ipsec
