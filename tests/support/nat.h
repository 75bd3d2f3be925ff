// A NAT gateway of the simulated Internet: many addresses inside, one outside.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <tuple>

#include "os/base/address.h"
#include "os/base/bytes.h"
#include "tests/support/virtual_time.h"

namespace arrouter::test {

/// Rewrites addresses and ports of UDP datagrams and identifiers of echo messages; whatever has no ports (ESP,
/// fragments) ends here. A mapping belongs to one inside address and port, and is forgotten after `idle` without a
/// packet from inside.
class Nat {
 public:
  Nat(VirtualTime& time, std::string_view outside, Duration idle = std::chrono::seconds(60));

  /// A packet on its way out or in, changed in place; false: dropped.
  bool leave(ByteSpan packet);
  bool enter(ByteSpan packet);

  Ipv4Address outside() const { return outside_; }
  /// Forgets every mapping: what follows gets other ports.
  void forget();
  /// The provider gives another outside address; mappings are forgotten.
  void renumber(std::string_view outside);
  std::uint64_t dropped() const { return dropped_; }

 private:
  using Inside = std::tuple<std::uint8_t, Ipv4Address, std::uint16_t>;  // protocol, address, port or identifier
  struct Mapping {
    Inside inside;
    Instant last_used{};
  };
  bool drop();
  std::uint16_t map(const Inside& inside);

  VirtualTime& time_;
  Ipv4Address outside_;
  Duration idle_;
  std::map<Inside, std::uint16_t> ports_;
  std::map<std::uint16_t, Mapping> mappings_;
  std::uint16_t next_port_ = 20000;
  std::uint64_t dropped_ = 0;
};

}  // namespace arrouter::test
