// Any packets against the firewall: options, fragments, ICMP errors and what they quote, through sessions, rules and
// NAT. The input is a row of packets, each with a two-byte length in front; the top bits of the length choose port and
// treatment. Outside nobody may ever see a private address, and no buffer may be lost.
#include <cstdlib>

#include "tests/support/fire_bench.h"

namespace {

using namespace arrouter;

void check_outside(test::FireBench& router, bool from_outside) {
  const Ipv4Address network(192, 168, 1, 0);
  while (!router.eth0.sent.empty()) {
    const Bytes frame = router.eth0.next();
    const auto view = wire::view_ethernet(frame);
    if (!view || view->type != wire::ether_type::ipv4) continue;
    const auto ip = wire::view_ipv4(view->payload);
    if (!ip) std::abort();
    if (ip->source() == test::lan_router) continue;
    if (!(from_outside ? ip->source().masked(mask_of(24)) != network : ip->source() == test::wan)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  {
    test::FireBench router{
        "add firewall policy=net nat=enhanced int=vlan1 gblint=eth0",
        "enable firewall sipalg",
        "enable firewall policy=net icmp_f=all options=all fragment=udp,icmp,other log=allow,denydump",
        "add firewall policy=net rule=1 action=allow int=eth0 prot=tcp gblip=200.200.200.1 gblport=80 ip=192.168.1.100 "
        "port=8080",
        "add firewall policy=net rule=2 action=allow int=eth0 prot=udp port=500 ip=200.200.200.1",
        "add firewall policy=net rule=3 action=nat nattype=reverse int=eth0 prot=udp gblip=200.200.200.1 gblport=7 "
        "ip=192.168.1.100 port=9 remoteip=10.0.0.1"};
    router.run("lab set firewall maxsessions=8");
    ByteReader reader({data, size});
    while (reader.remaining() > 2) {
      const std::uint16_t head = reader.u16();
      const ByteView body = reader.take(std::min<std::size_t>(head & 0x7ff, reader.remaining()));
      Bytes packet(body.begin(), body.end());
      if ((head & 0x4000) != 0 && packet.size() >= 20) {
        const std::size_t header = static_cast<std::size_t>(packet[0] & 15) * 4;
        if (header >= 20 && header <= packet.size()) wire::finish_ipv4(packet.data());
      }
      const bool outside = (head & 0x8000) != 0;
      if (outside) {
        router.eth0.inject({router.from_wan(packet)});
      } else {
        router.vlan1.inject({router.from_lan(packet)});
      }
      if ((head & 0x2000) != 0) router.wait(std::chrono::seconds(20));
      check_outside(router, outside);
      if (std::stoul(router.sessions()) > 8) std::abort();
    }
    router.run("show firewall session counter");
    router.run("show firewall event");
    router.wait(std::chrono::seconds(61));
    router.run("disable ip");
    if (router.services.pool.available() != router.services.pool.total()) std::abort();  // a buffer was lost
  }
  return 0;
}
