// What other modules may ask of IP: addresses, routes, local delivery, UDP, and the place in the packet path where
// IPsec stands.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netdev/wire/ipv4.h"
#include "os/base/address.h"
#include "os/base/packet.h"

namespace arrouter {

class PacketTrace;
class Port;

/// Index of an IP interface, stable while it exists; 0 is never used.
using InterfaceId = std::uint16_t;

struct IpInterfaceInfo {
  InterfaceId id = 0;
  std::string name;  // "eth0", "vlan1-2"
  Ipv4Address address, mask;
  unsigned mtu = 1500;
  bool up = false;
};

/// A datagram for UDP listeners; the payload lives only during the call.
struct UdpDatagram {
  Ipv4Address source, destination;
  std::uint16_t source_port = 0, destination_port = 0;
  InterfaceId interface = 0;
  bool through_ipsec = false;  // it came out of an SA
  ByteView payload;
};

/// What is to be sent by UDP. An unset source means: chosen by route (or SET IP LOCAL).
struct UdpToSend {
  Ipv4Address source, destination;
  std::uint16_t source_port = 0, destination_port = 0;
  ByteView payload;
};

/// Why a packet was dropped; each has one counter on a screen of IP or IPsec.
enum class IpDrop : std::uint8_t {
  header_error, address_error, unknown_protocol, no_route, ttl_expired, would_fragment, no_buffer, arp_failed,
  interface_down, reassembly_failed, policy, not_forwarding, option, blackhole, filter, count_
};

/// IPsec's place in the packet path. IP calls it with bursts; the ipsec module implements it. All packets start at
/// the IP header. A call may take packets out (drop, queue, hand on); what stays in the burst goes on.
class IpsecStage {
 public:
  virtual ~IpsecStage() = default;
  /// The interface has IPsec policies, so its packets are shown to the calls below.
  virtual bool attached(InterfaceId interface) const = 0;
  /// Packets leaving by `interface` whose route is chosen. A packet that is protected stays in place with its new
  /// outer header and meta.ipsec_done set; IP then routes it again, fragments it and sends it. Packets of the router
  /// itself pass here too.
  virtual void outbound(InterfaceId interface, Burst& burst) = 0;
  /// Packets that arrived in clear on `interface`, before forwarding or local delivery: the policy list decides.
  virtual void inbound_clear(InterfaceId interface, Burst& burst) = 0;
  /// Whole packets (reassembled) for this router with protocol ESP or AH, or UDP-encapsulated ESP (UDP header still
  /// on), super-frames already cut. Takes all of them; what is decrypted comes back through
  /// IpApi::receive_decrypted().
  virtual void inbound_protected(InterfaceId interface, Burst& burst) = 0;
  /// The packet, one for inbound_protected(), has the SPI of an SA of this router or of one that is being made.
  virtual bool owns(const PacketBuffer&) const { return true; }
  /// A packet that is to leave by `interface` as it is now will be put into an SA.
  virtual bool protects(InterfaceId, const PacketBuffer&) { return false; }
  /// IP in IP for this router belongs to an SA too (a compressed tunnel sends so what does not shrink, RFC 3173 2.2), so
  /// it goes to inbound_protected().
  virtual bool takes_ip_in_ip() const { return false; }
  /// ICMP "fragmentation needed" came about a protected packet of this router: its IP header and what follows, cut
  /// short; `mtu` is 0 where an old router does not name it.
  virtual void path_too_narrow([[maybe_unused]] ByteView quoted, [[maybe_unused]] unsigned mtu) {}
};

/// The firewall's place in the packet path: before routing and, with the route known, before IPsec. On the way in it
/// stands behind IPsec, so it sees what came out of an SA (meta.ipsec_sa) and never the ESP packets of this router. All
/// packets start at the IP header and are whole: fragments are put together first (meta.fragments). A call may take
/// packets out and counts what it drops; what stays in the burst goes on.
class FirewallStage {
 public:
  virtual ~FirewallStage() = default;
  /// The interface belongs to a policy at work, so its packets are shown to the calls below.
  virtual bool attached(InterfaceId interface) const = 0;
  /// Packets that arrived on `interface`, not routed yet. Their destination may be changed; those for the router itself
  /// are decided here. What is learnt about a packet goes into meta.session.
  virtual void arrived(InterfaceId interface, Burst& burst) = 0;
  /// ESP or AH to an address of this router may be meant for a host that NAT hides behind it: what IPsec does not own
  /// goes to arrived() then.
  virtual bool forwards(InterfaceId, const PacketBuffer&) { return false; }
  /// A fragment from `interface` before it is put together with others; false: it is dropped (and counted).
  virtual bool fragment(InterfaceId, const PacketBuffer&) { return true; }
  /// IP drops (and counts) what could not be shown to arrived().
  enum class Flaw : std::uint8_t { own_source, fragments_overlap, fragments_missing };
  virtual void flawed(InterfaceId, const PacketBuffer&, Flaw) {}
  /// Packets whose route leaves by `interface`. meta.interface is where they came from, 0 for the router's own. Their
  /// source may be changed, their destination not.
  virtual void departing(InterfaceId interface, Burst& burst) = 0;
  /// The router answers ARP requests for this address although it is none of its own (NAT with more global addresses).
  virtual bool answers_arp(InterfaceId interface, Ipv4Address target) const = 0;
};

/// Tells subscribers that an interface changed: came, went, up, down, another address.
struct InterfaceChange {
  IpInterfaceInfo info;
  bool removed = false;
};

/// A route that another module made by a route template; what remove_route() needs.
struct MadeRoute {
  Ipv4Address network, mask, next_hop;
  InterfaceId interface = 0;
  unsigned policy = 0;
};

class IpApi {
 public:
  virtual ~IpApi() = default;

