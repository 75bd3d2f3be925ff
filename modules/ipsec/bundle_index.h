// Finds the bundle for a flow among any number of bundles of one policy: a hash table for each shape of traffic (which
// masks, which ports), of which a policy has one or two. Ranges that are no prefix are tried one by one.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "modules/ipsec/selector.h"

namespace arrouter::ipsec {

struct SaBundle;

class BundleIndex {
 public:
  /// The bundle is the newest; its traffic stays as it is until remove().
  void add(SaBundle& bundle);
  void remove(SaBundle& bundle);
  /// The newest bundle for the flow that is not exhausted and that the peer is known to have; else the newest of those
  /// the peer may not have yet, but not one that settles; nullptr when no traffic holds the flow.
  SaBundle* find(const FlowKey& flow) const;

 private:
  struct Entry {
    SaBundle* bundle = nullptr;
    std::uint64_t age = 0;  // of all bundles of the policy, counted up
  };
  using Entries = std::vector<Entry>;  // oldest first
  /// What of a flow the traffic of a bundle looks at.
  struct Shape {
    std::uint32_t local_mask = 0, remote_mask = 0;
    bool local_protocol = false, remote_protocol = false, local_port = false, remote_port = false;
    bool operator==(const Shape&) const = default;
  };
  /// Those parts of a flow, the rest zero.
  struct Key {
    std::uint32_t local = 0, remote = 0;
    std::uint16_t local_port = 0, remote_port = 0;
    std::uint8_t local_protocol = 0, remote_protocol = 0;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  struct Table {
    Shape shape;
    std::unordered_map<Key, Entries, KeyHash> entries;
  };
  static bool shape_of(const Traffic& traffic, Shape& shape, Key& key);
  static bool key_of(const FlowKey& flow, const Shape& shape, Key& key);

  std::vector<Table> tables_;
  Entries others_;
  std::uint64_t next_age_ = 0;
};

}  // namespace arrouter::ipsec
