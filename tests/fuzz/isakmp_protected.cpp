// What a peer that has proved itself may send: quick mode, informational and transaction messages under the keys of a
// living SA, made payload by payload with hashes that hold, so that every byte reaches the parsers behind the
// encryption. The first byte says who is who; the rest is a script of messages, packets that want a bundle, and time.
#include <algorithm>
#include <deque>
#include <iterator>

#include "modules/isakmp/attributes.h"
#include "modules/isakmp/identity.h"
#include "modules/isakmp/message.h"
#include "tests/support/clear_isakmp.h"

namespace {

using namespace arrouter;
using namespace arrouter::isakmp;
using namespace arrouter::test;

constexpr std::size_t block = 8;  // of DES

class Peer final : public ClearWorld {
 public:
  explicit Peer(ByteView script)
      : script_(script), mode_(script_.u8()), sides_{ClearSide(*this, 0, enco_, 1), ClearSide(*this, 1, enco_, 2)} {}
  void run();

 private:
  void sent(std::size_t side, const Endpoint& from, const Endpoint& to, ByteView datagram) override;
  void done(std::size_t side, Event result) override { coming_.push_back({side, std::move(result)}); }
  void shown(const std::string&) const override {}
  bool debugging() const override { return (mode_ & 2) != 0; }

  Policy policy() const;
  void handle(std::size_t side, Event event);
  void settle();
  void act();
  void pass(Duration time);
  void speak();
  PayloadOut payload(const Sa& sa);
  Bytes proposals();
  Bytes attributes();
  Bytes notification(const Sa& sa);
  Bytes deletion(const Sa& sa);
  Bytes identity();
  Bytes their_own(PayloadType type);
  Bytes raw() {
    const ByteView bytes = script_.bytes(script_.below(80));
    return {bytes.begin(), bytes.end()};
  }
  ClearSide& target() { return sides_[mode_ & 1]; }

