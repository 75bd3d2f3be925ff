#include "modules/ipsec/bundle_index.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "modules/ipsec/sa.h"

namespace arrouter::ipsec {
namespace {

/// The mask of a range that is a prefix.
std::optional<std::uint32_t> prefix_of(const Ipv4Range& range) {
  const std::uint32_t free = range.first.value ^ range.last.value;
  if (!std::has_single_bit(std::uint64_t{free} + 1) || (range.first.value & free) != 0) return std::nullopt;
  return ~free;
}

}  // namespace

std::size_t BundleIndex::KeyHash::operator()(const Key& key) const {
  constexpr std::uint64_t multiplier = 0x9e3779b97f4a7c15ULL;
  const std::uint64_t addresses = std::uint64_t{key.local} << 32 | key.remote;
  const std::uint64_t rest = std::uint64_t{key.local_port} << 32 | std::uint64_t{key.remote_port} << 16 |
                             std::uint64_t{key.local_protocol} << 8 | key.remote_protocol;
  const std::uint64_t mixed = (addresses ^ rest * multiplier) * multiplier;
  return static_cast<std::size_t>(mixed ^ mixed >> 32);
}

bool BundleIndex::shape_of(const Traffic& traffic, Shape& shape, Key& key) {
  const Ipv4Range local = traffic_range(traffic.local), remote = traffic_range(traffic.remote);
  const auto local_mask = prefix_of(local), remote_mask = prefix_of(remote);
  if (!local_mask || !remote_mask) return false;
  shape = {*local_mask,
           *remote_mask,
           traffic.local.protocol != 0,
           traffic.remote.protocol != 0,
           traffic.local.port != 0,
           traffic.remote.port != 0};
  key = {local.first.value,   remote.first.value,     traffic.local.port,
         traffic.remote.port, traffic.local.protocol, traffic.remote.protocol};
  return true;
}

bool BundleIndex::key_of(const FlowKey& flow, const Shape& shape, Key& key) {
  if ((shape.local_port || shape.remote_port) && flow.ports != FlowKey::Ports::known) return false;
  key.local = flow.local.value & shape.local_mask;
  key.remote = flow.remote.value & shape.remote_mask;
  if (shape.local_port) key.local_port = flow.local_port;
  if (shape.remote_port) key.remote_port = flow.remote_port;
  if (shape.local_protocol) key.local_protocol = flow.protocol;
  if (shape.remote_protocol) key.remote_protocol = flow.protocol;
  return true;
}

void BundleIndex::add(SaBundle& bundle) {
  const Entry entry{&bundle, next_age_++};
  Shape shape;
  Key key;
  if (!shape_of(bundle.traffic, shape, key)) {
    others_.push_back(entry);
    return;
  }
  auto table = std::ranges::find(tables_, shape, &Table::shape);
  if (table == tables_.end()) table = tables_.insert(table, Table{shape, {}});
  table->entries[key].push_back(entry);
}

void BundleIndex::remove(SaBundle& bundle) {
  const auto is_it = [&](const Entry& entry) { return entry.bundle == &bundle; };
  Shape shape;
  Key key;
  if (!shape_of(bundle.traffic, shape, key)) {
    std::erase_if(others_, is_it);
    return;
  }
  const auto table = std::ranges::find(tables_, shape, &Table::shape);
  if (table == tables_.end()) return;
  const auto found = table->entries.find(key);
  if (found == table->entries.end()) return;
  std::erase_if(found->second, is_it);
  if (found->second.empty()) table->entries.erase(found);
  if (table->entries.empty()) tables_.erase(table);
}

SaBundle* BundleIndex::find(const FlowKey& flow) const {
  const Entry* ready = nullptr;
  const Entry* unconfirmed = nullptr;
  const auto consider = [&](const Entry& entry) {
    if (entry.bundle->exhausted || entry.bundle->settles_at) return;
    const Entry*& best = entry.bundle->outbound_ready ? ready : unconfirmed;
    if (best == nullptr || best->age < entry.age) best = &entry;
  };
  for (const Table& table : tables_) {
    Key key;
    if (!key_of(flow, table.shape, key)) continue;
    const auto found = table.entries.find(key);
    if (found != table.entries.end()) std::ranges::for_each(found->second, consider);
  }
  for (const Entry& entry : others_) {
    if (entry.bundle->traffic.contains(flow)) consider(entry);
  }
  const Entry* const best = ready != nullptr ? ready : unconfirmed;
  return best == nullptr ? nullptr : best->bundle;
}

}  // namespace arrouter::ipsec
