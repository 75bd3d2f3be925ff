// A firewall on its bench: IP with a private vlan1 (192.168.1.1/24) and a public eth0 (200.200.200.1/24), a host on
// each side, packets in and out as bytes.
#pragma once

#include <optional>

#include "modules/firewall/firewall_module.h"
#include "modules/firewall/flow.h"
#include "netdev/wire/tcp.h"
#include "tests/unit/ip/bench.h"

namespace arrouter::test {

inline const Ipv4Address gateway = wan_host, server = ip("8.8.8.8");

class FireBench : public IpBench {
 public:
  /// A policy "net" with both interfaces, then the lines.
  explicit FireBench(std::initializer_list<std::string_view> lines = {}) {
    two_hosts();
    MadeFirewall made = make_firewall(
        services.services, *api,
        {.to_managers = [this](std::string_view text) { told_managers += text; },
         .to_port = [this](unsigned asyn,
                           std::string_view text) { told_port += std::to_string(asyn) + ": " + std::string(text); }});
    firewall_api = &made.api;
    firewall = std::move(made.module);
    rows_of_firewall = firewall->commands();
    for (const CommandRow& row : rows_of_firewall) table->add("firewall", row);
    firewall->start();
    run("add ip rou=0.0.0.0 int=eth0 next=200.200.200.9");
    for (const std::string_view line :
         {"enable firewall", "create firewall policy=net", "add firewall policy=net int=vlan1 type=private",
          "add firewall policy=net int=eth0 type=public"}) {
      good(line);
    }
    for (const std::string_view line : lines) good(line);
  }
  ~FireBench() {
    firewall->stop(Ending::process_end);
    firewall.reset();
  }

  void good(std::string_view line) {
    const std::string reply = run(line);
    if (!reply.starts_with("Info")) throw std::logic_error(std::string(line) + " -> " + reply);
  }
  /// What leaves by eth0 for a packet of the LAN host; empty when nothing does.
  Bytes out(const Bytes& packet) { return passed(vlan1, from_lan(packet), eth0); }
  /// What leaves by vlan1 for a packet from outside.
  Bytes in(const Bytes& packet) { return passed(eth0, from_wan(packet), vlan1); }
  /// What leaves by the interface it came in by.
  Bytes back_out(const Bytes& packet) { return passed(eth0, from_wan(packet), eth0); }
  Bytes back_in(const Bytes& packet) { return passed(vlan1, from_lan(packet), vlan1); }

  static Bytes tcp(Ipv4Address from, Ipv4Address to, std::uint16_t from_port, std::uint16_t to_port, std::uint8_t flags,
                   std::uint32_t sequence = 1000, std::uint32_t acknowledgement = 0, ByteView data = {}) {
    Bytes payload(wire::tcp_header + data.size());
    std::copy(data.begin(), data.end(), payload.begin() + wire::tcp_header);
    wire::write_tcp(payload.data(),
                    {.source_port = from_port,
                     .destination_port = to_port,
                     .sequence = sequence,
                     .acknowledgement = acknowledgement,
                     .flags = flags,
                     .window = 65535},
                    data.size(), from, to);
    return packet(from, to, wire::protocol::tcp, payload);
  }
  /// "UDP 1.2.3.4:5 -> 6.7.8.9:10", with "!" in front when a checksum is wrong; "-" for no packet.
  static std::string told(const Bytes& packet);
  /// The flow of a packet that passed.
  static firewall::FlowKey key(const Bytes& packet) { return firewall::flow_of(packet).value().key; }
  void wait(Duration time) { services.time.advance(time); }
  /// The value of a field in the JSON of a screen.
  std::string field(std::string_view screen, std::string_view name) {
    run(screen);
    const std::size_t at = json.find("\"" + std::string(name) + "\":");
    if (at == std::string::npos) return "?";
    const std::size_t begin = at + name.size() + 3;
    return json.substr(begin, json.find_first_of(",}", begin) - begin);
  }
  std::string sessions() { return field("show firewall", "active"); }

  std::unique_ptr<Module> firewall;
  firewall::FirewallApi* firewall_api = nullptr;
  std::string told_managers, told_port;  // by notifications; "0: text" of port 0
  std::vector<CommandRow> rows_of_firewall;

 private:
  static Bytes passed(BenchPort& from, const Bytes& frame, BenchPort& to) {
    to.sent.clear();
    from.inject({frame});
    const Bytes sent = to.next();
    return sent.empty() ? Bytes() : Bytes(payload_of(sent).begin(), payload_of(sent).end());
  }
};

}  // namespace arrouter::test
