#include "modules/ip/interfaces.h"

#include <algorithm>

#include "os/base/text.h"

namespace arrouter::ip {

std::pair<std::string, unsigned> split_interface_name(std::string_view name) {
  const std::size_t dash = name.rfind('-');
  if (dash != std::string_view::npos) {
    if (const auto logical = parse_number(name.substr(dash + 1), 9999)) {
      return {std::string(name.substr(0, dash)), static_cast<unsigned>(*logical)};
    }
  }
  return {std::string(name), 0U};
}

InterfaceTable::InterfaceTable(std::map<std::string, Port*, std::less<>>& ports) {
  for (const auto& [name, port] : ports) add_link(*port);
}

Link& InterfaceTable::add_link(Port& port) {
  Link& link = *links_.emplace_back(std::make_unique<Link>());
  link.index = next_link_++;
  link.name = port.name();
  link.port = &port;
  if (port.point_to_point()) ++point_to_point_;
  return link;
}

void InterfaceTable::remove_link(Link& link) {
  if (link.port->point_to_point()) --point_to_point_;
  std::erase_if(links_, [&](const auto& held) { return held.get() == &link; });
}

Link* InterfaceTable::find_link(std::string_view port_name) {
  for (const auto& link : links_) {
    if (link->name == port_name) return link.get();
  }
  return nullptr;
}

Interface* InterfaceTable::find(std::string_view name) const {
  for (const auto& interface : interfaces_) {
    if (interface->name == name) return interface.get();
  }
  return nullptr;
}

Interface& InterfaceTable::add(std::string name, Link& link, InterfaceSettings settings) {
  // A new id each time, so that a stale id never names a newcomer; only a full range falls back to freed ids.
  auto made = std::make_unique<Interface>();
  if (by_id_.size() < 0xfff0) {
    by_id_.push_back(nullptr);
    made->id = static_cast<InterfaceId>(by_id_.size() - 1);
  } else {
    const auto free = std::find(by_id_.begin() + 1, by_id_.end(), nullptr);
    made->id = static_cast<InterfaceId>(free - by_id_.begin());
  }
  made->name = std::move(name);
  made->link = &link;
  made->settings = std::move(settings);
  by_id_[made->id] = made.get();
  link.interfaces.push_back(made.get());
  interfaces_.push_back(std::move(made));
  return *interfaces_.back();
}

void InterfaceTable::remove(Interface& interface) {
  by_id_[interface.id] = nullptr;
  std::erase(interface.link->interfaces, &interface);
  std::erase_if(interfaces_, [&](const auto& held) { return held.get() == &interface; });
}

void InterfaceTable::readdress(std::unordered_set<Ipv4Address> locals) {
  own_ = std::move(locals);
  for (const auto& interface : interfaces_) {
    if (!interface->settings.address.unset()) own_.insert(interface->settings.address);
  }
}

Interface* InterfaceTable::owner(Ipv4Address address) const {
  if (address.unset()) return nullptr;  // which unnumbered interfaces have in common
  for (const auto& interface : interfaces_) {
    if (interface->settings.address == address) return interface.get();
  }
  return nullptr;
}

Interface* InterfaceTable::arrival(const Link& link, Ipv4Address source, Ipv4Address destination) const {
  if (link.interfaces.size() <= 1) return link.interfaces.empty() ? nullptr : link.interfaces.front();
  for (Interface* const interface : link.interfaces) {
    if (interface->settings.address == destination) return interface;
  }
  Interface* const sender = on_link(link, source);
  return sender != nullptr ? sender : link.interfaces.front();
}

Interface* InterfaceTable::on_link(const Link& link, Ipv4Address host) const {
  for (Interface* const interface : link.interfaces) {
    if (interface->on_subnet(host)) return interface;
  }
  return nullptr;
}

Interface* InterfaceTable::broadcast_of(Ipv4Address address) const {
  for (const auto& interface : interfaces_) {
    if (interface->is_broadcast(address)) return interface.get();
  }
  return nullptr;
}

Ipv4Address InterfaceTable::first_address() const {
  for (const auto& interface : interfaces_) {
    if (!interface->settings.address.unset()) return interface->settings.address;
  }
  return {};
}

}  // namespace arrouter::ip