  virtual bool enabled() const = 0;
  virtual std::optional<IpInterfaceInfo> interface(std::string_view name) const = 0;
  virtual std::optional<IpInterfaceInfo> interface(InterfaceId id) const = 0;
  virtual std::vector<IpInterfaceInfo> interfaces() const = 0;
  /// One of the router's own addresses (interfaces and the local interface).
  virtual bool is_own(Ipv4Address address) const = 0;
  /// The address SET IP LOCAL gave; unset by default.
  virtual Ipv4Address local_address() const = 0;
  virtual void on_interface_change(std::function<void(const InterfaceChange&)> listener) = 0;

  struct RouteInfo {
    InterfaceId interface = 0;
    Ipv4Address next_hop;  // the destination itself on a connected network
  };
  /// Best route; nullopt when there is none or its interface is down.
  virtual std::optional<RouteInfo> route(Ipv4Address destination) const = 0;
  /// The source the router would use towards `destination`: local address if set, else the leaving interface's.
  virtual Ipv4Address source_towards(Ipv4Address destination) const = 0;
  /// Adds a route as ADD IP ROUTE TEMPLATE describes it; it is in no configuration script. nullopt: there is no such
  /// template, its interface is gone, or the same route exists already.
  virtual std::optional<MadeRoute> add_route([[maybe_unused]] std::string_view route_template,
                                             [[maybe_unused]] Ipv4Address network, [[maybe_unused]] Ipv4Address mask) {
    return std::nullopt;
  }
  virtual void remove_route([[maybe_unused]] const MadeRoute& made) {}

  /// Interfaces may be put on this link from now on, by ADD IP INTERFACE or add_dynamic_interface(). A link that is
  /// detached takes its interfaces with it; never inside a call of the packet path.
  virtual void attach_link(Port&) {}
  virtual void detach_link(Port&) {}
  /// The network gives an interface configured with 0.0.0.0 its address, which no script gets; an unset address takes
  /// it back. False: there is no such interface, or it has an address of its own.
  virtual bool assign_address([[maybe_unused]] std::string_view interface, [[maybe_unused]] Ipv4Address address,
                              [[maybe_unused]] Ipv4Address mask) {
    return false;
  }
  /// An interface for a call, in no script; without an address it is unnumbered. False: IP is disabled, or the link or
  /// a free name is missing.
  virtual bool add_dynamic_interface([[maybe_unused]] std::string_view name, [[maybe_unused]] Ipv4Address address) {
    return false;
  }
  /// A host at the other end of an interface; the route goes with remove_route() or the interface.
  virtual std::optional<MadeRoute> add_host_route([[maybe_unused]] std::string_view interface,
                                                  [[maybe_unused]] Ipv4Address host) {
    return std::nullopt;
  }
  /// ENABLE IP REMOTEASSIGN: addresses may come from the network.
  virtual bool remote_assign() const { return false; }
  /// An address of CREATE IP POOL for a caller; nullopt: no such pool, or none free.
  virtual std::optional<Ipv4Address> lease_address([[maybe_unused]] std::string_view pool,
                                                   [[maybe_unused]] std::string_view interface,
                                                   [[maybe_unused]] std::string_view user) {
    return std::nullopt;
  }
  virtual void release_address([[maybe_unused]] std::string_view pool, [[maybe_unused]] Ipv4Address address) {}

