// An IP that only takes and hands on datagrams, for modules that talk UDP.
#pragma once

#include <map>

#include "modules/ip/ip_api.h"

namespace arrouter::test {

class FakeIp final : public IpApi {
 public:
  struct Sent {
    Ipv4Address source, destination;
    std::uint16_t source_port, destination_port;
    std::string text;
  };
  std::vector<Sent> sent;
  bool up = true;                       // false: no route
  bool routed = false;                  // route() finds one
  bool ipsec = false;                   // protects all that leaves
  Ipv4Address unreachable;              // no route to this one
  Ipv4Address own;
  std::function<void()> while_sending;  // what IP itself does meanwhile

  std::map<std::uint16_t, UdpListener> listeners;

  /// A datagram arrives; false when nobody listens.
  bool deliver(Ipv4Address source, std::uint16_t source_port, std::uint16_t port, ByteView payload) {
    const auto found = listeners.find(port);
    if (found == listeners.end()) return false;
    const UdpListener listener = found->second;  // it may end its own listening
    listener({.source = source,
              .destination = {},
              .source_port = source_port,
              .destination_port = port,
              .payload = payload});
    return true;
  }

  bool send_udp(const UdpToSend& datagram) override {
    if (!up || datagram.destination == unreachable) return false;
    sent.push_back({datagram.source, datagram.destination, datagram.source_port, datagram.destination_port,
                    std::string(datagram.payload.begin(), datagram.payload.end())});
    if (while_sending) while_sending();
    return true;
  }

  bool enabled() const override { return true; }
  std::optional<IpInterfaceInfo> interface(std::string_view) const override { return std::nullopt; }
  std::optional<IpInterfaceInfo> interface(InterfaceId) const override { return std::nullopt; }
  std::vector<IpInterfaceInfo> interfaces() const override { return {}; }
  bool is_own(Ipv4Address address) const override { return !own.unset() && address == own; }
  Ipv4Address local_address() const override { return {}; }
  void on_interface_change(std::function<void(const InterfaceChange&)>) override {}
  std::optional<RouteInfo> route(Ipv4Address destination) const override {
    return routed ? std::optional(RouteInfo{1, destination}) : std::nullopt;
  }
  Ipv4Address source_towards(Ipv4Address) const override { return {}; }
  bool listen_udp(std::uint16_t port, std::string_view, UdpListener listener) override {
    if (!listener) return listeners.erase(port) != 0;
    return listeners.try_emplace(port, std::move(listener)).second;
  }
  bool protects(InterfaceId, const PacketBuffer&) override { return ipsec; }
  void send(Burst&) override {}
  void set_ipsec(IpsecStage*) override {}
  void set_firewall(FirewallStage*) override {}
  void set_udp_encapsulation_ports(std::uint16_t, std::uint16_t) override {}
  void receive_decrypted(InterfaceId, Burst&) override {}
  void send_too_big(const PacketBuffer&, unsigned) override {}
  void count_drop(IpDrop) override {}
};

}  // namespace arrouter::test
