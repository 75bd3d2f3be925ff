// Any ARP packets: the table stays within its limit, its screen can be printed, no buffer is lost.
#include <cstdlib>

#include "tests/unit/ip/bench.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace arrouter;
  test::IpBench router;
  router.two_interfaces();
  router.run_all(
      {"add ip int=vlan1-1 ip=10.0.0.1 proxyarp=defroute", "add ip rou=0.0.0.0 int=eth0 next=200.200.200.254"});
  ByteReader reader({data, size});
  while (reader.remaining() > 0) {
    const std::uint8_t kind = reader.u8();
    const ByteView body = reader.take(std::min<std::size_t>(wire::arp_packet, reader.remaining()));
    Bytes packet(body.begin(), body.end());
    if ((kind & 1) != 0 && packet.size() == wire::arp_packet) {
      const Bytes head{0, 1, 8, 0, 6, 4, 0};  // Ethernet, IPv4
      std::copy(head.begin(), head.end(), packet.begin());
    }
    test::BenchPort& port = (kind & 2) != 0 ? router.eth0 : router.vlan1;
    port.inject({test::IpBench::ethernet(test::broadcast_mac, test::mac(0x11), wire::ether_type::arp, packet)});
    if ((kind & 4) != 0) router.services.time.advance(std::chrono::seconds(500));
  }
  if (router.run("show ip arp").empty()) std::abort();
  router.services.time.advance(std::chrono::seconds(2));
  if (router.services.pool.available() != router.services.pool.total()) std::abort();
  return 0;
}
