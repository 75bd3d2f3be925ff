// ISAKMP's face to IPsec: IPsec asks for SA bundles, ISAKMP negotiates them and hands them over. IPsec implements
// KeyUser; ISAKMP knows nothing else of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/enco/enco_api.h"
#include "os/base/address.h"
#include "os/base/bytes.h"
#include "os/base/time.h"

namespace arrouter::isakmp {

/// IPsec DOI protocol ids (RFC 2407 4.4.1).
enum class Protocol : std::uint8_t { isakmp = 1, ah = 2, esp = 3, ipcomp = 4 };
enum class Encapsulation : std::uint8_t { tunnel, transport };

/// One way to make one SA: a transform of phase 2.
struct Transform {
  enco::Cipher cipher = enco::Cipher::null;
  enco::Hash hash = enco::Hash::null;
  Encapsulation encapsulation = Encapsulation::tunnel;
  std::uint8_t specification = 0;  // the SA specification it stands for
  enco::Compression compression = enco::Compression::none;  // IPComp
  bool operator==(const Transform&) const = default;
};
/// One protocol of a proposal with its alternatives, and the SPI its sender wants to receive on.
struct ProtocolOffer {
  Protocol protocol = Protocol::esp;
  std::uint32_t spi = 0;
  std::vector<Transform> transforms;
};
/// Protocols that come together (AND); the offers of an SA payload are alternatives in order of preference.
struct Proposal {
  std::vector<ProtocolOffer> protocols;
};

/// Phase 2 identity (RFC 2407 4.6.2): what traffic one end of the SA carries.
struct TrafficId {
  enum class Kind : std::uint8_t { address, subnet, range } kind = Kind::address;
  Ipv4Address first;   // address, network, or start of the range
  Ipv4Address second;  // mask, or end of the range
  std::uint8_t protocol = 0;   // 0: any
  std::uint16_t port = 0;      // 0: any
  bool operator==(const TrafficId&) const = default;
};
std::string to_string(const TrafficId& id);

struct Lifetime {
  std::uint32_t seconds = 28800;
  std::uint64_t kilobytes = 0;  // 0: none
};

/// How IKE saw the path between the peers.
struct NatInfo {
  bool udp_encapsulation = false;     // ESP goes in UDP
  bool non_ike_marker = false;        // on ISAKMP's own port, behind eight zero bytes (draft 00)
  std::uint16_t local_port = 4500, peer_port = 4500;
  Ipv4Address peer_original_source, peer_original_destination;  // NAT-OA, transport mode
};

/// Who is at the other end: an address, and for a peer behind a NAT the ID it proved, because several share the address.
struct PeerName {
  PeerName(Ipv4Address peer_address, std::string id = {}) : address(peer_address), nat_id(std::move(id)) {}
  Ipv4Address address;
  std::string nat_id;  // empty: no NAT
  bool operator==(const PeerName&) const = default;
};

/// Who the ends of an ISAKMP SA are: the IDs of phase 1 as text, or what is demanded of them (LNAME and RNAME of an
/// IPsec policy), where empty means anybody.
struct EndNames {
  std::string local, remote;
  bool operator==(const EndNames&) const = default;
};
bool names_fit(const EndNames& demanded, const EndNames& shown);
std::string to_string(const EndNames& shown);  // "a.example and b.example", fit for a log

/// IPsec -> ISAKMP: a bundle is wanted.
struct Acquire {
  std::string ipsec_policy;
  std::string isakmp_policy;       // empty: chosen by the peer's address and the names
  EndNames names;
  std::uint32_t bundle = 0;        // IPsec's bundle index, given back with the result
  Ipv4Address local, peer;         // tunnel end points
  std::vector<Proposal> proposals; // SPIs filled in by IPsec
  TrafficId local_id, remote_id;
  bool ids_needed = true;          // false: they equal the peers' addresses and may be left out
  std::optional<enco::Group> pfs;
  Lifetime lifetime;
  bool fixed_peer = true;          // the IPsec policy names one address: RETRYIKEATTEMPTS may apply
};

/// ISAKMP -> IPsec as responder: the peer offers a bundle.
struct Offer {
  Ipv4Address local, peer;
  std::string isakmp_policy;
  EndNames names;
  std::vector<Proposal> proposals;   // the peer's SPIs
  TrafficId local_id, remote_id;     // from our side: local is ours
  std::optional<enco::Group> pfs;
  Lifetime lifetime;
};
enum class Refusal : std::uint8_t { no_proposal_chosen, invalid_id, no_policy, not_enabled };
/// What IPsec chose of an Offer.
struct Selection {
  std::string ipsec_policy;
  std::uint32_t bundle = 0;
  std::size_t proposal = 0;                // index into Offer::proposals
  std::vector<std::size_t> transforms;     // index per protocol of the offer
  std::vector<std::uint32_t> spis;         // our inbound SPI (of IPComp: CPI) per protocol of the offer
  std::string reason;                      // for logs
};
struct Refused {
  Refusal refusal = Refusal::no_proposal_chosen;
  std::string reason;  // names what was offered and what is configured
};

/// Keys of one SA of a finished bundle (RFC 2409 5.5: KEYMAT of each direction).
struct KeyedSa {
  Protocol protocol = Protocol::esp;
  Transform transform;
  std::uint32_t in_spi = 0, out_spi = 0;
  SecretBytes in_key, out_key;  // cipher key, then hash key
};
struct Bundle {
  std::string ipsec_policy, isakmp_policy;
  std::uint32_t bundle = 0;
  bool initiator = false;
  bool confirmed = true;        // as responder: the initiator's last message has come
  /// As initiator: when the peer will have worked our last message, so that what is sent finds its SAs.
  std::optional<Instant> outbound_from;
  std::uint32_t isakmp_sa = 0;  // id of the ISAKMP SA it was negotiated under
  Ipv4Address local, peer;
  std::string nat_id;  // as in PeerName
  TrafficId local_id, remote_id;
  std::vector<KeyedSa> sas;
  Lifetime lifetime;  // the shorter of both sides'
  NatInfo nat;
};

class KeyObserver;

class KeyUser {
 public:
  virtual ~KeyUser() = default;
  virtual std::expected<Selection, Refused> select(const Offer& offer) = 0;
  /// Both directions may be used from now on (inbound at once; outbound as initiator not before `outbound_from`, as
  /// responder when `confirmed`, and at the latest on the first packet that arrives).
  virtual void install(const Bundle& bundle) = 0;
  /// The negotiation for this bundle ended without success (initiator or responder).
  virtual void failed(const std::string& ipsec_policy, std::uint32_t bundle, const std::string& reason) = 0;
  /// The peer deleted the SA it receives on; protocol and SPI as the peer named them (our outbound SPI).
  virtual void peer_deleted(Ipv4Address peer, Protocol protocol, std::uint32_t spi) = 0;
  /// Initial Contact, heartbeat loss, or the end of ISAKMP itself: drop all bundles with the peer.
  virtual void drop_peer(const PeerName& peer, const std::string& reason) = 0;
  /// The peer deleted its last ISAKMP SA with us. Its bundles may have gone with that, or live on (RFC 2408 3.15).
  virtual void peer_hung_up(const PeerName& peer) = 0;
  /// The peer's address or port changed behind its NAT.
  virtual void peer_moved(const PeerName& before, Ipv4Address after, std::uint16_t port) = 0;
  /// Somebody listens from now on, nobody with nullptr: tells the keys of the SAs it has made without ISAKMP, those
  /// there are and those to come.
  virtual void observe_keys(KeyObserver*) {}
};

/// Is told the keys of SAs as they come to be. For reading captures in the lab; nobody else should want to know.
class KeyObserver {
 public:
  virtual ~KeyObserver() = default;
  /// The cipher key of an ISAKMP SA, from its first encrypted message on; the SA may yet fail.
  virtual void isakmp_keys(std::uint64_t initiator_cookie, ByteView cipher_key) = 0;
  /// A bundle on its way to KeyUser::install(), or one with manual keys.
  virtual void bundle_keys(const Bundle& bundle) = 0;
};

/// Checks the users of policies with XAUTHTYPE=RADIUS.
class XauthAuthenticator {
 public:
  virtual ~XauthAuthenticator() = default;
  /// Why the user is refused, in a few words; empty: the user is good.
  using Answer = std::function<void(std::string refusal)>;
  /// Calls `answer` once, from the event loop, also when nobody could be asked. `user` is as the peer sent it.
  virtual void authenticate(const std::string& user, SecretBytes password, Answer answer) = 0;
};

enum class BadSpiAnswer : std::uint8_t { accepted, known_peer, aggressive_mode, notify_unset, no_policy, not_enabled };

class IsakmpApi {
 public:
  virtual ~IsakmpApi() = default;
  virtual bool enabled() const = 0;
  virtual void set_user(KeyUser* user) = 0;
  /// Starts (or joins) what is needed; the result comes through KeyUser::install() or failed(), never inside the call.
  virtual void acquire(const Acquire& wanted) = 0;
  /// IPsec removed SAs of its own will: tells the peer when the policy has SENDDELETES.
  virtual void deleted(const PeerName& peer, const std::string& isakmp_policy, Protocol protocol,
                       const std::vector<std::uint32_t>& in_spis) = 0;
  /// Authentic ESP shows the peer of a bundle behind a NAT at a new address or port: its ISAKMP SAs and its other bundles
  /// follow.
  virtual void peer_moved(const PeerName& before, Ipv4Address after, std::uint16_t port) = 0;
  /// A packet with an unknown SPI came under a policy with RESPONDBADSPI (reference/isakmp-ipsec.md 4.6).
  virtual BadSpiAnswer bad_spi(Ipv4Address local, Ipv4Address peer, const std::string& isakmp_policy) = 0;
  virtual bool has_policy(std::string_view name) const = 0;
  /// From now on, and SAs with manual keys; nullptr ends it. What was negotiated before is not told.
  virtual void observe_keys(KeyObserver* observer) = 0;
  /// nullptr: XAUTHTYPE=RADIUS refuses everybody.
  virtual void set_authenticator(XauthAuthenticator* authenticator) = 0;
};

}  // namespace arrouter::isakmp
