#include "modules/ip/arp.h"

#include <fmt/format.h>

#include "netdev/wire/ethernet.h"
#include "os/outcome.h"
#include "os/base/limits.h"

namespace arrouter::ip {
namespace {

constexpr MacAddress broadcast_mac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

}  // namespace

ArpTable::ArpTable(ArpHost& host, InterfaceTable& interfaces, const Switches& switches, PacketPool& pool,
                   const Clock& clock, Scheduler& scheduler, Log& log)
    : host_(host),
      interfaces_(interfaces),
      switches_(switches),
      pool_(pool),
      clock_(clock),
      log_(log),
      timer_(scheduler, [this] { sweep(); }) {}

const MacAddress* ArpTable::resolve(Interface& interface, Ipv4Address host, Packet& packet) {
  const Key key = key_of(*interface.link, host);
  if (const auto found = entries_.find(key); found != entries_.end()) {
    ArpEntry& entry = found->second;
    if (entry.resolved) return &entry.mac;
    if (!entry.held) {
      entry.held = std::move(packet);
    } else {
      host_.unresolved(std::move(packet));
    }
    return nullptr;
  }
  if (entries_.size() >= limits::arp_entries) {
    ++counters.table_full;
    host_.unresolved(std::move(packet));
    return nullptr;
  }
  // A scan of a large subnet must not hold every buffer: the oldest open question makes room for the newest.
  Key& slot = asked_[next_asked_++ % asked_.size()];
  if (const auto oldest = entries_.find(slot); oldest != entries_.end() && !oldest->second.resolved) forget(slot);
  slot = key;
  ArpEntry& entry = entries_[key];
  entry.interface = interface.id;
  entry.address = host;
  entry.held = std::move(packet);
  entry.deadline = clock_.now() + std::chrono::seconds(switches_.arp_wait_s);
  watch(entry.deadline);
  ask(interface, entry);
  return nullptr;
}

std::optional<wire::ArpFields> ArpTable::check(Link& link, ByteView payload) {
  const auto arp = wire::parse_arp(payload);
  if (!arp || arp->sender_mac == MacAddress{} || arp->sender.multicast() || arp->sender.limited_broadcast() ||
      (arp->operation != wire::arp_operation::request && arp->operation != wire::arp_operation::reply)) {
    ++counters.in_malformed;
    return std::nullopt;
  }
  if (arp->sender_mac.group() && !switches_.mac_disparity) {
    ++counters.in_disparity;
    return std::nullopt;
  }
  ++(arp->operation == wire::arp_operation::request ? counters.in_requests : counters.in_replies);
  for (const Interface* const interface : link.interfaces) {
    if (arp->sender == interface->settings.address) {
      if (arp->sender_mac == link.port->mac()) return std::nullopt;  // an echo of this router's own
      ++counters.in_conflicts;
      if (clock_.now() < quiet_until_) return std::nullopt;  // one line tells it; a flood must not fill the log
      quiet_until_ = clock_.now() + std::chrono::seconds(10);
      log_.record({.severity = LogSeverity::urgent,
                   .module = module_number::ip,
                   .type = "ARP",
                   .subtype = "DUP",
                   .message = fmt::format("{} [{} ({})] uses an address of this device", interface->name,
                                          to_string(arp->sender_mac), to_string(arp->sender))});
      return std::nullopt;
    }
  }
  return arp;
}

std::optional<MacAddress> ArpTable::known(const Interface& interface, Ipv4Address host) const {
  const auto found = entries_.find(key_of(*interface.link, host));
  return found != entries_.end() && found->second.resolved ? std::optional(found->second.mac) : std::nullopt;
}

void ArpTable::input(Link& link, ByteView payload) {
  const auto arp = check(link, payload);
  if (!arp) return;
  Interface* own = nullptr;
  for (Interface* const interface : link.interfaces) {
    if (interface->up && interface->settings.address == arp->target) own = interface;
  }
  Interface* const sender_side = interfaces_.on_link(link, arp->sender);
  if (!arp->sender.unset()) learn(link, sender_side, *arp, own != nullptr);
  if (arp->operation != wire::arp_operation::request) return;
  if (own != nullptr) {
    answer(*own, *arp);
  } else if (sender_side != nullptr && sender_side->up && arp->target != arp->sender &&
             host_.proxies(*sender_side, arp->target)) {
    answer(*sender_side, *arp);
  }
}

void ArpTable::learn(Link& link, Interface* interface, const wire::ArpFields& arp, bool addressed_to_us) {
  const Key key = key_of(link, arp.sender);
  const auto found = entries_.find(key);
  if (found != entries_.end()) {
    // A gratuitous packet changes an entry only where the interface takes such packets.
    const bool gratuitous = arp.sender == arp.target;
    if (gratuitous && interface != nullptr && !interface->settings.gratuitous_arp) return;
    if (!found->second.fixed) resolved(found->second, arp.sender_mac);
    return;
  }
  // A new entry only for a neighbour who talks to this router; replies nobody asked for teach nothing.
  if (!addressed_to_us || arp.operation != wire::arp_operation::request) return;
  if (interface == nullptr || interface->is_broadcast(arp.sender)) {
    ++counters.in_off_subnet;
    return;
  }
  if (entries_.size() >= limits::arp_entries) {
    ++counters.table_full;
    return;
  }
  ArpEntry& entry = entries_[key];
  entry.interface = interface->id;
  entry.address = arp.sender;
  resolved(entry, arp.sender_mac);
}

void ArpTable::resolved(ArpEntry& entry, const MacAddress& mac) {
  const bool news = !entry.resolved || entry.mac != mac;
  entry.mac = mac;
  entry.resolved = true;
  entry.polled = false;
  entry.deadline = clock_.now() + life();
  watch(entry.deadline);
  if (news) note(entry, true);
  Interface* const interface = interfaces_.find(entry.interface);
  if (entry.held && interface != nullptr) host_.send_resolved(*interface, std::move(entry.held), mac);
}

void ArpTable::heard(const Link& link, Ipv4Address host, const MacAddress& from) {
  const auto found = entries_.find(key_of(link, host));
  if (found == entries_.end()) return;
  ArpEntry& entry = found->second;
  if (!entry.fixed && entry.resolved && entry.mac == from) entry.deadline = clock_.now() + life();
}

void ArpTable::announce(Interface& interface) {
  if (!interface.settings.gratuitous_arp || interface.settings.address.unset()) return;
  if (interface.link->port->point_to_point()) return;
  ++counters.out_requests;
  send(interface,
       {wire::arp_operation::request, interface.link->port->mac(), interface.settings.address, MacAddress{},
        interface.settings.address},
       broadcast_mac);
}

void ArpTable::ask(Interface& interface, const ArpEntry& entry) {
  ++counters.out_requests;
  // An unnumbered interface asks with the router's first address.
  const Ipv4Address own = interface.settings.address.unset() ? interfaces_.first_address() : interface.settings.address;
  send(interface, {wire::arp_operation::request, interface.link->port->mac(), own, MacAddress{}, entry.address},
       entry.resolved ? entry.mac : broadcast_mac);
}

void ArpTable::answer(Interface& interface, const wire::ArpFields& arp) {
  ++counters.out_replies;
  send(interface, {wire::arp_operation::reply, interface.link->port->mac(), arp.target, arp.sender_mac, arp.sender},
       arp.sender_mac);
}

void ArpTable::send(Interface& interface, const wire::ArpFields& fields, const MacAddress& to) {
  Packet packet = pool_.allocate(wire::arp_packet);
  if (!packet) return;  // the pool counts it; the asker will ask again
  wire::write_arp(packet->put(wire::arp_packet), fields);
  wire::write_ethernet(packet->push(wire::ethernet_header), to, fields.sender_mac, wire::ether_type::arp);
  host_.transmit(interface, std::move(packet));
}

ArpTable::Set ArpTable::add_static(Interface& interface, Ipv4Address host, const MacAddress& mac, unsigned port) {
  const Key key = key_of(*interface.link, host);
  const auto found = entries_.find(key);
  if (found != entries_.end() && found->second.fixed) return Set::exists;
  if (found == entries_.end() && entries_.size() >= limits::arp_entries) return Set::full;
  ArpEntry& entry = entries_[key];
  entry.interface = interface.id;
  entry.address = host;
  entry.fixed = true;
  entry.port = port;
  resolved(entry, mac);
  return Set::done;
}

ArpTable::Set ArpTable::set_static(Interface& interface, Ipv4Address host, const MacAddress& mac, unsigned port) {
  const auto found = entries_.find(key_of(*interface.link, host));
  if (found == entries_.end() || !found->second.fixed) return Set::unknown;
  found->second.port = port;
  resolved(found->second, mac);
  return Set::done;
}

ArpTable::Set ArpTable::remove(Ipv4Address host) {
  for (const auto& [key, entry] : entries_) {
    if (entry.address != host || !entry.resolved) continue;
    forget(key);
    return Set::done;
  }
  return Set::unknown;
}

void ArpTable::remove_dynamic() {
  std::vector<Key> gone;
  for (const auto& [key, entry] : entries_) {
    if (!entry.fixed) gone.push_back(key);
  }
  for (const Key key : gone) forget(key);
}

void ArpTable::remove_interface(const Interface& interface, bool keep_static) {
  std::vector<Key> gone;
  for (const auto& [key, entry] : entries_) {
    if (entry.interface != interface.id) continue;
    const bool keep = keep_static && entry.fixed && interface.on_subnet(entry.address);
    if (!keep) gone.push_back(key);
  }
  for (const Key key : gone) forget(key);
}

void ArpTable::forget(Key key) {
  auto node = entries_.extract(key);
  if (node.empty()) return;
  ArpEntry& entry = node.mapped();
  if (entry.resolved) {
    note(entry, false);
  } else {
    ++counters.unresolved;
  }
  if (entry.held) host_.unresolved(std::move(entry.held));
}

void ArpTable::watch(Instant deadline) {
  if (watched_ && *watched_ <= deadline) return;
  watched_ = deadline;
  timer_.arm(deadline);
}

void ArpTable::sweep() {
  const Instant now = clock_.now();
  std::vector<Key> gone;
  std::optional<Instant> next;
  for (auto& [key, entry] : entries_) {
    if (entry.fixed) continue;
    if (entry.deadline <= now) {
      Interface* const interface = interfaces_.find(entry.interface);
      if (!entry.resolved || entry.polled || !switches_.arp_age_poll || interface == nullptr) {
        gone.push_back(key);
        continue;
      }
      entry.polled = true;
      entry.deadline = now + std::chrono::seconds(switches_.arp_wait_s);
      ask(*interface, entry);
    }
    if (!next || entry.deadline < *next) next = entry.deadline;
  }
  // A sweep looks at every entry, so sweeps keep a distance however many questions end one after another.
  watched_.reset();
  if (next) watch(std::max(*next, now + std::chrono::milliseconds(10)));
  for (const Key key : gone) forget(key);
}

void ArpTable::note(const ArpEntry& entry, bool added) {
  if (!switches_.arp_log || entry.fixed) return;
  const Interface* const interface = interfaces_.find(entry.interface);
  log_.record({.severity = LogSeverity::urgent,
               .module = module_number::ip,
               .type = "ARP",
               .subtype = added ? "ADD" : "DEL",
               .message = fmt::format("{} [{} ({})] {}", interface == nullptr ? "-" : interface->name,
                                      to_string(entry.mac), to_string(entry.address), added ? "added" : "deleted")});
}

}  // namespace arrouter::ip
