// A Router's ports: what each interface of the model is attached to.
#include <fmt/format.h>

#include <algorithm>

#include "netdev/bridge_port.h"
#include "netdev/make_port.h"
#include "os/assembly/router.h"

namespace arrouter {

namespace {

// 32-bit FNV-1a: spreads identities over addresses.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char character : text) hash = (hash ^ static_cast<std::uint8_t>(character)) * 16777619U;
  return hash;
}

std::string spec_of(const std::map<std::string, std::string>& specs, const std::string& name) {
  const auto found = specs.find(name);
  return found == specs.end() ? std::string() : found->second;
}

Result<void> known_names(const Model& model, const std::map<std::string, std::string>& specs) {
  std::string known;
  const auto add = [&known](const std::string& name) { known += (known.empty() ? "" : ", ") + name; };
  std::vector<std::string> names;
  for (const ModelInterface& interface : model.interfaces) {
    names.push_back(interface.name);
    names.insert(names.end(), interface.ports.begin(), interface.ports.end());
    add(interface.name);
    if (!interface.ports.empty()) add(fmt::format("{} to {}", interface.ports.front(), interface.ports.back()));
  }
  for (const auto& [name, spec] : specs) {
    if (std::ranges::find(names, name) == names.end()) {
      return failure(fmt::format("interface {}: the {} has {}", name, model.name, known));
    }
  }
  return {};
}

}  // namespace

MacAddress Router::mac(std::size_t index) const {
  MacAddress mac = options_.model.base_mac;
  std::uint32_t tail = static_cast<std::uint32_t>(mac.octets[3] << 16 | mac.octets[4] << 8 | mac.octets[5]);
  if (!options_.identity.empty()) tail = hash_of(options_.identity) << 7;  // room for the ports of one router
  tail += static_cast<std::uint32_t>(index);
  mac.octets[3] = static_cast<std::uint8_t>(tail >> 16);
  mac.octets[4] = static_cast<std::uint8_t>(tail >> 8);
  mac.octets[5] = static_cast<std::uint8_t>(tail);
  return mac;
}

Result<void> Router::attach_ports(const std::map<std::string, std::string>& specs, std::uint64_t seed) {
  if (const auto known = known_names(options_.model, specs); !known) return known;
  std::size_t index = 0;
  for (const ModelInterface& interface : options_.model.interfaces) {
    if (const auto attached = attach(interface, index, specs, seed); !attached) return attached;
    index += 1 + interface.ports.size();
  }
  return {};
}

Result<void> Router::attach(const ModelInterface& interface, std::size_t index,
                            const std::map<std::string, std::string>& specs, std::uint64_t seed) {
  const bool by_port = std::ranges::any_of(interface.ports, [&](const auto& port) { return specs.contains(port); });
  if (!by_port) {
    const auto stack = make_stack(interface.name, mac(index), spec_of(specs, interface.name), seed + index, false);
    if (!stack) return std::unexpected(stack.error());
    ports_[interface.name] = *stack;
    return {};
  }
  if (specs.contains(interface.name)) {
    return failure(fmt::format("interface {}: attach it as a whole or port by port, not both", interface.name));
  }
  std::vector<Port*> members;
  for (const std::string& port : interface.ports) {
    const std::size_t place = index + 1 + members.size();
    const auto stack = make_stack(port, mac(place), spec_of(specs, port), seed + place, true);
    if (!stack) return std::unexpected(stack.error());
    members.push_back(*stack);
  }
  ports_[interface.name] =
      bridges_
          .emplace_back(std::make_unique<BridgePort>(interface.name, mac(index), pool_, surroundings_.scheduler,
                                                     surroundings_.clock, std::move(members)))
          .get();
  return {};
}

Result<PortStack*> Router::make_stack(const std::string& name, MacAddress mac, const std::string& spec,
                                      std::uint64_t seed, bool promiscuous) {
  const PortEnvironment environment{pool_, surroundings_.scheduler, surroundings_.reactor, surroundings_.clock};
  auto driver = make_port(name, mac, spec, environment);
  if (!driver) return failure(fmt::format("interface {}: {}", name, driver.error().text));
  auto stack = std::make_unique<PortStack>(std::move(*driver), spec, environment, *wall_, seed, promiscuous);
  return (stacks_[name] = std::move(stack)).get();
}

}  // namespace arrouter
