// Security associations and bundles at work, and the table that finds an SA by the SPI of an arriving packet.
#pragma once

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "modules/ipsec/counters.h"
#include "modules/ipsec/replay.h"
#include "modules/ipsec/selector.h"
#include "modules/ipsec/specification.h"
#include "os/base/random.h"
#include "os/base/time.h"

namespace arrouter::ipsec {

struct Policy;
struct SaBundle;

/// Whether compressing is worth the time: after packets that did not shrink, more and more of the next ones are not
/// tried, until one shrinks again (RFC 3173 2.2).
class CompressionPause {
 public:
  bool ask() {
    if (left_ == 0) return true;
    --left_;
    return false;
  }
  void learn(bool shrunk) {
    failures_ = shrunk ? 0 : std::min(failures_ + 1, most_failures);
    left_ = failures_ < free_failures ? 0 : 1U << (failures_ - free_failures);
  }

 private:
  static constexpr unsigned free_failures = 3, most_failures = 9;  // at most 64 packets are let pass
  unsigned failures_ = 0, left_ = 0;
};

/// The line of a processor's cache. With thousands of SAs a packet waits for each line of its own, so what every packet
/// needs of an SA and its bundle stands together in front, and fetch_ahead.cpp asks for just that. Fields stand in the
/// order that fills these lines.
inline constexpr std::size_t cache_line = 64;

/// One SA pair: what the screens call an SA has both directions.
struct alignas(cache_line) Sa {
  // both ways
  SaBundle* bundle = nullptr;
  enco::ChannelId encryption = 0, authentication = 0;
  std::uint32_t in_spi = 0, out_spi = 0;  // of IPComp: CPIs
  std::uint32_t out_sequence = 0;         // of the last packet sent
  std::uint32_t in_sequence = 0;          // highest received and authenticated
  std::uint16_t id = 0;                   // SHOW IPSEC SA
  isakmp::Protocol protocol = isakmp::Protocol::esp;
  isakmp::Encapsulation mode = isakmp::Encapsulation::tunnel;
  enco::Cipher cipher = enco::Cipher::null;
  enco::Hash hash = enco::Hash::null;
  bool anti_replay = false;
  bool sequence_may_wrap = false;  // manual keys without anti-replay: RFC 4303 3.3.3
  SaFlow out;

  // what a packet needs on its way in besides
  SaFlow in;
  ReplayWindow window;  // the first two words of it; all of a wide one

  // what few packets need
  SaFailures failures;
  enco::ChannelId compressor = 0;
  CompressionPause compression_worth_it;
  enco::Compression compression = enco::Compression::none;
  bool spi_reserved = false;  // in_spi was given out by the SaTable
  std::uint8_t specification = 0;

  void reset_counters() {
    out = in = {};
    failures = {};
  }
};
static_assert(sizeof(Sa) == 3 * cache_line);
/// Lines that a packet needs on its way out, and on its way in where the replay window is asked too.
inline constexpr std::size_t sa_lines_out = 1, sa_lines_in = 2;

/// A network for which a route by template was wanted.
struct RouteTo {
  std::string route_template;
  Ipv4Address network, mask;
  auto operator<=>(const RouteTo&) const = default;
};

/// SAs that are applied together, first to last on the way out: the last one stands outermost in a packet. They have
/// one pair of end points, so the first one in tunnel mode makes the one outer header; those behind it work on that.
struct alignas(cache_line) SaBundle {
  Policy* policy = nullptr;
  boost::container::small_vector<std::unique_ptr<Sa>, 1> sas;  // the one that most bundles have is named in here
  Ipv4Address local, peer;  // tunnel end points
  unsigned path_mtu = 0;    // of the outer packet, as routers on the way told; 0: unknown
  std::uint32_t nested_generation = 0;  // for which `nested` holds
  bool nested = false;                  // another policy wants what this bundle seals in its own tunnel
  bool soft_expired = false;
  bool exhausted = false;     // hard limit of bytes or sequence reached; goes after the burst
  bool used_inbound = false;  // a packet has come by it
  bool inbound_only = false;  // the peer may have dropped it with its ISAKMP SA

  std::uint64_t soft_bytes = 0;  // of either direction; 0: no limit
  std::uint64_t out_bytes = 0, in_bytes = 0;
  Traffic traffic;
  isakmp::NatInfo nat;  // its addresses stand behind the second line

