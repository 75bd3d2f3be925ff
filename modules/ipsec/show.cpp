// Screens of the module, of specifications and of policies.
#include "modules/ipsec/show.h"

#include <fmt/format.h>

#include "modules/ipsec/messages.h"

namespace arrouter::ipsec {
namespace {

using std::chrono::seconds;

std::string or_dash(std::string_view text) { return text.empty() ? "-" : std::string(text); }

template <class Number>
std::string number_or_dash(const std::optional<Number>& number) {
  return number ? std::to_string(*number) : "-";
}

std::string flag(bool on) { return on ? "TRUE" : "FALSE"; }

/// "28800/27360/120"; "-" where there is no limit.
std::string triple(std::uint64_t hard, std::uint64_t soft, std::uint64_t used) {
  if (hard == 0) return fmt::format("-/-/{}", used);
  return fmt::format("{}/{}/{}", hard, soft, used);
}

/// The policies a command means; the failure is the command's outcome.
std::expected<PolicyTable::List, Outcome> chosen_policies(const State& state, const Args& args) {
  if (!args.has_value("POLICY")) return state.policies.all();
  Policy* const policy = state.policies.find(args.text("POLICY"));
  if (policy == nullptr) return std::unexpected(outcome(Message::policy_not_found, args.text("POLICY")));
  return PolicyTable::List{policy};
}

void list_policies(const State& state, Screen& screen) {
  screen.line("IPSEC Policies");
  screen.line();
  screen.table("policies", {{"Name", 25},
                            {"Interface", 11},
                            {"Action", 8},
                            {"KeyManagement", 15},
                            {"Position", 10},
                            {"Bundle", 8},
                            {"PeerAddress", 15}});
  screen.rule();
  for (const Policy* const policy : state.policies.all()) {
    const bool ipsec = policy->action == Action::ipsec;
    screen.row({policy->name, policy->interface, to_string(policy->action),
                ipsec ? to_string(*policy->key_management) : "-", state.policies.position(*policy),
                ipsec ? number_or_dash(policy->bundle_specification) : "-", ipsec ? to_string(policy->peer) : "-"});
  }
}

void show_selectors(const PolicySettings& policy, Screen& screen, int column) {
  const Selectors& selectors = policy.selectors;
  const auto field = [&](std::string_view label, std::string value) {
    screen.field(2, column, label, std::move(value));
  };
  field("Local Address", address_text(selectors.local));
  field("Local Mask", mask_text(selectors.local));
  field("Local Port", port_text(selectors.local_port));
  field("Local Name", name_text(policy.names.local));
  field("Remote Address", address_text(selectors.remote));
  field("Remote Mask", mask_text(selectors.remote));
  field("Remote Port", port_text(selectors.remote_port));
  field("Remote Name", name_text(policy.names.remote));
  field("Transport Protocol", protocol_text(selectors.protocol));
  if (!selectors.icmp_types.empty()) field("ICMP Type", list_text(selectors.icmp_types));
}

void show_policy(const State& state, const Policy& policy, Screen& screen) {
  constexpr int column = 37;
  const auto field = [&](std::string_view label, Json value) { screen.field(2, column, label, std::move(value)); };
  screen.line("IPSEC Policy Information");
  field("Name", policy.name);
  field("Interface", policy.interface);
  field("Source Interface", policy.tunnel_interface());
  field("Position", state.policies.position(policy));
  field("Action", to_string(policy.action));
  field("Key Management", policy.key_management ? to_string(*policy.key_management) : "-");
  field("ISAKMP Policy Name", or_dash(policy.isakmp_policy));
  field("Bundle Specification", number_or_dash(policy.bundle_specification));
  field("Peer Address", to_string(policy.peer));
  field("IP Version", 4);
  show_selectors(policy, screen, column);
  field("SA Selector From Packet", to_string(policy.from_packet));
  field("DF Bit", to_string(policy.df_bit));
  field("Use PFS Key", policy.use_pfs);
  field("Group", policy.group);
  field("IP Route Template", or_dash(policy.route_template));
  field("UDP Tunnel", policy.udp_tunnel);
  field("UDP Port", policy.udp_tunnel ? std::to_string(policy.udp_port) : "-");
  field("UDP Heartbeat", policy.udp_heartbeat);
  field("Respond Bad SPI", policy.respond_bad_spi);
  field("Filter Debug", state.debug.words(policy));
  field("Number of SA bundles", policy.bundles.size());
}

void bundle_fields(const State& state, const SaBundle& bundle, Screen& screen, int column) {
  std::string ids;
  for (const auto& sa : bundle.sas) ids += fmt::format("{}{}", ids.empty() ? "" : " ", sa->id);
  screen.field(4, column, "State", bundle.exhausted ? "REMOVING" : "VALID");
  screen.field(4, column, "Role", bundle.initiator ? "INITIATOR" : "RESPONDER");
  screen.field(4, column, "Peer address", to_string(bundle.peer));
  screen.field(4, column, "SA's", ids, "sas");
  screen.field(4, column, "Expiry Kbytes (hard/soft/used)",
               triple(bundle.hard_bytes / 1024, bundle.soft_bytes / 1024, bundle.used_bytes() / 1024));
  screen.field(4, column, "Expiry Seconds (hard/soft/used)",
               triple(bundle.hard_seconds, bundle.soft_seconds, whole_seconds(state.now() - bundle.created)));
  if (bundle.path_mtu != 0 && state.now() < bundle.path_mtu_until) {
    screen.field(4, column, "Path MTU", bundle.path_mtu);
  }
}

void show_bundles(const State& state, const PolicyTable::List& policies, Screen& screen) {
  constexpr int column = 43;
  screen.line("IPSEC Policy SA Bundles");
  for (const Policy* const policy : policies) {
    if (policy->action != Action::ipsec) continue;
    const auto scope = screen.item("policies");
    screen.line();
    screen.field(0, 29, "Policy", policy->name);
    screen.rule();
    for (const auto& [index, bundle] : policy->bundles) {
      const auto one = screen.item("bundles");
      screen.field(2, column, "Bundle Index", index);
      bundle_fields(state, *bundle, screen, column);
    }
    for (const auto& [index, negotiation] : policy->negotiations.by_index()) {
      const auto one = screen.item("bundles");
      screen.field(2, column, "Bundle Index", index);
      screen.field(4, column, "State", "CREATING");
      screen.field(4, column, "Role", negotiation->initiator ? "INITIATOR" : "RESPONDER");
      screen.field(4, column, "Peer address", to_string(negotiation->peer));
    }
  }
}

void sa_specification_fields(std::uint8_t id, const SaSpecification& sa, Screen& screen) {
  constexpr int column = 35;
  screen.field(0, column, "SA Specification Id", id);
  screen.field(2, column, "Key Management", to_string(sa.key_management));
  screen.field(2, column, "Protocol", to_string(sa.protocol));
  screen.field(2, column, "Mode", mode_text(sa.mode));
  screen.field(2, column, "Encryption Algorithm", enco::traits(sa.cipher).name);
  screen.field(2, column, "Hash Algorithm", enco::traits(sa.hash).name);
  if (sa.protocol == isakmp::Protocol::ipcomp) {
    screen.field(2, column, "Compression Algorithm", enco::name(sa.compression));
  }
  screen.field(2, column, "Encryption Key", number_or_dash(sa.cipher_key));
  screen.field(2, column, "Hash Key", number_or_dash(sa.hash_key));
  screen.field(2, column, "In SPI", number_or_dash(sa.in_spi));
  screen.field(2, column, "Out SPI", number_or_dash(sa.out_spi));
  screen.field(2, column, "Anti-Replay Enabled", flag(sa.anti_replay));
  screen.field(2, column, "Replay Window Size", sa.replay_window);
}

void bundle_specification_fields(std::uint8_t id, const BundleSpecification& bundle, Screen& screen) {
  constexpr int column = 35;
  screen.field(0, column, "Bundle Specification Id", id);
  screen.field(2, column, "Key Management", to_string(bundle.key_management));
  screen.field(2, column, "String", bundle.text);
  screen.field(2, column, "Expiry Kbytes", number_or_dash(bundle.expiry_kbytes));
  const bool manual = bundle.key_management == KeyManagement::manual;
  screen.field(2, column, "Expiry Seconds", manual ? "-" : std::to_string(bundle.expiry_seconds));
}

}  // namespace

std::string list_text(const IcmpTypes& types) {
  std::string text;
  for (const auto& [first, last] : types) {
    if (!text.empty()) text += ",";
    text += first == last ? std::to_string(first) : fmt::format("{}-{}", first, last);
  }
  return text;
}

Outcome show_module(const State& state, const Args&, Screen& screen) {
  constexpr int column = 35;
  screen.line("IPSEC Module Configuration");
  screen.line();
  screen.field(2, column, "Module Status", state.enabled ? "ENABLED" : "DISABLED");
  screen.field(2, column, "IPsec over UDP Status", state.enabled ? "OPEN" : "CLOSED");
  screen.field(2, column, "IPsec over UDP Listen Port", state.udp_port);
  return Outcome::screen();
}

void show_policy_counters(const PolicyTable::List& policies, Screen& screen);  // show_counters.cpp

Outcome show_policies(const State& state, const Args& args, Screen& screen) {
  const auto policies = chosen_policies(state, args);
  if (!policies) return policies.error();
  const bool counters = args.has("COUNTERS"), bundles = args.has("SABUNDLE");
  if (counters) show_policy_counters(*policies, screen);
  if (counters && bundles) screen.line();
  if (bundles) show_bundles(state, *policies, screen);
  if (counters || bundles) return Outcome::screen();
  if (args.has_value("POLICY")) {
    show_policy(state, *policies->front(), screen);
  } else {
    list_policies(state, screen);
  }
  return Outcome::screen();
}

Outcome show_bundle_specifications(const State& state, const Args& args, Screen& screen) {
  const auto& bundles = state.specifications.bundles;
  if (args.has_value("BUNDLESPECIFICATION")) {
    const auto id = static_cast<std::uint8_t>(args.number("BUNDLESPECIFICATION"));
    const auto found = bundles.find(id);
    if (found == bundles.end()) return outcome(Message::bundle_specification_not_found, id);
    bundle_specification_fields(id, found->second, screen);
    return Outcome::screen();
  }
  screen.line("IPSEC Bundle Specifications");
  screen.line();
  screen.table("bundleSpecifications", {{"Id", 7}, {"KeyManagement", 16}, {"String", 20}});
  screen.rule();
  for (const auto& [id, bundle] : bundles) screen.row({id, to_string(bundle.key_management), bundle.text});
  return Outcome::screen();
}

Outcome show_sa_specifications(const State& state, const Args& args, Screen& screen) {
  const auto& sas = state.specifications.sas;
  if (args.has_value("SASPECIFICATION")) {
    const auto id = static_cast<std::uint8_t>(args.number("SASPECIFICATION"));
    const auto found = sas.find(id);
    if (found == sas.end()) return outcome(Message::sa_specification_not_found, id);
    sa_specification_fields(id, found->second, screen);
    return Outcome::screen();
  }
  screen.line("IPSEC SA Specifications");
  screen.line();
  screen.table("saSpecifications", {{"Id", 7},
                                    {"KeyManagement", 16},
                                    {"Protocol", 11},
                                    {"Mode", 12},
                                    {"EncAlg", 12},
                                    {"HashAlg", 10},
                                    {"InSPI", 13},
                                    {"OutSPI", 11}});
  screen.rule();
  for (const auto& [id, sa] : sas) {
    screen.row({id, to_string(sa.key_management), to_string(sa.protocol), mode_text(sa.mode),
                enco::traits(sa.cipher).name, enco::traits(sa.hash).name, number_or_dash(sa.in_spi),
                number_or_dash(sa.out_spi)});
  }
  return Outcome::screen();
}

}  // namespace arrouter::ipsec
