#include "modules/isakmp/sa.h"

#include "os/base/limits.h"

namespace arrouter::isakmp {

bool Sa::first_use(std::uint32_t message_id) {
  // A day of heartbeats at 20 s is 4320 ids; older ones than this are forgotten.
  constexpr std::size_t remembered = 8192;
  if (!message_ids_.insert(message_id).second) return false;
  message_id_order_.push_back(message_id);
  if (message_id_order_.size() > remembered) {
    message_ids_.erase(message_id_order_.front());
    message_id_order_.pop_front();
  }
  return true;
}

bool Sa::usable(Instant now) const {
  if (!active() || now >= established + std::chrono::seconds(life_s)) return false;
  if (life_bytes != 0 && bytes >= life_bytes) return false;
  return policy->phase2_limit == 0 || phase2_exchanges < policy->phase2_limit;
}

Sa* SaDatabase::add() {
  if (sas_.size() >= limits::isakmp_sas) return nullptr;
  auto sa = std::make_unique<Sa>();
  sa->id = next_id_++;
  Sa* const added = sa.get();
  sas_.emplace(added->id, std::move(sa));
  return added;
}

Sa* SaDatabase::find(std::uint32_t id) {
  const auto found = sas_.find(id);
  return found == sas_.end() ? nullptr : found->second.get();
}

Sa* SaDatabase::find(std::uint64_t initiator_cookie, std::uint64_t responder_cookie) {
  for (const auto& [id, sa] : sas_) {
    if (sa->initiator_cookie != initiator_cookie) continue;
    if (sa->responder_cookie == responder_cookie || (sa->initiator && sa->responder_cookie == 0)) return sa.get();
  }
  return nullptr;
}

Sa* SaDatabase::find_request(std::uint64_t initiator_cookie, Ipv4Address peer) {
  for (const auto& [id, sa] : sas_)
    if (!sa->initiator && sa->initiator_cookie == initiator_cookie && sa->peer.address == peer) return sa.get();
  return nullptr;
}

std::vector<Sa*> SaDatabase::with_peer(Ipv4Address peer) {
  std::vector<Sa*> found;
  for (const auto& [id, sa] : sas_)
    if (sa->peer.address == peer) found.push_back(sa.get());
  return found;
}

std::vector<Sa*> SaDatabase::active_with(const PeerName& peer) {
  std::vector<Sa*> found = with_peer(peer.address);
  std::erase_if(found, [&](const Sa* sa) { return !sa->active() || sa->peer_name() != peer; });
  return found;
}

}  // namespace arrouter::isakmp
