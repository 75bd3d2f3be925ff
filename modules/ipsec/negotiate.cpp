// Setup as the side that asks: which packet starts a negotiation, what is asked for, and what waits meanwhile.
#include <algorithm>

#include "modules/ipsec/setup.h"
#include "os/base/limits.h"

namespace arrouter::ipsec {
namespace {

constexpr std::chrono::seconds acquire_pause{1};  // after a negotiation that failed

/// Everything the bundle offers is transport mode, so its traffic runs between the tunnel end points themselves.
bool transport_only(const std::vector<isakmp::Proposal>& proposals) {
  return std::all_of(proposals.begin(), proposals.end(), [](const isakmp::Proposal& proposal) {
    return std::all_of(proposal.protocols.begin(), proposal.protocols.end(), [](const isakmp::ProtocolOffer& offer) {
      return std::all_of(offer.transforms.begin(), offer.transforms.end(), [](const isakmp::Transform& transform) {
        return transform.encapsulation == isakmp::Encapsulation::transport;
      });
    });
  });
}

bool is_just(const isakmp::TrafficId& id, Ipv4Address address) {
  return traffic_range(id) == Ipv4Range{address, address} && id.protocol == 0 && id.port == 0;
}

isakmp::TrafficId host(isakmp::TrafficId id, Ipv4Address address) {
  id.kind = isakmp::TrafficId::Kind::address;
  id.first = address;
  id.second = {};
  return id;
}

}  // namespace

void Setup::wanted(Policy& policy, const FlowKey& flow, Packet packet) {
  policy.counters.add(PolicyCounter::out_no_bundle);
  const auto drop = [&](std::string_view reason) {
    policy.counters.add(PolicyCounter::out_no_bundle_fail);
    state_.note(*packet, [&] { return fmt::format("{}: dropped", reason); });
  };
  if (!policy.negotiated()) return drop("manual keys, not all of them there");
  Negotiation* negotiation = policy.negotiations.for_flow(flow);
  if (negotiation == nullptr) {
    const auto local = local_of(policy);
    // ANY and DYNAMIC peers are answered, never called.
    if (!local) return drop("the tunnel's interface has no address");
    if (policy.peer.kind != PeerAddress::Kind::address) return drop("no peer to call");
    if (state_.now() < policy.next_acquire) return drop("a negotiation has just failed");
    negotiation = start(policy, *local, policy.peer.address, traffic_for(policy, flow, *local));
    if (negotiation == nullptr) return drop("no negotiation can be begun");
  }
  if (negotiation->waiting.size() >= limits::ipsec_queued_packets) return drop("enough packets wait for the SA");
  state_.note(*packet, [&] { return fmt::format("waits for bundle {}", negotiation->index); });
  negotiation->waiting.push_back(std::move(packet));
}

Traffic Setup::traffic_for(const Policy& policy, const FlowKey& flow, Ipv4Address local) const {
  const Selectors& selectors = policy.selectors;
  Traffic traffic = traffic_of(selectors);
  const auto narrowed = [&](FromPacket which) {
    return policy.from_packet == FromPacket::all || policy.from_packet == which;
  };
  if (narrowed(FromPacket::local_address)) traffic.local = host(traffic.local, flow.local);
  if (narrowed(FromPacket::remote_address)) traffic.remote = host(traffic.remote, flow.remote);
  if (narrowed(FromPacket::protocol)) traffic.local.protocol = traffic.remote.protocol = flow.protocol;
  if (flow.ports == FlowKey::Ports::known) {
    if (narrowed(FromPacket::local_port)) traffic.local.port = flow.local_port;
    if (narrowed(FromPacket::remote_port)) traffic.remote.port = flow.remote_port;
  }
  const auto bundle = state_.specifications.bundles.find(*policy.bundle_specification);
  if (bundle != state_.specifications.bundles.end() &&
      transport_only(state_.specifications.proposals(bundle->second))) {
    if (selectors.local.kind == AddressSelector::Kind::any) traffic.local = host(traffic.local, local);
    if (selectors.remote.kind == AddressSelector::Kind::any) traffic.remote = host(traffic.remote, policy.peer.address);
  }
  return traffic;
}

Negotiation* Setup::start(Policy& policy, Ipv4Address local, Ipv4Address peer, Traffic traffic) {
  if (!state_.isakmp.enabled()) {
    state_.counters.add(GroupCounter::setup_isakmp_not_enabled);
    return nullptr;
  }
  const auto found = state_.specifications.bundles.find(*policy.bundle_specification);
  if (found == state_.specifications.bundles.end() || policy.negotiations.size() >= limits::ipsec_negotiations) {
    policy.counters.add(PolicyCounter::out_make_setup_struct_fail);
    return nullptr;
  }
  auto negotiation = std::make_unique<Negotiation>();
  isakmp::Acquire acquire;
  acquire.proposals = state_.specifications.proposals(found->second);
  for (isakmp::Proposal& proposal : acquire.proposals) {
    for (isakmp::ProtocolOffer& offer : proposal.protocols) {
      offer.spi = state_.sas.reserve_spi(offer.protocol, state_.services.random);
      negotiation->spis.push_back(offer.spi);
    }
  }
  negotiation->initiator = true;
  negotiation->local = local;
  negotiation->peer = peer;
  negotiation->traffic = traffic;
  Negotiation* const started = begin(policy, std::move(negotiation));
  if (started == nullptr) {
    policy.counters.add(PolicyCounter::out_make_setup_struct_fail);
    return nullptr;
  }
  acquire.ipsec_policy = policy.name;
  acquire.isakmp_policy = policy.isakmp_policy;
  acquire.names = policy.names;
  acquire.bundle = started->index;
  acquire.local = local;
  acquire.peer = peer;
  acquire.local_id = traffic.local;
  acquire.remote_id = traffic.remote;
  acquire.ids_needed = !is_just(traffic.local, local) || !is_just(traffic.remote, peer);
  if (policy.use_pfs) acquire.pfs = static_cast<enco::Group>(policy.group);
  acquire.lifetime = {found->second.expiry_seconds, found->second.expiry_kbytes.value_or(0)};
  policy.counters.add(PolicyCounter::setup_started);
  state_.counters.add(GroupCounter::setup_acquire_start);
  state_.debug.trace(policy, fmt::format("bundle {} asked for, peer {}", started->index, to_string(peer)));
  state_.isakmp.acquire(acquire);
  return started;
}

void Setup::renew(SaBundle& bundle) {
  Policy& policy = *bundle.policy;
  const auto generations = policy.by_traffic.generations_of(bundle);
  const bool replaced = std::ranges::any_of(
      generations, [&](const SaBundle* other) { return other->age > bundle.age && !other->soft_expired; });
  if (!replaced && !policy.negotiations.under_way(bundle.traffic, bundle.peer)) {
    start(policy, bundle.local, bundle.peer, bundle.traffic);
  }
}

void Setup::failed(const std::string& ipsec_policy, std::uint32_t bundle, const std::string& reason) {
  Policy* const policy = state_.policies.find(ipsec_policy);
  Negotiation* const negotiation = policy == nullptr ? nullptr : policy->negotiations.find(bundle);
  if (negotiation == nullptr) return;
  policy->counters.add(PolicyCounter::setup_failed);
  state_.counters.add(GroupCounter::setup_acquire_fail);
  state_.services.log.record(log_record(LogText::setup_failed, policy->name, policy->name, bundle, reason));
  state_.debug.trace(*policy, fmt::format("bundle {} not created: {}", bundle, reason));
  policy->next_acquire = state_.now() + acquire_pause;
  give_up(*policy, *negotiation);
}

void Setup::give_up(Policy& policy, Negotiation& negotiation) {
  policy.counters.add(PolicyCounter::out_no_bundle_fail, negotiation.waiting.size());
  end(policy, negotiation);
}

bool Setup::offered(std::uint32_t spi) const {
  const auto found = offered_.find(spi);
  return found != offered_.end() && found->second->early.size() < limits::ipsec_queued_packets;
}

bool Setup::early(InterfaceId interface, std::uint32_t spi, Packet& packet) {
  if (!offered(spi)) return false;
  offered_.find(spi)->second->early.emplace_back(interface, std::move(packet));
  return true;
}

/// Takes the negotiation in, unless one of its SPIs is zero: then what it reserved is given back.
Negotiation* Setup::begin(Policy& policy, std::unique_ptr<Negotiation> negotiation) {
  if (std::ranges::find(negotiation->spis, 0U) != negotiation->spis.end()) {
    for (const std::uint32_t spi : negotiation->spis) state_.sas.release_spi(spi);
    return nullptr;
  }
  negotiation->index = policy.indices.take();
  Negotiation& begun = policy.negotiations.add(std::move(negotiation));
  for (const std::uint32_t spi : begun.spis) offered_[spi] = &begun;
  return &begun;
}

/// Forgets the negotiation, the SPIs it did not use, and what came by them.
void Setup::end(Policy& policy, Negotiation& negotiation) {
  state_.counters.add(GroupCounter::main_in_bad_spi, negotiation.early.size());
  for (const std::uint32_t spi : negotiation.spis) {
    offered_.erase(spi);
    state_.sas.release_spi(spi);
  }
  const std::uint32_t index = negotiation.index;
  policy.negotiations.remove(negotiation);
  policy.free_index(index);
}

}  // namespace arrouter::ipsec
