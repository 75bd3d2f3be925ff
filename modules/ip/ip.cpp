// The IP module: addresses, ARP, routes and the packet path (chapter "Internet Protocol" of the AlliedWare manual).
//
// RFC 791, 792, 826, 1122, 1191, 1624, 1812, 1858, 2644, 4301. Files by idea: interfaces, arp, routes, destinations
// (what an address means, cached), reassembly, fragment, options, filter; the path itself is datapath.h with input,
// output, local, errors and filter_path; engine.h ties them together and is the face to other modules; rows.h lists
// commands and screens.
//
// Invariants
// - A packet is forwarded, delivered, held (ARP, reassembly, IPsec) or dropped; each drop has exactly one reason
//   counter, and the MIB counters on screens are sums of reasons.
// - RouteTable::generation() changes with everything that may change where a packet goes; caches compare it.
// - Frames leave when the outermost call into the datapath ends, in one burst for each port.
// - A super-frame is forwarded whole; its segments, not its own size, are held against the MTU.
// - No pointer to an interface is kept across a call that leaves this module; ids are, and are looked up again.
//
// Where sources leave room: PROXYARP=ON answers like STRICT (a default route is no reason to answer; DEFROUTE makes it
// one). A host that does not answer ARP within ARPWAITTIMEOUT costs the packets waiting for it, and their senders get
// "host unreachable". ICMP errors quote eight bytes and have TTL 255, echo replies keep the sender's DF: as scanners
// see the real router.
// Traffic and policy filters see packets as they came over the wire, LOCAL's what the router gets and sends itself; a
// filter without patterns is none. A pattern's SIZE is the most it matches. P0 is the most urgent priority, P5 that of
// packets without one; a policy is preferred among routes of the longest prefix.
//
// DNS: questions leave from random ports with random numbers and are answered once; names that point ahead or in a
// circle are refused (dns_message); an answer that is cut short is asked for again by TCP. The relay hands it
// on as it is, for its host can ask again; it takes no TCP itself. A polled device begins as down. A helper's copy of a
// broadcast is a packet of the router's own with the sender's address, one hop shorter.
//
// Not modelled here: RIP, OSPF, address assignment by DHCP, IPv6. TCP goes to whoever set_tcp() names; the rest is
// answered with the reset of a closed port.
#include "modules/ip/ip_module.h"

#include "modules/ip/mib.h"
#include "modules/ip/rows.h"

namespace arrouter {
namespace ip {
namespace {

class IpModule final : public Module {
 public:
  IpModule(Services& services, Tcp* tcp) : engine_(services, tcp), mib_(engine_) {}
  std::string_view name() const override { return "ip"; }
  std::vector<CommandRow> commands() override {
    Rows rows;
    add_module_rows(engine_, rows);
    add_interface_rows(engine_, rows);
    add_route_rows(engine_, rows);
    add_arp_rows(engine_, rows);
    add_filter_rows(engine_, rows);
    add_pool_rows(engine_, rows);
    add_host_rows(engine_, rows);
    add_dns_rows(engine_, rows);
    add_helper_rows(engine_, rows);
    add_ping_rows(engine_, rows);
    add_ping_poll_rows(engine_, rows);
    add_trace_rows(engine_, rows);
    return rows;
  }
  void dump(ConfigWriter& config) const override { dump_configuration(engine_, config); }
  IpApi& api() { return engine_; }
  IpMib& mib() { return mib_; }
  DnsApi& dns() { return engine_.resolver; }
  PingPollApi& polls() { return engine_.polls; }

 private:
  Engine engine_;
  Mib mib_;
};

}  // namespace
}  // namespace ip

MadeIp make_ip(Services& services, Tcp* tcp) {
  auto module = std::make_unique<ip::IpModule>(services, tcp);
  IpApi& api = module->api();
  IpMib& mib = module->mib();
  DnsApi& dns = module->dns();
  PingPollApi& polls = module->polls();
  return {std::move(module), api, mib, dns, polls};
}

}  // namespace arrouter
