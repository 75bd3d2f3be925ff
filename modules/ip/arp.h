// ARP (RFC 826): who has which address on a link. Holds one packet for each host that is being asked for.
#pragma once

#include <array>
#include <optional>
#include <unordered_map>
#include <vector>

#include "modules/ip/interfaces.h"
#include "netdev/wire/arp.h"
#include "os/base/limits.h"
#include "os/base/scheduler.h"
#include "os/log.h"

namespace arrouter::ip {

/// What ARP needs of the datapath.
class ArpHost {
 public:
  virtual ~ArpHost() = default;
  /// Sends a frame that has its Ethernet header.
  virtual void transmit(Interface& interface, Packet frame) = 0;
  /// Ethernet header for a resolved packet, then transmit.
  virtual void send_resolved(Interface& interface, Packet packet, const MacAddress& to) = 0;
  /// Nobody answered for this packet's next hop.
  virtual void unresolved(Packet packet) = 0;
  /// The router should answer on `interface` for `target`, which is not its own (PROXYARP).
  virtual bool proxies(const Interface& interface, Ipv4Address target) = 0;
};

struct ArpEntry {
  InterfaceId interface = 0;
  Ipv4Address address;
  MacAddress mac;
  bool fixed = false;  // static
  bool resolved = false;
  bool polled = false;  // asked again before ageing out
  unsigned port = 0;    // PORT= of a static entry; 0: not given
  Instant deadline{};   // of a dynamic entry: ages out, or the question fails
  Packet held;
};

class ArpTable {
 public:
  ArpTable(ArpHost& host, InterfaceTable& interfaces, const Switches& switches, PacketPool& pool, const Clock& clock,
           Scheduler& scheduler, Log& log);

  /// The MAC address of a host on `interface`. nullptr: the packet was held (or dropped) and the host is asked for.
  const MacAddress* resolve(Interface& interface, Ipv4Address host, Packet& packet);
  /// The Ethernet payload of an ARP frame that arrived on `link`.
  void input(Link& link, ByteView payload);
  /// Traffic from a host keeps its entry alive.
  void heard(const Link& link, Ipv4Address host, const MacAddress& from);
  /// Announces the interface's own address (gratuitous ARP), when that is on.
  void announce(Interface& interface);

  /// Without asking anybody.
  std::optional<MacAddress> known(const Interface& interface, Ipv4Address host) const;

  enum class Set : std::uint8_t { done, exists, unknown, full };
  Set add_static(Interface& interface, Ipv4Address host, const MacAddress& mac, unsigned port);
  Set set_static(Interface& interface, Ipv4Address host, const MacAddress& mac, unsigned port);
  Set remove(Ipv4Address host);
  void remove_dynamic();
  /// The interface lost its address, its link or itself; with `keep_static` static
  /// entries stay that are still on its subnet.
  void remove_interface(const Interface& interface, bool keep_static);

  const std::unordered_map<std::uint64_t, ArpEntry>& all() const { return entries_; }
  ArpCounters counters;

 private:
  using Key = std::uint64_t;
  static Key key_of(const Link& link, Ipv4Address host) {
    return static_cast<std::uint64_t>(link.index) << 32 | host.value;
  }
  std::optional<wire::ArpFields> check(Link& link, ByteView payload);
  void learn(Link& link, Interface* interface, const wire::ArpFields& arp, bool addressed_to_us);
  void resolved(ArpEntry& entry, const MacAddress& mac);
  void ask(Interface& interface, const ArpEntry& entry);
  void answer(Interface& interface, const wire::ArpFields& arp);
  void send(Interface& interface, const wire::ArpFields& fields, const MacAddress& to);
  void forget(Key key);
  void sweep();
  void watch(Instant deadline);
  void note(const ArpEntry& entry, bool added);
  Duration life() const { return std::chrono::seconds(256) * switches_.arp_timeout; }

  ArpHost& host_;
  InterfaceTable& interfaces_;
  const Switches& switches_;
  PacketPool& pool_;
  const Clock& clock_;
  Log& log_;
  std::unordered_map<Key, ArpEntry> entries_;
  std::array<Key, limits::arp_unresolved> asked_{};  // ring of the hosts asked for last
  std::size_t next_asked_ = 0;
  std::optional<Instant> watched_;
  Instant quiet_until_{};  // no conflict is logged before
  Timer timer_;
};

}  // namespace arrouter::ip
