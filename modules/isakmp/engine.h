// The ISAKMP engine: exchanges, SAs and their timers, without sockets, clocks, threads or randomness of its own.
// Events go in by handle(), what is to be done comes out through Effects, and next_deadline() says when to come back.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "modules/isakmp/exchange_database.h"
#include "modules/isakmp/strangers.h"
#include "os/base/random.h"
#include "os/log.h"

namespace arrouter::isakmp {

/// What ENABLE ISAKMP DEBUG shows; a set of them is an OR of these bits.
enum class DebugFlag : unsigned { state = 1, trace = 2, trace_more = 4, packet = 8, raw = 16 };

/// What the engine wants done. All calls come from inside handle().
class Effects {
 public:
  virtual ~Effects() = default;
  /// A UDP datagram, marker of RFC 3948 included where it belongs. False: no route or no buffer.
  virtual bool send(const Endpoint& from, const Endpoint& to, ByteView datagram) = 0;
  virtual void log(LogSeverity severity, std::string_view subtype, std::string message, std::string reference) = 0;
  virtual bool debugging(DebugFlag flag) const = 0;
  virtual void debug(DebugFlag flag, std::string text) = 0;
  /// Diffie-Hellman jobs; the results come back as events with the same serial.
  virtual void generate_dh(std::uint64_t serial, enco::Group group, unsigned exponent_bits) = 0;
  virtual void compute_dh(std::uint64_t serial, const enco::DhPair& own, ByteView peer_public) = 0;
  /// RSA jobs, in the same way; see enco::EncoApi.
  virtual void sign(std::uint64_t serial, std::uint16_t key, ByteView data) = 0;
  virtual void verify(std::uint64_t serial, const enco::RsaPublicKey& key, ByteView data, ByteView signature) = 0;
  /// SET SYSTEM DISTINGUISHEDNAME; empty when there is none.
  virtual std::string_view system_name() const = 0;
  /// Checks the password of an XAUTH user; the result comes back as an event with the same serial.
  virtual void authenticate(std::uint64_t serial, XauthType type, const std::string& user, SecretBytes password) = 0;
  /// The address ISAKMP messages to `peer` leave from; unset when there is no way.
  virtual Ipv4Address source_for(const Policy& policy, Ipv4Address peer, Ipv4Address wanted) = 0;
  virtual WallTime wall_now() const = 0;
  /// IPsec; nullptr when there is none.
  virtual KeyUser* user() = 0;
  /// nullptr: nobody listens.
  virtual KeyObserver* key_observer() { return nullptr; }
};

namespace event {
struct Enable {};
struct Disable {};
struct Received {
  Endpoint local, peer;
  Bytes payload;
};
struct Deadline {};
struct DhGenerated {
  std::uint64_t serial;
  std::optional<enco::DhPair> pair;
};
struct DhShared {
  std::uint64_t serial;
  std::optional<SecretBytes> secret;
};
struct Signed {
  std::uint64_t serial;
  std::optional<Bytes> signature;
};
struct Verified {
  std::uint64_t serial;
  bool good;
};
struct Authenticated {
  std::uint64_t serial;
  std::string refusal;  // in a few words; empty: the user is good
};
struct Wanted {
  Acquire acquire;
};
struct Deleted {
  PeerName peer;
  std::string policy;
  Protocol protocol;
  std::vector<std::uint32_t> in_spis;
};
/// ESP of a peer behind a NAT came from a new place.
struct PeerMoved {
  PeerName before;
  Ipv4Address after;
  std::uint16_t port;
};
/// An accepted bad-SPI request: phase 1, then Initial Contact.
struct BadSpi {
  Ipv4Address local, peer;
  PolicyPtr policy;
};
/// RESET or DESTROY ISAKMP POLICY.
struct PolicyReset {
  std::string name;
};
/// CREATE or SET ISAKMP POLICY: PRENEGOTIATE may want something.
struct PolicyChanged {
  std::string name;
};
struct AddressGone {
  Ipv4Address address;
};
}  // namespace event
using Event = std::variant<event::Enable, event::Disable, event::Received, event::Deadline, event::DhGenerated,
                           event::DhShared, event::Signed, event::Verified, event::Authenticated, event::Wanted,
                           event::Deleted, event::PeerMoved, event::BadSpi, event::PolicyReset, event::PolicyChanged,
                           event::AddressGone>;

class Engine {
 public:
  Engine(PolicyStore& policies, enco::EncoApi& enco, Random& random)
      : policies_(policies), enco_(enco), random_(random) {}

