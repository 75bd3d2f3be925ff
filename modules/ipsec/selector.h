// Selectors (RFC 4301 4.4.1.1) as the policies configure them, and the flow of a packet they are compared with.
// "Local" is the router's side: the source of a packet that leaves, the destination of one that arrives.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "modules/ip/ip_api.h"
#include "modules/isakmp/isakmp_api.h"
#include "os/base/address.h"
#include "os/base/packet.h"

namespace arrouter::ipsec {

/// What of a packet decides its policy: 16 bytes, compared and hashed as a whole by the flow cache.
struct FlowKey {
  enum class Ports : std::uint8_t {
    none,  // the protocol has none; ICMP keeps its type in local_port
    known,
    opaque,  // there, but out of reach: later fragments, encrypted or compressed packets
  };
  Ipv4Address local, remote;
  std::uint16_t local_port = 0, remote_port = 0;
  InterfaceId interface = 0;
  std::uint8_t protocol = 0;
  Ports ports = Ports::none;
  bool operator==(const FlowKey&) const = default;
  std::uint64_t hash() const;
};
static_assert(sizeof(FlowKey) == 16);

enum class Heading : std::uint8_t { leaving, arriving };
/// The flow of a packet that starts at its IPv4 header; nullopt when that header is broken.
std::optional<FlowKey> flow_of(ByteView packet, Heading heading, InterfaceId interface);
/// Gives the remote end of a TCP or UDP flow another port.
void change_port(PacketBuffer& packet, Heading heading, std::uint16_t port);

/// LADDRESS/LMASK or RADDRESS/RMASK.
struct AddressSelector {
  enum class Kind : std::uint8_t { any, address, subnet, range };
  Kind kind = Kind::any;
  Ipv4Address first;   // address, network, or start of the range
  Ipv4Address second;  // mask, or end of the range
  bool operator==(const AddressSelector&) const = default;
  Ipv4Range range() const;
  bool contains(Ipv4Address address) const { return kind == Kind::any || range().contains(address); }
};
std::string address_text(const AddressSelector& selector);  // "192.168.1.0", "ANY", "1.1.1.1-1.1.1.9"
std::string mask_text(const AddressSelector& selector);     // "255.255.255.0", "ANY", "-" for a range

/// LPORT, RPORT and TRANSPORTPROTOCOL: one number, anything, or OPAQUE.
struct NumberSelector {
  enum class Kind : std::uint8_t { any, opaque, number };
  Kind kind = Kind::any;
  std::uint16_t number = 0;
  bool operator==(const NumberSelector&) const = default;
};
std::string port_text(const NumberSelector& selector);
/// "ANY", "UDP", "123".
std::string protocol_text(const NumberSelector& selector);
/// Number of a protocol keyword of TRANSPORTPROTOCOL ("TCP"), if it is one.
std::optional<std::uint8_t> protocol_number(std::string_view word);

using IcmpTypes = std::vector<std::pair<std::uint64_t, std::uint64_t>>;  // inclusive ranges; empty: all

struct Selectors {
  AddressSelector local, remote;
  NumberSelector local_port, remote_port, protocol;
  IcmpTypes icmp_types;
  bool operator==(const Selectors&) const = default;
  bool matches(const FlowKey& flow) const;
};

/// Phase 2 identity of one side (reference/isakmp-ipsec.md 4.9).
isakmp::TrafficId traffic_id(const AddressSelector& address, const NumberSelector& port,
                             const NumberSelector& protocol);
/// The addresses an identity covers.
Ipv4Range traffic_range(const isakmp::TrafficId& id);
/// Back from an identity, for the filters of an SA.
AddressSelector address_of(const isakmp::TrafficId& id);

/// The traffic one bundle carries; what came out of its SAs is checked against it (RFC 4301 5.2).
struct Traffic {
  isakmp::TrafficId local, remote;
  bool operator==(const Traffic&) const = default;
  bool contains(const FlowKey& flow) const;
};
/// What of selectors can be negotiated: all flows that match, and those that only OPAQUE and ICMP types keep out.
Traffic traffic_of(const Selectors& selectors);

}  // namespace arrouter::ipsec
