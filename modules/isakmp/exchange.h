// An exchange: the short life of one negotiation, told by rows. A row says what a message must bring in a state, which
// crypto job has to run before the answer, and what the answer is; the engine owns order, encryption, duplicates and
// retransmission, so an action only reads payloads and fills a reply.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "modules/isakmp/counters.h"
#include "modules/isakmp/message.h"
#include "modules/isakmp/retransmit.h"
#include "modules/isakmp/sa.h"
#include "modules/isakmp/transforms.h"

namespace arrouter::isakmp {

/// The words of SHOW ISAKMP EXCHANGE (reference/isakmp-ipsec.md 4.1). `same` in a row: no change.
enum class ExchangeState : std::uint8_t {
  same, idle, sa_sent, sa_received, ke_sent, ke_received, auth_sent, auth_received, up,
  sa_ke_sent, sa_ke_received, sa_ke_auth_sent, sa_ke_auth_received,
  req_sent, req_received, rep_sent, rep_received, set_sent, set_received, ack_sent, ack_received,
  starting, receiving_message, sending_hash_sa_nonce, wait_hash_sa_nonce, sending_hash, wait_hash, done
};
std::string_view name(ExchangeState state);
/// "MAIN", "QUICK" of the Type column; "main", "quick" of the log.
std::string_view type_word(ExchangeType type);
std::string_view mode_word(ExchangeType type);

/// What follows on the last message of an exchange waits so long: sent in one breath with it, it may overtake it on the
/// way or inside the peer, which then drops it. The real router's processor takes about that time by itself.
inline constexpr std::chrono::milliseconds settling_time{50};

/// What a phase 1 exchange collects; bodies of payloads are without generic header.
struct Phase1Work {
  SaPayload offer;
  Bytes initiator_sa_body;
  std::optional<WireTransform> chosen;  // as responder
  std::uint8_t chosen_number = 1;
  Bytes initiator_nonce, responder_nonce, initiator_public, responder_public;
  Bytes peer_id_body, peer_proof;  // HASH or SIG
  std::optional<bool> peer_signature_good;  // once it was checked
  Bytes own_signature;
  bool initial_contact = false;  // came along with the peer's authentication
};

/// What a quick mode collects.
struct QuickWork {
  Pending pending;            // as initiator
  Offer offer;                // as responder
  Selection selection;
  SaPayload wire_offer;
  Phase2Offer understood;
  std::vector<ProtocolOffer> agreed;  // one transform each, SPIs of the peer
  std::vector<std::uint32_t> own_spis;
  Bytes initiator_nonce, responder_nonce, initiator_public, responder_public;
  Bytes initiator_id_body, responder_id_body;
  std::optional<enco::Group> pfs;
  Lifetime lifetime;
  bool udp_encapsulation = false, transport = false;
  Ipv4Address peer_original_source, peer_original_destination;
};

/// What a transaction exchange collects.
struct TransactionWork {
  std::uint16_t identifier = 0;
  std::vector<std::uint16_t> asked;  // attributes of the request
  bool xauth = false;                // some of them are of XAUTH
  bool answerable = false;           // and we are the client, and have what is asked for
  std::string user;
  SecretBytes password;              // as server, until it is checked
  std::optional<bool> passed;        // the verdict, ours or the server's
  std::string refusal;               // as server, what is wrong with the user
};

struct Row;

struct Exchange {
  std::uint16_t id = 0;
  std::uint64_t serial = 0;  // never reused: names the exchange to crypto jobs
  ExchangeType type = ExchangeType::main;
  Role role = Role::initiator;
  ExchangeState state = ExchangeState::idle;
  std::uint32_t sa_id = 0;
  std::uint32_t message_id = 0;
  std::optional<Ipv4Address> stranger;  // whose request it is, until the peer is authenticated
  bool finished = false;  // only kept to answer duplicates (DELETEDELAY)

  Bytes iv;                      // the CBC chain
  std::vector<Bytes> received;   // accepted messages as they came, the latest last
  Bytes last_sent;
  bool retransmits = false;
  Retransmission retransmission;
  std::optional<Instant> ends_at;  // of a finished one: when it is forgotten
  std::optional<Instant> due;          // as the database has it

