// An IP module alone on its bench: ports whose frames a test reads and writes, command lines in, screens out.
#pragma once

#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/language/command_table.h"
#include "modules/ip/ip_module.h"
#include "netdev/port.h"
#include "netdev/wire/arp.h"
#include "netdev/wire/ethernet.h"
#include "netdev/wire/icmp.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/udp.h"
#include "tests/support/test_services.h"

namespace arrouter::test {

inline Ipv4Address ip(std::string_view text) { return parse_ipv4(text).value(); }
inline MacAddress mac(std::uint8_t last, std::uint8_t first = 0x00) { return {{first, 0x00, 0xcd, 0x00, 0x00, last}}; }
inline const MacAddress broadcast_mac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

/// Keeps what is sent and delivers what a test makes. Takes super-frames as they are.
class BenchPort final : public Port {
 public:
  BenchPort(std::string name, MacAddress mac, PacketPool& pool) : Port(std::move(name), mac, pool) {}
  bool link_up() const override { return up_; }
  PortOffloads offloads() const override { return {true, true, true}; }
  void set_link(bool up) {
    up_ = up;
    link_changed(up);
  }
  void inject(const std::vector<Bytes>& frames) {
    Burst burst;
    for (const Bytes& frame : frames) burst.add(pool().copy(frame));
    deliver(burst);
  }
  void inject(Packet frame) {
    Burst burst;
    burst.add(std::move(frame));
    deliver(burst);
  }
  /// The oldest frame not yet read; empty when there is none.
  Bytes next() {
    if (sent.empty()) return {};
    Bytes frame = std::move(sent.front());
    sent.pop_front();
    return frame;
  }

  std::deque<Bytes> sent;
  std::vector<std::size_t> bursts;  // frames of each transmit()
  std::vector<PacketMeta> sent_meta;

 protected:
  void transmit(Burst& frames) override {
    bursts.push_back(frames.size());
    for (Packet& frame : frames) {
      sent.emplace_back(frame->view().begin(), frame->view().end());
      sent_meta.push_back(frame->meta);
    }
    frames.clear();
  }

 private:
  bool up_ = true;
};

/// A terminal that keeps what it is told.
class BenchTerminal final : public Terminal {
 public:
  void print(std::string_view text) override { output += text; }
  void hold() override { ++held; }
  void release() override { --held; }
  std::string output;
  int held = 0;
};

// Of IpBench::two_interfaces() and two_hosts().
inline const Ipv4Address lan = ip("192.168.1.1"), lan_host = ip("192.168.1.100"), wan = ip("200.200.200.1"),
                         wan_host = ip("200.200.200.9");

class IpBench {
 public:
  IpBench() : eth0("eth0", mac(0xe0), services.pool), vlan1("vlan1", mac(0xa1), services.pool) {
    services.ports.emplace("eth0", &eth0);
    services.ports.emplace("vlan1", &vlan1);
    restart();
  }
  ~IpBench() { made.reset(); }

  /// The module anew, as after RESTART.
  void restart() {
    made.reset();
    auto fresh = make_ip(services.services);
    made = std::move(fresh.module);
    api = &fresh.api;
    table = std::make_unique<CommandTable>();
    for (const CommandRow& row : rows = made->commands()) table->add("ip", row);
  }