  /// Listens on a UDP port of all own addresses; false when taken. An empty listener ends it.
  using UdpListener = std::function<void(const UdpDatagram&)>;
  virtual bool listen_udp(std::uint16_t port, std::string_view process, UdpListener listener) = 0;
  /// Builds and sends a datagram through the whole output path (IPsec policies included). False: no route or buffer.
  virtual bool send_udp(const UdpToSend& datagram) = 0;
  /// Takes TCP for this router: whole segments from the IP header on, every checksum complete but not verified. What it
  /// leaves (false) is refused like a segment to a closed port. An empty receiver ends it.
  using TcpReceiver = std::function<bool(const PacketBuffer& segment)>;
  virtual void set_tcp(TcpReceiver) {}
  /// The identification of the next packet that this router makes.
  virtual std::uint16_t next_id() { return 0; }
  /// An address as text, or a name of the host table.
  virtual std::optional<Ipv4Address> resolve_host(std::string_view text) const { return parse_ipv4(text); }
  /// Sends whole IP packets made by this router (header complete, source set) through the output path.
  virtual void send(Burst& packets) = 0;
  /// The MAC address that ARP has for a neighbour; nobody is asked.
  virtual std::optional<MacAddress> station(InterfaceId, Ipv4Address) const { return std::nullopt; }
  /// Sends a packet as it is to every station of an interface's link; no stage sees it.
  virtual void send_to_all(InterfaceId, Packet) {}

  /// There is one stage of each kind; nullptr takes it out.
  virtual void set_ipsec(IpsecStage* stage) = 0;
  virtual void set_firewall(FirewallStage* stage) = 0;
  /// ESP in UDP: datagrams to port `floated` that are not ISAKMP (no zero marker, not a one-byte keep-alive), and those
  /// to ISAKMP's own port that have eight zero bytes where ISAKMP has a cookie (draft-ietf-ipsec-udp-encaps-01), go to
  /// IpsecStage::inbound_protected(); the rest to the UDP listener, at `floated` with the four zero bytes of the marker
  /// still in front (RFC 3948). Port 0 ends it.
  virtual void set_udp_encapsulation_ports(std::uint16_t floated, std::uint16_t isakmp) = 0;
  /// Decrypted packets of `interface`, meta.ipsec_sa set, starting at the inner IP header: back into IP input.
  virtual void receive_decrypted(InterfaceId interface, Burst& packets) = 0;
  /// ICMP "fragmentation needed" to the sender of a packet that will not fit once protected (RFC 4301 8.1).
  virtual void send_too_big(const PacketBuffer& packet, unsigned mtu) = 0;
  virtual void count_drop(IpDrop reason) = 0;
  /// Stages tell it what they decide about packets whose meta.trace is set; there is one then.
  virtual PacketTrace* packet_trace() { return nullptr; }
  /// The stages of the packet path in their order, with what went in and came out since the last RESET IP; what did not
  /// come out was dropped, or is held until there is an SA or an ARP answer.
  struct StageCount {
    std::string_view name;
    std::string_view reasons;  // the screen that says why packets stayed behind
    std::uint64_t in = 0, out = 0;
  };
  virtual std::vector<StageCount> stages() const { return {}; }
  /// IpsecStage::protects(); false without the stage.
  virtual bool protects(InterfaceId, const PacketBuffer&) { return false; }
};

}  // namespace arrouter
