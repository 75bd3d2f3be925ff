// Makes Linux's TCP look like the real router's to a peer or a scanner: segments are changed where they pass between IP
// and the stack. The facts are those of nmap's fingerprints of AlliedWare: TTL 64, DF never set, a window of 1024
// bytes, no option but MSS, ECN ignored, a SYN taken whatever flags come with it.
#pragma once

#include <array>
#include <cstdint>

#include "netdev/tcp_table.h"
#include "os/base/bytes.h"
#include "os/base/limits.h"

namespace arrouter::tcp {

/// The largest segment the router takes. Routers offer what the peer offers up to `largest`, and `largest` to a peer
/// that offers nothing; switches always `largest`.
struct SegmentSize {
  std::uint16_t largest = 1024;
  bool fixed = false;
};

class Shape {
 public:
  explicit Shape(SegmentSize size) : size_(size) {}

  /// A segment for the stack, from the IP header on, checksums complete: changed in place. False: the stack is better
  /// not shown it, since the real router answers it like one to a closed port, or its header is broken.
  bool in(ByteSpan packet);
  /// A packet of the stack, changed in place; `id` is its IP identification. Returns its new length, 0 when it is
  /// nothing but noise of the namespace.
  std::size_t out(ByteSpan packet, std::uint16_t id);

 private:
  /// What later answers need of a segment that arrived.
  struct Seen {
    TcpEndpoint local, remote;
    std::uint32_t sequence = 0;
    std::uint16_t offered = 0;  // MSS of a SYN
  };
  const Seen* last_of(const TcpEndpoint& local, const TcpEndpoint& remote) const;

  SegmentSize size_;
  std::array<Seen, limits::tcp_segments_remembered> seen_{};
  std::size_t next_ = 0;
};

}  // namespace arrouter::tcp
