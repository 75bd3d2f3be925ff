#include "modules/isakmp/phase1.h"

#include <array>
#include <fmt/format.h>

#include "modules/isakmp/engine.h"
#include "modules/isakmp/texts.h"

namespace arrouter::isakmp {

namespace {

// draft-ietf-ipsec-isakmp-xauth-06.
constexpr std::array<std::uint8_t, 8> xauth_vendor_id{0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12};

std::string first_transform(const SaPayload& sa) {
  return sa.proposals.empty() ? "nothing" : describe(read_phase1(sa.proposals.front().transforms.front()));
}

}  // namespace

const Phase1Counters& phase1_counters(ExchangeType type) {
  using enum Counter;
  static constexpr Phase1Counters main{main_initStart, main_initDone, main_respStart,  main_respDone, main_saFailed,
                                       main_keFailed,  main_authFailed, main_idFailed, main_timeout,  main_badMessage};
  static constexpr Phase1Counters aggressive{aggressive_initStart, aggressive_initDone,  aggressive_respStart,
                                             aggressive_respDone,  aggressive_saFailed,  aggressive_keFailed,
                                             aggressive_authFailed, aggressive_idFailed, aggressive_timeout,
                                             aggressive_badMessage};
  return type == ExchangeType::aggressive ? aggressive : main;
}

void add_offer(Step& step) {
  step.exchange.phase1->offer = phase1_offer(*step.sa.policy);
  Bytes body = encode_sa(step.exchange.phase1->offer);
  step.exchange.phase1->initiator_sa_body = body;
  step.reply.push_back({PayloadType::sa, std::move(body)});
}

Verdict read_offer(Step& step) {
  const Payload& payload = *step.in->find(PayloadType::sa);
  auto offer = parse_sa(payload.body);
  const Counter failed = phase1_counters(step.exchange.type).proposal_failed;
  if (!offer) return Verdict::fail(offer.error().notify, offer.error().cause, failed);
  Phase1Work& work = *step.exchange.phase1;
  work.initiator_sa_body.assign(payload.body.begin(), payload.body.end());
  const auto chosen = choose_phase1(*offer, *step.sa.policy, Role::responder);
  if (!chosen)
    return Verdict::fail(NotifyType::no_proposal_chosen,
                         fmt::format(text::reason_proposal, describe_phase1_offer(*offer),
                                     describe(wanted(*step.sa.policy, Role::responder))),
                         failed);
  const WireProposal& proposal = offer->proposals[chosen->proposal];
  work.chosen = proposal.transforms[chosen->transform];
  work.chosen_number = proposal.number;
  // The shorter lifetime holds. The peer does not learn ours, so where ours is shorter the renewal falls to us.
  const Phase1Transform offered = read_phase1(*work.chosen);
  step.sa.renews = offered.life_s == 0 || offered.life_s > step.sa.life_s;
  if (offered.life_s != 0 && offered.life_s < step.sa.life_s)
    step.sa.life_s = static_cast<std::uint32_t>(offered.life_s);
  if (step.sa.policy->nat_traversal) step.sa.natt = best_natt_version(*step.in, step.engine.natt_versions());
  return Verdict::go_on();
}

void add_vendor_ids(Step& step) {
  const Sa& sa = step.sa;
  if (step.exchange.role == Role::responder) {
    if (sa.natt != NattVersion::none) step.reply.push_back({PayloadType::vendor_id, vendor_id(sa.natt)});
  } else if (sa.policy->nat_traversal) {
    for (const NattVersion version : step.engine.natt_versions())
      step.reply.push_back({PayloadType::vendor_id, vendor_id(version)});
  }
  if (sa.policy->xauth != XauthMode::none)
    step.reply.push_back({PayloadType::vendor_id, Bytes(xauth_vendor_id.begin(), xauth_vendor_id.end())});
}

void add_choice(Step& step) {
  const Phase1Work& work = *step.exchange.phase1;
  WireProposal proposal;
  proposal.number = work.chosen_number;
  proposal.transforms.push_back(*work.chosen);
  SaPayload answer;
  answer.proposals.push_back(std::move(proposal));
  step.reply.push_back({PayloadType::sa, encode_sa(answer)});
}

Verdict read_choice(Step& step) {
  const Counter failed = phase1_counters(step.exchange.type).proposal_failed;
  auto answer = parse_sa(step.in->find(PayloadType::sa)->body);
  if (!answer) return Verdict::fail(answer.error().notify, answer.error().cause, failed);
  if (step.header->responder_cookie == 0) return Verdict::ignore("responder cookie is zero");
  const bool single = answer->proposals.size() == 1 && answer->proposals.front().transforms.size() == 1;
  if (!single || !choose_phase1(*answer, *step.sa.policy, Role::initiator))
    return Verdict::fail(NotifyType::no_proposal_chosen,
                         fmt::format(text::reason_peer_proposal, first_transform(*answer)), failed);
  step.sa.responder_cookie = step.header->responder_cookie;
  if (step.sa.policy->nat_traversal) step.sa.natt = best_natt_version(*step.in, step.engine.natt_versions());
  return Verdict::go_on();
}

void make_own_share(Step& step) {
  Phase1Work& work = *step.exchange.phase1;
  const bool initiator = step.exchange.role == Role::initiator;
  Bytes& nonce = initiator ? work.initiator_nonce : work.responder_nonce;
  if (!nonce.empty()) return;
  nonce = step.engine.random().bytes(nonce_bytes);
  (initiator ? work.initiator_public : work.responder_public) = step.exchange.dh->public_value;
}

void add_key_and_nonce(Step& step) {
  const Phase1Work& work = *step.exchange.phase1;
  const bool initiator = step.exchange.role == Role::initiator;
  make_own_share(step);
  step.reply.push_back({PayloadType::key_exchange, initiator ? work.initiator_public : work.responder_public});
  step.reply.push_back({PayloadType::nonce, initiator ? work.initiator_nonce : work.responder_nonce});
}

Verdict read_key_and_nonce(Step& step) {
  const ByteView key = step.in->find(PayloadType::key_exchange)->body;
  const ByteView nonce = step.in->find(PayloadType::nonce)->body;
  const Counter failed = phase1_counters(step.exchange.type).key_failed;
  // Leading zeros may be cut off (SET ENCO DHPADDING=OFF at the peer).
  if (key.empty() || key.size() > enco::group_bytes(step.sa.policy->group))
    return Verdict::fail(NotifyType::invalid_key_information, text::reason_key_exchange, failed);
  if (nonce.size() < shortest_nonce || nonce.size() > longest_nonce)
    return Verdict::fail(NotifyType::payload_malformed, fmt::format("nonce of {} bytes", nonce.size()), failed);
  Phase1Work& work = *step.exchange.phase1;
  const bool from_responder = step.exchange.role == Role::initiator;
  (from_responder ? work.responder_public : work.initiator_public).assign(key.begin(), key.end());
  (from_responder ? work.responder_nonce : work.initiator_nonce).assign(nonce.begin(), nonce.end());
  return Verdict::go_on();
}

void add_nat_d(Step& step) {
  const Sa& sa = step.sa;
  if (sa.natt == NattVersion::none) return;
  const auto hash = [&](const Endpoint& end) {
    return nat_d_hash(step.engine.enco(), sa.policy->hash, sa.initiator_cookie, sa.responder_cookie, end.address,
                      end.port);
  };
  const PayloadType type = numbers(sa.natt).nat_d;
  step.reply.push_back({type, hash(sa.peer)});
  step.reply.push_back({type, hash(sa.local)});
}

void read_nat_d(Step& step) {
  Sa& sa = step.sa;
  if (sa.natt == NattVersion::none) return;
  const auto hash = [&](const Endpoint& end) {
    return nat_d_hash(step.engine.enco(), sa.policy->hash, sa.initiator_cookie, sa.responder_cookie, end.address,
                      end.port);
  };
  const Bytes ours = hash(sa.local), theirs = hash(sa.peer);
  const PayloadType type = numbers(sa.natt).nat_d;
  bool first = true, ours_right = false, theirs_right = false, any_of_theirs = false;
  for (const Payload& payload : step.in->payloads) {
    if (payload.type != type) continue;
    const Bytes value(payload.body.begin(), payload.body.end());
    if (first) {
      ours_right = value == ours;
      first = false;
    } else {
      any_of_theirs = true;
      theirs_right = theirs_right || value == theirs;
    }
  }
  if (first || !any_of_theirs) return;  // a peer that names NAT-T but sends no NAT-D has no NAT to tell of
  sa.nat = {!ours_right, !theirs_right};
  step.engine.trace("NATT", step.exchange,
                    fmt::format("{}: NAT {}", name(sa.natt), sa.nat.local ? (sa.nat.remote ? "on both sides" : "on this side")
                                          : sa.nat.remote ? "on the peer's side"
                                                          : "not found"));
}

void float_ports(Step& step) {
  if (!step.sa.nat.any() || !numbers(step.sa.natt).floats || step.sa.local.port == floated_port) return;
  step.sa.local.port = floated_port;
  step.sa.peer.port = floated_port;
}

}  // namespace arrouter::isakmp
