// What of a packet the firewall looks at: protocol, addresses, ports, and whom an ICMP error is about.
#pragma once

#include <cstdint>
#include <optional>

#include "os/base/address.h"
#include "os/base/bytes.h"

namespace arrouter::firewall {

/// One end of a flow. Protocols without ports have 0; ICMP queries carry their identifier at the asking end.
struct Endpoint {
  Ipv4Address address;
  std::uint16_t port = 0;
  auto operator<=>(const Endpoint&) const = default;
};

/// Who sends what to whom: a packet's own view, and the key of the session table.
struct FlowKey {
  Endpoint source, destination;
  std::uint8_t protocol = 0;
  bool operator==(const FlowKey&) const = default;
  /// `seed` keeps outsiders from choosing keys that collide.
  std::uint64_t hash(std::uint64_t seed) const;
  FlowKey reversed() const { return {destination, source, protocol}; }
};

/// A whole packet, taken apart. Views live as long as the packet's bytes stay where they are.
struct Flow {
  FlowKey key;
  ByteView transport;             // behind the IP header
  std::uint8_t icmp_type = 0;     // of ICMP
  std::uint8_t tcp_flags = 0;     // of TCP
  bool options = false;           // the IP header has some
  std::optional<FlowKey> quoted;  // of an ICMP error: the packet it is about, as its sender sent it
  /// Of TCP: a connection begins with it.
  bool first_segment() const;
  bool icmp() const;
  bool icmp_error() const;
};

/// A protocol without ports or identifiers: ESP, GRE and others.
bool portless(std::uint8_t protocol);

/// Messages with an identifier that belongs to the asking end: its source, or the destination of the answer.
bool icmp_question(std::uint8_t type);
bool icmp_answer(std::uint8_t type);

/// nullopt when a header is broken or cut short. The key of an answer is the reverse of the question's, for ICMP too.
std::optional<Flow> flow_of(ByteView packet);

}  // namespace arrouter::firewall
