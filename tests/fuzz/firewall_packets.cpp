// Any packets against the firewall: options, fragments, ICMP errors and what they quote, handshakes with the setup
// proxy, through sessions, rules and NAT. The input is a row of packets, each with a two-byte head: eleven bits of
// length, the rest choose port and treatment. Outside nobody may ever see a private address, and no buffer may be lost.
#include <cstdlib>

#include "tests/support/fire_bench.h"

namespace {

using namespace arrouter;

constexpr std::uint16_t length_bits = 0x07ff;
constexpr std::uint16_t in_two_pieces = 0x0800;
constexpr std::uint16_t acknowledge = 0x1000;  // what the router told outside last
constexpr std::uint16_t then_wait = 0x2000;
constexpr std::uint16_t sound_header = 0x4000;
constexpr std::uint16_t outside = 0x8000;
constexpr std::size_t most_sessions = 8;

void must(bool good) {
  if (!good) std::abort();
}

struct Fuzzed {
  test::FireBench router{
      "add firewall policy=net nat=enhanced int=vlan1 gblint=eth0",
      "enable firewall sipalg",
      "enable firewall policy=net icmp_f=all options=all fragment=udp,icmp,other log=allow,denydump accounting",
      "add firewall policy=net rule=1 action=allow int=eth0 prot=tcp gblip=200.200.200.1 gblport=80 ip=192.168.1.100 "
      "port=8080",
      "add firewall policy=net rule=2 action=allow int=eth0 prot=udp port=500 ip=200.200.200.1",
      "add firewall policy=net rule=3 action=nat nattype=reverse int=eth0 prot=udp gblip=200.200.200.1 gblport=7 "
      "ip=192.168.1.100 port=9 remoteip=10.0.0.1",
      "add firewall policy=net limitrule=1 srciplimit=6",
      "add firewall monitor=1 ip=192.168.1.100 copyto=vlan1",
      "enable firewall monitor"};
  std::uint32_t told = 0;  // the number of the last segment that left by eth0

  Fuzzed() { router.run("lab set firewall maxsessions=" + std::to_string(most_sessions)); }

  void look_outside(bool from_outside) {
    const Ipv4Address network(192, 168, 1, 0);
    while (!router.eth0.sent.empty()) {
      const Bytes frame = router.eth0.next();
      const auto view = wire::view_ethernet(frame);
      if (!view || view->type != wire::ether_type::ipv4) continue;
      const auto ip = wire::view_ipv4(view->payload);
      must(ip.has_value());
      if (const auto tcp = ip->protocol() == wire::protocol::tcp ? wire::view_tcp(ip->payload()) : std::nullopt) {
        told = tcp->sequence;
      }
      if (ip->source() == test::lan) continue;
      must(from_outside ? ip->source().masked(mask_of(24)) != network : ip->source() == test::wan);
    }
  }

  void inject(const Bytes& packet, bool from_outside) {
    if (from_outside) {
      router.eth0.inject({router.from_wan(packet)});
    } else {
      router.vlan1.inject({router.from_lan(packet)});
    }
  }

  /// Cut behind half of its payload, on eight bytes.
  void inject_pieces(const Bytes& packet, std::size_t header, bool from_outside) {
    const std::size_t cut = header + (packet.size() - header) / 16 * 8;
    Bytes first(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(cut));
    Bytes second(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(header));
    second.insert(second.end(), packet.begin() + static_cast<std::ptrdiff_t>(cut), packet.end());
    store_be16(first.data() + 6, 0x2000);
    store_be16(second.data() + 6, static_cast<std::uint16_t>((cut - header) / 8));
    for (Bytes* const piece : {&first, &second}) {
      store_be16(piece->data() + 2, static_cast<std::uint16_t>(piece->size()));
      wire::finish_ipv4(piece->data());
      inject(*piece, from_outside);
    }
  }

  void take(std::uint16_t head, Bytes packet) {
    const bool from_outside = (head & outside) != 0;
    const std::size_t header = packet.size() < 20 ? 0 : static_cast<std::size_t>(packet[0] & 15) * 4;
    const bool whole = header >= 20 && header <= packet.size();
    if ((head & acknowledge) != 0 && whole && packet.size() >= header + 12) {
      store_be32(packet.data() + header + 8, told + 1);
    }
    if ((head & sound_header) != 0 && whole) wire::finish_ipv4(packet.data());
    if ((head & in_two_pieces) != 0 && whole) {
      inject_pieces(packet, header, from_outside);
    } else {
      inject(packet, from_outside);
    }
    if ((head & then_wait) != 0) router.wait(std::chrono::seconds(20));
    look_outside(from_outside);
    must(std::stoul(router.sessions()) <= most_sessions);
  }

  /// As it was, but for the time.
  void settle() {
    router.run("show firewall session counter");
    router.run("show firewall event");
    router.run("show firewall accounting");
    router.run("delete firewall session=all");
    router.wait(std::chrono::seconds(61));
    router.eth0.sent.clear();
    router.vlan1.sent.clear();
    must(router.services.pool.available() == router.services.pool.total());
    router.learn(router.vlan1, test::lan_host, test::mac(0x11), test::lan);
    router.learn(router.eth0, test::gateway, test::mac(0x22), test::wan);
    router.services.records.clear();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Fuzzed fuzzed;
  ByteReader reader({data, size});
  while (reader.remaining() > 2) {
    const std::uint16_t head = reader.u16();
    const ByteView body = reader.take(std::min<std::size_t>(head & length_bits, reader.remaining()));
    fuzzed.take(head, Bytes(body.begin(), body.end()));
  }
  fuzzed.settle();
  return 0;
}
