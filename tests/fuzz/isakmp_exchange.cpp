// Whole exchanges between two ISAKMP engines in virtual time, both roles, every mode. The first bytes choose the
// policies, the others are a script: which message or finished job comes next, and whether it is lost, doubled, held
// back, altered payload by payload, played again, reflected or forged.
//
// To reach what lies behind encryption, ciphers here leave the text as it is, and hashes are either short sums, which
// an altered message misses, or all alike, so that it passes as authentic.
#include <algorithm>
#include <deque>
#include <variant>

#include "modules/isakmp/message.h"
#include "tests/support/clear_isakmp.h"

namespace {

using namespace arrouter;
using namespace arrouter::isakmp;
using namespace arrouter::test;

/// What is on its way to one of the ends: a datagram, or the result of a job.
struct Coming {
  std::size_t side;
  Event event;
  bool is_datagram() const { return std::holds_alternative<event::Received>(event); }
};

class Duel final : public ClearWorld {
 public:
  explicit Duel(ByteView script);
  void run();

 private:
  void sent(std::size_t side, const Endpoint& from, const Endpoint& to, ByteView datagram) override;
  void done(std::size_t side, Event result) override { coming_.push_back({side, std::move(result)}); }
  void shown(const std::string& text) const override;
  bool debugging() const override { return (traits_ & 128) != 0; }
  Policy policy_of(std::size_t side);
  void handle(Coming coming);
  void act();
  void happen();
  void pass_time(Duration most);
  Coming take(std::size_t index);
  void alter_bytes(Bytes& message);
  void alter(Bytes& message);
  void edit(Header& header, PayloadList& payloads);
  void forge();
  Bytes some_body();
  void acquire(std::size_t side);