  void handle(Event event, Instant now, Effects& effects);
  /// When to send event::Deadline at the latest; nullopt: nothing is timed.
  std::optional<Instant> next_deadline() const;

  bool enabled() const { return enabled_; }
  /// The port ISAKMP speaks from; 500 but for ENABLE ISAKMP UDPPORT.
  void set_port(std::uint16_t port) { port_ = port; }
  /// LOCALRSAKEY of ENABLE ISAKMP, for policies without one of their own.
  void set_local_rsa_key(std::optional<std::uint16_t> key) { local_rsa_key_ = key; }
  std::optional<std::uint16_t> local_rsa_key() const { return local_rsa_key_; }
  /// What RESPONDBADSPI's request would get; counts it.
  BadSpiAnswer ask_bad_spi(Ipv4Address peer, const std::string& policy, PolicyPtr& chosen);

  /// The versions of NAT traversal that are offered and accepted, best first; all unless told otherwise.
  void speak_natt(std::vector<NattVersion> versions) { natt_versions_ = std::move(versions); }
  const std::vector<NattVersion>& natt_versions() const { return natt_versions_; }

  // For screens.
  const SaDatabase& sas() const { return sas_; }
  const ExchangeDatabase& exchanges() const { return exchanges_; }
  const Sa* find_sa(std::uint32_t id) const;
  Counters& counters() { return counters_; }
  const Counters& counters() const { return counters_; }

  // For the actions of exchanges.
  enco::EncoApi& enco() { return enco_; }
  Random& random() { return random_; }
  Effects& effects() { return *effects_; }
  Instant now() const { return now_; }
  void count(Counter counter) { ++counters_[counter]; }
  void trace(std::string_view part, const Exchange& exchange, const std::string& text);
  /// Goes on under a message id nobody has used, with the IV that belongs to it.
  void renumber(Exchange& exchange, Sa& sa);

 private:
  // engine.cpp: events, exchanges, transitions
  void enable();
  void disable();
  void deadline();
  Exchange* add_exchange(ExchangeType type, Role role, Sa& sa, std::uint32_t message_id);
  void remove_exchange(Exchange& exchange);
  void start(Exchange& exchange, Sa& sa);
  void step(Exchange& exchange, Sa& sa, const Header& header, const PayloadChain& chain, ByteView raw, Bytes next_iv);
  void build(Exchange& exchange, Sa& sa);
  void finish(Exchange& exchange, Sa& sa, bool sent_last);
  void install(const Exchange& exchange, const Sa& sa);
  void forget_later(Exchange& exchange);
  void fail(Exchange& exchange, Sa& sa, const Verdict& verdict);
  void log_failure(const Exchange& exchange, const Sa& sa, const std::string& reason);
  void drop_exchange(Exchange& exchange, const std::string& reason);
  void set_state(Exchange& exchange, ExchangeState state);
  void exchange_due(Exchange& exchange);
  void trace_more(const std::string& text);
  void bad_message(const Exchange* exchange, const Endpoint& peer, const std::string& cause);

  // jobs.cpp: what runs elsewhere before an answer
  void advance(Exchange& exchange, Sa& sa);
  CryptoJob next_job(const Exchange& exchange, const Sa& sa) const;
  void dh_generated(event::DhGenerated result);
  void dh_shared(event::DhShared result);
  void signature_made(event::Signed result);
  void signature_checked(event::Verified result);
  /// `failure`: why the job brought nothing.
  void resume(Exchange& exchange, const std::optional<Verdict>& failure);

  // receive.cpp: from a datagram to a row
  void receive(event::Received received);
  void receive_message(const event::Received& received, ByteView message);
  void receive_first(const event::Received& received, const Header& header, ByteView message);
  void hold(Exchange& exchange, const event::Received& received);
  void receive_phase1(Sa& sa, const event::Received& received, const Header& header, ByteView message);
  void receive_phase2(Sa& sa, const event::Received& received, const Header& header, ByteView message);
  Exchange* begin_as_responder(Sa& sa, const Header& header, const event::Received& received);
  void receive_information(Sa* sa, const event::Received& received, const Header& header, ByteView message);
  PolicyPtr choose_policy(const event::Received& received, const Header& header, const PayloadChain& chain);
  bool duplicate(Exchange& exchange, const event::Received& received, ByteView message);
  /// The plain message of an encrypted one, with the chain's next IV; nullopt when it cannot be one.
  struct Opened {
    Bytes plain;
    Bytes next_iv;
  };
  std::optional<Opened> open(const Sa& sa, const Header& header, ByteView message, Bytes iv);
  bool from_peer(const Sa& sa, const event::Received& received) const;
  void peer_seen(Sa& sa, const event::Received& received);
  void peer_moved(const event::PeerMoved& moved);
  bool admit(Ipv4Address source);
  void log_stranger(Ipv4Address source, LogSeverity severity, std::string_view subtype, std::string message,
                    const std::string& reference);

