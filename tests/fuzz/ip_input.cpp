// Any frames against the whole IP input: two interfaces, fragments, options, ICMP, UDP, decrypted packets, filters. The
// input is a row of frames, each with a two-byte length in front; the top bits of the length choose port and treatment.
#include <cstdlib>

#include "tests/unit/ip/bench.h"

namespace {

using namespace arrouter;

/// Takes everything protected and gives its inside back, as IPsec would.
struct Unwrap final : IpsecStage {
  explicit Unwrap(IpApi& ip) : ip(ip) {}
  bool attached(InterfaceId) const override { return true; }
  void outbound(InterfaceId, Burst&) override {}
  void inbound_clear(InterfaceId, Burst&) override {}
  void inbound_protected(InterfaceId interface, Burst& burst) override {
    for (Packet& packet : burst) {
      if (packet->size() < 28) {
        packet.reset();
        continue;
      }
      packet->pull(28);
      packet->meta.ipsec_sa = 1;
    }
    burst.compact();
    ip.receive_decrypted(interface, burst);
  }
  IpApi& ip;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::IpBench router;
  router.two_interfaces();
  router.run_all({"add ip rou=0.0.0.0 int=eth0 next=200.200.200.254", "enable ip srcroute", "set ip int=vlan1 dir=yes",
                  "add ip fil=1 so=0.0.0.0 prot=tcp ses=start log=1600 ac=incl",
                  "add ip fil=1 so=0.0.0.0 prot=udp dp=53 log=dump ac=excl",
                  "add ip fil=1 so=0.0.0.0 prot=icmp ic=echo log=4 ac=incl",
                  "add ip fil=1 so=0.0.0.0 op=yes log=header ac=incl", "add ip fil=1 so=0.0.0.0 ac=incl",
                  "add ip fil=100 so=0.0.0.0 prot=udp poli=9", "add ip fil=200 so=0.0.0.0 prio=p3",
                  "add ip rou=10.0.0.0 int=eth0 next=200.200.200.253 poli=1", "set ip int=eth0 fil=1 pri=200",
                  "set ip int=vlan1 pol=100", "set ip local fil=1 pol=100"});
  router.api->listen_udp(500, "Fuzz", [](const UdpDatagram&) {});
  router.api->set_udp_encapsulation_ports(4500, 500);
  Unwrap stage(*router.api);
  router.api->set_ipsec(&stage);
  ByteReader reader({data, size});
  while (reader.remaining() > 2) {
    const std::uint16_t head = reader.u16();
    ByteView body = reader.take(std::min<std::size_t>(head & 0x7ff, reader.remaining()));
    test::BenchPort& port = (head & 0x8000) != 0 ? router.eth0 : router.vlan1;
    // Half of them get a good Ethernet header and header checksum, so that more than the first check is reached.
    Bytes frame(body.begin(), body.end());
    if ((head & 0x4000) != 0) {
      if (frame.size() >= 20) {
        const std::size_t header = static_cast<std::size_t>(frame[0] & 15) * 4;
        if (header >= 20 && header <= frame.size()) wire::finish_ipv4(frame.data());
      }
      frame = test::IpBench::ethernet(port.mac(), test::mac(0x11), wire::ether_type::ipv4, frame);
    }
    port.inject({frame});
    if ((head & 0x2000) != 0) router.services.time.advance(std::chrono::milliseconds(700));
  }
  router.services.time.advance(std::chrono::seconds(61));
  router.api->set_ipsec(nullptr);
  if (router.services.pool.available() != router.services.pool.total()) std::abort();  // a buffer was lost
  return 0;
}
