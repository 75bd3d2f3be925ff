// Rows and handlers of NAT relations (reference/firewall.md 2.5).
#include <algorithm>

#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "modules/firewall/messages.h"
#include "os/base/limits.h"

namespace arrouter::firewall {

void FirewallModule::add_nat_rows(std::vector<CommandRow>& rows) {
  constexpr std::string_view gaps = "NAPT and ENAPT translate as ENHANCED does.";
  rows.push_back(
      {"ADD FIREwall POLIcy=<name:1-15> NAT={ENAPT|ENHanced|NAPT|STAndard} "
       "INTerface={<interface>|<name:5-19>} GBLINterface={<interface>|<name:5-19>} [IP=<ipv4>] "
       "[GBLIP=<ipv4-range>]",
       Access::security, "Adds NAT between a private and a public interface.",
       with_policy([this](Policy& policy, const Args& args) { return add_nat(policy, args); }), Coverage::partial,
       gaps});
  rows.push_back(
      {"DELete FIREwall POLIcy=<name:1-15> NAT={ENAPT|ENHanced|NAPT|STAndard} "
       "INTerface={<interface>|<name:5-19>} GBLINterface={<interface>|<name:5-19>} [IP=<ipv4>]",
       Access::security, "Deletes NAT between a private and a public interface.",
       with_policy([this](Policy& policy, const Args& args) { return delete_nat(policy, args); })});
}

namespace {

/// Kind, interfaces and private host: what names a relation. The failure is the command's outcome.
std::optional<Outcome> read_relation(const Policy& policy, const Args& args, NatRelation& relation) {
  relation.kind = nat_kind_of(args.choice("NAT"));
  const auto side = [&](std::string_view parameter, Side wanted, std::string& place) -> std::optional<Outcome> {
    const auto name = interface_name(args.text(parameter));
    const PolicyInterface* const interface = name ? policy.find(*name) : nullptr;
    if (interface == nullptr) return say(texts::interface_not_in_policy, args.text(parameter));
    if (interface->side != wanted) return say(texts::interface_wrong_side, *name, text_of(wanted));
    place = *name;
    return std::nullopt;
  };
  if (const auto refusal = side("INTERFACE", Side::private_side, relation.private_interface)) return refusal;
  if (const auto refusal = side("GBLINTERFACE", Side::public_side, relation.public_interface)) return refusal;
  if (args.has("IP")) relation.ip = args.address("IP");
  return std::nullopt;
}

}  // namespace

Outcome FirewallModule::add_nat(Policy& policy, const Args& args) {
  NatRelation relation;
  if (const auto refusal = read_relation(policy, args, relation)) return *refusal;
  if (args.has("GBLIP")) relation.global = args.range("GBLIP");
  const bool range = relation.global && relation.global->first != relation.global->last;
  if (relation.kind == NatKind::standard) {
    if (!relation.global) return say(texts::parameter_missing, "GBLIP");
    if (relation.ip && range) return say(texts::parameter_conflict, "IP", "a range of GBLIP");
  } else {
    if (relation.ip) return say(texts::parameter_conflict, "IP", "NAT=" + args.choice("NAT"));
    if (range) return say(texts::parameter_invalid, "GBLIP");
  }
  const bool exists = std::any_of(policy.nat.begin(), policy.nat.end(), [&relation](const NatRelation& held) {
    return held.private_interface == relation.private_interface && held.public_interface == relation.public_interface &&
           held.ip == relation.ip;
  });
  if (exists) return say(texts::nat_exists);
  if (policy.nat.size() >= limits::firewall_nat_relations) return say(texts::nat_full);
  policy.nat.push_back(std::move(relation));
  return say(texts::done);
}

Outcome FirewallModule::delete_nat(Policy& policy, const Args& args) {
  NatRelation named;
  if (const auto refusal = read_relation(policy, args, named)) return *refusal;
  const auto found = std::find_if(policy.nat.begin(), policy.nat.end(),
                                  [&named](const NatRelation& held) { return held.same_place(named); });
  if (found == policy.nat.end()) return say(texts::nat_not_found);
  const auto inside = state_.ip.interface(found->private_interface);
  const auto outside = state_.ip.interface(found->public_interface);
  state_.sessions.remove_if([&](const Session& session) {
    return session.policy == &policy && session.translated() && inside && outside &&
           session.private_interface == inside->id && session.public_interface == outside->id;
  });
  policy.nat.erase(found);
  return say(texts::done);
}

}  // namespace arrouter::firewall