  Script script_;
  std::uint8_t mode_, traits_;
  ClearEnco enco_;
  ClearSide sides_[2];
  std::deque<Coming> coming_;
  std::vector<Coming> seen_;  // datagrams as they were sent
  bool altered_ = false;
  Instant now_{};
};

void Duel::sent(std::size_t side, const Endpoint& from, const Endpoint& to, ByteView datagram) {
  Coming coming{1 - side, event::Received{to, from, Bytes(datagram.begin(), datagram.end())}};
  if (seen_.size() < 64) seen_.push_back(coming);
  if (coming_.size() < 64) coming_.push_back(std::move(coming));
}

// Nothing a person reads holds the password. (An edit may turn it into a user name.)
void Duel::shown(const std::string& text) const {
  demand(altered_ || text.find(xauth_password) == std::string::npos);
}

Duel::Duel(ByteView script)
    : script_(script), mode_(script_.u8()), traits_(script_.u8()), enco_((mode_ & 1) != 0),
      sides_{ClearSide(*this, 0, enco_, mode_ + 1U), ClearSide(*this, 1, enco_, mode_ + 1000U)} {
  for (std::size_t side = 0; side < 2; ++side) {
    sides_[side].policies.put(policy_of(side));
    handle({side, event::Enable{}});
  }
}

Policy Duel::policy_of(std::size_t side) {
  Policy policy;
  policy.name = "keys";
  policy.peer = {PeerSetting::Kind::address, sides_[1 - side].address};
  policy.key = 1;
  policy.mode = (mode_ & 2) != 0 ? ExchangeType::aggressive : ExchangeType::main;
  const unsigned xauth = mode_ >> 2 & 3;  // 1: the first is the client, 2: the second
  if (xauth == 1 || xauth == 2) policy.xauth = xauth == side + 1 ? XauthMode::client : XauthMode::server;
  policy.xauth_name = xauth_user;
  policy.xauth_password.assign(xauth_password.begin(), xauth_password.end());
  policy.nat_traversal = (mode_ & 16) != 0;
  policy.set_commit_bit = (mode_ & 32) != 0;
  policy.heartbeat = (mode_ & 64) != 0 ? HeartbeatMode::both : HeartbeatMode::none;
  policy.cipher = (mode_ & 128) != 0 ? enco::Cipher::aes128 : enco::Cipher::des;
  policy.send_notify = (traits_ & 1) != 0;
  policy.send_deletes = (traits_ & 2) != 0;
  policy.retransmit.retry_limit = traits_ >> 2 & 3;
  policy.delete_delay_s = (traits_ & 16) != 0 ? 30 : 0;
  policy.expiry_s = (traits_ & 32) != 0 ? 600 : 86400;
  policy.retry_ike_attempts = (traits_ & 64) != 0 ? 1 : 0;
  return policy;
}

void Duel::handle(Coming coming) {
  ClearSide& side = sides_[coming.side];
  side.engine.handle(std::move(coming.event), now_, side);
  side.check();
}

void Duel::acquire(std::size_t side) {
  Acquire wanted = sides_[side].acquire();
  if ((traits_ & 4) != 0) wanted.pfs = enco::Group::modp512;
  handle({side, event::Wanted{wanted}});
}

Coming Duel::take(std::size_t index) {
  Coming taken = std::move(coming_[index]);
  coming_.erase(coming_.begin() + static_cast<std::ptrdiff_t>(index));
  return taken;
}

// Every deadline on the way to `most` later; work that has none at one instant would never end.
void Duel::pass_time(Duration most) {
  const Instant end = now_ + most;
  int at_once = 0;
  while (true) {
    std::optional<std::size_t> side;
    Instant next = end;
    for (std::size_t i = 0; i < 2; ++i) {
      const auto deadline = sides_[i].engine.next_deadline();
      if (deadline && *deadline <= next) {
        next = *deadline;
        side = i;
      }
    }
    at_once = next > now_ ? 0 : at_once + 1;
    demand(at_once < 1000);
    now_ = std::max(now_, next);
    if (!side) return;
    handle({*side, event::Deadline{}});
    while (coming_.size() > 32) handle(take(0));
  }
}

void Duel::happen() {
  const std::size_t side = script_.below(2);
  switch (script_.below(8)) {
    case 0: return handle({side, event::PolicyReset{"keys"}});
    case 1: return handle({side, event::Deleted{PeerName(sides_[1 - side].address), "", Protocol::esp, {500}}});
    case 2: return handle({side, event::BadSpi{sides_[side].address, sides_[1 - side].address,
                                               sides_[side].policies.find("keys")}});
    case 3: return handle({side, event::AddressGone{sides_[side].address}});
    case 4: handle({side, event::Disable{}}); return handle({side, event::Enable{}});
    case 5: {
      Policy policy = policy_of(side);
      if (script_.flag()) policy.xauth_password.assign(3, 'x');
      if (script_.flag()) policy.xauth = XauthMode::none;
      return sides_[side].policies.put(std::move(policy));
    }
    default: return acquire(side);
  }
}

void Duel::act() {
  const unsigned what = script_.u8() & 15;
  if (what == 15) return happen();
  if (what == 14) return pass_time(std::chrono::seconds(script_.u8() + 1));
  if (what == 13) return forge();
  if (what == 12 && !seen_.empty()) {
    Coming again = seen_[script_.below(seen_.size())];
    if (script_.flag()) again.side = 1 - again.side;  // back to whoever sent it
    return handle(std::move(again));
  }
  if (coming_.empty()) return pass_time(std::chrono::seconds(5));
  Coming next = take(what >= 10 ? script_.below(coming_.size()) : 0);
  if (!next.is_datagram()) return handle(std::move(next));  // jobs end, once and as they are
  Bytes& payload = std::get<event::Received>(next.event).payload;
  switch (what) {
    case 4: return;
    case 5: coming_.push_back(next); break;
    case 6: alter_bytes(payload); break;
    case 7:
    case 8:
    case 9: alter(payload); break;
    default: break;
  }
  handle(std::move(next));
}

void Duel::alter_bytes(Bytes& message) {
  altered_ = true;
  for (std::size_t edits = 1 + script_.below(4); edits > 0 && !message.empty(); --edits) {
    const std::size_t at = script_.u32() % message.size();
    message[at] = script_.u8();
  }
  if (script_.flag()) message.resize(script_.u32() % (message.size() + 1));
}

Bytes Duel::some_body() {
  const ByteView bytes = script_.bytes(script_.below(64));
  if (script_.flag() || seen_.empty()) return {bytes.begin(), bytes.end()};
  const Bytes& message = std::get<event::Received>(seen_[script_.below(seen_.size())].event).payload;
  const auto header = parse_header(message);
  if (!header) return {};
  const auto chain = parse_chain(header->next_payload, ByteView(message).subspan(header_bytes), true);
  if (!chain || chain->payloads.empty()) return {};
  const ByteView body = chain->payloads[script_.below(chain->payloads.size())].body;
  return {body.begin(), body.end()};
}

void Duel::edit(Header& header, PayloadList& payloads) {
  if (payloads.empty()) payloads.push_back({static_cast<PayloadType>(script_.u8()), some_body()});
  const auto at = payloads.begin() + static_cast<std::ptrdiff_t>(script_.below(payloads.size()));
  Bytes& body = at->body;
  switch (script_.below(12)) {
    case 0: payloads.erase(at); break;
    case 1: payloads.push_back(PayloadOut(*at)); break;
    case 2: std::iter_swap(at, payloads.begin()); break;
    case 3: at->type = static_cast<PayloadType>(script_.u8() % 22); break;
    case 4: body.resize(script_.below(body.size() + 1)); break;
    case 5: body = some_body(); break;
    case 6: payloads.insert(at, {static_cast<PayloadType>(script_.u8() % 22), some_body()}); break;
    case 7: header.exchange = static_cast<ExchangeType>(script_.u8()); break;
    case 8: header.flags = script_.u8(); break;
    case 9: header.message_id = script_.u32(); break;
    case 10: header.responder_cookie = script_.u8(); break;
    default:
      for (std::size_t edits = 1 + script_.below(4); edits > 0 && !body.empty(); --edits) {
        const std::size_t place = script_.u8() % body.size();
        body[place] = script_.u8();
      }
  }
}

void Duel::alter(Bytes& message) {
  altered_ = true;
  const bool marked = message.size() > 4 && load_be32(message.data()) == 0;  // port 4500
  const ByteView inner = ByteView(message).subspan(marked ? 4 : 0);
  const auto parsed = parse_header(inner);
  if (!parsed) return alter_bytes(message);
  Header header = *parsed;
  const auto chain = parse_chain(header.next_payload, inner.subspan(header_bytes), true);
  if (!chain) return alter_bytes(message);
  PayloadList payloads;
  for (const Payload& payload : chain->payloads)
    payloads.push_back({payload.type, Bytes(payload.body.begin(), payload.body.end())});
  for (std::size_t edits = 1 + script_.below(3); edits > 0; --edits) edit(header, payloads);
  Bytes body = encode_chain(payloads);
  constexpr std::size_t block = 16;
  if ((header.flags & flag_encrypted) != 0) body.resize((body.size() + block - 1) / block * block);
  header.next_payload = payloads.empty() ? PayloadType::none : payloads.front().type;
  header.length = static_cast<std::uint32_t>(header_bytes + body.size());
  Bytes out(marked ? 4 : 0);
  write_header(out, header);
  out.insert(out.end(), body.begin(), body.end());
  message = std::move(out);
}

// A message of the fuzzer's own under the cookies of a living SA, or of nobody.
void Duel::forge() {
  altered_ = true;
  const std::size_t side = script_.below(2);
  const auto& sas = sides_[side].engine.sas().all();
  Header header;
  header.initiator_cookie = script_.u8();
  if (!sas.empty()) {
    const auto chosen = std::next(sas.begin(), static_cast<std::ptrdiff_t>(script_.below(sas.size())));
    header.initiator_cookie = chosen->second->initiator_cookie;
    header.responder_cookie = chosen->second->responder_cookie;
  }
  constexpr ExchangeType types[] = {ExchangeType::main, ExchangeType::aggressive, ExchangeType::informational,
                                    ExchangeType::transaction, ExchangeType::quick};
  header.exchange = types[script_.below(std::size(types))];
  header.flags = script_.u8() & 3;
  header.message_id = script_.flag() ? script_.u8() : 0;
  PayloadList payloads;
  for (std::size_t count = script_.below(6); count > 0; --count)
    payloads.push_back({static_cast<PayloadType>(script_.u8() % 22), some_body()});
  Bytes body = encode_chain(payloads);
  body.resize((body.size() + 15) / 16 * 16);
  header.next_payload = payloads.empty() ? PayloadType::none : payloads.front().type;
  header.length = static_cast<std::uint32_t>(header_bytes + body.size());
  Bytes message;
  write_header(message, header);
  message.insert(message.end(), body.begin(), body.end());
  handle({side, event::Received{{sides_[side].address, isakmp_port}, {sides_[1 - side].address, isakmp_port},
                                std::move(message)}});
}

void Duel::run() {
  acquire(0);
  for (int steps = 0; steps < 500 && !script_.over(); ++steps) act();
  // The line is good again: whatever was under way comes to an end.
  for (int steps = 0; steps < 200 && !coming_.empty(); ++steps) handle(take(0));
  pass_time(std::chrono::seconds(600));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Duel(ByteView(data, size)).run();
  return 0;
}
