#include "modules/ipsec/policy.h"

#include <algorithm>

#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::ipsec {

std::string_view to_string(Action action) {
  switch (action) {
    case Action::deny:
      return "DENY";
    case Action::ipsec:
      return "IPSEC";
    case Action::permit:
      return "PERMIT";
  }
  return {};
}

std::string_view to_string(DfBit bit) {
  switch (bit) {
    case DfBit::set:
      return "SET";
    case DfBit::copy:
      return "COPY";
    case DfBit::clear:
      return "CLEAR";
  }
  return {};
}

std::string to_string(const PeerAddress& peer) {
  switch (peer.kind) {
    case PeerAddress::Kind::none:
      return "-";
    case PeerAddress::Kind::address:
      return arrouter::to_string(peer.address);
    case PeerAddress::Kind::any:
      return "ANY";
    case PeerAddress::Kind::dynamic:
      return "DYNAMIC";
  }
  return {};
}

std::string name_text(const std::string& name) { return name.empty() ? "ANY" : name; }

std::string_view to_string(FromPacket from) {
  switch (from) {
    case FromPacket::none:
      return "NONE";
    case FromPacket::all:
      return "ALL";
    case FromPacket::local_address:
      return "LADDRESS";
    case FromPacket::local_port:
      return "LPORT";
    case FromPacket::remote_address:
      return "RADDRESS";
    case FromPacket::remote_port:
      return "RPORT";
    case FromPacket::protocol:
      return "TRANSPORTPROTOCOL";
  }
  return {};
}

void Policy::free_index(std::uint32_t index) {
  if (!bundles.contains(index) && negotiations.find(index) == nullptr) indices.give_back(index);
}

PolicyTable::PolicyTable() : limit_(limits::ipsec_policies_per_interface) {}

Policy* PolicyTable::find(std::string_view name) const {
  const auto found = policies_.find(to_lower(name));
  return found == policies_.end() ? nullptr : found->second.get();
}

Policy& PolicyTable::add(std::unique_ptr<Policy> policy, std::optional<std::size_t> position) {
  Policy& added = *policy;
  List& list = lists_[added.interface];
  const std::size_t place = std::min(position.value_or(list.size() + 1) - 1, list.size());
  list.insert(list.begin() + static_cast<std::ptrdiff_t>(place), &added);
  policies_[to_lower(added.name)] = std::move(policy);
  return added;
}

void PolicyTable::remove(Policy& policy) {
  const auto list = lists_.find(policy.interface);
  std::erase(list->second, &policy);
  if (list->second.empty()) lists_.erase(list);
  policies_.erase(to_lower(policy.name));
}

void PolicyTable::move(Policy& policy, std::size_t position) {
  List& list = lists_.find(policy.interface)->second;
  std::erase(list, &policy);
  list.insert(list.begin() + static_cast<std::ptrdiff_t>(std::min(position - 1, list.size())), &policy);
}

std::size_t PolicyTable::position(const Policy& policy) const {
  const List& list = lists_.find(policy.interface)->second;
  return 1 + static_cast<std::size_t>(std::find(list.begin(), list.end(), &policy) - list.begin());
}

bool PolicyTable::full(const std::string& interface) const {
  const List* list = this->list(interface);
  return list != nullptr && list->size() >= limit_;
}

const PolicyTable::List* PolicyTable::list(std::string_view interface) const {
  const auto found = lists_.find(interface);
  return found == lists_.end() ? nullptr : &found->second;
}

PolicyTable::List PolicyTable::all() const {
  List all;
  for (const auto& [interface, list] : lists_) all.insert(all.end(), list.begin(), list.end());
  return all;
}

void PolicyTable::clear() {
  lists_.clear();
  policies_.clear();
}

}  // namespace arrouter::ipsec
