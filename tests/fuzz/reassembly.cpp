// Fragments in any order, overlapping, repeated, too many. The input is a row of fragments of six bytes each: datagram,
// where it begins, how long it is, more to come, seconds until the next. What is put together has every byte where its
// sender had it, limits hold, and in the end no buffer is missing.
#include <cstdlib>

#include "modules/ip/reassembly.h"
#include "netdev/wire/ipv4.h"
#include "os/base/bytes.h"
#include "os/base/limits.h"
#include "tests/support/virtual_time.h"

namespace {

using namespace arrouter;

/// The byte that every sender of this datagram has at this place.
std::uint8_t content(std::uint8_t datagram, std::size_t at) {
  return static_cast<std::uint8_t>(at * 7 + at / 251 + datagram);
}

struct Bench {
  Bench()
      : reassembly(
            pool, time, time.scheduler, counters, [this](Packet) { ++expired; }, [](const PacketBuffer&, bool) {}) {}
  test::VirtualTime time;
  PacketPool pool{1024, 16};
  ip::IpCounters counters;
  std::uint64_t expired = 0;
  ip::Reassembly reassembly;
};

Packet fragment(PacketPool& pool, std::uint8_t datagram, std::size_t begin, std::size_t length, bool more) {
  Packet packet = pool.allocate(wire::ipv4_header + length);
  if (!packet) return packet;
  std::uint8_t* const at = packet->put(wire::ipv4_header + length);
  for (std::size_t i = 0; i < length; ++i) at[wire::ipv4_header + i] = content(datagram, begin + i);
  wire::write_ipv4(at,
                   {.source = Ipv4Address(10, 0, 0, 1),
                    .destination = Ipv4Address(10, 0, 0, 2),
                    .protocol = wire::protocol::udp,
                    .id = datagram},
                   static_cast<std::uint16_t>(packet->size()));
  store_be16(at + 6, static_cast<std::uint16_t>(begin / 8 | (more ? 0x2000 : 0)));
  wire::finish_ipv4(at);
  return packet;
}

void must(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Bench bench;
  for (std::size_t i = 0; i + 6 <= size && i < 6 * 2000; i += 6) {
    const std::uint8_t* const at = data + i;
    const std::size_t begin = (load_be16(at + 1) & 0x1fff) * std::size_t{8};
    const bool more = (at[4] & 1) != 0;
    const std::size_t length = more ? 8 * (1 + std::size_t{at[3]} % 180) : at[3] * std::size_t{5};
    Packet packet = fragment(bench.pool, at[0], begin, length, more);
    if (!packet) continue;
    if (begin == 0 && !more) continue;  // whole as it is: never shown to reassembly
    if (Packet whole = bench.reassembly.add(std::move(packet))) {
      const auto ip = wire::view_ipv4(whole->view());
      must(ip && !ip->fragment() && ip->total_length() == whole->size());
      const ByteView payload = ip->payload();
      for (std::size_t k = 0; k < payload.size(); ++k) must(payload[k] == content(at[0], k));
    }
    must(bench.reassembly.datagrams() <= limits::reassembly_queues);
    must(bench.reassembly.bytes() <= limits::reassembly_bytes);
    must(bench.reassembly.fragments() <= limits::reassembly_fragments);
    bench.time.advance(std::chrono::seconds(at[5] / 16));
  }
  bench.time.advance(limits::reassembly_time + std::chrono::seconds(1));
  must(bench.reassembly.datagrams() == 0 && bench.pool.available() == bench.pool.total());
  return 0;
}
