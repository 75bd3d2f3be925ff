// L2TP: what one peer may send to a router that lets it open tunnels. The input is a chain of datagrams, each behind its
// length in two bytes; tunnel and call ids in the headers are replaced by living ones where a bit asks for it.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "modules/l2tp/engine.h"

namespace {

using namespace arrouter;
using namespace arrouter::l2tp;

Bytes no_hash(std::initializer_list<ByteView> parts) {
  Bytes out(16, 0);
  std::size_t at = 0;
  for (const ByteView part : parts) {
    for (const std::uint8_t byte : part) out[at++ % 16] ^= byte;
  }
  return out;
}

struct Quiet final : Host {
  void send(const Tunnel& tunnel, ByteView message) override {
    if (!read_header(message)) __builtin_trap();
    last_tunnel = tunnel.id;
  }
  std::optional<std::string> admits(Ipv4Address) const override { return "secret"; }
  bool accepts(const Tunnel&, Call& call) override {
    last_call = call.id;
    return true;
  }
  void up(Tunnel&, Call&) override { ++calls; }
  void down(Tunnel&, Call& call, std::string_view) override {
    if (call.state == CallState::established) --calls;
  }
  void tunnel_up(const Tunnel&) override { ++tunnels; }
  void tunnel_down(const Tunnel&, std::string_view) override { --tunnels; }
  WallTime wall_time() const override { return {}; }
  std::uint16_t last_tunnel = 0, last_call = 0;
  long calls = 0, tunnels = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Quiet host;
  SeededRandom random(1);
  Engine engine(host, random, no_hash, [] { return Identity{"fuzz", "fuzz", 1}; });
  const Endpoint peer{Ipv4Address(0x0a000001)};
  Instant now{};
  engine.place_call(Ipv4Address(0x0a000002), peer, "secret", "call", "number", now);
  ByteReader in({data, size});
  while (in.remaining() > 2) {
    const std::uint16_t word = in.u16();
    const ByteView part = in.take(std::min<std::size_t>(word & 0x03ff, in.remaining()));
    Bytes datagram(part.begin(), part.end());
    if ((word & 0x8000) != 0 && datagram.size() >= 8) {
      store_be16(datagram.data() + 4, host.last_tunnel);
      store_be16(datagram.data() + 6, host.last_call);
    }
    now += std::chrono::milliseconds((word >> 10 & 0x1f) * 500);
    engine.poll(now);
    if (const auto header = read_header(datagram)) {
      if (header->control) engine.receive(Ipv4Address(0x0a000002), peer, *header, now);
      else static_cast<void>(engine.find(header->tunnel, header->session));
    }
  }
  engine.close_all({result::shutting_down, error::none, "end"}, now);
  for (int i = 0; i < 200; ++i) {
    const auto next = engine.next_deadline();
    if (!next) break;
    now = std::max(now, *next);
    engine.poll(now);
  }
  if (!engine.tunnels().empty() || host.calls != 0 || host.tunnels != 0) __builtin_trap();
  return 0;
}
