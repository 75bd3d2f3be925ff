// The firewall: policies, rules, NAT and stateful sessions (chapter "Firewall" of the AlliedWare 2.9 manual;
// reference/firewall.md). RFC 1631, 2663, 3022 (NAT), 5382, 5508 (TCP and ICMP through NAT), 1624 (checksums), 1413
// (Ident), 959, 2428 (FTP), 3261, 4566 (SIP).
//
// How the parts hang together
//   Policy, Rule, NatRelation   what the commands configured
//   SessionTable                who talks to whom, found by either side's addresses
//   Datapath                    the stage in IP's packet path (FirewallStage): arrived, departing, ICMP errors
//   sound                       what no packet may be: malformed, an attack by itself
//   SetupProxy                  opens from outside are answered here first, so that forged ones reach no host
//   Gateways                    FTP and SIP: text that names further connections is translated (LineStream, ftp, sip),
//                               and Pinholes let those connections in
//   SipClients                  who has registered through the SIP gateway, and keeps his public end for calls
//   LimitRule                   how many sessions a device may have
//   match, nat, track           which rule, which addresses, what a packet does to its session
//   Events                      allow, deny and notify lists, log lines
//   AccountRecord, Monitors     who talked how long and how much; copies of packets for an onlooker
//   Attacks                     counts suspicious packets, says when an attack begins and ends; Notifier tells people
//
// Where packets meet it
//   arrived   sessions are found and destinations translated before routing; what is addressed to the router or to one
//             of NAT's global addresses is decided, because a rule there says who gets it
//   departing the rest is decided with both interfaces known, and sources are translated, before IPsec looks
// Packets out of an SA come here behind IPsec, marked, and what IPsec has sealed passes no firewall any more.
//
// Invariants
//   - A packet of a session costs one look-up, and rules are asked once a session. Super-frames are one packet.
//   - A session's two keys are its whole translation: going out the private key becomes the public one, coming in the
//     reverse. So static, enhanced, reverse and double NAT and hairpins are one code.
//   - A packet must come from the side of its session; a source address alone opens no session's way.
//   - With several policies over one pair of interfaces each has to permit a packet; the first that has the interfaces
//     on different sides keeps the session.
//   - A full table gives up its oldest session that was never answered, of the direction that has more of them, so a
//     flood of opens costs no talk in progress and nobody else's open.
//   - Nothing is allocated for a packet but by gateways; a new session takes a place that exists.
//
// Where sources leave room: a list of IP addresses names senders; a rule whose IP is the router itself only permits,
// whatever address GBLIP names; public to public passes without session; TCP without a session must begin with a SYN.
// Attacks are counted by policy, kind and direction, whoever sends; a ping's answer that nobody waits for is Smurf's.
// ESP and AH to the router that its own IPsec knows no SPI of are for the host inside that talks to their sender, or
// that a rule publishes. The setup proxy leaves alone what comes out of an SA or in by PASSALL.
//
// Not modelled: gateways for other protocols (H.323, RTSP, PPTP with several clients of one server), SIP over TCP,
// the SMTP and HTTP proxies, UPnP.
#include "modules/firewall/firewall.h"

#include "modules/firewall/firewall_module.h"
#include "modules/firewall/messages.h"
#include "os/base/text.h"

namespace arrouter::firewall {

FirewallModule::FirewallModule(Services& services, IpApi& ip, FirewallVoice voice)
    : events_(services, std::move(voice)),
      state_(services, ip, events_),
      datapath_(state_),
      rule_timer_(services.scheduler, [this] { expire_rules(); }) {
  follow();
}

std::vector<CommandRow> FirewallModule::commands() {
  std::vector<CommandRow> rows;
  add_module_rows(rows);
  add_notify_rows(rows);
  add_monitor_rows(rows);
  add_policy_rows(rows);
  add_interface_rows(rows);
  add_nat_rows(rows);
  add_rule_rows(rows);
  add_limit_rows(rows);
  add_gateway_rows(rows);
  add_proxy_rows(rows);
  add_list_rows(rows);
  return rows;
}

void FirewallModule::start() {
  state_.sip_clients.read();
  state_.ip.set_firewall(&datapath_);
  state_.ip.on_interface_change([this](const InterfaceChange& change) {
    if (change.removed) end_sessions(change.info.id);
    follow();
  });
}

void FirewallModule::stop(Ending) {
  state_.ip.set_firewall(nullptr);
  state_.sessions.remove_if([](const Session&) { return true; });
}

std::function<Outcome(Invocation&)> FirewallModule::with_policy(Handler handler) {
  return [this, handler = std::move(handler)](Invocation& invocation) {
    Policy* const policy = state_.policies.find(invocation.args.text("POLICY"));
    if (policy == nullptr) return say(texts::policy_not_found);
    const Outcome outcome = handler(*policy, invocation.args);
    follow();
    return outcome;
  };
}

std::function<Outcome(Invocation&)> FirewallModule::shown(Outcome (FirewallModule::*show)(Invocation&)) {
  return [this, show](Invocation& invocation) {
    state_.sessions.sweep();
    return (this->*show)(invocation);
  };
}

void FirewallModule::end_sessions(InterfaceId interface) {
  state_.sessions.remove_if([interface](const Session& session) {
    return session.private_interface == interface || session.public_interface == interface;
  });
}

void FirewallModule::dynamic_interface_up(std::string_view interface, std::string_view user) {
  state_.dynamic_users.insert_or_assign(to_lower(interface), std::string(user));
  follow();
}

void FirewallModule::dynamic_interface_down(std::string_view interface) {
  if (state_.dynamic_users.erase(to_lower(interface)) == 0) return;
  if (const auto info = state_.ip.interface(to_lower(interface))) end_sessions(info->id);
  follow();
}

std::optional<std::vector<NodeSessions>> FirewallModule::sessions_per_node() const {
  if (!state_.session_report) return std::nullopt;
  std::map<Ipv4Address, std::size_t> nodes;
  state_.sessions.each([&nodes](const Session& session) { ++nodes[session.private_key.source.address]; });
  std::vector<NodeSessions> list;
  for (const auto& [node, sessions] : nodes) list.push_back({node, sessions});
  return list;
}

std::optional<std::string> interface_name(std::string_view text) {
  constexpr std::string_view dynamic = "dyn-";
  constexpr std::size_t longest_name = 15;
  std::string name = to_lower(text);
  if (!name.starts_with(dynamic)) return name;
  const std::size_t length = name.size() - dynamic.size();
  return length >= 1 && length <= longest_name ? std::optional(name) : std::nullopt;
}

}  // namespace arrouter::firewall

namespace arrouter {

MadeFirewall make_firewall(Services& services, IpApi& ip, FirewallVoice voice) {
  auto module = std::make_unique<firewall::FirewallModule>(services, ip, std::move(voice));
  firewall::FirewallApi& api = *module;
  return {std::move(module), api};
}

}  // namespace arrouter
