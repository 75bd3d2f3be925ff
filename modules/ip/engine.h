// IP without its command line: state and datapath, what changes when an interface comes or goes, and the face to other
// modules.
#pragma once

#include "modules/ip/datapath.h"
#include "modules/ip/ping.h"
#include "modules/ip/ping_poll.h"
#include "modules/ip/resolver.h"
#include "modules/ip/trace.h"

namespace arrouter::ip {

class Engine final : public IpApi {
 public:
  explicit Engine(Services& services, Tcp* tcp = nullptr);
  ~Engine() override;

  Services& services;
  State state;
  Datapath path;
  Ping ping;
  Trace trace;
  PingPolls polls;
  Resolver resolver;

  // What commands do.
  void set_enabled(bool on);
  /// Makes the interface and its connected route; `settings` were checked.
  Interface& add_interface(std::string name, Link& link, InterfaceSettings settings);
  void remove_interface(Interface& interface);
  /// After settings were changed: the address (`before` is the old one), ENABLE, GRE …
  void interface_changed(Interface& interface, const InterfaceSettings& before);
  void reset_interface(Interface& interface);
  void set_local(const LocalSettings& local);
  /// LOCAL1 to LOCAL15, addresses of the router besides LOCAL's; made when absent.
  void set_extra_local(unsigned number, const LocalSettings& local);
  void remove_extra_local(unsigned number);
  /// Everything learnt is forgotten and counters are zeroed; configuration stays.
  void reset();
  /// All configuration goes.
  void purge();
  const IpsecStage* ipsec() const { return ipsec_; }

  // IpApi
  bool enabled() const override { return state.switches.enabled; }
  std::optional<IpInterfaceInfo> interface(std::string_view name) const override;
  std::optional<IpInterfaceInfo> interface(InterfaceId id) const override;
  std::vector<IpInterfaceInfo> interfaces() const override;
  bool is_own(Ipv4Address address) const override { return state.interfaces.is_own(address); }
  Ipv4Address local_address() const override { return state.local.address; }
  void on_interface_change(std::function<void(const InterfaceChange&)> listener) override;
  std::optional<RouteInfo> route(Ipv4Address destination) const override;
  Ipv4Address source_towards(Ipv4Address destination) const override;
  std::optional<MadeRoute> add_route(std::string_view route_template, Ipv4Address network, Ipv4Address mask) override;
  void remove_route(const MadeRoute& made) override;
  bool listen_udp(std::uint16_t port, std::string_view process, UdpListener listener) override;
  bool send_udp(const UdpToSend& datagram) override;
  void send(Burst& packets) override { path.send(packets); }
  void send_to_all(InterfaceId interface, Packet packet) override { path.send_to_all(interface, std::move(packet)); }
  std::optional<MacAddress> station(InterfaceId interface, Ipv4Address host) const override {
    return path.station(interface, host);
  }
  void set_tcp(TcpReceiver receiver) override { path.set_tcp(std::move(receiver)); }
  std::uint16_t next_id() override { return path.next_id(); }
  std::optional<Ipv4Address> resolve_host(std::string_view text) const override;
  void attach_link(Port& port) override;
  void detach_link(Port& port) override;
  bool assign_address(std::string_view interface, Ipv4Address address, Ipv4Address mask) override;
  bool add_dynamic_interface(std::string_view name, Ipv4Address address) override;
  std::optional<MadeRoute> add_host_route(std::string_view interface, Ipv4Address host) override;
  bool remote_assign() const override { return state.switches.remote_assign; }
  std::optional<Ipv4Address> lease_address(std::string_view pool, std::string_view interface,
                                           std::string_view user) override;
  void release_address(std::string_view pool, Ipv4Address address) override;
  void set_ipsec(IpsecStage* stage) override;
  void set_firewall(FirewallStage* stage) override { path.set_firewall(stage); }
  void set_udp_encapsulation_ports(std::uint16_t floated, std::uint16_t isakmp) override {
    path.set_udp_encapsulation_ports(floated, isakmp);
  }
  void receive_decrypted(InterfaceId interface, Burst& packets) override { path.receive_decrypted(interface, packets); }
  void send_too_big(const PacketBuffer& packet, unsigned mtu) override { path.send_too_big(packet, mtu); }
  void count_drop(IpDrop reason) override { state.ip.drop(reason); }
  PacketTrace* packet_trace() override { return &state.trace; }
  std::vector<StageCount> stages() const override;
  bool protects(InterfaceId interface, const PacketBuffer& packet) override {
    return ipsec_ != nullptr && ipsec_->attached(interface) && ipsec_->protects(interface, packet);
  }

 private:
  void refresh(Interface& interface);
  void connect(Interface& interface);
  void watch(Link& link);
  void readdress();
  void move_host_route(unsigned local, Ipv4Address from, Ipv4Address to);
  void tell(const Interface& interface, bool removed = false);

  std::vector<std::function<void(const InterfaceChange&)>> listeners_;
  IpsecStage* ipsec_ = nullptr;
};

}  // namespace arrouter::ip
