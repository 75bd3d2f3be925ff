// Rows and handlers of the interfaces of a policy (reference/firewall.md 2.3).
#include <algorithm>

#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "modules/firewall/messages.h"
#include "os/base/text.h"

namespace arrouter::firewall {
namespace {

Side side_of(std::string_view word) { return word == "PUBLIC" ? Side::public_side : Side::private_side; }
Method method_of(std::string_view word) { return word == "PASSALL" ? Method::pass_all : Method::dynamic; }

/// METHOD, TRUSTPRIVATE and UPNPTYPE.
void read_options(PolicyInterface& interface, const Args& args) {
  if (args.has("METHOD")) interface.method = method_of(args.choice("METHOD"));
  if (args.has("TRUSTPRIVATE")) interface.trust_private = args.boolean("TRUSTPRIVATE");
  if (args.has("UPNPTYPE")) {
    interface.upnp_type = args.choice("UPNPTYPE") == "WAN" ? Side::public_side : Side::private_side;
  }
}

}  // namespace

void FirewallModule::add_interface_rows(std::vector<CommandRow>& rows) {
  constexpr std::string_view gaps = "No UPnP: UPNPTYPE is kept and shown.";
  rows.push_back(
      {"ADD FIREwall POLIcy=<name:1-15> INTerface={<interface>|<name:5-19>} TYpe={PRIVate|PUBlic} "
       "[METHod={DYNAMIC|PASSALL}] [TRUSTprivate=<bool>] [UPNPType={LAN|WAN}]",
       Access::security, "Adds an interface to a firewall policy.",
       with_policy([this](Policy& policy, const Args& args) { return add_interface(policy, args); }), Coverage::partial,
       gaps});
  rows.push_back(
      {"SET FIREwall POLIcy=<name:1-15> INTerface={<interface>|<name:5-19>} [TYpe={PRIVate|PUBlic}] "
       "[METHod={DYNAMIC|PASSALL}] [TRUSTprivate=<bool>] [UPNPType={LAN|WAN}]",
       Access::security, "Changes an interface of a firewall policy.",
       with_policy([this](Policy& policy, const Args& args) { return set_interface(policy, args); }), Coverage::partial,
       gaps});
  rows.push_back({"DELete FIREwall POLIcy=<name:1-15> INTerface={<interface>|<name:5-19>}", Access::security,
                  "Takes an interface out of a firewall policy, with its rules and NAT.",
                  with_policy([this](Policy& policy, const Args& args) { return delete_interface(policy, args); })});
}

/// An interface is private in one policy only (reference/firewall.md 1.1).
FirewallModule::Refusal FirewallModule::check_private(const Policy& policy, std::string_view interface) const {
  for (const auto& [key, other] : state_.policies.all) {
    const PolicyInterface* const held = other->find(interface);
    if (other.get() != &policy && held != nullptr && held->side == Side::private_side) {
      return say(texts::interface_private_elsewhere, other->name);
    }
  }
  return std::nullopt;
}

Outcome FirewallModule::add_interface(Policy& policy, const Args& args) {
  const auto name = interface_name(args.text("INTERFACE"));
  if (!name) return say(texts::interface_not_found);
  if (name->starts_with("dyn-")) {
    if (!policy.templates.contains(name->substr(4))) return say(texts::template_not_found);
  } else if (!state_.ip.interface(*name)) {
    return say(texts::interface_not_found);
  }
  if (policy.find(*name) != nullptr) return say(texts::interface_exists);
  auto interface = std::make_unique<PolicyInterface>();
  interface->name = *name;
  interface->side = side_of(args.choice("TYPE"));
  if (interface->side == Side::private_side) {
    if (args.has("METHOD")) return say(texts::parameter_conflict, "METHOD", "TYPE=PRIVATE");
    if (const Refusal refusal = check_private(policy, *name)) return *refusal;
  } else if (args.has("TRUSTPRIVATE")) {
    return say(texts::parameter_conflict, "TRUSTPRIVATE", "TYPE=PUBLIC");
  }
  read_options(*interface, args);
  policy.interfaces.push_back(std::move(interface));
  return say(texts::done);
}

Outcome FirewallModule::set_interface(Policy& policy, const Args& args) {
  const auto name = interface_name(args.text("INTERFACE"));
  PolicyInterface* const interface = name ? policy.find(*name) : nullptr;
  if (interface == nullptr) return say(texts::interface_not_in_policy, args.text("INTERFACE"));
  const Side side = args.has("TYPE") ? side_of(args.choice("TYPE")) : interface->side;
  if (side == Side::private_side) {
    if (args.has("METHOD")) return say(texts::parameter_conflict, "METHOD", "TYPE=PRIVATE");
    if (const Refusal refusal = check_private(policy, *name)) return *refusal;
  } else if (args.has("TRUSTPRIVATE")) {
    return say(texts::parameter_conflict, "TRUSTPRIVATE", "TYPE=PUBLIC");
  }
  if (side != interface->side) {
    const bool nat = std::any_of(policy.nat.begin(), policy.nat.end(), [&name](const NatRelation& relation) {
      return relation.private_interface == *name || relation.public_interface == *name;
    });
    if (nat) return say(texts::parameter_conflict, "TYPE", "the NAT of the interface");
    state_.sessions.remove_if([&policy](const Session& session) { return session.policy == &policy; });
    interface->side = side;
    interface->method = Method::dynamic;
    interface->trust_private = true;
  }
  read_options(*interface, args);
  return say(texts::done);
}

Outcome FirewallModule::delete_interface(Policy& policy, const Args& args) {
  const auto name = interface_name(args.text("INTERFACE"));
  if (!name || policy.find(*name) == nullptr) return say(texts::interface_not_in_policy, args.text("INTERFACE"));
  const auto info = state_.ip.interface(*name);
  state_.sessions.remove_if([&](const Session& session) {
    return session.policy == &policy && info &&
           (session.private_interface == info->id || session.public_interface == info->id);
  });
  std::erase_if(policy.nat, [&name](const NatRelation& relation) {
    return relation.private_interface == *name || relation.public_interface == *name;
  });
  std::erase_if(policy.proxies, [&name](const ProxySettings& proxy) {
    return proxy.private_interface == *name || proxy.public_interface == *name;
  });
  std::erase_if(policy.app_rules, [&name](const auto& entry) { return entry.second.interface == *name; });
  std::erase_if(policy.limits, [&name](const auto& entry) { return entry.second.interface == *name; });
  std::erase_if(policy.rules, [&name](const auto& entry) { return entry.second.interface == *name; });
  std::erase_if(policy.interfaces, [&name](const auto& held) { return held->name == *name; });
  return say(texts::done);
}

}  // namespace arrouter::firewall
