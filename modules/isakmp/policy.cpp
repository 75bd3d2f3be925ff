#include "modules/isakmp/policy.h"

#include "os/base/text.h"

namespace arrouter::isakmp {

std::string to_string(const PeerSetting& peer) {
  switch (peer.kind) {
    case PeerSetting::Kind::address: return to_string(peer.address);
    case PeerSetting::Kind::dynamic: return "DYNAMIC";
    case PeerSetting::Kind::any: break;
  }
  return "ANY";
}

bool hybrid(const Policy& policy) {
  return policy.hybrid_xauth && policy.xauth != XauthMode::none && policy.authentication == AuthMethod::rsa_signature;
}

AuthMethod phase1_method(const Policy& policy, Role role) {
  if (policy.xauth == XauthMode::none) return policy.authentication;
  const Role other = role == Role::initiator ? Role::responder : Role::initiator;
  const Role user = policy.xauth == XauthMode::client ? role : other;
  return hybrid(policy) ? hybrid_method(user) : with_xauth(policy.authentication, user);
}

std::optional<std::string> not_negotiable(const Policy& policy) {
  if (policy.xauth == XauthMode::client && policy.xauth_name.empty()) return "the policy has no XAUTH name";
  if (policy.authentication == AuthMethod::preshared && !policy.key) return "the policy has no pre-shared key";
  return std::nullopt;
}

bool remote_id_matches(const Policy& policy, const Identity& id, Ipv4Address peer, bool peer_behind_nat) {
  if (!policy.remote_id.empty())
    return equal_ignoring_case(policy.remote_id, "any") || same_identity(identity_from_text(policy.remote_id), id);
  if (!policy.peer.fixed()) return true;
  if (id.type != IdType::ipv4_address) return false;
  return peer_behind_nat || id == Identity::of(peer);
}

PolicyPtr PolicyStore::find(std::string_view name) const {
  const auto found = policies_.find(name);
  return found == policies_.end() ? nullptr : found->second;
}

void PolicyStore::put(Policy policy) {
  std::string name = policy.name;
  policies_.insert_or_assign(std::move(name), std::make_shared<const Policy>(std::move(policy)));
}

bool PolicyStore::remove(std::string_view name) {
  const auto found = policies_.find(name);
  if (found == policies_.end()) return false;
  policies_.erase(found);
  return true;
}

namespace {

/// LOCALID or REMOTEID may turn out to be the name; an end without one shows its address, or its system's name.
bool may_be(const std::string& id, const std::string& name) {
  if (name.empty() || equal_ignoring_case(id, "any")) return true;
  const Identity wanted = identity_from_text(name);
  if (id.empty()) return wanted.type == IdType::ipv4_address || wanted.type == IdType::der_dn;
  return same_identity(identity_from_text(id), wanted);
}

bool may_fit(const Policy& policy, const EndNames& names) {
  const bool anybody = policy.remote_id.empty() && !policy.peer.fixed();
  return may_be(policy.local_id, names.local) && (anybody || may_be(policy.remote_id, names.remote));
}

}  // namespace

PolicyPtr PolicyStore::for_peer(Ipv4Address peer, const EndNames& names) const {
  PolicyPtr any;
  for (const auto& [name, policy] : policies_) {
    if (!may_fit(*policy, names)) continue;
    if (policy->peer.fixed() && policy->peer.address == peer) return policy;
    if (!policy->peer.fixed() && !any) any = policy;
  }
  return any;
}

std::vector<PolicyPtr> PolicyStore::candidates(Ipv4Address peer, ExchangeType mode) const {
  std::vector<PolicyPtr> exact, any;
  for (const auto& [name, policy] : policies_) {
    if (policy->mode != mode) continue;
    if (!policy->peer.fixed()) {
      any.push_back(policy);
    } else if (policy->peer.address == peer) {
      exact.push_back(policy);
    }
  }
  return exact.empty() ? any : exact;
}

}  // namespace arrouter::isakmp
