// Links that come at run time, with one station at the other end.
#include <catch2/catch.hpp>

#include "netdev/wire/tcp.h"
#include "tests/unit/ip/bench.h"

using namespace arrouter;
using namespace arrouter::test;

namespace {

/// A narrow point-to-point link that a test can change.
class Narrow final : public Port {
 public:
  explicit Narrow(PacketPool& pool) : Port("ppp0", test::mac(0x77), pool) {}
  bool link_up() const override { return up; }
  bool point_to_point() const override { return true; }
  unsigned mtu() const override { return packet; }
  unsigned tcp_mss() const override { return mss; }
  void changed() { link_changed(up); }

  bool up = true;
  unsigned packet = 1000, mss = 900;
  std::vector<Bytes> sent;

 protected:
  void transmit(Burst& frames) override {
    for (Packet& frame : frames) sent.emplace_back(frame->view().begin(), frame->view().end());
    frames.clear();
  }
};

struct LinkBench : IpBench {
  LinkBench() {
    two_interfaces();
    api->attach_link(link);
  }
  ~LinkBench() { api->detach_link(link); }
  Narrow link{services.pool};
};

}  // namespace

TEST_CASE("a link carries interfaces from when it is attached until it is detached") {
  LinkBench router;
  CHECK(router.run("add ip int=ppp0 ip=0.0.0.0") == "Info (1005275): interface successfully added.");
  CHECK(router.run("add ip int=ppp0-1 ip=0.0.0.0") == "Info (1005275): interface successfully added.");
  CHECK(router.run("add ip int=eth0-1 ip=0.0.0.0").starts_with("Error"));
  CHECK(router.run("show ip interface=ppp0").find("ppp0          Static   0.0.0.0          1  n  -") != std::string::npos);
  CHECK(router.run("show ip interface=ppp0").find("1000  Off") != std::string::npos);
  router.api->detach_link(router.link);
  CHECK_FALSE(router.api->interface("ppp0"));
  CHECK_FALSE(router.api->interface("ppp0-1"));
  router.api->attach_link(router.link);
  CHECK(router.api->add_dynamic_interface("ppp0", {}));
  CHECK_FALSE(router.api->add_dynamic_interface("ppp0", {}));
  CHECK_FALSE(router.api->add_dynamic_interface("ppp1", {}));
  for (const std::string& line : router.dump()) CHECK(line.find("ppp0") == std::string::npos);
}

TEST_CASE("an address the network gives is shown and used, and the script still says 0.0.0.0") {
  LinkBench router;
  router.run("add ip int=ppp0 ip=0.0.0.0");
  std::vector<InterfaceChange> changes;
  router.api->on_interface_change([&](const InterfaceChange& change) { changes.push_back(change); });
  CHECK(router.api->assign_address("ppp0", ip("10.1.1.1"), mask_of(32)));
  CHECK(router.api->is_own(ip("10.1.1.1")));
  REQUIRE_FALSE(changes.empty());
  CHECK(changes.back().info.address == ip("10.1.1.1"));
  CHECK(router.run("show ip interface=ppp0").find("Dynamic  10.1.1.1") != std::string::npos);
  bool scripted = false;
  for (const std::string& line : router.dump()) scripted = scripted || line == "add ip int=ppp0 ip=0.0.0.0";
  CHECK(scripted);
  CHECK(router.api->assign_address("ppp0", {}, {}));
  CHECK_FALSE(router.api->is_own(ip("10.1.1.1")));
  CHECK_FALSE(router.api->assign_address("eth0", ip("10.1.1.1"), mask_of(32)));  // it has one of its own
}

TEST_CASE("nobody is asked for addresses at the other end; packets keep to its length") {
  LinkBench router;
  router.run("add ip int=ppp0 ip=0.0.0.0");
  const auto route = router.api->add_host_route("ppp0", ip("10.1.1.9"));
  REQUIRE(route);
  const Ipv4Address host = ip("192.168.1.100");
  router.vlan1.inject({router.from_lan(IpBench::udp(host, ip("10.1.1.9"), 5, 6, Bytes(100)))});
  REQUIRE(router.link.sent.size() == 1);
  CHECK(wire::view_ethernet(router.link.sent[0])->type == wire::ether_type::ipv4);
  router.vlan1.inject({router.from_lan(IpBench::udp(host, ip("10.1.1.9"), 5, 6, Bytes(1400)))});
  CHECK(router.link.sent.size() == 3);  // two fragments
  router.link.packet = 1492;
  router.link.changed();
  router.vlan1.inject({router.from_lan(IpBench::udp(host, ip("10.1.1.9"), 5, 6, Bytes(1400)))});
  CHECK(router.link.sent.size() == 4);
  router.link.up = false;
  router.link.changed();
  router.vlan1.inject({router.from_lan(IpBench::udp(host, ip("10.1.1.9"), 5, 6, Bytes(100)))});
  CHECK(router.link.sent.size() == 4);
  router.api->remove_route(*route);
  CHECK(router.run("show ip route").find("10.1.1.9") == std::string::npos);
}

TEST_CASE("a SYN that passes the link offers no more than it takes") {
  LinkBench router;
  router.run("add ip int=ppp0 ip=0.0.0.0");
  router.api->add_host_route("ppp0", ip("10.1.1.9"));
  Bytes segment(wire::tcp_header + 4);
  const Bytes mss{2, 4, 0x05, 0xb4};
  wire::write_tcp(segment.data(), {1000, 80, 1, 0, wire::tcp_flag::syn, 8192}, 0, ip("192.168.1.100"), ip("10.1.1.9"));
  std::copy(mss.begin(), mss.end(), segment.begin() + wire::tcp_header);
  segment[12] = 6 << 4;
  router.vlan1.inject(
      {router.from_lan(IpBench::packet(ip("192.168.1.100"), ip("10.1.1.9"), wire::protocol::tcp, segment))});
  REQUIRE(router.link.sent.size() == 1);
  const auto out = wire::view_tcp(wire::view_ipv4(IpBench::payload_of(router.link.sent[0]))->payload());
  CHECK(load_be16(out->options.data() + 2) == 900);
}
