// Setup as the side that answers: does an offered bundle fit a policy, and which of the proposals is taken.
#include <algorithm>

#include <fmt/format.h>

#include "modules/ipsec/setup.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::ipsec {
namespace {

using isakmp::Refusal;

std::unexpected<isakmp::Refused> refuse(Refusal refusal, std::string reason) {
  return std::unexpected(isakmp::Refused{refusal, std::move(reason)});
}

std::string describe(const isakmp::TrafficId& id) {
  const Ipv4Range range = traffic_range(id);
  std::string text = id.kind == isakmp::TrafficId::Kind::subnet
                         ? fmt::format("{}/{}", to_string(id.first), to_string(id.second))
                         : to_string(range);
  if (id.protocol != 0) text += fmt::format(" protocol {}", id.protocol);
  if (id.port != 0) text += fmt::format(" port {}", id.port);
  return text;
}

std::string describe(const Traffic& traffic) {
  return fmt::format("local {} remote {}", describe(traffic.local), describe(traffic.remote));
}

std::string describe(isakmp::Protocol protocol, const isakmp::Transform& transform) {
  const std::string_view mode = mode_text(transform.encapsulation);
  const std::string_view hash = enco::traits(transform.hash).name;
  switch (protocol) {
    case isakmp::Protocol::ah:
      return fmt::format("{} {} {}", to_string(protocol), hash, mode);
    case isakmp::Protocol::ipcomp:
      return fmt::format("{} {} {}", to_string(protocol), enco::name(transform.compression), mode);
    default:
      return fmt::format("{} {} {} {}", to_string(protocol), enco::traits(transform.cipher).name, hash, mode);
  }
}

/// "ESP 3DESOUTER SHA TUNNEL or ESP DES SHA TUNNEL, …": what a log reader compares.
std::string describe(const std::vector<isakmp::Proposal>& proposals) {
  std::string text;
  for (const isakmp::Proposal& proposal : proposals) {
    if (!text.empty()) text += ", ";
    for (std::size_t i = 0; i < proposal.protocols.size(); ++i) {
      if (i != 0) text += " and ";
      for (std::size_t k = 0; k < proposal.protocols[i].transforms.size(); ++k) {
        if (k != 0) text += " or ";
        text += describe(proposal.protocols[i].protocol, proposal.protocols[i].transforms[k]);
      }
    }
  }
  return text.empty() ? "nothing" : text;
}

bool within(const Ipv4Range& inner, const Ipv4Range& outer) {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/// One side of an offer against what the policy has there: equal, or narrower where the policy allows it.
bool side_fits(const isakmp::TrafficId& offered, const isakmp::TrafficId& own, bool narrow_address, bool narrow_port,
               bool narrow_protocol) {
  const Ipv4Range offered_range = traffic_range(offered), own_range = traffic_range(own);
  if (offered_range != own_range && !(narrow_address && within(offered_range, own_range))) return false;
  if (offered.port != own.port && !(narrow_port && own.port == 0)) return false;
  return offered.protocol == own.protocol || (narrow_protocol && own.protocol == 0);
}

/// The mirror image of the policy's selectors. ANY addresses of a policy for callers from anywhere take what the
/// caller has; other selectors have to be equal, except those that SASELECTORFROMPKT lets shrink.
bool traffic_fits(const Policy& policy, const Traffic& offered, Ipv4Address local, Ipv4Address peer) {
  const Selectors& selectors = policy.selectors;
  const Traffic own = traffic_of(selectors);
  const bool roaming = policy.peer.kind != PeerAddress::Kind::address;
  const auto may_shrink = [&](FromPacket which) {
    return policy.from_packet == FromPacket::all || policy.from_packet == which;
  };
  const auto any_address = [&](const AddressSelector& selector, const isakmp::TrafficId& id, Ipv4Address end) {
    const bool just_the_end = traffic_range(id) == Ipv4Range{end, end};  // transport mode, host to host
    return selector.kind == AddressSelector::Kind::any && (roaming || just_the_end);
  };
  return side_fits(offered.local, own.local,
                   may_shrink(FromPacket::local_address) || any_address(selectors.local, offered.local, local),
                   roaming || may_shrink(FromPacket::local_port), roaming || may_shrink(FromPacket::protocol)) &&
         side_fits(offered.remote, own.remote,
                   may_shrink(FromPacket::remote_address) || any_address(selectors.remote, offered.remote, peer),
                   roaming || may_shrink(FromPacket::remote_port), roaming || may_shrink(FromPacket::protocol));
}

/// Index of the first offered transform that the specification allows; nullopt when none is.
std::optional<std::size_t> choose_transform(const isakmp::ProtocolOffer& offered, const isakmp::ProtocolOffer& own,
                                            std::uint8_t& specification) {
  for (std::size_t i = 0; i < offered.transforms.size(); ++i) {
    for (const isakmp::Transform& mine : own.transforms) {
      const isakmp::Transform& theirs = offered.transforms[i];
      isakmp::Transform plain = mine;
      plain.specification = theirs.specification;
      if (theirs != plain) continue;
      specification = mine.specification;
      return i;
    }
  }
  return std::nullopt;
}

struct Choice {
  std::size_t proposal = 0;
  std::vector<std::size_t> transforms;       // per offered protocol
  std::vector<std::uint8_t> specifications;  // per offered protocol
};

/// The offered protocols may come in any order.
std::optional<Choice> choose_protocols(const isakmp::Proposal& offered, const isakmp::Proposal& own) {
  if (offered.protocols.empty() || offered.protocols.size() != own.protocols.size()) return std::nullopt;
  Choice choice;
  for (const isakmp::ProtocolOffer& theirs : offered.protocols) {
    const auto mine = std::find_if(own.protocols.begin(), own.protocols.end(),
                                   [&](const isakmp::ProtocolOffer& one) { return one.protocol == theirs.protocol; });
    const auto same = std::count_if(offered.protocols.begin(), offered.protocols.end(),
                                    [&](const auto& other) { return other.protocol == theirs.protocol; });
    if (mine == own.protocols.end() || same != 1) return std::nullopt;
    std::uint8_t specification = 0;
    const auto transform = choose_transform(theirs, *mine, specification);
    if (!transform) return std::nullopt;
    choice.transforms.push_back(*transform);
    choice.specifications.push_back(specification);
  }
  return choice;
}

std::optional<Choice> choose_proposal(const std::vector<isakmp::Proposal>& offered,
                                      const std::vector<isakmp::Proposal>& own) {
  for (std::size_t i = 0; i < offered.size(); ++i) {
    for (const isakmp::Proposal& mine : own) {
      auto choice = choose_protocols(offered[i], mine);
      if (!choice) continue;
      choice->proposal = i;
      return choice;
    }
  }
  return std::nullopt;
}

std::string group_text(const std::optional<enco::Group>& group) {
  return group ? fmt::format("group {}", static_cast<int>(*group)) : "no PFS";
}

}  // namespace

std::expected<isakmp::Selection, isakmp::Refused> Setup::select(const isakmp::Offer& offer) {
  if (!state_.enabled) return refuse(Refusal::not_enabled, "IPsec is disabled");
  const Traffic traffic{offer.local_id, offer.remote_id};
  Policy* chosen = nullptr;
  bool peer_known = false;
  std::string own_traffic, own_names;
  for (Policy* const policy : state_.policies.all()) {
    if (!policy->negotiated() || !policy->peer.accepts(offer.peer) || local_of(*policy) != offer.local) continue;
    if (!policy->isakmp_policy.empty() && !equal_ignoring_case(policy->isakmp_policy, offer.isakmp_policy)) continue;
    if (!isakmp::names_fit(policy->names, offer.names)) {
      own_names += fmt::format("; {} is between {} and {}", policy->name, name_text(policy->names.local),
                               name_text(policy->names.remote));
      continue;
    }
    peer_known = true;
    if (traffic_fits(*policy, traffic, offer.local, offer.peer)) {
      chosen = policy;
      break;
    }
    own_traffic += fmt::format("{}{} has {}", own_traffic.empty() ? "" : "; ", policy->name,
                               describe(traffic_of(policy->selectors)));
  }
  if (!peer_known) {
    std::string reason = fmt::format("no IPsec policy for peer {}", to_string(offer.peer));
    if (!own_names.empty()) reason += fmt::format(" as {}{}", to_string(offer.names), own_names);
    return refuse(Refusal::no_policy, std::move(reason));
  }
  if (chosen == nullptr) {
    return refuse(Refusal::invalid_id, fmt::format("offered {}; {}", describe(traffic), own_traffic));
  }
  const auto specification = state_.specifications.bundles.find(*chosen->bundle_specification);
  if (specification == state_.specifications.bundles.end()) {
    return refuse(Refusal::no_proposal_chosen, "bundle specification missing");
  }
  const std::optional<enco::Group> own_group =
      chosen->use_pfs ? std::optional(static_cast<enco::Group>(chosen->group)) : std::nullopt;
  if (own_group != offer.pfs) {
    return refuse(Refusal::no_proposal_chosen, fmt::format("offered {}; policy {} has {}", group_text(offer.pfs),
                                                           chosen->name, group_text(own_group)));
  }
  const auto own = state_.specifications.proposals(specification->second);
  const auto choice = choose_proposal(offer.proposals, own);
  if (!choice) {
    return refuse(Refusal::no_proposal_chosen,
                  fmt::format("offered {}; policy {} has {}", describe(offer.proposals), chosen->name, describe(own)));
  }
  const auto no_room = [&] {
    chosen->counters.add(PolicyCounter::in_no_bundle_fail);
    return refuse(Refusal::no_proposal_chosen, "no room for another bundle");
  };
  if (chosen->negotiations.size() >= limits::ipsec_negotiations) return no_room();
  auto negotiation = std::make_unique<Negotiation>();
  for (const isakmp::ProtocolOffer& protocol : offer.proposals[choice->proposal].protocols) {
    negotiation->spis.push_back(state_.sas.reserve_spi(protocol.protocol, state_.services.random));
  }
  negotiation->local = offer.local;
  negotiation->peer = offer.peer;
  negotiation->traffic = traffic;
  negotiation->specifications = choice->specifications;
  const Negotiation* const begun = begin(*chosen, std::move(negotiation));
  if (begun == nullptr) return no_room();
  chosen->counters.add(PolicyCounter::setup_started);
  return isakmp::Selection{chosen->name,       begun->index, choice->proposal,
                           choice->transforms, begun->spis,  describe(traffic)};
}

}  // namespace arrouter::ipsec
