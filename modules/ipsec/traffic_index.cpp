#include "modules/ipsec/traffic_index.h"

#include <bit>
#include <optional>

namespace arrouter::ipsec {
namespace {

/// The mask of a range that is a prefix.
std::optional<std::uint32_t> prefix_of(const Ipv4Range& range) {
  const std::uint32_t free = range.first.value ^ range.last.value;
  if (!std::has_single_bit(std::uint64_t{free} + 1) || (range.first.value & free) != 0) return std::nullopt;
  return ~free;
}

}  // namespace

std::size_t FlowPartHash::operator()(const FlowPart& part) const {
  constexpr std::uint64_t multiplier = 0x9e3779b97f4a7c15ULL;
  const std::uint64_t addresses = std::uint64_t{part.local} << 32 | part.remote;
  const std::uint64_t rest = std::uint64_t{part.local_port} << 32 | std::uint64_t{part.remote_port} << 16 |
                             std::uint64_t{part.local_protocol} << 8 | part.remote_protocol;
  const std::uint64_t mixed = (addresses ^ rest * multiplier) * multiplier;
  return static_cast<std::size_t>(mixed ^ mixed >> 32);
}

bool shape_of(const Traffic& traffic, FlowShape& shape, FlowPart& part) {
  const Ipv4Range local = traffic_range(traffic.local), remote = traffic_range(traffic.remote);
  const auto local_mask = prefix_of(local), remote_mask = prefix_of(remote);
  if (!local_mask || !remote_mask) return false;
  shape = {*local_mask,
           *remote_mask,
           traffic.local.protocol != 0,
           traffic.remote.protocol != 0,
           traffic.local.port != 0,
           traffic.remote.port != 0};
  part = {local.first.value,   remote.first.value,     traffic.local.port,
          traffic.remote.port, traffic.local.protocol, traffic.remote.protocol};
  return true;
}

bool part_of(const FlowKey& flow, const FlowShape& shape, FlowPart& part) {
  if ((shape.local_port || shape.remote_port) && flow.ports != FlowKey::Ports::known) return false;
  part.local = flow.local.value & shape.local_mask;
  part.remote = flow.remote.value & shape.remote_mask;
  if (shape.local_port) part.local_port = flow.local_port;
  if (shape.remote_port) part.remote_port = flow.remote_port;
  if (shape.local_protocol) part.local_protocol = flow.protocol;
  if (shape.remote_protocol) part.remote_protocol = flow.protocol;
  return true;
}

}  // namespace arrouter::ipsec
