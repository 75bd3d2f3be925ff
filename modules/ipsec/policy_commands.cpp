// Rows and handlers of IPsec policies.
#include <algorithm>

#include "modules/ipsec/ipsec.h"
#include "modules/ipsec/keywords.h"

namespace arrouter::ipsec {
namespace {

constexpr std::string_view gaps = "IPv4 only. LNAME and RNAME bear on negotiated bundles, not on manual keys.";

/// LADDRESS with LMASK, or the same of the remote side. A mask given alone goes with the address that stands; an
/// address given alone keeps a mask that stands.
bool read_address(const Args& args, std::string_view address, std::string_view mask, AddressSelector& selector) {
  using Kind = AddressSelector::Kind;
  if (args.holds<Choice>(address)) {
    selector = {};
  } else if (args.has(address)) {
    const Ipv4Range& range = args.range(address);
    if (range.first != range.last) {
      selector = {Kind::range, range.first, range.last};
    } else if (selector.kind == Kind::subnet) {
      selector.first = range.first;
    } else {
      selector = {Kind::address, range.first, {}};
    }
  }
  if (!args.has(mask)) return true;
  if (selector.kind != Kind::address && selector.kind != Kind::subnet) return false;
  const Ipv4Address value = args.address(mask);
  const bool whole = value == mask_of(32);
  selector = {whole ? Kind::address : Kind::subnet, selector.first, whole ? Ipv4Address() : value};
  return true;
}

void read_number(const Args& args, std::string_view name, NumberSelector& selector) {
  using Kind = NumberSelector::Kind;
  if (args.holds<std::uint64_t>(name)) {
    selector = {Kind::number, static_cast<std::uint16_t>(args.number(name))};
  } else if (args.has(name)) {
    const std::string& word = args.choice(name);
    if (const auto protocol = protocol_number(word)) {
      selector = {Kind::number, *protocol};
    } else {
      selector = {word == "OPAQUE" ? Kind::opaque : Kind::any, 0};
    }
  }
}

void read_peer(const Args& args, PeerAddress& peer) {
  if (args.holds<Ipv4Address>("PEERADDRESS")) {
    peer = {PeerAddress::Kind::address, args.address("PEERADDRESS")};
  } else if (args.has("PEERADDRESS")) {
    peer = {args.choice("PEERADDRESS") == "ANY" ? PeerAddress::Kind::any : PeerAddress::Kind::dynamic, {}};
  }
}

void read_text(const Args& args, std::string_view name, std::string& place) {
  if (args.holds<Choice>(name)) {
    place.clear();
  } else if (args.has(name)) {
    place = args.text(name);
  }
}

void read_flag(const Args& args, std::string_view name, bool& place) {
  if (args.has(name)) place = args.boolean(name);
}

std::optional<Outcome> read_selectors(const Args& args, Selectors& selectors) {
  if (!read_address(args, "LADDRESS", "LMASK", selectors.local)) {
    return outcome(Message::parameter_conflict, "LMASK", "this LADDRESS");
  }
  if (!read_address(args, "RADDRESS", "RMASK", selectors.remote)) {
    return outcome(Message::parameter_conflict, "RMASK", "this RADDRESS");
  }
  read_number(args, "LPORT", selectors.local_port);
  read_number(args, "RPORT", selectors.remote_port);
  read_number(args, "TRANSPORTPROTOCOL", selectors.protocol);
  if (args.holds<Choice>("ICMPTYPE")) return outcome(Message::ip_version_unavailable);  // NDALL is of IPv6
  if (args.has("ICMPTYPE")) selectors.icmp_types = args.numbers("ICMPTYPE");
  return std::nullopt;
}

/// Everything but name, interface and place; what a command does not name stays.
std::optional<Outcome> read_policy(const Args& args, PolicySettings& policy) {
  if (args.has("IPVERSION") && args.choice("IPVERSION") == "6") return outcome(Message::ip_version_unavailable);
  if (args.has("ACTION")) policy.action = action_of(args.choice("ACTION"));
  if (args.has("KEYMANAGEMENT")) policy.key_management = key_management_of(args.choice("KEYMANAGEMENT"));
  if (args.has("BUNDLESPECIFICATION")) {
    policy.bundle_specification = static_cast<std::uint8_t>(args.number("BUNDLESPECIFICATION"));
  }
  if (args.has("DFBIT")) policy.df_bit = df_bit_of(args.choice("DFBIT"));
  if (args.has("SASELECTORFROMPKT")) policy.from_packet = from_packet_of(args.choice("SASELECTORFROMPKT"));
  policy.group = static_cast<std::uint8_t>(args.number_or("GROUP", policy.group));
  policy.udp_port = static_cast<std::uint16_t>(args.number_or("UDPPORT", policy.udp_port));
  read_peer(args, policy.peer);
  read_text(args, "ISAKMPPOLICY", policy.isakmp_policy);
  read_text(args, "IPROUTETEMPLATE", policy.route_template);
  read_text(args, "LNAME", policy.names.local);
  read_text(args, "RNAME", policy.names.remote);
  read_text(args, "SRCINTERFACE", policy.source_interface);
  read_flag(args, "RESPONDBADSPI", policy.respond_bad_spi);
  read_flag(args, "UDPHEARTBEAT", policy.udp_heartbeat);
  read_flag(args, "UDPTUNNEL", policy.udp_tunnel);
  read_flag(args, "USEPFSKEY", policy.use_pfs);
  return read_selectors(args, policy.selectors);
}

}  // namespace

std::vector<CommandRow> IpsecModule::rows_of_policies() {
  return {
      {"CREate IPSec POLicy=<name:1-23> INTerface=<interface> ACtion={DEny|IPsec|PErmit} [IPVersion={4|6}] "
       "[BUNDlespecification=<0-255>] [DFBit={SEt|COpy|CLear}] [GROup=<0-2>] [ICmptype={NDALL|<list:0-255>}] "
       "[IPROUtetemplate=<name:1-31>] [ISAkmppolicy=<name:1-24>] [KEYmanagement={ISakmp|MAnual}] "
       "[LADdress={ANy|<ipv4-range>}] [LMAsk=<mask>] [LNAme={ANy|<name:1-120>}] [LPort={ANy|OPaque|<0-65535>}] "
       "[PEERaddress={ANy|DYnamic|<ipv4>}] [POSition=<1-100>] [RADdress={ANy|<ipv4-range>}] [RESPondbadspi=<bool>] "
       "[RMAsk=<mask>] [RNAme={ANy|<name:1-120>}] [RPort={ANy|OPaque|<0-65535>}] "
       "[SASElectorfrompkt={ALL|LADdress|LPort|NONE|RADdress|RPort|TRAnsportprotocol}] [SRCInterface=<interface>] "
       "[TRAnsportprotocol={ANy|EGp|ESp|GRe|ICmp|OPaque|OSpf|RSvp|TCp|UDp|<0-255>}] [UDPHeartbeat=<bool>] "
       "[UDPPort=<1-65535>] [UDPTunnel=<bool>] [USEPFSKey=<bool>]",
       Access::security, "Creates an IPsec policy on an interface.",
       [this](Invocation& invocation) { return create_policy(invocation.args); }, Coverage::partial, gaps},
      {"SET IPSec POLicy=<name:1-23> [ACtion={DEny|IPsec|PErmit}] [IPVersion={4|6}] [BUNDlespecification=<0-255>] "
       "[DFBit={SEt|COpy|CLear}] [GROup=<0-2>] [ICmptype={NDALL|<list:0-255>}] [IPROUtetemplate=<name:1-31>] "
       "[ISAkmppolicy=<name:1-24>] [LADdress={ANy|<ipv4-range>}] [LMAsk=<mask>] [LNAme={ANy|<name:1-120>}] "
       "[LPort={ANy|OPaque|<0-65535>}] [PEERaddress={ANy|DYnamic|<ipv4>}] [POSition=<1-100>] "
       "[RADdress={ANy|<ipv4-range>}] [RESPondbadspi=<bool>] [RMAsk=<mask>] [RNAme={ANy|<name:1-120>}] "
       "[RPort={ANy|OPaque|<0-65535>}] [SRCInterface=<interface>] "
       "[TRAnsportprotocol={ANy|EGp|ESp|GRe|ICmp|OPaque|OSpf|RSvp|TCp|UDp|<0-255>}] [UDPHeartbeat=<bool>] "
       "[UDPPort=<1-65535>] [UDPTunnel=<bool>] [USEPFSKey=<bool>]",
       Access::security, "Changes an IPsec policy.",
       [this](Invocation& invocation) { return set_policy(invocation.args); }, Coverage::partial, gaps},
      {"DEStroy IPSec POLicy=<name:1-23>", Access::security, "Destroys an IPsec policy and its SAs.",
       [this](Invocation& invocation) { return destroy_policy(invocation.args); }},
  };
}

Outcome IpsecModule::create_policy(const Args& args) {
  const std::string& name = args.text("POLICY");
  if (state_.policies.find(name) != nullptr) return outcome(Message::policy_exists, name);
  auto policy = std::make_unique<Policy>();
  policy->name = name;
  policy->interface = args.text("INTERFACE");
  if (!state_.ip.interface(policy->interface)) return outcome(Message::interface_not_found, policy->interface);
  if (state_.policies.full(policy->interface)) return outcome(Message::policies_full, policy->interface);
  if (const Refusal refusal = read_policy(args, *policy)) return *refusal;
  if (const Refusal refusal = check_policy(*policy)) return *refusal;
  std::optional<std::size_t> position;
  if (args.has("POSITION")) position = args.number("POSITION");
  state_.policies.add(std::move(policy), position);
  follow();
  return Outcome::successful(module_number::ipsec);
}

Outcome IpsecModule::set_policy(const Args& args) {
  Policy* const policy = state_.policies.find(args.text("POLICY"));
  if (policy == nullptr) return outcome(Message::policy_not_found, args.text("POLICY"));
  PolicySettings changed = *policy;
  if (const Refusal refusal = read_policy(args, changed)) return *refusal;
  if (const Refusal refusal = check_policy(changed)) return *refusal;
  if (changed != *policy) {
    setup_.clear(*policy, Setup::Farewell::tell_peer);
    static_cast<PolicySettings&>(*policy) = std::move(changed);
  }
  if (args.has("POSITION")) state_.policies.move(*policy, args.number("POSITION"));
  follow();
  return Outcome::successful(module_number::ipsec);
}

Outcome IpsecModule::destroy_policy(const Args& args) {
  Policy* const policy = state_.policies.find(args.text("POLICY"));
  if (policy == nullptr) return outcome(Message::policy_not_found, args.text("POLICY"));
  setup_.clear(*policy, Setup::Farewell::tell_peer);
  state_.debug.forget(*policy);
  state_.policies.remove(*policy);
  follow();
  return Outcome::successful(module_number::ipsec);
}

IpsecModule::Refusal IpsecModule::check_policy(const PolicySettings& policy) const {
  if (!policy.source_interface.empty() && !state_.ip.interface(policy.source_interface)) {
    return outcome(Message::interface_not_found, policy.source_interface);
  }
  if (policy.action != Action::ipsec) return std::nullopt;
  if (!policy.key_management) return outcome(Message::parameter_missing, "KEYMANAGEMENT");
  if (!policy.bundle_specification) return outcome(Message::parameter_missing, "BUNDLESPECIFICATION");
  if (policy.peer.kind == PeerAddress::Kind::none) return outcome(Message::parameter_missing, "PEERADDRESS");
  const auto bundle = state_.specifications.bundles.find(*policy.bundle_specification);
  if (bundle == state_.specifications.bundles.end()) {
    return outcome(Message::bundle_specification_not_found, *policy.bundle_specification);
  }
  if (bundle->second.key_management != *policy.key_management) {
    return outcome(Message::key_management_differs,
                   fmt::format("bundle specification {}", *policy.bundle_specification),
                   to_string(*policy.key_management));
  }
  const bool fixed_peer = policy.peer.kind == PeerAddress::Kind::address;
  const std::string peer = "PEERADDRESS=" + to_string(policy.peer);
  if (policy.key_management == KeyManagement::manual && !fixed_peer) {
    return outcome(Message::parameter_conflict, "KEYMANAGEMENT=MANUAL", peer);
  }
  if (policy.respond_bad_spi && !fixed_peer) return outcome(Message::parameter_conflict, "RESPONDBADSPI", peer);
  return std::nullopt;
}

}  // namespace arrouter::ipsec