  // what few packets need
  std::uint32_t index = 0;       // in the policy
  std::uint64_t hard_bytes = 0;  // at least soft_bytes
  std::uint64_t age = 0;         // counted up over all bundles
  bool initiator = false;
  bool renews = true;  // this end asks for the successor: the initiator, and a responder whose own limits are shorter
  std::string nat_id;  // of the peer, where it shares a NAT's address with others (isakmp::PeerName)
  std::string isakmp_policy;

  Instant created{};
  std::uint32_t hard_seconds = 0, soft_seconds = 0;  // 0: no limit (manual keys)
  Instant path_mtu_until{};
  std::vector<RouteTo> routes;  // IPROUTETEMPLATE's, taken back with the bundle

  bool outbound_ready = true;  // false: the peer may not have installed its side yet
  std::optional<Instant> settles_at;  // until then the peer may not have it, and nothing goes out by it
  Instant deadline{};                  // when Setup looks at it next
  Instant remove_at = Instant::max();  // replaced, and both sides use the successor

  /// Which SA makes the outer header; sas.size() in transport mode.
  std::size_t tunnel_at() const;
  bool transport() const { return tunnel_at() == sas.size(); }
  /// One SA, of ESP: the common case, which works in bursts.
  bool only_esp() const { return sas.size() == 1 && sas.front()->protocol == isakmp::Protocol::esp; }
  /// Nothing but IPComp: what does not shrink goes without any header of ours.
  bool only_compresses() const { return sas.size() == 1 && sas.front()->protocol == isakmp::Protocol::ipcomp; }
  isakmp::PeerName peer_name() const { return {peer, nat_id}; }
  std::uint64_t used_bytes() const { return std::max(out_bytes, in_bytes); }
  bool near_limit(std::uint64_t bytes) const { return soft_bytes != 0 && bytes >= soft_bytes; }
};
/// Lines that a packet needs.
inline constexpr std::size_t bundle_lines = 2;

/// All SAs by number and by inbound SPI. The SPIs it gives out index its table by their low 16 bits; their high bits
/// are random and never zero, so that no SPI below 65536 is given: what is below is a CPI of IPComp.
class SaTable {
 public:
  /// A fresh inbound SPI, of IPComp a CPI; 0 when all are taken.
  std::uint32_t reserve_spi(isakmp::Protocol protocol, Random& random);
  /// Takes back what no SA has been added under.
  void release_spi(std::uint32_t spi);
  /// Gives the SA its number and makes find() know it. Its in_spi is reserved, or foreign (manual keys). False: the
  /// table is full or the SPI belongs to another SA.
  bool add(Sa& sa);
  void remove(Sa& sa);
  /// ESP or AH; an IPComp SA is known by its peer and CPI, and found through its bundle.
  Sa* find(isakmp::Protocol protocol, std::uint32_t spi) const {
    const std::size_t slot = spi & slot_mask;
    if (slot < slots_.size() && slots_[slot].spi == spi && slots_[slot].sa != nullptr) {
      return slots_[slot].protocol == protocol ? slots_[slot].sa : nullptr;
    }
    return foreign_.empty() ? nullptr : find_foreign(protocol, spi);
  }
  /// Asks for the memory in which find() will look.
  void fetch(std::uint32_t spi) const {
    const std::size_t slot = spi & slot_mask;
    if (slot < slots_.size()) __builtin_prefetch(&slots_[slot]);
  }
  std::size_t size() const { return by_id_.size(); }
  /// Given out by reserve_spi() and not taken back, with or without an SA.
  bool reserved(std::uint32_t spi) const {
    const std::size_t slot = spi & slot_mask;
    return slot < slots_.size() && slots_[slot].spi == spi && spi != 0;
  }
  const std::map<std::uint16_t, Sa*>& by_id() const { return by_id_; }

 private:
  static constexpr std::uint32_t slot_mask = 0xffff;
  struct Slot {
    std::uint32_t spi = 0;  // 0: free
    isakmp::Protocol protocol = isakmp::Protocol::esp;
    Sa* sa = nullptr;
  };
  std::uint32_t reserve_cpi(Random& random);
  Sa* find_foreign(isakmp::Protocol protocol, std::uint32_t spi) const;
  std::vector<Slot> slots_;
  std::deque<std::uint16_t> free_;
  std::unordered_set<std::uint32_t> cpis_;
  std::map<std::pair<isakmp::Protocol, std::uint32_t>, Sa*> foreign_;
  std::map<std::uint16_t, Sa*> by_id_;
  std::uint16_t next_id_ = 0;
};

}  // namespace arrouter::ipsec