  /// What a command prints: its screen, then its line.
  std::string run(std::string_view line) {
    auto match = table->parse(line);
    if (!match) return match.error().line();
    Screen screen;
    Caller caller;
    caller.terminal = terminal;
    Invocation call{match->args, caller, screen, [](Question) {}, [](Outcome) {}};
    const Outcome outcome = match->row->run(call);
    json = screen.json().dump();
    return screen.text() + outcome.line();
  }
  void run_all(std::initializer_list<std::string_view> lines) {
    for (const std::string_view line : lines) run(line);
  }
  /// eth0 200.200.200.1/24 and vlan1 192.168.1.1/24, quiet: no gratuitous ARP in the ports' queues.
  void two_interfaces() {
    run_all({"enable ip", "add ip int=eth0 ip=200.200.200.1", "add ip int=vlan1 ip=192.168.1.1"});
    eth0.sent.clear();
    vlan1.sent.clear();
  }
  /// And a host on each side that the router knows.
  void two_hosts() {
    two_interfaces();
    learn(vlan1, lan_host, mac(0x11), lan);
    learn(eth0, wan_host, mac(0x22), wan);
  }
  /// A counter of SHOW IP COUNTER by its name on the screen.
  std::uint64_t counter(std::string_view name) {
    run("show ip counter");
    const std::size_t at = json.find("\"" + std::string(name) + "\"");
    if (at == std::string::npos) throw std::logic_error("no such counter: " + std::string(name));
    return std::stoull(json.substr(json.find(':', at) + 1));
  }
  std::vector<std::string> dump() const {
    ConfigWriter config;
    made->dump(config);
    return config.sections().front().lines;
  }
  /// The host behind `port` answers for `address`, as after an ARP exchange.
  void learn(BenchPort& port, Ipv4Address address, const MacAddress& host, Ipv4Address own) {
    port.inject({arp(wire::arp_operation::request, host, address, {}, own, broadcast_mac)});
    port.sent.clear();
  }

  static Bytes ethernet(const MacAddress& to, const MacAddress& from, std::uint16_t type, ByteView payload) {
    Bytes frame(wire::ethernet_header);
    wire::write_ethernet(frame.data(), to, from, type);
    frame.insert(frame.end(), payload.begin(), payload.end());
    return frame;
  }
  static Bytes arp(std::uint16_t operation, const MacAddress& sender_mac, Ipv4Address sender,
                   const MacAddress& target_mac, Ipv4Address target, const MacAddress& to) {
    Bytes packet(wire::arp_packet);
    wire::write_arp(packet.data(), {operation, sender_mac, sender, target_mac, target});
    return ethernet(to, sender_mac, wire::ether_type::arp, packet);
  }
  static Bytes packet(Ipv4Address from, Ipv4Address to, std::uint8_t protocol, ByteView payload, std::uint8_t ttl = 64,
                      bool df = false, std::uint16_t id = 0x1234) {
    Bytes bytes(wire::ipv4_header + payload.size());
    std::copy(payload.begin(), payload.end(), bytes.begin() + wire::ipv4_header);
    wire::write_ipv4(bytes.data(), {from, to, protocol, 0, ttl, id, df}, static_cast<std::uint16_t>(bytes.size()));
    return bytes;
  }
  static Bytes udp(Ipv4Address from, Ipv4Address to, std::uint16_t from_port, std::uint16_t to_port, ByteView data,
                   std::uint8_t ttl = 64, bool df = false) {
    Bytes payload(wire::udp_header + data.size());
    std::copy(data.begin(), data.end(), payload.begin() + wire::udp_header);
    wire::write_udp(payload.data(), from_port, to_port, data.size(), from, to);
    return packet(from, to, wire::protocol::udp, payload, ttl, df);
  }
  static Bytes icmp(Ipv4Address from, Ipv4Address to, std::uint8_t type, std::uint8_t code, std::uint32_t rest,
                    ByteView data, std::uint8_t ttl = 64) {
    Bytes payload(wire::icmp_header + data.size());
    std::copy(data.begin(), data.end(), payload.begin() + wire::icmp_header);
    wire::write_icmp(payload.data(), type, code, rest, data.size());
    return packet(from, to, wire::protocol::icmp, payload, ttl);
  }
  /// From the LAN host 192.168.1.100 (MAC …11) to the router's LAN port.
  Bytes from_lan(ByteView packet) const { return ethernet(vlan1.mac(), mac(0x11), wire::ether_type::ipv4, packet); }
  Bytes from_wan(ByteView packet) const { return ethernet(eth0.mac(), mac(0x22), wire::ether_type::ipv4, packet); }
  static ByteView payload_of(const Bytes& frame) { return ByteView(frame).subspan(wire::ethernet_header); }

  TestServices services;
  BenchPort eth0, vlan1;
  std::shared_ptr<BenchTerminal> terminal = std::make_shared<BenchTerminal>();
  std::unique_ptr<Module> made;
  IpApi* api = nullptr;
  std::vector<CommandRow> rows;
  std::unique_ptr<CommandTable> table;
  std::string json;
};

}  // namespace arrouter::test