  // transmit.cpp: from payloads to a datagram
  Bytes encode(Sa& sa, ExchangeType type, std::uint32_t message_id, std::uint8_t flags, const PayloadList& payloads,
               Bytes* iv);
  /// False: it could not be sent.
  bool transmit(Sa& sa, ByteView message);
  bool transmit_to(const Endpoint& local, const Endpoint& peer, ByteView message);

  // transaction.cpp
  void begin_xauth(Sa& sa, bool sent_last);
  void request_xauth(Sa& sa);
  void wait_for_server(Sa& sa);
  void ask_for_user(Exchange& exchange, Sa& sa);
  void server_silent(Sa& sa);
  void transaction_started(const Exchange& exchange, const Sa& sa);
  void authenticated(event::Authenticated result);
  void transaction_done(Exchange& exchange, Sa& sa, bool sent_last);
  bool verdict_known(Sa& sa);

  // informational.cpp
  void send_information(Sa& sa, PayloadList payloads);
  void send_notify(Sa& sa, NotifyType type, std::uint8_t protocol, ByteView spi, ByteView data);
  void send_unprotected_notify(const Sa& sa, NotifyType type);
  void send_delete(Sa& under, const Sa& gone);
  void protected_information(Sa& sa, const PayloadChain& chain);
  void unprotected_information(Sa& sa, const PayloadChain& chain);
  void notified(Sa& sa, const Notification& notification);
  void peer_deletes(std::uint32_t sa_id, const Deletion& deletion);
  void initial_contact_from(Sa& sa);
  void deleted(const event::Deleted& deleted);

  // sa_life.cpp: up, renewal, heartbeats, keep-alives, end
  void phase1_up(Exchange& exchange, Sa& sa, bool sent_last);
  void sa_up(Sa& sa, bool sent_last);
  void settled(Sa& sa);
  void sa_due(Sa& sa);
  void heartbeat_due(Sa& sa);
  void heartbeat_received(Sa& sa, const Notification& notification);
  void remove_sa(Sa& sa, const std::string& reason, bool tell_peer);
  bool last_with_peer(const Sa& sa);
  std::optional<Instant> sa_deadline(const Sa& sa) const;
  void count_bytes(Sa& sa, std::size_t bytes);
  void drop_peer(const PeerName& peer, const std::string& reason);

  // negotiation.cpp: acquires, phase 1 on demand, repeats
  void acquire(Pending pending);
  void acquire_failed(Pending pending, const std::string& reason, bool phase1);
  /// `renewed`: the SA it is to replace, whose ports lead through the peer's NAT.
  /// `bundle`: IPsec's, when an acquire is the cause.
  Sa* start_phase1(const PolicyPtr& policy, Ipv4Address peer, Ipv4Address local, const Sa* renewed = nullptr,
                   std::optional<std::uint32_t> bundle = {});
  std::uint32_t new_message_id(Sa& sa);
  Exchange* begin_as_initiator(ExchangeType type, Sa& sa);
  void start_quick(Sa& sa, Pending pending);
  void run_queued(Sa& sa);
  void renew(const Sa& sa);
  bool in_progress(const Acquire& wanted, Ipv4Address peer);
  void prenegotiate(const PolicyPtr& policy);
  void retry_due();

  PolicyStore& policies_;
  enco::EncoApi& enco_;
  Random& random_;
  Counters counters_;
  SaDatabase sas_;
  ExchangeDatabase exchanges_;
  Strangers strangers_;
  bool enabled_ = false;
  std::uint16_t port_ = isakmp_port;
  std::optional<std::uint16_t> local_rsa_key_;
  std::vector<NattVersion> natt_versions_ = isakmp::natt_versions();
  struct Retry {
    Instant at;
    Pending pending;
  };
  std::vector<Retry> retries_;
  // Of the event in progress.
  Effects* effects_ = nullptr;
  Instant now_{};
};

}  // namespace arrouter::isakmp
