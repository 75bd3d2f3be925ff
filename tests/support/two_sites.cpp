#include "tests/support/two_sites.h"

#include <stdexcept>

#include <fmt/format.h>

#include "netdev/wire/ethernet.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/udp.h"
#include "tests/support/configuration.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;

constexpr MacAddress host1_mac{{2, 0, 0, 0, 0, 1}}, host2_mac{{2, 0, 0, 0, 0, 2}}, nat_mac{{2, 0, 0, 0, 0, 3}};
constexpr Ipv4Address host1_address(192, 168, 1, 100), host2_address(192, 168, 2, 100);
constexpr Ipv4Address inner(100, 100, 100, 1), mapped(100, 100, 100, 77);

struct Site {
  unsigned number, other;
  std::string_view peer;  // of the policies: an address, or ANY where a NAT stands between
  MacAddress host;
};

std::string configuration(const Site& site, const TwoSites::Settings& settings) {
  const std::string base = fmt::format(R"(enable ip
add ip int=vlan1 ip=192.168.{0}.254 mask=255.255.255.0
add ip int=eth0 ip=100.100.100.{0} mask=255.255.255.0
add ip rou=192.168.{1}.0 mask=255.255.255.0 int=eth0 next=100.100.100.{1}
add ip arp=192.168.{0}.100 int=vlan1 ether={2}
)",
                                       site.number, site.other, to_string(site.host));
  if (settings.path == TwoSites::Path::plain) return base + settings.extra;
  return base +
         fmt::format(R"(create ipsec sas=1 key=isakmp prot=esp enc={2} hasha=sha
create ipsec bund=1 key=isakmp string="1"
create ipsec pol="isakmp" int=eth0 ac=permit lp=500
create ipsec pol="natt" int=eth0 ac=permit lp=4500
create ipsec pol="vpn" int=eth0 ac=ipsec key=isakmp bund=1 peer={3} {4}
set ipsec pol="vpn" lad=192.168.{0}.0 lma=255.255.255.0 rad=192.168.{1}.0 rma=255.255.255.0
create ipsec pol="internet" int=eth0 ac=permit
enable ipsec
create isakmp pol="vpn" pe={3} {5} enc=3desouter key=1 natt=true
enable isakmp
)",
                     site.number, site.other, settings.cipher, site.peer,
                     settings.sa_for_each_flow ? "saselectorfrompkt=all" : "",
                     site.peer == "any" ? "remoteid=\"100.100.100.1\"" : "") +
         settings.extra;
}

void boot(VirtualRouter& router, const std::string& script) {
  boot_clean(router, script);
  router.run("create enco key=1 type=general value=\"sharedsecret\"");
}

}  // namespace

TwoSites::TwoSites(const Settings& settings)
    : router1_(time_, "Site1", "AR415S", 11),
      router2_(time_, "Site2", "AR415S", 12),
      host1_("host1", host1_mac, pool_, time_.scheduler, time_),
      host2_("host2", host2_mac, pool_, time_.scheduler, time_),
      inside_("inside", nat_mac, pool_, time_.scheduler, time_),
      outside_("outside", nat_mac, pool_, time_.scheduler, time_) {
  connect(settings.path);
  const bool nat = settings.path == Path::nat_traversal;
  const std::string known = nat ? "add ip arp=100.100.100.77 int=eth0 ether=" + to_string(nat_mac) + "\n" : "";
  Settings second = settings;
  second.extra = known + settings.extra;
  boot(router1_, configuration({1, 2, "100.100.100.2", host1_mac}, settings));
  boot(router2_, configuration({2, 1, nat ? "any" : "100.100.100.1", host2_mac}, second));
  time_.advance(1s);
  // The first packet asks for the tunnel; where each flow has its own, this one is flow 0's.
  send(1, 64);
  if (!time_.run_until([this] { return arrived_ > 0; }, 60s)) throw std::runtime_error("nothing reaches site 2");
  time_.advance(1s);
}

void TwoSites::connect(Path path) {
  links_.push_back(std::make_unique<MemoryLink>(host1_, router1_.port("vlan1")));
  links_.push_back(std::make_unique<MemoryLink>(host2_, router2_.port("vlan1")));
  host2_.set_receiver([this](Burst& frames) {
    arrived_ += frames.size();
    frames.clear();
  });
  host1_.set_receiver([](Burst& frames) { frames.clear(); });
  if (path != Path::nat_traversal) {
    links_.push_back(std::make_unique<MemoryLink>(router1_.port("eth0"), router2_.port("eth0")));
    return;
  }
  links_.push_back(std::make_unique<MemoryLink>(router1_.port("eth0"), inside_));
  links_.push_back(std::make_unique<MemoryLink>(outside_, router2_.port("eth0")));
  inside_.set_receiver([this](Burst& frames) { translate(frames, outside_); });
  outside_.set_receiver([this](Burst& frames) { translate(frames, inside_); });
}

void TwoSites::translate(Burst& frames, MemoryPort& out) {
  const bool leaving = &out == &outside_;
  for (Packet& frame : frames) {
    std::uint8_t* const ip = frame->data() + wire::ethernet_header;
    if (load_be16(frame->data() + 12) != wire::ether_type::ipv4) continue;
    std::uint8_t* const address = ip + (leaving ? 12 : 16);
    if (load_be32(address) != (leaving ? inner : mapped).value) continue;
    store_be32(address, (leaving ? mapped : inner).value);
    wire::finish_ipv4(ip);
    const bool first = (load_be16(ip + 6) & 0x1fff) == 0;  // fragment
    if (first && ip[9] == wire::protocol::udp) store_be16(ip + wire::ipv4_header + 6, 0);
    if (!leaving) {
      const MacAddress router = router1_.port("eth0").mac();
      std::copy(router.octets.begin(), router.octets.end(), frame->data());
    }
  }
  out.send(frames);
}

void TwoSites::send(std::size_t packets, std::size_t payload, std::size_t first_flow, std::size_t flows) {
  const std::size_t length = wire::ipv4_header + wire::udp_header + payload;
  Burst burst;
  for (std::size_t i = 0; i < packets; ++i) {
    Packet frame = pool_.allocate(wire::ethernet_header + length);
    if (!frame) throw std::runtime_error("host 1 has no buffers left");
    std::uint8_t* const at = frame->put(wire::ethernet_header + length);
    std::fill_n(at, wire::ethernet_header + length, std::uint8_t{0});
    wire::write_ethernet(at, router1_.port("vlan1").mac(), host1_mac, wire::ether_type::ipv4);
    std::uint8_t* const ip = at + wire::ethernet_header;
    const auto flow = static_cast<std::uint32_t>((first_flow + i) % flows);
    constexpr std::uint32_t source_ports = 32768;
    wire::write_udp(ip + wire::ipv4_header, static_cast<std::uint16_t>(10000 + flow % source_ports),
                    static_cast<std::uint16_t>(2000 + flow / source_ports), payload, host1_address, host2_address);
    wire::write_ipv4(ip, {.source = host1_address, .destination = host2_address, .protocol = wire::protocol::udp},
                     static_cast<std::uint16_t>(length));
    burst.add(std::move(frame));
    if (burst.full()) host1_.send(burst);
  }
  host1_.send(burst);
}

}  // namespace arrouter::test
