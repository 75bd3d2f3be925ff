// The IPsec module by itself: real ENCO, a fake IP that records what it is given, a fake ISAKMP that records what it is
// asked, commands typed as on the console.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/language/command_table.h"
#include "modules/enco/enco_module.h"
#include "modules/ipsec/ipsec.h"
#include "os/packet_trace.h"
#include "tests/support/test_services.h"

namespace arrouter::test {

struct FixtureIp final : IpApi {
  std::vector<IpInterfaceInfo> known;
  std::vector<Packet> sent, decrypted;
  std::vector<unsigned> too_big;  // MTUs announced
  std::vector<std::uint16_t> udp_ports;
  std::map<IpDrop, int> drops;
  PacketTrace trace;
  IpsecStage* stage = nullptr;
  std::vector<std::function<void(const InterfaceChange&)>> listeners;
  std::vector<UdpListener> udp_listeners;
  std::vector<UdpToSend> udp_sent;

  bool enabled() const override { return true; }
  std::optional<IpInterfaceInfo> interface(std::string_view name) const override;
  std::optional<IpInterfaceInfo> interface(InterfaceId id) const override;
  std::vector<IpInterfaceInfo> interfaces() const override { return known; }
  bool is_own(Ipv4Address) const override { return false; }
  Ipv4Address local_address() const override { return {}; }
  void on_interface_change(std::function<void(const InterfaceChange&)> listener) override {
    listeners.push_back(std::move(listener));
  }
  std::optional<RouteInfo> route(Ipv4Address destination) const override { return RouteInfo{1, destination}; }
  Ipv4Address source_towards(Ipv4Address) const override { return known.front().address; }
  bool listen_udp(std::uint16_t port, std::string_view process, UdpListener listener) override;
  bool send_udp(const UdpToSend& datagram) override {
    udp_sent.push_back(datagram);
    return true;
  }
  void send(Burst& packets) override;
  void set_ipsec(IpsecStage* given) override { stage = given; }
  void set_firewall(FirewallStage*) override {}
  void set_udp_encapsulation_ports(std::uint16_t, std::uint16_t) override {}
  void receive_decrypted(InterfaceId, Burst& packets) override;
  void send_too_big(const PacketBuffer&, unsigned mtu) override { too_big.push_back(mtu); }
  void count_drop(IpDrop reason) override { ++drops[reason]; }
  PacketTrace* packet_trace() override { return &trace; }
  /// Gives eth0 another address, as DHCP would.
  void readdress(std::string_view name, Ipv4Address address);
};

struct FakeIsakmp final : isakmp::IsakmpApi {
  bool on = true;
  isakmp::KeyUser* user = nullptr;
  std::vector<isakmp::Acquire> acquires;
  std::function<void()> while_asked;  // what comes of an acquire before it returns
  struct Deleted {
    Ipv4Address peer;
    std::vector<std::uint32_t> in_spis;
  };
  std::vector<Deleted> deletes;
  std::vector<Ipv4Address> bad_spis;

  bool enabled() const override { return on; }
  void set_user(isakmp::KeyUser* given) override { user = given; }
  void acquire(const isakmp::Acquire& wanted) override {
    acquires.push_back(wanted);
    if (while_asked) while_asked();
  }
  void deleted(const isakmp::PeerName& peer, const std::string&, isakmp::Protocol,
               const std::vector<std::uint32_t>& in) override {
    deletes.push_back({peer.address, in});
  }
  isakmp::BadSpiAnswer bad_spi(Ipv4Address, Ipv4Address peer, const std::string&) override {
    bad_spis.push_back(peer);
    return isakmp::BadSpiAnswer::accepted;
  }
  void peer_moved(const isakmp::PeerName&, Ipv4Address, std::uint16_t) override {}
  bool has_policy(std::string_view) const override { return true; }
  void observe_keys(isakmp::KeyObserver*) override {}
  void set_authenticator(isakmp::XauthAuthenticator*) override {}
};

/// Commands, packets and keys for one IPsec module on eth0 (100.100.100.1/24) and vlan1 (192.168.1.254/24).
class IpsecFixture {
 public:
  explicit IpsecFixture(std::uint64_t seed = 1);
  ~IpsecFixture();

  struct Reply {
    std::string text;  // the screen, then the result line
    Outcome outcome;
  };
  Reply run(std::string_view line);
  /// Runs lines that all have to succeed; throws with the line that did not.
  void configure(std::string_view lines);
  /// The IPSEC section of the configuration script.
  std::string dump() const;

  /// An IPv4 packet: protocol 17 gets a UDP header with these ports, protocol 1 an echo request.
  Packet packet(std::string_view source, std::string_view destination, std::uint8_t protocol = 1,
                std::size_t length = 84, std::uint16_t source_port = 0, std::uint16_t destination_port = 0);
  /// Sends one packet out of eth0 through the stage; what stays in the burst, or what was sent by IP instead.
  Packet out(Packet packet);
  /// Packets arrive for the router on eth0 as ESP; what came out of them.
  std::vector<Packet> in(Packet packet);
  /// Arrives in clear on eth0; true when it may go on.
  bool in_clear(Packet packet);

  std::uint64_t counter(std::string_view policy, ipsec::PolicyCounter counter);
  std::uint64_t counter(ipsec::GroupCounter counter) { return module->state().counters[counter]; }

  TestServices services;
  MadeEnco enco;
  FixtureIp ip;
  FakeIsakmp isakmp;
  std::unique_ptr<ipsec::IpsecModule> module;
  CommandTable table;
};

/// The How-To network's policies for peer 200.200.200.1 (reference/configs.md A).
extern const std::string_view ipsec_howto;
/// What ISAKMP would hand over for an acquire: fixed keys, `in` and `out` SPI.
isakmp::Bundle keyed_bundle(const isakmp::Acquire& acquire, std::uint32_t out_spi, std::uint8_t fill = 0x11);
Ipv4Address ip4(std::string_view text);

}  // namespace arrouter::test
