// ISAKMP SAs and the place they are kept. An SA begins with its phase 1 exchange and outlives it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "modules/isakmp/attributes.h"
#include "modules/isakmp/keys.h"
#include "modules/isakmp/natt.h"
#include "modules/isakmp/policy.h"
#include "os/base/time.h"

namespace arrouter::isakmp {

struct Endpoint {
  Ipv4Address address;
  std::uint16_t port = isakmp_port;
  bool operator==(const Endpoint&) const = default;
};

/// An acquire that waits for an ISAKMP SA, or is to be repeated.
struct Pending {
  Acquire wanted;
  std::uint32_t repeats = 0;  // made so far under RETRYIKEATTEMPTS
};

struct Heartbeats {
  bool send = false, receive = false;
  std::uint32_t next_tx = 1, last_rx = 0;
  Instant send_at{}, check_at{};
  unsigned missed = 0;  // periods in a row without one
};

/// Extended authentication, from the end of phase 1 on.
struct Xauth {
  std::uint16_t identifier = 0;             // of the transaction
  ConfigType next = ConfigType::none;       // what is to come from the peer
  bool passed = false;
  std::optional<Instant> wait_until;        // as client, for the server to speak
};

/// `authenticating`: phase 1 is over and its keys are in use, but XAUTH has not passed.
enum class SaState : std::uint8_t { preparing, authenticating, active };

struct Sa {
  std::uint32_t id = 0;
  SaState state = SaState::preparing;
  bool initiator = false;
  std::uint64_t initiator_cookie = 0, responder_cookie = 0;
  PolicyPtr policy;
  Endpoint local, peer;
  NattVersion natt = NattVersion::none;  // agreed by vendor ids
  NatFound nat;
  std::string peer_id;
  EndNames names;  // once the peer has proved its ID

  Phase1Keys keys;
  std::unique_ptr<enco::CbcKey> cipher;
  Bytes last_block;  // of phase 1: the seed of every phase 2 IV

  Instant created{}, established{};
  WallTime established_at{};
  std::uint32_t life_s = 0;
  std::uint64_t life_bytes = 0;  // 0: no limit
  std::uint64_t bytes = 0;
  bool renewal_started = false, renews = false;
  std::uint32_t phase2_exchanges = 0;
  bool carried_bundles = false;
  Heartbeats heartbeat;
  Xauth xauth;
  bool initial_contact = false;  // the peer has said so, before its time
  Instant keepalive_at{};
  std::optional<Instant> settles_at;  // phase 1 is over, but the peer may not have worked our last message yet
  bool tells_initial_contact = false;
  std::deque<Pending> queued;
  std::optional<Instant> due;  // as SaDatabase::set_due() was told

  /// Message ids seen or used, so that a recorded message cannot be played again.
  bool first_use(std::uint32_t message_id);

  std::uint32_t soft_s() const { return life_s - life_s / 20; }
  std::uint64_t soft_bytes() const { return life_bytes - life_bytes / 20; }
  bool active() const { return state == SaState::active; }
  /// Phase 1 is over: messages can be protected.
  bool keyed() const { return state != SaState::preparing; }
  /// As it is once the peer is authenticated.
  PeerName peer_name() const { return {peer.address, nat.remote ? peer_id : std::string()}; }
  /// May protect another quick mode: limits of the policy not reached.
  bool usable(Instant now) const;

 private:
  std::vector<std::uint32_t> message_ids_;  // sorted: thousands for each of thousands of SAs, so kept small
  std::deque<std::uint32_t> message_id_order_;
};

class SaDatabase {
 public:
  /// nullptr when the table is full. Ids count from 1.
  Sa* add(std::uint64_t initiator_cookie, const Endpoint& peer);
  void remove(std::uint32_t id);
  Sa* find(std::uint32_t id);
  /// By both cookies; an SA begun here whose peer has not answered has no responder cookie yet.
  Sa* find(std::uint64_t initiator_cookie, std::uint64_t responder_cookie);
  /// As responder: the SA a repeated first message made.
  Sa* find_request(std::uint64_t initiator_cookie, Ipv4Address peer);
  std::map<std::uint32_t, std::unique_ptr<Sa>>& all() { return sas_; }
  const std::map<std::uint32_t, std::unique_ptr<Sa>>& all() const { return sas_; }
  /// Sa::peer changes its address by this alone; ports may change by themselves.
  void set_peer(Sa& sa, const Endpoint& peer);
  /// Oldest first.
  std::vector<Sa*> with_peer(Ipv4Address peer);
  /// Those in use with one peer, oldest first.
  std::vector<Sa*> active_with(const PeerName& peer);

  /// When the SA is to be looked at; unset: not by the clock. Too early does no harm.
  void set_due(Sa& sa, std::optional<Instant> at);
  std::optional<Instant> next_due() const;
  std::vector<std::uint32_t> due(Instant now) const;

 private:
  std::map<std::uint32_t, std::unique_ptr<Sa>> sas_;
  std::unordered_multimap<std::uint64_t, Sa*> by_cookie_;  // the initiator's
  std::map<std::pair<Ipv4Address, std::uint32_t>, Sa*> by_peer_;
  std::set<std::pair<Instant, std::uint32_t>> due_;
  std::uint32_t next_id_ = 1;
};

}  // namespace arrouter::isakmp
