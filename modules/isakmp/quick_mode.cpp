// Quick mode (RFC 2409 5.5): the actions of its rows, and the keys that come out of it.
#include <algorithm>
#include <fmt/format.h>

#include "modules/isakmp/actions.h"
#include "modules/isakmp/engine.h"
#include "modules/isakmp/message_hash.h"
#include "modules/isakmp/phase1.h"
#include "modules/isakmp/texts.h"

namespace arrouter::isakmp {

namespace {

// Nonce, key exchange and identities, the same in both directions.
struct Common {
  ByteView nonce, key;
  std::optional<TrafficId> initiator_id, responder_id;
  ByteView initiator_id_body, responder_id_body;
};
std::expected<Common, Verdict> read_common(const Step& step) {
  Common common;
  common.nonce = step.in->find(PayloadType::nonce)->body;
  if (common.nonce.size() < shortest_nonce || common.nonce.size() > longest_nonce)
    return std::unexpected(
        Verdict::fail(NotifyType::payload_malformed, fmt::format("nonce of {} bytes", common.nonce.size())));
  const std::size_t keys = step.in->count(PayloadType::key_exchange);
  const std::size_t ids = step.in->count(PayloadType::identification);
  if (keys > 1 || ids == 1 || ids > 2)
    return std::unexpected(
        Verdict::fail(NotifyType::payload_malformed, fmt::format("{} KE and {} ID payloads", keys, ids)));
  if (const Payload* const key = step.in->find(PayloadType::key_exchange)) common.key = key->body;
  for (const Payload& payload : step.in->payloads) {
    if (payload.type != PayloadType::identification) continue;
    const bool first = !common.initiator_id;
    const bool callers_own = first && step.exchange.role == Role::responder && step.sa.nat.remote;
    const auto id = parse_traffic_id(payload.body, callers_own ? std::optional(step.sa.peer.address) : std::nullopt);
    if (!id)
      return std::unexpected(
          Verdict::fail(NotifyType::invalid_id_information, id.error().cause, Counter::quick_idMismatch));
    (first ? common.initiator_id : common.responder_id) = *id;
    (first ? common.initiator_id_body : common.responder_id_body) = payload.body;
  }
  return common;
}

void read_original_addresses(const Step& step) {
  const PayloadType type = numbers(step.sa.natt).nat_oa;
  QuickWork& work = *step.exchange.quick;
  bool first = true;
  for (const Payload& payload : step.in->payloads) {
    if (payload.type != type) continue;
    const auto address = parse_nat_oa(payload.body);
    if (!address) continue;
    (first ? work.peer_original_source : work.peer_original_destination) = *address;
    first = false;
  }
}

// RFC 3947 5.2: in transport mode each end tells the addresses it sees, the initiator's first. Early drafts know only
// the sender's own.
void add_original_addresses(Step& step) {
  const QuickWork& work = *step.exchange.quick;
  if (!work.transport || !work.udp_encapsulation) return;
  const bool initiator = step.exchange.role == Role::initiator;
  const Ipv4Address own = step.sa.local.address, peer = step.sa.peer.address;
  const PayloadType type = numbers(step.sa.natt).nat_oa;
  if (!numbers(step.sa.natt).both_addresses) {
    step.reply.push_back({type, encode_nat_oa(own)});
    return;
  }
  step.reply.push_back({type, encode_nat_oa(initiator ? own : peer)});
  step.reply.push_back({type, encode_nat_oa(initiator ? peer : own)});
}

void add_nonce(Step& step) {
  QuickWork& work = *step.exchange.quick;
  Bytes nonce = step.engine.random().bytes(nonce_bytes);
  (step.exchange.role == Role::initiator ? work.initiator_nonce : work.responder_nonce) = nonce;
  step.reply.push_back({PayloadType::nonce, std::move(nonce)});
}

void add_key(Step& step) {
  if (!step.exchange.dh) return;
  QuickWork& work = *step.exchange.quick;
  (step.exchange.role == Role::initiator ? work.initiator_public : work.responder_public) =
      step.exchange.dh->public_value;
  step.reply.push_back({PayloadType::key_exchange, step.exchange.dh->public_value});
}

TrafficId host(Ipv4Address address) {
  TrafficId id;
  id.first = address;
  return id;
}

// A RESPONDER-LIFETIME in the answer lowers what was offered (RFC 2407 4.6.3.1).
void read_lifetime_notification(const Step& step, Lifetime& lifetime) {
  for (const Payload& payload : step.in->payloads) {
    if (payload.type != PayloadType::notification) continue;
    const auto notification = parse_notification(payload.body);
    if (!notification || notification->type != NotifyType::responder_lifetime) continue;
    ByteReader reader(notification->data);
    std::uint64_t type = 0;
    while (reader.ok() && reader.remaining() >= 4) {
      const std::uint16_t attribute = reader.u16();
      std::uint64_t value = reader.u16();
      if ((attribute & 0x8000) == 0) {
        std::uint64_t number = 0;
        for (const std::uint8_t byte : reader.take(value)) number = number << 8 | byte;
        value = number;
      }
      if ((attribute & 0x7fff) == static_cast<std::uint16_t>(Phase2Attribute::life_type)) type = value;
      if ((attribute & 0x7fff) != static_cast<std::uint16_t>(Phase2Attribute::life_duration) || value == 0) continue;
      if (type == life_seconds && value < lifetime.seconds) lifetime.seconds = static_cast<std::uint32_t>(value);
      if (type == life_kilobytes && (lifetime.kilobytes == 0 || value < lifetime.kilobytes)) lifetime.kilobytes = value;
    }
  }
}

// Finds the answered proposal among ours: same protocols, in any order, each with one of the transforms we offered.
const Proposal* matching(const Acquire& wanted, const Proposal& answer, std::vector<ProtocolOffer>& agreed) {
  for (const Proposal& ours : wanted.proposals) {
    if (ours.protocols.size() != answer.protocols.size()) continue;
    std::vector<ProtocolOffer> found;
    for (const ProtocolOffer& own : ours.protocols) {
      const auto theirs = std::ranges::find(answer.protocols, own.protocol, &ProtocolOffer::protocol);
      if (theirs == answer.protocols.end() || theirs->transforms.size() != 1) break;
      for (const Transform& transform : own.transforms) {
        Transform plain = transform;
        plain.specification = 0;
        if (plain != theirs->transforms.front()) continue;
        found.push_back({own.protocol, theirs->spi, {transform}});
        break;
      }
    }
    if (found.size() != ours.protocols.size()) continue;
    agreed = std::move(found);
    return &ours;
  }
  return nullptr;
}

// Every protocol of the proposal is in transport mode.
bool in_transport_mode(const std::vector<ProtocolOffer>& protocols) {
  return std::ranges::all_of(protocols, [](const ProtocolOffer& protocol) {
    return protocol.transforms.front().encapsulation == Encapsulation::transport;
  });
}

}  // namespace

Verdict quick_offer(Step& step) {
  QuickWork& work = *step.exchange.quick;
  const Acquire& wanted = work.pending.wanted;
  work.udp_encapsulation = step.sa.nat.any();
  work.transport = std::ranges::any_of(
      wanted.proposals, [](const Proposal& proposal) { return in_transport_mode(proposal.protocols); });
  for (const Proposal& proposal : wanted.proposals)
    for (const ProtocolOffer& protocol : proposal.protocols) work.own_spis.push_back(protocol.spi);
  work.wire_offer = phase2_offer(wanted, numbers(step.sa.natt), work.udp_encapsulation);
  if (work.wire_offer.proposals.empty())
    return Verdict::fail(NotifyType::no_proposal_chosen, text::reason_nat, Counter::quick_noProposalChosen);
  step.reply.push_back({PayloadType::sa, encode_sa(work.wire_offer)});
  add_nonce(step);
  add_key(step);
  if (wanted.ids_needed || step.sa.policy->send_id_always) {
    work.initiator_id_body = encode_traffic_id(wanted.local_id);
    work.responder_id_body = encode_traffic_id(wanted.remote_id);
    step.reply.push_back({PayloadType::identification, work.initiator_id_body});
    step.reply.push_back({PayloadType::identification, work.responder_id_body});
  }
  add_original_addresses(step);
  add_message_hash(step, {});
  step.engine.count(Counter::quick_hashSaNonceTx);
  return Verdict::go_on();
}

Verdict quick_read_offer(Step& step) {
  if (!message_hash_right(step, {})) {
    step.engine.count(Counter::quick_hashFailed);
    return Verdict::ignore("wrong HASH(1)");
  }
  step.engine.count(Counter::quick_hashSaNonceRx);
  ++step.sa.phase2_exchanges;
  QuickWork& work = *step.exchange.quick;
  auto sa = parse_sa(step.in->find(PayloadType::sa)->body);
  if (!sa) return Verdict::fail(sa.error().notify, sa.error().cause, Counter::quick_badMessage);
  work.wire_offer = std::move(*sa);
  const auto common = read_common(step);
  if (!common) return common.error();
  work.initiator_nonce.assign(common->nonce.begin(), common->nonce.end());
  work.initiator_public.assign(common->key.begin(), common->key.end());
  work.initiator_id_body.assign(common->initiator_id_body.begin(), common->initiator_id_body.end());
  work.responder_id_body.assign(common->responder_id_body.begin(), common->responder_id_body.end());
  if (step.sa.natt != NattVersion::none) read_original_addresses(step);

  work.understood = read_phase2(work.wire_offer, step.sa.natt, step.sa.nat.any());
  // A group without KE, KE without a group or of another length: nothing that can be agreed on.
  for (std::size_t i = work.understood.proposals.size(); i-- > 0;) {
    const auto& group = work.understood.origins[i].group;
    if (group.has_value() == !common->key.empty() && (!group || enco::group_bytes(*group) >= common->key.size()))
      continue;
    work.understood.proposals.erase(work.understood.proposals.begin() + static_cast<std::ptrdiff_t>(i));
    work.understood.origins.erase(work.understood.origins.begin() + static_cast<std::ptrdiff_t>(i));
  }
  const auto refuse = [&](NotifyType notify, const std::string& reason, Counter counter) {
    return Verdict::fail(notify, reason, counter);
  };
  if (work.understood.proposals.empty())
    return refuse(NotifyType::no_proposal_chosen,
                  fmt::format(text::reason_proposal, work.understood.description, "nothing of it, or another group"),
                  Counter::quick_noProposalChosen);
  const Phase2Offer::Origin& origin = work.understood.origins.front();
  work.pfs = origin.group;
  work.transport = in_transport_mode(work.understood.proposals.front().protocols);
  work.udp_encapsulation = origin.udp_encapsulation;

  Offer& offer = work.offer;
  offer.local = step.sa.local.address;
  offer.peer = step.sa.peer.address;
  offer.isakmp_policy = step.sa.policy->name;
  offer.names = step.sa.names;
  offer.proposals = work.understood.proposals;
  offer.remote_id = common->initiator_id.value_or(host(offer.peer));
  offer.local_id = common->responder_id.value_or(host(offer.local));
  if (work.transport && work.udp_encapsulation) {
    // Behind a NAT an end names itself by an address the other cannot see.
    if (offer.remote_id.kind == TrafficId::Kind::address) offer.remote_id.first = offer.peer;
    if (offer.local_id.kind == TrafficId::Kind::address) offer.local_id.first = offer.local;
  }
  offer.pfs = work.pfs;
  offer.lifetime = origin.lifetime;
  KeyUser* const user = step.engine.effects().user();
  if (user == nullptr)
    return refuse(NotifyType::no_proposal_chosen, text::reason_not_encrypted, Counter::quick_noProposalChosen);
  auto selection = user->select(offer);
  if (!selection) {
    const bool id = selection.error().refusal == Refusal::invalid_id;
    return refuse(id ? NotifyType::invalid_id_information : NotifyType::no_proposal_chosen, selection.error().reason,
                  id ? Counter::quick_idMismatch : Counter::quick_noProposalChosen);
  }
  step.engine.count(Counter::ipsec_getSpi);
  work.selection = std::move(*selection);
  work.own_spis = work.selection.spis;
  const Phase2Offer::Origin& chosen = work.understood.origins[work.selection.proposal];
  const Proposal& proposal = work.understood.proposals[work.selection.proposal];
  for (std::size_t i = 0; i < proposal.protocols.size(); ++i)
    work.agreed.push_back({proposal.protocols[i].protocol, proposal.protocols[i].spi,
                           {proposal.protocols[i].transforms[work.selection.transforms[i]]}});
  work.pfs = chosen.group;
  work.udp_encapsulation = chosen.udp_encapsulation;
  work.transport = in_transport_mode(work.agreed);
  work.lifetime = chosen.lifetime;
  step.exchange.commit_sent = step.sa.policy->set_commit_bit;
  step.engine.effects().log(LogSeverity::info, "P2",
                            fmt::format(text::phase2_started, step.exchange.id, to_string(step.sa.peer.address),
                                        to_string(step.sa.local.address), "responder"),
                            step.sa.policy->name);
  return Verdict::go_on();
}

Verdict quick_answer(Step& step) {
  QuickWork& work = *step.exchange.quick;
  const Phase2Offer::Origin& origin = work.understood.origins[work.selection.proposal];
  step.reply.push_back(
      {PayloadType::sa, encode_sa(phase2_answer(work.wire_offer, origin, work.selection.transforms, work.own_spis))});
  add_nonce(step);
  add_key(step);
  if (!work.initiator_id_body.empty()) {
    step.reply.push_back({PayloadType::identification, work.initiator_id_body});
    step.reply.push_back({PayloadType::identification, work.responder_id_body});
  }
  add_original_addresses(step);
  add_message_hash(step, work.initiator_nonce);
  step.engine.count(Counter::quick_hashSaNonceTx);
  return Verdict::go_on();
}

Verdict quick_read_answer(Step& step) {
  QuickWork& work = *step.exchange.quick;
  if (!message_hash_right(step, work.initiator_nonce)) {
    step.engine.count(Counter::quick_hashFailed);
    return Verdict::ignore("wrong HASH(2)");
  }
  step.engine.count(Counter::quick_hashSaNonceRx);
  const Acquire& wanted = work.pending.wanted;
  const auto sa = parse_sa(step.in->find(PayloadType::sa)->body);
  if (!sa) return Verdict::fail(sa.error().notify, sa.error().cause, Counter::quick_badMessage);
  const auto common = read_common(step);
  if (!common) return common.error();
  const Phase2Offer answer = read_phase2(*sa, step.sa.natt, step.sa.nat.any());
  // strongSwan answers IPComp with ESP by that and, behind it, by ESP alone; what it uses is the first.
  const Proposal* const ours =
      answer.proposals.empty() ? nullptr : matching(wanted, answer.proposals.front(), work.agreed);
  if (ours == nullptr || answer.origins.front().group != work.pfs ||
      answer.origins.front().udp_encapsulation != work.udp_encapsulation)
    return Verdict::fail(NotifyType::no_proposal_chosen, fmt::format(text::reason_peer_proposal, answer.description),
                         Counter::quick_noProposalChosen);
  if (common->key.empty() == work.pfs.has_value() ||
      (work.pfs && common->key.size() > enco::group_bytes(*work.pfs)))
    return Verdict::fail(NotifyType::invalid_key_information, text::reason_key_exchange, Counter::quick_keFailed);
  const bool sent_ids = !work.initiator_id_body.empty();
  if (common->initiator_id && sent_ids &&
      (!std::ranges::equal(common->initiator_id_body, work.initiator_id_body) ||
       !std::ranges::equal(common->responder_id_body, work.responder_id_body)))
    return Verdict::fail(NotifyType::invalid_id_information, text::reason_traffic_id, Counter::quick_idMismatch);
  work.own_spis.clear();
  for (const ProtocolOffer& protocol : ours->protocols) work.own_spis.push_back(protocol.spi);
  work.responder_nonce.assign(common->nonce.begin(), common->nonce.end());
  work.responder_public.assign(common->key.begin(), common->key.end());
  work.lifetime = wanted.lifetime;
  const Lifetime& answered = answer.origins.front().lifetime;
  work.lifetime.seconds = std::min(work.lifetime.seconds, answered.seconds);
  read_lifetime_notification(step, work.lifetime);
  if (step.sa.natt != NattVersion::none) read_original_addresses(step);
  return Verdict::go_on();
}

Verdict quick_confirm(Step& step) {
  const QuickWork& work = *step.exchange.quick;
  const SecretBytes hash =
      final_hash(step.engine.enco(), step.sa.policy->hash, step.sa.keys.skeyid_a, step.exchange.message_id,
                 work.initiator_nonce, work.responder_nonce);
  step.reply.push_back({PayloadType::hash, Bytes(hash.begin(), hash.end())});
  step.engine.count(Counter::quick_hashTx);
  return Verdict::go_on();
}

Verdict quick_read_confirm(Step& step) {
  const QuickWork& work = *step.exchange.quick;
  const SecretBytes expected =
      final_hash(step.engine.enco(), step.sa.policy->hash, step.sa.keys.skeyid_a, step.exchange.message_id,
                 work.initiator_nonce, work.responder_nonce);
  if (!equal_constant_time(expected, step.in->find(PayloadType::hash)->body)) {
    step.engine.count(Counter::quick_hashFailed);
    return Verdict::ignore("wrong HASH(3)");
  }
  step.engine.count(Counter::quick_hashRx);
  return Verdict::go_on();
}

// With the commit bit the responder has the last word (RFC 2408 3.1).
Verdict quick_connected(Step& step) {
  if (!step.exchange.commit_sent) return Verdict::go_on();
  const QuickWork& work = *step.exchange.quick;
  const Bytes spi = spi_bytes(work.agreed.front().protocol, work.own_spis.front());
  Notification notification;
  notification.protocol = static_cast<std::uint8_t>(work.agreed.front().protocol);
  notification.type = NotifyType::connected;
  notification.spi = spi;
  step.reply.push_back({PayloadType::notification, encode_notification(notification)});
  add_message_hash(step, {});
  step.engine.count(Counter::info_notifyTx);
  return Verdict::go_on();
}

Bundle quick_bundle(Engine& engine, const Exchange& exchange, const Sa& sa) {
  const QuickWork& work = *exchange.quick;
  Bundle bundle;
  bundle.initiator = exchange.role == Role::initiator;
  if (bundle.initiator) bundle.outbound_from = engine.now() + settling_time;
  const Acquire& wanted = work.pending.wanted;
  bundle.ipsec_policy = bundle.initiator ? wanted.ipsec_policy : work.selection.ipsec_policy;
  bundle.bundle = bundle.initiator ? wanted.bundle : work.selection.bundle;
  bundle.isakmp_policy = sa.policy->name;
  bundle.isakmp_sa = sa.id;
  bundle.local = bundle.initiator && !wanted.local.unset() ? wanted.local : sa.local.address;
  bundle.peer = sa.peer.address;
  bundle.nat_id = sa.peer_name().nat_id;
  bundle.local_id = bundle.initiator ? wanted.local_id : work.offer.local_id;
  bundle.remote_id = bundle.initiator ? wanted.remote_id : work.offer.remote_id;
  bundle.lifetime = work.lifetime;
  bundle.nat = {work.udp_encapsulation,
                work.udp_encapsulation && !numbers(sa.natt).floats,
                sa.local.port,
                sa.peer.port,
                work.peer_original_source,
                work.peer_original_destination};
  for (std::size_t i = 0; i < work.agreed.size(); ++i) {
    const ProtocolOffer& protocol = work.agreed[i];
    KeyedSa keyed;
    keyed.protocol = protocol.protocol;
    keyed.transform = protocol.transforms.front();
    keyed.in_spi = work.own_spis[i];
    keyed.out_spi = protocol.spi;
    const std::size_t length = keymat_bytes(keyed.protocol, keyed.transform);
    const auto derive = [&](std::uint32_t spi) {
      return keymat(engine.enco(), sa.policy->hash, sa.keys.skeyid_d, exchange.shared_secret, keyed.protocol, spi,
                    work.initiator_nonce, work.responder_nonce, length);
    };
    keyed.in_key = derive(keyed.in_spi);
    keyed.out_key = derive(keyed.out_spi);
    bundle.sas.push_back(std::move(keyed));
  }
  return bundle;
}

}  // namespace arrouter::isakmp
