// A vnet header and a frame as a host may make them, through everything a port does with super-frames: reading the
// header, counting, cutting, completing, capturing nothing but sane pieces at the other side.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "netdev/offload.h"
#include "netdev/segment.h"
#include "netdev/vnet_header.h"
#include "netdev/wire/ethernet.h"

namespace {

using namespace arrouter;

/// What comes out for a port without offloads needs nothing more, and fits a wire's buffer.
void check(Burst& burst) {
  for (const Packet& frame : burst) {
    if (!allowed(frame->meta, {})) std::abort();
    if (frame->size() > limits::large_packet + limits::packet_tailroom) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static PacketPool pool(300, 4);
  VnetHeader header;
  if (size < sizeof header || size - sizeof header > limits::large_packet) return 0;
  std::memcpy(&header, data, sizeof header);
  for (const PortOffloads& can : {PortOffloads{}, PortOffloads{true, true, true}, PortOffloads{true, true, false}}) {
    Packet frame = pool.copy({data + sizeof header, size - sizeof header});
    if (!frame || !read_vnet_header(header, *frame)) return 0;
    Burst burst;
    burst.add(std::move(frame));
    prepare_frames(burst, can, pool, [&](Burst& out) {
      for (Packet& ready : out) {
        if (!allowed(ready->meta, can)) std::abort();
        make_vnet_header(*ready);
      }
      prepare_frames(out, {}, pool, check);
    });
    if (!burst.empty() || pool.available() != pool.total()) std::abort();
  }
  return 0;
}
