#include "modules/firewall/state.h"

#include <algorithm>

#include "modules/firewall/match.h"
#include "modules/firewall/nat.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::firewall {

namespace {

bool changes_destination(const Policy& policy, const PolicyInterface& interface) {
  if (interface.side == Side::public_side) return false;
  return std::any_of(policy.rules.begin(), policy.rules.end(), [&interface](const auto& entry) {
    return entry.second.interface == interface.name && changes_destination(entry.second);
  });
}

bool publishes_portless(const State& state, const Policy& policy, const PolicyInterface& interface) {
  if (interface.side == Side::private_side) return false;
  return std::any_of(policy.rules.begin(), policy.rules.end(), [&](const auto& entry) {
    return entry.second.interface == interface.name && publishes_portless(state, policy, entry.second);
  });
}

}  // namespace

PolicyInterface* Policy::find(std::string_view interface) const {
  for (const auto& held : interfaces) {
    if (held->name == interface) return held.get();
  }
  return nullptr;
}

bool Policy::at_work() const {
  bool inside = false, outside = false;
  for (const auto& held : interfaces) (held->side == Side::private_side ? inside : outside) = true;
  return inside && outside;
}

bool DynamicTemplate::admits(std::string_view user) const {
  const auto named = [&](std::string_view name) { return std::find(users.begin(), users.end(), name) != users.end(); };
  if (user.empty()) return named("NONE");
  return named("ANY") || named(user) || file_users.contains(user);
}

Policy* Policies::find(std::string_view name) const {
  const auto found = all.find(to_lower(name));
  return found == all.end() ? nullptr : found->second.get();
}

State::State(Services& given, IpApi& api, EventSink& sink)
    : services(given),
      ip(api),
      events(sink),
      sip_clients(given.clock, given.wall, given.scheduler, given.files),
      gateways(*this),
      sessions(given.clock, given.scheduler, given.random, limits::firewall_sessions,
               [this](Session& session) {
                 set_tcp_state(session, TcpState::closed);
                 gateways.ended(session);
                 release_address(session);
                 count_session(session.policy->limits, session, false);
                 --session.policy->sessions;
                 events.ended(*session.policy, session);
               }),
      setup_proxy(*this) {}

const std::vector<Member>& State::members(InterfaceId interface) const {
  return members_[interface < members_.size() ? interface : 0];
}

std::vector<IpInterfaceInfo> State::ip_interfaces(const Policy& policy, const std::string& interface) const {
  std::vector<IpInterfaceInfo> found;
  const auto add = [&](const std::string& name) {
    if (auto info = ip.interface(name)) found.push_back(std::move(*info));
  };
  if (!interface.starts_with("dyn-")) {
    add(interface);
    return found;
  }
  const auto held = policy.templates.find(interface.substr(4));
  if (held == policy.templates.end()) return found;
  for (const auto& [name, user] : dynamic_users) {
    if (held->second.admits(user)) add(name);
  }
  return found;
}

/// Interfaces and limit rules change rarely: whoever has sessions is counted anew.
void State::recount() {
  for (const auto& [key, policy] : policies.all) {
    for (auto& [number, rule] : policy->limits) {
      rule.interface_ids.clear();
      for (const IpInterfaceInfo& info : ip_interfaces(*policy, rule.interface)) rule.interface_ids.push_back(info.id);
      rule.sessions.clear();
    }
  }
  for (const auto& [key, policy] : policies.all) {
    for (auto& [number, rule] : policy->app_rules) {
      const auto info = ip.interface(rule.interface);
      rule.interface_id = info ? info->id : InterfaceId{0};
    }
  }
  sessions.each([](const Session& session) { count_session(session.policy->limits, session, true); });
}

void State::attach() {
  recount();
  for (auto& [id, monitor] : monitors.all) {
    const auto info = ip.interface(monitor.copy_to);
    monitor.interface = info ? info->id : InterfaceId{0};
  }
  members_.assign(1, {});  // nobody has id 0
  by_policy_.clear();
  global_ranges_.clear();
  if (!enabled) return;
  for (const auto& [key, policy] : policies.all) {
    if (!policy->at_work()) continue;
    std::vector<Member>& own = by_policy_[policy.get()];
    for (const auto& interface : policy->interfaces) {
      for (const IpInterfaceInfo& info : ip_interfaces(*policy, interface->name)) {
        if (members_.size() <= info.id) members_.resize(info.id + std::size_t{1});
        own.push_back({policy.get(), interface.get(), info.id, info.address, info.mask,
                       changes_destination(*policy, *interface), publishes_portless(*this, *policy, *interface)});
        members_[info.id].push_back(own.back());
      }
    }
    const auto add_range = [&](const std::string& interface, const Ipv4Range& range) {
      const auto info = ip.interface(interface);
      if (info && !range.first.unset()) global_ranges_.push_back({info->id, range, policy.get()});
    };
    for (const NatRelation& relation : policy->nat) {
      if (relation.global) add_range(relation.public_interface, *relation.global);
    }
    for (const auto& [number, rule] : policy->rules) {
      const PolicyInterface* const interface = policy->find(rule.interface);
      if (interface == nullptr || interface->side != Side::public_side || !rule.global_ip) continue;
      const Ipv4Address global = *rule.global_ip, mask = rule.nat_mask;
      if (mask.unset()) {
        add_range(rule.interface, {global, global});
      } else {
        add_range(rule.interface, {global.masked(mask), Ipv4Address(global.value | ~mask.value)});
      }
    }
  }
}

void set_tcp_state(Session& session, TcpState state) {
  const auto opening = [](TcpState s) { return s == TcpState::syn_sent || s == TcpState::syn_received; };
  if (opening(session.tcp)) --session.policy->opening;
  session.tcp = state;
  if (opening(state)) ++session.policy->opening;
}

}  // namespace arrouter::firewall
