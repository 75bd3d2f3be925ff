// ADD, SET, DELETE, SHOW IP ARP.
#include "modules/ip/rows.h"

namespace arrouter::ip {
namespace {

Outcome outcome_of(ArpTable::Set result) {
  switch (result) {
    case ArpTable::Set::done:
      return messages::done();
    case ArpTable::Set::exists:
      return messages::arp_exists();
    case ArpTable::Set::unknown:
      return messages::arp_unknown();
    case ArpTable::Set::full:
      return messages::arp_limit();
  }
  return messages::done();
}

Outcome change_entry(Engine& engine, const Args& args, bool make) {
  if (!engine.state.switches.enabled) return messages::ip_not_enabled();
  Interface* const interface = engine.state.interfaces.find(args.text("INTERFACE"));
  if (interface == nullptr) return messages::interface_unknown();
  const Ipv4Address host = args.address("ARP");
  if (!interface->on_subnet(host) || interface->is_broadcast(host) || engine.state.interfaces.is_own(host)) {
    return messages::arp_not_local();
  }
  const MacAddress mac = args.mac("ETHERNET");
  if (mac == MacAddress{} || (mac.group() && !engine.state.switches.mac_disparity)) return messages::arp_mac_invalid();
  const auto port = static_cast<unsigned>(args.number_or("PORT", 0));
  ArpTable& arp = engine.path.arp();
  return outcome_of(make ? arp.add_static(*interface, host, mac, port) : arp.set_static(*interface, host, mac, port));
}

Outcome delete_entry(Engine& engine, const Args& args) {
  if (!args.holds<Ipv4Address>("ARP")) {
    engine.path.arp().remove_dynamic();
    return messages::done();
  }
  return outcome_of(engine.path.arp().remove(args.address("ARP")));
}

}  // namespace

void add_arp_rows(Engine& engine, Rows& rows) {
  constexpr std::string_view port_note = "PORT is kept and shown; a switch's ports are one link here.";
  rows.push_back({"ADD IP ARP=<ipv4> INTerface=<interface> ETHernet=<mac> [POrt=<1-64>]", Access::manager,
                  "Adds a static ARP entry.",
                  [&engine](Invocation& call) { return change_entry(engine, call.args, true); }, Coverage::partial,
                  port_note});
  rows.push_back({"SET IP ARP=<ipv4> INTerface=<interface> ETHernet=<mac> [POrt=<1-64>]", Access::manager,
                  "Changes a static ARP entry.",
                  [&engine](Invocation& call) { return change_entry(engine, call.args, false); }, Coverage::partial,
                  port_note});
  rows.push_back({"SET IP ARP TIMeout=<1-1023>", Access::manager,
                  "Sets the life of ARP entries in units of 256 seconds.", [&engine](Invocation& call) {
                    engine.state.switches.arp_timeout = static_cast<unsigned>(call.args.number("TIMEOUT"));
                    return messages::done();
                  }});
  rows.push_back({"SET IP ARPWaittimeout=<1-30>", Access::manager, "Sets how many seconds an ARP answer is waited for.",
                  [&engine](Invocation& call) {
                    engine.state.switches.arp_wait_s = static_cast<unsigned>(call.args.number("ARPWAITTIMEOUT"));
                    return messages::done();
                  }});
  rows.push_back({"DELete IP ARP={<ipv4>|ALLDynamic}", Access::manager, "Deletes ARP entries.",
                  [&engine](Invocation& call) { return delete_entry(engine, call.args); }});
  rows.push_back({"SHow IP ARP[=<ipv4>]", Access::manager, "Displays the ARP table.", [&engine](Invocation& call) {
                    const auto only =
                        call.args.has_value("ARP") ? std::optional(call.args.address("ARP")) : std::nullopt;
                    show_arp(engine, call.screen, only);
                    return Outcome::screen();
                  }});
}

}  // namespace arrouter::ip
