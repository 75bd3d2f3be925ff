// Finds what was filed under traffic by a flow, among any number of entries: a hash table for each shape of traffic
// (which masks, which ports), of which there are one or two. Ranges that are no prefix are tried one by one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "modules/ipsec/selector.h"

namespace arrouter::ipsec {

/// What of a flow some traffic looks at.
struct FlowShape {
  std::uint32_t local_mask = 0, remote_mask = 0;
  bool local_protocol = false, remote_protocol = false, local_port = false, remote_port = false;
  bool operator==(const FlowShape&) const = default;
};
/// Those parts of a flow, the rest zero.
struct FlowPart {
  std::uint32_t local = 0, remote = 0;
  std::uint16_t local_port = 0, remote_port = 0;
  std::uint8_t local_protocol = 0, remote_protocol = 0;
  bool operator==(const FlowPart&) const = default;
};
struct FlowPartHash {
  std::size_t operator()(const FlowPart& part) const;
};
/// False: the traffic has a range that is no prefix.
bool shape_of(const Traffic& traffic, FlowShape& shape, FlowPart& part);
/// False: the flow does not have what the shape looks at.
bool part_of(const FlowKey& flow, const FlowShape& shape, FlowPart& part);

template <class Value>
class TrafficIndex {
 public:
  void add(const Traffic& traffic, Value value) {
    FlowShape shape;
    FlowPart part;
    if (!shape_of(traffic, shape, part)) {
      others_.push_back({traffic, value});
      return;
    }
    auto table = std::ranges::find(tables_, shape, &Table::shape);
    if (table == tables_.end()) table = tables_.insert(table, Table{shape, {}});
    table->values[part].push_back(value);
  }

  /// `traffic` is what the value was filed under.
  void remove(const Traffic& traffic, Value value) {
    FlowShape shape;
    FlowPart part;
    if (!shape_of(traffic, shape, part)) {
      std::erase_if(others_, [&](const Other& other) { return other.value == value; });
      return;
    }
    const auto table = std::ranges::find(tables_, shape, &Table::shape);
    if (table == tables_.end()) return;
    const auto found = table->values.find(part);
    if (found == table->values.end()) return;
    std::erase(found->second, value);
    if (found->second.empty()) table->values.erase(found);
    if (table->values.empty()) tables_.erase(table);
  }

  /// Every value whose traffic holds the flow, in no order.
  template <class Visit>
  void each(const FlowKey& flow, Visit visit) const {
    for (const Table& table : tables_) {
      FlowPart part;
      if (!part_of(flow, table.shape, part)) continue;
      const auto found = table.values.find(part);
      if (found != table.values.end()) std::ranges::for_each(found->second, visit);
    }
    for (const Other& other : others_) {
      if (other.traffic.contains(flow)) visit(other.value);
    }
  }

  /// Every value with just this traffic, however its identities are written, in no order.
  template <class Visit>
  void each_alike(const Traffic& traffic, Visit visit) const {
    FlowShape shape;
    FlowPart part;
    if (!shape_of(traffic, shape, part)) {
      for (const Other& other : others_) {
        if (other.traffic == traffic) visit(other.value);
      }
      return;
    }
    const auto table = std::ranges::find(tables_, shape, &Table::shape);
    if (table == tables_.end()) return;
    const auto found = table->values.find(part);
    if (found != table->values.end()) std::ranges::for_each(found->second, visit);
  }

 private:
  struct Table {
    FlowShape shape;
    std::unordered_map<FlowPart, std::vector<Value>, FlowPartHash> values;
  };
  struct Other {
    Traffic traffic;
    Value value;
  };
  std::vector<Table> tables_;
  std::vector<Other> others_;
};

}  // namespace arrouter::ipsec
