// Puts fragments together (RFC 791, RFC 815) under limits: so many datagrams, bytes and buffers at once, 60 seconds.
// Overlapping fragments are an attack, not a network: the whole datagram is thrown away (as RFC 5722 has it for IPv6);
// exact repetitions are ignored.
#pragma once

#include <array>
#include <functional>
#include <list>
#include <vector>

#include "modules/ip/counters.h"
#include "netdev/wire/ipv4.h"
#include "os/base/packet.h"
#include "os/base/scheduler.h"

namespace arrouter::ip {

class Reassembly {
 public:
  /// Gets the first fragment (if it came) of a datagram that was given up, with the reason.
  using Expired = std::function<void(Packet first_fragment)>;
  /// Gets a fragment of every datagram that comes to nothing, and whether pieces of it overlapped.
  using GivenUp = std::function<void(const PacketBuffer& piece, bool overlap)>;

  Reassembly(PacketPool& pool, const Clock& clock, Scheduler& scheduler, IpCounters& counters, Expired expired,
             GivenUp given_up);

  /// Takes a fragment whose header was checked; gives the whole packet when it was the last one missing.
  Packet add(Packet fragment);
  void clear();
  std::size_t datagrams() const { return datagrams_.size(); }
  std::size_t bytes() const { return bytes_; }
  std::size_t fragments() const { return fragments_; }

 private:
  struct Piece {
    std::size_t begin = 0, end = 0;  // bytes of payload
    bool last = false;
    Packet packet;
  };
  struct Datagram {
    Ipv4Address source, destination;
    std::uint16_t id = 0;
    std::uint8_t protocol = 0;
    std::uint32_t security = 0;   // fragments that came through different SAs do not mix,
    std::uint16_t interface = 0;  // nor those of two interfaces: a firewall trusts them differently
    Instant deadline{};
    std::vector<Piece> pieces;  // by begin, never overlapping
    std::size_t bytes = 0;
    Datagram* next_alike = nullptr;  // in the same bucket
    std::list<Datagram>::iterator self;
    bool belongs(const wire::Ipv4View& ip, const PacketMeta& meta) const {
      return id == ip.id() && source == ip.source() && destination == ip.destination() && protocol == ip.protocol() &&
             security == meta.ipsec_sa && interface == meta.interface;
    }
    bool whole() const;
  };
  static std::size_t bucket_of(std::uint16_t id, Ipv4Address source) { return (id ^ source.value) % buckets; }
  Datagram* find(const wire::Ipv4View& ip, const PacketMeta& meta);
  Datagram& begin(const wire::Ipv4View& ip, const PacketMeta& meta);
  bool make_room(std::size_t bytes, const Datagram* keep);
  bool place(Datagram& datagram, Piece piece);
  Packet join(Datagram& datagram);
  void drop(Datagram& datagram, bool overlap = false);
  void forget(Datagram& datagram);
  void expire();

  static constexpr std::size_t buckets = 256;

  PacketPool& pool_;
  const Clock& clock_;
  IpCounters& counters_;
  Expired expired_;
  GivenUp given_up_;
  std::list<Datagram> datagrams_;  // oldest first
  std::list<Datagram> idle_;       // nodes to use again, so that fragments cost no memory in the long run
  std::array<Datagram*, buckets> index_{};
  std::size_t bytes_ = 0, fragments_ = 0;
  Timer timer_;
};

}  // namespace arrouter::ip
