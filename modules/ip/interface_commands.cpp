// ADD, SET, DELETE, ENABLE, DISABLE, RESET, SHOW IP INTERFACE, and the LOCAL interfaces.
#include "modules/ip/rows.h"

namespace arrouter::ip {
namespace {

constexpr std::string_view interface_parameters =
    "[MASK=<mask>] [BROadcast=<0-1>] [DIRectedbroadcast=<bool>] [FILter={<0-99>|NONE}] [FLUSHarp=<bool>] "
    "[FRAgment=<bool>] [GRAtuitousarp=<bool>] [GRE={<1-100>|NONE}] [IGMPproxy={OFF|UPStream|DOWNstream}] "
    "[INVersearp=<bool>] [MULticast={OFF|SENd|RECeive|BOTH|ON}] [OSPFmetric=<1-65534>] "
    "[POLicyfilter={<100-199>|NONE}] [PRIorityfilter={<200-299>|NONE}] "
    "[PROxyarp={ON|OFF|TRUE|FALSE|YES|NO|STrict|DEFroute}] [{RIPMetric|METric}=<1-16>] [SAMode={BLock|PAssthrough}] "
    "[VJC=<bool>] [VLANPriority={<0-7>|NONE}] [VLANTag={<1-4094>|NONE}]";
constexpr std::string_view stored_parameters =
    "FLUSHARP, GRE, IGMP proxy, inverse ARP, multicast, metrics of routing protocols, SAMODE, VJC and VLAN tags are "
    "kept and shown without effect.";

std::optional<unsigned> number_or_none(const Args& args, std::string_view name) {
  if (!args.holds<std::uint64_t>(name)) return std::nullopt;
  return static_cast<unsigned>(args.number(name));
}

void read_number(const Args& args, std::string_view name, std::optional<unsigned>& into) {
  if (args.has(name)) into = number_or_none(args, name);
}
void read_number(const Args& args, std::string_view name, unsigned& into) {
  if (args.has(name)) into = static_cast<unsigned>(args.number(name));
}
void read_bool(const Args& args, std::string_view name, bool& into) {
  if (args.has(name)) into = args.boolean(name);
}

ProxyArp proxy_arp(const std::string& word) {
  if (word == "STRICT") return ProxyArp::strict;
  if (word == "DEFROUTE") return ProxyArp::default_route;
  return word == "ON" || word == "TRUE" || word == "YES" ? ProxyArp::on : ProxyArp::off;
}

Multicast multicast(const std::string& word) {
  if (word == "OFF") return Multicast::off;
  if (word == "SEND") return Multicast::send;
  return word == "RECEIVE" ? Multicast::receive : Multicast::both;
}

void read_settings(const Args& args, InterfaceSettings& to) {
  if (args.has("IPADDRESS")) {
    to.address = args.address("IPADDRESS");
    to.origin = Origin::configured;
  }
  if (args.has("MASK")) {
    to.mask = args.address("MASK");
  } else if (args.has("IPADDRESS")) {
    to.mask = class_mask(to.address);
  }
  if (args.has("BROADCAST")) to.ones_broadcast = args.number("BROADCAST") == 1;
  read_bool(args, "DIRECTEDBROADCAST", to.directed_broadcast);
  read_bool(args, "FLUSHARP", to.flush_arp);
  read_bool(args, "FRAGMENT", to.fragment);
  read_bool(args, "GRATUITOUSARP", to.gratuitous_arp);
  read_bool(args, "INVERSEARP", to.inverse_arp);
  read_bool(args, "VJC", to.vjc);
  read_number(args, "FILTER", to.filter);
  read_number(args, "POLICYFILTER", to.policy_filter);
  read_number(args, "PRIORITYFILTER", to.priority_filter);
  read_number(args, "GRE", to.gre);
  read_number(args, "VLANTAG", to.vlan_tag);
  read_number(args, "VLANPRIORITY", to.vlan_priority);
  read_number(args, "OSPFMETRIC", to.ospf_metric);
  read_number(args, "RIPMETRIC", to.rip_metric);
  if (args.has("IGMPPROXY")) to.igmp_proxy = args.choice("IGMPPROXY");
  if (args.has("MULTICAST")) to.multicast = multicast(args.choice("MULTICAST"));
  if (args.has("PROXYARP")) to.proxy_arp = proxy_arp(args.choice("PROXYARP"));
  if (args.has("SAMODE")) to.block = args.choice("SAMODE") == "BLOCK";
}

/// A host's address inside its subnet: not the network, not a broadcast, not of a special range.
bool usable(const InterfaceSettings& settings, const Link& link) {
  if (settings.address.unset() && link.port->point_to_point()) return true;  // unnumbered, or the network assigns it
  const std::uint32_t first_octet = settings.address.value >> 24;
  if (first_octet == 0 || first_octet == 127 || first_octet >= 224 || settings.mask.unset()) return false;
  const std::uint32_t host_bits = ~settings.mask.value;
  const std::uint32_t host = settings.address.value & host_bits;
  return host_bits <= 1 || (host != 0 && host != host_bits);
}

/// What speaks against these settings on an interface (nullptr: a new one); nullopt when nothing does.
std::optional<Outcome> objection(const Engine& engine, const InterfaceSettings& settings, const Link& link,
                                 const Interface* self) {
  if (!usable(settings, link)) return messages::address_invalid();
  if (settings.address.unset()) return std::nullopt;
  for (const auto& other : engine.state.interfaces.all()) {
    if (other.get() == self) continue;
    if (other->settings.address == settings.address) return messages::address_in_use();
    if (other->settings.mask == settings.mask && other->on_subnet(settings.address)) return messages::subnet_overlap();
  }
  return std::nullopt;
}

Outcome add_interface(Engine& engine, const Args& args) {
  if (!engine.state.switches.enabled) return messages::ip_not_enabled();
  const std::string& name = args.text("INTERFACE");
  const auto [port, logical] = split_interface_name(name);
  Link* const link = engine.state.interfaces.find_link(port);
  if (link == nullptr) return messages::interface_unknown();
  if (logical >= InterfaceTable::logical_limit) return messages::interface_limit();
  if (engine.state.interfaces.find(name) != nullptr) return messages::interface_in_use();
  InterfaceSettings settings;
  read_settings(args, settings);
  if (auto refused = objection(engine, settings, *link, nullptr)) return *refused;
  engine.add_interface(name, *link, std::move(settings));
  return messages::interface_added();
}

Outcome set_interface(Engine& engine, Interface& interface, const Args& args) {
  const InterfaceSettings before = interface.settings;
  InterfaceSettings after = before;
  read_settings(args, after);
  if (auto refused = objection(engine, after, *interface.link, &interface)) return *refused;
  interface.settings = std::move(after);
  engine.interface_changed(interface, before);
  return messages::done();
}

/// Finds the interface a command names, when IP is enabled.
template <class Action>
Outcome with_interface(Engine& engine, const Args& args, Action action) {
  if (!engine.state.switches.enabled) return messages::ip_not_enabled();
  Interface* const interface = engine.state.interfaces.find(args.text("INTERFACE"));
  if (interface == nullptr) return messages::interface_unknown();
  return action(*interface);
}

Outcome switch_interface(Engine& engine, const Args& args, bool on) {
  return with_interface(engine, args, [&](Interface& interface) {
    const InterfaceSettings before = interface.settings;
    interface.settings.enabled = on;
    engine.interface_changed(interface, before);
    return messages::done();
  });
}

Outcome show_interface(Engine& engine, Invocation& call) {
  const Interface* only = nullptr;
  if (call.args.has_value("INTERFACE")) {
    only = engine.state.interfaces.find(call.args.text("INTERFACE"));
    if (only == nullptr) return messages::interface_unknown();
  }
  if (call.args.has("COUNTER")) {
    show_interface_counters(engine, call.screen, only);
  } else {
    show_interfaces(engine, call.screen, only);
  }
  return Outcome::screen();
}

/// `local` with what a command says; LOCAL1 to LOCAL15 share no address with another interface.
std::expected<LocalSettings, Outcome> read_local(const Engine& engine, const Args& args, LocalSettings local) {
  const Ipv4Address before = local.address;
  if (args.has("IPADDRESS")) local.address = args.address("IPADDRESS");
  const std::uint32_t first_octet = local.address.value >> 24;
  if (first_octet == 127 || first_octet >= 224 || (first_octet == 0 && !local.address.unset())) {
    return std::unexpected(messages::local_not_own());
  }
  if (args.has("LOCAL") && local.address != before && engine.state.interfaces.is_own(local.address)) {
    return std::unexpected(messages::address_in_use());
  }
  read_number(args, "FILTER", local.filter);
  read_number(args, "POLICYFILTER", local.policy_filter);
  read_number(args, "PRIORITYFILTER", local.priority_filter);
  read_number(args, "GRE", local.gre);
  read_number(args, "RIPMETRIC", local.rip_metric);
  read_number(args, "OSPFMETRIC", local.ospf_metric);
  return local;
}

Outcome set_local(Engine& engine, const Args& args) {
  const auto local = read_local(engine, args, engine.state.local);
  if (!local) return local.error();
  engine.set_local(*local);
  return messages::done();
}

Outcome change_extra_local(Engine& engine, const Args& args, bool make) {
  const auto number = static_cast<unsigned>(args.number("LOCAL"));
  const auto found = engine.state.extra_locals.find(number);
  const bool exists = found != engine.state.extra_locals.end();
  if (make && exists) return messages::local_exists();
  if (!make && !exists) return messages::local_unknown();
  const auto local = read_local(engine, args, exists ? found->second : LocalSettings{});
  if (!local) return local.error();
  if (local->address.unset()) return messages::local_not_own();
  engine.set_extra_local(number, *local);
  return messages::done();
}

Outcome delete_extra_local(Engine& engine, const Args& args) {
  const auto number = static_cast<unsigned>(args.number("LOCAL"));
  if (!engine.state.extra_locals.contains(number)) return messages::local_unknown();
  engine.remove_extra_local(number);
  return messages::done();
}

void add_local_rows(Engine& engine, Rows& rows) {
  static const std::string parameters =
      " [FILter={<0-299>|NONE}] [POLicyfilter={<0-299>|NONE}] [PRIorityfilter={<0-299>|NONE}] [RIPMetric=<1-16>] "
      "[OSPFmetric=<1-65534>] [GRE={<1-100>|NONE}]";
  static const std::string set_syntax = "SET IP LOCal [IPaddress=<ipv4>]" + parameters;
  static const std::string set_extra_syntax = "SET IP LOCal=<1-15> [IPaddress=<ipv4>]" + parameters;
  static const std::string add_syntax = "ADD IP LOCal=<1-15> IPaddress=<ipv4>" + parameters;
  constexpr std::string_view extra_note = "The filters, GRE and metrics are kept and shown without effect.";
  rows.push_back({set_syntax, Access::manager, "Sets the address of the IP module itself; 0.0.0.0 clears it.",
                  [&engine](Invocation& call) { return set_local(engine, call.args); }, Coverage::partial,
                  "The priority filter, GRE and metrics are kept and shown without effect."});
  rows.push_back({add_syntax, Access::manager, "Gives the router one more address that needs no link.",
                  [&engine](Invocation& call) { return change_extra_local(engine, call.args, true); },
                  Coverage::partial, extra_note});
  rows.push_back({set_extra_syntax, Access::manager, "Changes an address that needs no link.",
                  [&engine](Invocation& call) { return change_extra_local(engine, call.args, false); },
                  Coverage::partial, extra_note});
  rows.push_back({"DELete IP LOCal=<1-15>", Access::manager, "Takes an address that needs no link away.",
                  [&engine](Invocation& call) { return delete_extra_local(engine, call.args); }});
}

}  // namespace

void add_interface_rows(Engine& engine, Rows& rows) {
  static const std::string add_syntax =
      "ADD IP INTerface=<interface> IPaddress=<ipv4> " + std::string(interface_parameters);
  static const std::string set_syntax =
      "SET IP INTerface=<interface> [IPaddress=<ipv4>] " + std::string(interface_parameters);
  rows.push_back({add_syntax, Access::manager, "Attaches IP to a link with an address.",
                  [&engine](Invocation& call) { return add_interface(engine, call.args); }, Coverage::partial,
                  stored_parameters});
  rows.push_back({set_syntax, Access::manager, "Changes an IP interface.",
                  [&engine](Invocation& call) {
                    return with_interface(engine, call.args, [&](Interface& interface) {
                      return set_interface(engine, interface, call.args);
                    });
                  },
                  Coverage::partial, stored_parameters});
  rows.push_back({"DELete IP INTerface=<interface>", Access::manager,
                  "Takes IP off a link, with every route that leaves by it.", [&engine](Invocation& call) {
                    return with_interface(engine, call.args, [&](Interface& interface) {
                      engine.remove_interface(interface);
                      return messages::interface_deleted();
                    });
                  }});
  rows.push_back({"ENAble IP INTerface=<interface>", Access::manager, "Lets a disabled IP interface work again.",
                  [&engine](Invocation& call) { return switch_interface(engine, call.args, true); }});
  rows.push_back({"DISable IP INTerface=<interface>", Access::manager, "Stops an IP interface.",
                  [&engine](Invocation& call) { return switch_interface(engine, call.args, false); }});
  rows.push_back({"RESET IP INTerface=<interface>", Access::manager,
                  "Forgets what the interface learnt and zeroes its counters.", [&engine](Invocation& call) {
                    return with_interface(engine, call.args, [&](Interface& interface) {
                      engine.reset_interface(interface);
                      return messages::done();
                    });
                  }});
  rows.push_back({"SHow IP INTerface[=<interface>] [COUnter[={MULticast}]]", Access::manager,
                  "Displays the IP interfaces.", [&engine](Invocation& call) { return show_interface(engine, call); }});
  add_local_rows(engine, rows);
}

}  // namespace arrouter::ip
