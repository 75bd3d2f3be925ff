#include "modules/firewall/pinhole.h"

#include <algorithm>

#include "os/base/limits.h"

namespace arrouter::firewall {
namespace {

bool may_open(const Endpoint& allowed, const Endpoint& opener) {
  return (allowed.address.unset() || allowed.address == opener.address) &&
         (allowed.port == 0 || allowed.port == opener.port);
}

}  // namespace

std::size_t Pinholes::Hash::operator()(const Place& place) const {
  const FlowKey key{place.at, {Ipv4Address(), static_cast<std::uint16_t>(place.role)}, place.protocol};
  return static_cast<std::size_t>(key.hash(0));
}

Pinholes::Place Pinholes::called(const Pinhole& hole) {
  if (hole.opener == Direction::in) return {Role::called_in, hole.protocol, hole.public_target};
  return {Role::called_out, hole.protocol, hole.private_target};
}

std::optional<Pinholes::Id> Pinholes::add(const Pinhole& hole) {
  if (holes_.size() >= limits::firewall_pinholes) return std::nullopt;
  holes_.emplace(++last_, hole);
  index_.emplace(called(hole), last_);
  if (hole.opener == Direction::in) index_.emplace(Place{Role::host, hole.protocol, hole.private_target}, last_);
  return last_;
}

void Pinholes::forget(const Place& place, Id id) {
  const auto [first, last] = index_.equal_range(place);
  const auto found = std::find_if(first, last, [id](const auto& entry) { return entry.second == id; });
  if (found != last) index_.erase(found);
}

void Pinholes::remove(Id id) {
  const auto found = holes_.find(id);
  if (found == holes_.end()) return;
  forget(called(found->second), id);
  forget({Role::host, found->second.protocol, found->second.private_target}, id);
  holes_.erase(found);
}

Pinhole* Pinholes::find(Id id) {
  const auto found = holes_.find(id);
  return found == holes_.end() ? nullptr : &found->second;
}

std::optional<Pinhole> Pinholes::take(const FlowKey& key, Direction opener, const Policy* policy, Instant now) {
  const bool in = opener == Direction::in;
  const auto [first, last] =
      index_.equal_range({in ? Role::called_in : Role::called_out, key.protocol, key.destination});
  for (auto entry = first; entry != last; ++entry) {
    const Pinhole hole = holes_.at(entry->second);
    if (hole.policy != policy || hole.expires <= now ||
        !may_open(in ? hole.public_opener : hole.private_opener, key.source))
      continue;
    if (hole.once) remove(entry->second);
    return hole;
  }
  return std::nullopt;
}

std::optional<Endpoint> Pinholes::announced(std::uint8_t protocol, const Endpoint& inside, Instant now) const {
  const auto [first, last] = index_.equal_range({Role::host, protocol, inside});
  for (auto entry = first; entry != last; ++entry) {
    const Pinhole& hole = holes_.at(entry->second);
    if (!hole.once && hole.expires > now) return hole.public_target;
  }
  return std::nullopt;
}

bool Pinholes::promised(std::uint8_t protocol, const Endpoint& outside) const {
  return index_.contains({Role::called_in, protocol, outside});
}

}  // namespace arrouter::firewall
