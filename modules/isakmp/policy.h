// ISAKMP policies: the configured objects behind CREATE, SET and DESTROY ISAKMP POLICY, and the choice among them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/isakmp/identity.h"
#include "modules/isakmp/numbers.h"
#include "modules/isakmp/retransmit.h"

namespace arrouter::isakmp {

/// PEER=: one address, ANY, or DYNAMIC (treated as ANY, but written back as it was typed).
struct PeerSetting {
  enum class Kind : std::uint8_t { address, any, dynamic } kind = Kind::any;
  Ipv4Address address;
  bool operator==(const PeerSetting&) const = default;
  bool fixed() const { return kind == Kind::address; }
};
std::string to_string(const PeerSetting& peer);  // "200.200.200.1", "ANY", "DYNAMIC"

enum class HeartbeatMode : std::uint8_t { none, send, receive, both };
enum class XauthMode : std::uint8_t { none, client, server };
enum class XauthType : std::uint8_t { generic, radius };

inline constexpr std::uint32_t retry_continuous = ~std::uint32_t{0};

/// One policy with the defaults of reference/isakmp-ipsec.md 1.2.
struct Policy {
  std::string name;
  PeerSetting peer;
  AuthMethod authentication = AuthMethod::preshared;  // AUTHTYPE: preshared or rsa_signature, whatever XAUTH says
  std::uint32_t delete_delay_s = 30;
  std::uint32_t dh_exponent_bits = 160;
  enco::Cipher cipher = enco::Cipher::des;
  enco::Hash hash = enco::Hash::sha;
  enco::Group group = enco::Group::modp768;
  std::uint32_t expiry_kbytes = 0;  // 0: none
  std::uint32_t expiry_s = 86400;
  HeartbeatMode heartbeat = HeartbeatMode::none;
  std::optional<std::uint16_t> key;  // ENCO key with the pre-shared secret
  std::optional<std::uint16_t> local_rsa_key;
  std::string local_id, remote_id;  // empty: the addresses; remote "any": everybody
  ExchangeType mode = ExchangeType::main;
  RetransmitRule retransmit;
  bool nat_traversal = false;
  std::uint32_t phase2_limit = 0;  // PHASE2XCHGLIMIT, 0: none
  std::string policy_file;
  bool prenegotiate = false;
  std::uint32_t retry_ike_attempts = 0;
  bool send_deletes = false, send_notify = false, send_id_always = false, set_commit_bit = false;
  std::string source_interface;  // empty: by route
  bool hybrid_xauth = false;
  XauthMode xauth = XauthMode::none;
  XauthType xauth_type = XauthType::generic;
  std::string xauth_name;
  SecretBytes xauth_password;

  bool operator==(const Policy&) const = default;
};
/// Negotiations keep the policy they began with: SET affects only later ones.
using PolicyPtr = std::shared_ptr<const Policy>;

/// The authentication method that phase 1 under this policy offers or accepts, with this router in that role. RSA
/// signatures and pre-shared keys work alike: XAUTH=CLIENT names this side, XAUTH=SERVER the peer's.
AuthMethod phase1_method(const Policy& policy, Role role);
/// HYBRIDXAUTH with RSASIG and XAUTH, without which there is no one-sided proof and nothing to make up for it.
bool hybrid(const Policy& policy);

/// Whether what the policy asks for can be negotiated; otherwise the reason in a few words.
std::optional<std::string> not_negotiable(const Policy& policy);

/// The peer's ID against REMOTEID; without one a fixed peer must show its address. Behind a NAT the peer cannot know
/// the address it is seen under, so there any address will do.
bool remote_id_matches(const Policy& policy, const Identity& id, Ipv4Address peer, bool peer_behind_nat);

class PolicyStore {
 public:
  const std::map<std::string, PolicyPtr, std::less<>>& all() const { return policies_; }
  PolicyPtr find(std::string_view name) const;
  /// Adds or replaces.
  void put(Policy policy);
  bool remove(std::string_view name);

  /// For an outgoing negotiation: the policy whose PEER is the address, else the first that takes any peer; of those
  /// whose IDs are not against `names`.
  PolicyPtr for_peer(Ipv4Address peer, const EndNames& names = {}) const;
  /// Candidates for a phase 1 request, in name order: of that mode, for that very peer, or if there are none for any.
  std::vector<PolicyPtr> candidates(Ipv4Address peer, ExchangeType mode) const;

 private:
  std::map<std::string, PolicyPtr, std::less<>> policies_;
};

}  // namespace arrouter::isakmp
