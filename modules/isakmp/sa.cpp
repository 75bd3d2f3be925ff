#include "modules/isakmp/sa.h"

#include <algorithm>

#include "os/base/limits.h"

namespace arrouter::isakmp {

bool Sa::first_use(std::uint32_t message_id) {
  // A day of heartbeats at 20 s is 4320 ids; older ones than this are forgotten.
  constexpr std::size_t remembered = 8192;
  const auto place = [&](std::uint32_t id) { return std::ranges::lower_bound(message_ids_, id); };
  const auto at = place(message_id);
  if (at != message_ids_.end() && *at == message_id) return false;
  message_ids_.insert(at, message_id);
  message_id_order_.push_back(message_id);
  if (message_id_order_.size() > remembered) {
    message_ids_.erase(place(message_id_order_.front()));
    message_id_order_.pop_front();
  }
  return true;
}

bool Sa::usable(Instant now) const {
  if (!active() || now >= established + std::chrono::seconds(life_s)) return false;
  if (life_bytes != 0 && bytes >= life_bytes) return false;
  return policy->phase2_limit == 0 || phase2_exchanges < policy->phase2_limit;
}

Sa* SaDatabase::add(std::uint64_t initiator_cookie, const Endpoint& peer) {
  if (sas_.size() >= limits::isakmp_sas) return nullptr;
  auto sa = std::make_unique<Sa>();
  sa->id = next_id_++;
  sa->initiator_cookie = initiator_cookie;
  sa->peer = peer;
  Sa* const added = sa.get();
  by_cookie_.emplace(initiator_cookie, added);
  by_peer_[{peer.address, added->id}] = added;
  sas_.emplace(added->id, std::move(sa));
  return added;
}

void SaDatabase::remove(std::uint32_t id) {
  Sa* const sa = find(id);
  if (sa == nullptr) return;
  set_due(*sa, std::nullopt);
  const auto [begin, end] = by_cookie_.equal_range(sa->initiator_cookie);
  by_cookie_.erase(std::find_if(begin, end, [&](const auto& entry) { return entry.second == sa; }));
  by_peer_.erase({sa->peer.address, id});
  sas_.erase(id);
}

Sa* SaDatabase::find(std::uint32_t id) {
  const auto found = sas_.find(id);
  return found == sas_.end() ? nullptr : found->second.get();
}

Sa* SaDatabase::find(std::uint64_t initiator_cookie, std::uint64_t responder_cookie) {
  const auto [begin, end] = by_cookie_.equal_range(initiator_cookie);
  for (auto at = begin; at != end; ++at) {
    Sa* const sa = at->second;
    if (sa->responder_cookie == responder_cookie || (sa->initiator && sa->responder_cookie == 0)) return sa;
  }
  return nullptr;
}

Sa* SaDatabase::find_request(std::uint64_t initiator_cookie, Ipv4Address peer) {
  const auto [begin, end] = by_cookie_.equal_range(initiator_cookie);
  for (auto at = begin; at != end; ++at)
    if (!at->second->initiator && at->second->peer.address == peer) return at->second;
  return nullptr;
}

void SaDatabase::set_peer(Sa& sa, const Endpoint& peer) {
  if (sa.peer.address != peer.address) {
    by_peer_.erase({sa.peer.address, sa.id});
    by_peer_[{peer.address, sa.id}] = &sa;
  }
  sa.peer = peer;
}

std::vector<Sa*> SaDatabase::with_peer(Ipv4Address peer) {
  std::vector<Sa*> found;
  for (auto at = by_peer_.lower_bound({peer, 0}); at != by_peer_.end() && at->first.first == peer; ++at)
    found.push_back(at->second);
  return found;
}

std::vector<Sa*> SaDatabase::active_with(const PeerName& peer) {
  std::vector<Sa*> found = with_peer(peer.address);
  std::erase_if(found, [&](const Sa* sa) { return !sa->active() || sa->peer_name() != peer; });
  return found;
}

void SaDatabase::set_due(Sa& sa, std::optional<Instant> at) {
  if (sa.due == at) return;
  if (sa.due) due_.erase({*sa.due, sa.id});
  if (at) due_.insert({*at, sa.id});
  sa.due = at;
}

std::optional<Instant> SaDatabase::next_due() const {
  return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
}

std::vector<std::uint32_t> SaDatabase::due(Instant now) const {
  std::vector<std::uint32_t> ids;
  for (auto at = due_.begin(); at != due_.end() && at->first <= now; ++at) ids.push_back(at->second);
  return ids;
}

}  // namespace arrouter::isakmp