  const Row* row = nullptr;  // in progress while a crypto job runs
  bool job_running = false;
  Bytes held;                // a message that came meanwhile
  Endpoint held_local, held_peer;
  std::optional<enco::DhPair> dh;
  SecretBytes shared_secret;

  bool commit_sent = false, commit_received = false;
  std::unique_ptr<Phase1Work> phase1;
  std::unique_ptr<QuickWork> quick;
  std::unique_ptr<TransactionWork> transaction;

  bool is_phase1() const { return phase1 != nullptr; }
  std::optional<Instant> deadline() const {
    if (finished) return ends_at;
    return retransmits ? std::optional(retransmission.deadline()) : ends_at;
  }
};

/// "1", "1.5" or "2".
std::string_view phase_word(const Exchange& exchange);

/// How an action ends.
struct Verdict {
  enum class Kind : std::uint8_t { go_on, ignore, fail } kind = Kind::go_on;
  NotifyType notify = NotifyType::none;
  std::string reason;
  std::optional<Counter> counter;

  static Verdict go_on() { return {}; }
  /// The message is worth nothing (perhaps forged): counted, the exchange stays as it was.
  static Verdict ignore(std::string reason) { return {Kind::ignore, NotifyType::none, std::move(reason), {}}; }
  static Verdict fail(NotifyType notify, std::string reason, std::optional<Counter> counter = {}) {
    return {Kind::fail, notify, std::move(reason), counter};
  }
};

class Engine;

/// One step of one exchange.
struct Step {
  Engine& engine;
  Exchange& exchange;
  Sa& sa;
  const Header* header = nullptr;      // of the message that came; nullptr when starting or building
  const PayloadChain* in = nullptr;
  PayloadList reply;
};

/// A set of payload types a row speaks of.
class PayloadSet {
 public:
  constexpr PayloadSet(std::initializer_list<PayloadType> types) {
    for (const PayloadType type : types) bits_ |= bit(type);
  }
  constexpr bool contains(PayloadType type) const { return (bits_ & bit(type)) != 0; }

 private:
  static constexpr std::uint64_t bit(PayloadType type) {
    const auto value = static_cast<unsigned>(type);
    const unsigned place = value < 32 ? value : value >= 128 && value < 160 ? value - 96 : 63;
    return std::uint64_t{1} << place;
  }
  std::uint64_t bits_ = 0;
};

enum class Protection : std::uint8_t { starting, clear, encrypted, either };
/// What runs elsewhere before the answer: parts of Diffie-Hellman, RSA signatures (passed over where the policy wants
/// none), the check of a user's password. Bits, in the order in which they run.
enum class CryptoJob : std::uint8_t {
  none = 0, generate = 1, shared = 2, both = 3, verify = 4, sign = 8, shared_sign = 10, both_sign = 11,
  verify_sign = 12, shared_verify_sign = 14, authenticate = 16
};
constexpr bool includes(CryptoJob job, CryptoJob part) {
  return (static_cast<unsigned>(job) & static_cast<unsigned>(part)) != 0;
}
/// What the exchange does after its answer: repeats it until the peer answers, or ends.
enum class Then : std::uint8_t { repeat, finish };

struct Row {
  ExchangeType type;
  Role role;
  ExchangeState from;
  PayloadSet needs, may;  // each of `needs` exactly once; anything in neither is passed over
  Protection protection;
  Verdict (*check)(Step&);  // reads the message
  ExchangeState received;
  CryptoJob job;
  ExchangeState building;
  Verdict (*build)(Step&);  // fills the reply
  bool encrypt_reply;
  ExchangeState to;
  Then then;
};
/// The state a message leads to by its own kind, in exchanges where a state expects several kinds; else `same`.
ExchangeState arrival(ExchangeType type, const PayloadChain& chain);
/// nullptr: in that state no message is expected, or not one with that arrival.
const Row* find_row(ExchangeType type, Role role, ExchangeState from, ExchangeState arrived = ExchangeState::same);
std::span<const Row> exchange_rows();

}  // namespace arrouter::isakmp