  Script script_;
  std::uint8_t mode_;
  ClearEnco enco_{true};
  ClearSide sides_[2];
  std::deque<std::pair<std::size_t, Event>> coming_;
  Bytes answer_;  // the target's latest message, as plain text
  bool alone_ = false;  // the SA is up: from here on the fuzzer is the peer
  Instant now_{};
};

Policy Peer::policy() const {
  Policy policy;
  policy.name = "keys";
  policy.peer = {PeerSetting::Kind::any, {}};
  policy.key = 1;
  policy.send_notify = policy.send_deletes = true;
  policy.set_commit_bit = (mode_ & 4) != 0;
  policy.heartbeat = (mode_ & 8) != 0 ? HeartbeatMode::both : HeartbeatMode::none;
  policy.nat_traversal = (mode_ & 16) != 0;
  policy.retransmit.retry_limit = 2;
  return policy;
}

void Peer::sent(std::size_t side, const Endpoint& from, const Endpoint& to, ByteView datagram) {
  if (!alone_) coming_.push_back({1 - side, event::Received{to, from, Bytes(datagram.begin(), datagram.end())}});
  if (&sides_[side] == &target()) answer_.assign(datagram.begin(), datagram.end());
}

void Peer::handle(std::size_t side, Event event) {
  sides_[side].engine.handle(std::move(event), now_, sides_[side]);
  sides_[side].check();
}

void Peer::settle() {
  while (!coming_.empty()) {
    auto [side, event] = std::move(coming_.front());
    coming_.pop_front();
    handle(side, std::move(event));
  }
}

void Peer::pass(Duration time) {
  const Instant end = now_ + time;
  for (auto at = target().engine.next_deadline(); at && *at <= end; at = target().engine.next_deadline()) {
    now_ = std::max(now_, *at);
    handle(mode_ & 1, event::Deadline{});
    settle();
  }
  now_ = end;
}

// ---- payloads ---------------------------------------------------------------------------------------------------

/// The same payload of what the target has just said: an answer begins with it.
Bytes Peer::their_own(PayloadType type) {
  const auto header = parse_header(answer_);
  if (!header) return {};
  const auto chain = parse_chain(header->next_payload, ByteView(answer_).subspan(header_bytes), true);
  const Payload* const found = chain ? chain->find(type) : nullptr;
  if (found == nullptr) return {};
  Bytes body(found->body.begin(), found->body.end());
  for (std::size_t edits = script_.below(4); edits > 0 && !body.empty(); --edits) {
    const std::size_t at = script_.below(body.size());
    body[at] = script_.u8();
  }
  return body;
}

Bytes Peer::proposals() {
  constexpr Protocol protocols[] = {Protocol::esp, Protocol::ah, Protocol::ipcomp, Protocol::isakmp};
  SaPayload sa;
  for (std::size_t count = script_.below(4); count > 0; --count) {
    WireProposal proposal;
    proposal.number = static_cast<std::uint8_t>(script_.below(4));
    proposal.protocol = protocols[script_.below(std::size(protocols))];
    proposal.spi.assign(script_.flag() ? 4 : script_.below(18), script_.u8());
    for (std::size_t transforms = script_.below(4); transforms > 0; --transforms) {
      WireTransform transform;
      transform.id = static_cast<std::uint8_t>(script_.below(14));
      for (std::size_t values = script_.below(7); values > 0; --values)
        transform.add(static_cast<std::uint16_t>(script_.below(12)), script_.flag() ? script_.u32() : script_.u8());
      if (script_.flag()) transform.add(static_cast<std::uint16_t>(Phase2Attribute::encapsulation), 1U + script_.below(4));
      proposal.transforms.push_back(std::move(transform));
    }
    sa.proposals.push_back(std::move(proposal));
  }
  return encode_sa(sa);
}

Bytes Peer::attributes() {
  AttributePayload payload;
  payload.type = static_cast<ConfigType>(script_.below(6));
  payload.identifier = script_.u8();
  for (std::size_t count = script_.below(6); count > 0; --count) {
    const auto attribute = static_cast<XauthAttribute>(script_.flag() ? 16518U + script_.below(14) : script_.below(20));
    if (script_.flag()) {
      payload.add(attribute, static_cast<std::uint16_t>(script_.below(3)));
    } else {
      payload.add(attribute, script_.bytes(script_.below(40)));  // stays where the script is
    }
  }
  return encode_attribute_payload(payload);
}

Bytes Peer::notification(const Sa& sa) {
  constexpr NotifyType types[] = {NotifyType::heartbeat, NotifyType::initial_contact, NotifyType::connected,
                                  NotifyType::responder_lifetime, NotifyType::replay_status, NotifyType::invalid_spi,
                                  NotifyType::no_proposal_chosen, NotifyType::last_error};
  Bytes cookies;
  ByteWriter writer(cookies);
  writer.u64(sa.initiator_cookie);
  writer.u64(sa.responder_cookie);
  Notification notification;
  notification.doi = script_.below(8) == 0 ? script_.u8() : doi_ipsec;
  notification.protocol = static_cast<std::uint8_t>(script_.below(6));
  notification.type = script_.flag() ? types[script_.below(std::size(types))] : static_cast<NotifyType>(script_.u32());
  notification.spi = script_.flag() ? ByteView(cookies) : script_.bytes(script_.below(20));
  notification.data = script_.bytes(script_.below(40));
  return encode_notification(notification);
}

Bytes Peer::deletion(const Sa& sa) {
  std::vector<Bytes> spis;
  const bool isakmp = script_.flag();
  for (std::size_t count = 1 + script_.below(4); count > 0; --count) {
    Bytes spi;
    ByteWriter writer(spi);
    if (isakmp) {
      writer.u64(script_.flag() ? sa.initiator_cookie : script_.u8());
      writer.u64(sa.responder_cookie);
    } else {
      writer.u32(script_.flag() ? 500U : script_.u32());
    }
    spis.push_back(std::move(spi));
  }
  Bytes body = encode_deletion(isakmp ? 1 : 2 + script_.u8() % 3, spis);
  for (std::size_t edits = script_.below(3); edits > 0; --edits) {  // counts and sizes that do not fit
    const std::size_t at = script_.below(body.size());
    body[at] = script_.u8();
  }
  return body;
}

Bytes Peer::identity() {
  TrafficId id;
  id.kind = static_cast<TrafficId::Kind>(script_.below(3));
  id.first = Ipv4Address(script_.flag() ? 0xc0a80001U : script_.u32());
  id.second = Ipv4Address(script_.flag() ? 0xffffff00U : script_.u32());
  id.protocol = script_.flag() ? 0 : script_.u8();
  id.port = script_.flag() ? 0 : script_.u8();
  return encode_traffic_id(id);
}

PayloadOut Peer::payload(const Sa& sa) {
  switch (script_.below(14)) {
    case 0:
    case 1: return {PayloadType::sa, proposals()};
    case 2: return {PayloadType::sa, their_own(PayloadType::sa)};
    case 3: return {PayloadType::nonce, Bytes(script_.flag() ? 20 : script_.u8(), 7)};
    case 4: return {PayloadType::identification, identity()};
    case 5: return {PayloadType::identification, their_own(PayloadType::identification)};
    case 6: return {PayloadType::key_exchange, Bytes(script_.flag() ? 96 : script_.u8(), 9)};
    case 7: return {PayloadType::notification, notification(sa)};
    case 8: return {PayloadType::deletion, deletion(sa)};
    case 9: return {PayloadType::attributes, attributes()};
    case 10: return {PayloadType::attributes, their_own(PayloadType::attributes)};
    case 11: return {script_.flag() ? PayloadType::nat_oa : PayloadType::nat_oa_draft, raw()};
    case 12: return {PayloadType::vendor_id, raw()};
    default: return {static_cast<PayloadType>(script_.u8() % 24), raw()};
  }
}

// ---- the script -------------------------------------------------------------------------------------------------

/// One message under the keys of the target's latest SA.
void Peer::speak() {
  const auto& sas = target().engine.sas().all();
  if (sas.empty()) return;
  const Sa& sa = *sas.rbegin()->second;
  constexpr ExchangeType types[] = {ExchangeType::quick, ExchangeType::informational, ExchangeType::transaction};
  Header header;
  header.initiator_cookie = sa.initiator_cookie;
  header.responder_cookie = sa.responder_cookie;
  header.exchange = types[script_.below(std::size(types))];
  header.flags = flag_encrypted | (script_.below(8) == 0 ? flag_commit : std::uint8_t{0});
  header.message_id = 1U + script_.u8();
  const auto& exchanges = target().engine.exchanges().all();
  if (script_.flag() && !exchanges.empty()) {
    const Exchange& live = *exchanges.rbegin()->second;
    header.message_id = live.message_id;
    header.exchange = live.type;
  }
  PayloadList payloads;
  const SecretBytes hash = enco_.hmac(sa.policy->hash, {}, {});
  payloads.push_back({PayloadType::hash, Bytes(hash.begin(), hash.end())});
  for (std::size_t count = script_.below(7); count > 0; --count) payloads.push_back(payload(sa));
  Bytes body = encode_chain(payloads);
  body.resize((body.size() + block - 1) / block * block);
  if (script_.below(8) == 0) body.resize(script_.u8() % (body.size() / block + 1) * block);
  header.next_payload = PayloadType::hash;
  header.length = static_cast<std::uint32_t>(header_bytes + body.size());
  Bytes message;
  write_header(message, header);
  message.insert(message.end(), body.begin(), body.end());
  handle(mode_ & 1, event::Received{sa.local, sa.peer, std::move(message)});
  settle();
}

void Peer::act() {
  switch (script_.below(16)) {
    case 0: return pass(std::chrono::seconds(script_.u8()));
    case 1: {
      Acquire wanted = target().acquire();
      if (script_.flag()) wanted.pfs = enco::Group::modp768;
      handle(mode_ & 1, event::Wanted{wanted});
      return settle();
    }
    default: return speak();
  }
}

void Peer::run() {
  for (std::size_t side = 0; side < 2; ++side) {
    sides_[side].policies.put(policy());
    handle(side, event::Enable{});
  }
  handle(0, event::Wanted{sides_[0].acquire()});
  settle();
  demand(target().engine.sas().all().size() == 1 && target().engine.sas().all().begin()->second->active());
  alone_ = true;
  for (int steps = 0; steps < 200 && !script_.over(); ++steps) act();
  pass(std::chrono::seconds(600));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Peer(ByteView(data, size)).run();
  return 0;
}
