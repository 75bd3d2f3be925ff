// SNMP: the agent (Software Reference, chapter "Simple Network Management Protocol"; reference/operations.md 7).
//
// RFC 1157 and 1901, 3416 with communities; RFC 1155, 2578 types; RFC 1213 MIB-II, 2863 ifXTable; RFC 3584 between the
// versions. From the wire inwards: ber, message, agent; mib is the tree, objects_*.cpp its rows; notifier sends traps.
//
// Invariants
// - A request is answered from UDP port 161 of the address it came to, or not at all; an answer fits one frame,
//   but version 1 gives the bindings of a request back with an error, however many they were.
// - A SET changes all its objects or none.
// - Every figure is the one another screen shows: nothing is counted for SNMP alone but SNMP's own counters.
//
// Traps: coldStart (warmStart after RESTART ROUTER), linkUp and linkDown where ENABLE INTERFACE LINKTRAP wants them,
// authenticationFailure, firewallTrap, loginFailureTrap when a name is locked out. They are kept for a minute while
// there is no way to their host.
//
// Not modelled: SNMPv3; ifAdminStatus of PPP interfaces is read-only. The address in a loginFailureTrap is 0.0.0.0 for
// a console and for users of the network (PPP, XAUTH).
#include "modules/snmp/snmp.h"

#include "os/base/text.h"

namespace arrouter {

std::unique_ptr<Module> make_snmp(Services& services, RouterControl& control, const SystemApi& system, IpApi& ip,
                                  IpMib& figures, InterfaceApi& interfaces, Tcp& tcp, firewall::FirewallApi& firewall) {
  return std::make_unique<snmp::SnmpModule>(services, control, system, ip, figures, interfaces, tcp, firewall);
}

namespace snmp {

namespace {

constexpr std::uint16_t agent_port = 161;
constexpr std::chrono::minutes trap_limit_period{1};
constexpr std::size_t longest_display_string = 255;
constexpr unsigned cold_start = 0, warm_start = 1, link_down = 2, link_up = 3, authentication_failure = 4;

}  // namespace

SnmpModule::SnmpModule(Services& services, RouterControl& control, const SystemApi& system, IpApi& ip, IpMib& figures,
                       InterfaceApi& interfaces, Tcp& tcp, firewall::FirewallApi& firewall)
    : services_(services),
      system_(system),
      ip_(ip),
      sources_{services, control, figures, interfaces, tcp, firewall, authentication_traps_, firewall_trap_},
      mib_(services.clock),
      agent_(mib_, communities_, figures.snmp_figures()),
      notifier_(services.clock, services.scheduler, services.random, ip, figures.snmp_figures()) {
  add_system(mib_, sources_);
  add_interfaces(mib_, sources_);
  add_ip(mib_, sources_);
  add_transport(mib_, sources_);
  add_allied(mib_, sources_);
  mib_.seal();
  firewall.on_attack([this](const firewall::AttackNotice& notice) {
    if (notice.trap) firewall_trap(notice.text);
  });
  services.users.on_lock_out([this](const LockOut& locked) { login_trap(locked); });
  interfaces.on_link_change([this](const InterfaceEntry& entry) { link_changed(entry); });
}

SnmpModule::~SnmpModule() {
  if (enabled_) ip_.listen_udp(agent_port, {}, {});
}

Outcome SnmpModule::set_enabled(bool on) {
  if (on == enabled_) return say(on ? texts::already_enabled : texts::already_disabled);
  if (on) {
    if (!ip_.listen_udp(agent_port, "SNMP", [this](const UdpDatagram& datagram) { receive(datagram); }))
      return say(texts::port_taken);
  } else {
    ip_.listen_udp(agent_port, {}, {});
    notifier_.forget();
  }
  enabled_ = on;
  return say(on ? texts::enabled : texts::disabled);
}

void SnmpModule::booted() {
  tell(standard_trap(system_.warm_start() ? warm_start : cold_start, object_id(services_.model)));
}

void SnmpModule::receive(const UdpDatagram& datagram) {
  const Agent::Answer answer = agent_.handle(datagram.payload, datagram.source);
  if (answer.response) {
    ip_.send_udp({ip_.is_own(datagram.destination) ? datagram.destination : Ipv4Address(), datagram.source, agent_port,
                  datagram.source_port, *answer.response});
  }
  if (answer.not_authentic && authentication_traps_) {
    tell(standard_trap(authentication_failure, object_id(services_.model)));
  }
}

void SnmpModule::tell(const Notification& notification) {
  if (enabled_) notifier_.tell(communities_, notification, sources_.up_time());
}

void SnmpModule::link_changed(const InterfaceEntry& entry) {
  if (!enabled_ || !entry.link_traps || !within_limit(entry)) return;
  const bool up = entry.port->link_up();
  Notification notification = standard_trap(up ? link_up : link_down, object_id(services_.model));
  const auto column = [&](std::uint32_t number) { return oid("1.3.6.1.2.1.2.2.1") + Oid{number, entry.index}; };
  notification.bindings = {{column(1), Value::of_integer(entry.index)},
                           {column(7), Value::of_integer(entry.enabled ? 1 : 2)},
                           {column(8), Value::of_integer(up ? 1 : 2)}};
  tell(notification);
}

bool SnmpModule::within_limit(const InterfaceEntry& entry) {
  LinkTraps& traps = link_traps_[entry.name];
  const Instant now = services_.clock.now();
  if (traps.sent == 0 || now - traps.since >= trap_limit_period) traps = {now, 0};
  return traps.sent++ < entry.trap_limit;
}

/// ENABLE FIREWALL NOTIFY=SNMP (AT-FIREWALL-MIB).
void SnmpModule::firewall_trap(std::string_view text) {
  firewall_trap_ = text;
  const Oid module = oid(at_router) + Oid{4, module_number::firewall};
  tell({.generic = 6,
        .specific = 1,
        .enterprise = module,
        .trap = module + Oid{0, 1},
        .bindings = {{module + Oid{1, 0}, Value::of_text(text)}}});
}

/// AT-TTY-MIB of 2.8.1 and later: loginFailureUser, loginFailureIPAddress, loginFailureAttempts. The objects cannot be
/// read, they are of the trap alone.
void SnmpModule::login_trap(const LockOut& locked) {
  const Oid traps = oid(at_router) + Oid{4, module_number::tty, 100};
  tell({.generic = 6,
        .specific = 11,
        .enterprise = traps,
        .trap = traps + Oid{11},
        .bindings = {{traps + Oid{1, 0}, Value::of_text(printable(locked.user).substr(0, longest_display_string))},
                     {traps + Oid{2, 0}, Value::of_address(locked.from.value_or(Ipv4Address()))},
                     {traps + Oid{3, 0}, Value::of_integer(locked.failures)}}});
}

}  // namespace snmp
}  // namespace arrouter
