#include "netdev/bridge_port.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "netdev/wire/ethernet.h"
#include "os/base/limits.h"

namespace arrouter {
namespace {

constexpr std::size_t router_itself = std::numeric_limits<std::size_t>::max();
constexpr Duration sweep_interval = std::chrono::seconds(10);

MacAddress mac_at(const std::uint8_t* at) {
  MacAddress mac;
  std::memcpy(mac.octets.data(), at, mac.octets.size());
  return mac;
}

bool reserved(const MacAddress& mac) {
  return mac.octets[0] == 0x01 && mac.octets[1] == 0x80 && mac.octets[2] == 0xc2 && mac.octets[3] == 0 &&
         mac.octets[4] == 0 && mac.octets[5] < 0x10;
}

bool carries_vlan(const PacketBuffer& frame) {
  const auto view = wire::view_ethernet(frame.view());
  return view && view->vlan.value_or(0) != 0;
}

}  // namespace

BridgePort::BridgePort(std::string name, MacAddress mac, PacketPool& pool, Scheduler& scheduler, const Clock& clock,
                       std::vector<Port*> members)
    : Port(std::move(name), mac, pool), clock_(clock), members_(members.size()), sweep_(scheduler, [this] { age(); }) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    members_[i].port = members[i];
    members[i]->set_receiver([this, i](Burst& frames) { receive(i, frames); });
    members[i]->set_link_listener([this, i](bool) { member_link_changed(i); });
  }
  was_up_ = link_up();
}

BridgePort::~BridgePort() {
  for (Member& member : members_) {
    member.port->set_receiver({});
    member.port->set_link_listener({});
  }
}

bool BridgePort::link_up() const {
  return std::any_of(members_.begin(), members_.end(), [](const Member& member) { return member.port->link_up(); });
}

std::vector<BridgePort::Learned> BridgePort::learned() const {
  std::vector<Learned> list;
  for (const auto& [mac, entry] : table_) {
    if (find(mac) != nullptr) list.push_back({mac, members_[entry.member].port});
  }
  std::sort(list.begin(), list.end(), [](const Learned& a, const Learned& b) { return a.mac < b.mac; });
  return list;
}

void BridgePort::transmit(Burst& frames) {
  Burst nothing_up;
  for (Packet& frame : frames) {
    count_sent(*frame);
    forward(std::move(frame), router_itself, nothing_up);
  }
  frames.clear();
  flush();
}

void BridgePort::receive(std::size_t from, Burst& frames) {
  Burst up;
  for (Packet& frame : frames) {
    if (carries_vlan(*frame)) {
      ++counters_.in_errors;
      frame.reset();
      continue;
    }
    learn(mac_at(frame->data() + 6), from);
    forward(std::move(frame), from, up);
  }
  frames.clear();
  flush();
  if (!up.empty()) deliver(up);
}

void BridgePort::forward(Packet frame, std::size_t from, Burst& up) {
  const MacAddress destination = mac_at(frame->data());
  if (from != router_itself && destination == mac()) {
    up.add(std::move(frame));
    return;
  }
  if (!destination.group()) {
    if (const Entry* known = find(destination)) {
      if (known->member != from) queue(known->member, std::move(frame));
      return;
    }
  }
  if (!reserved(destination) || from == router_itself) flood(frame, from);
  if (destination.group() && from != router_itself) up.add(std::move(frame));
}

void BridgePort::flood(const Packet& frame, std::size_t from) {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (i == from || !members_[i].port->link_up()) continue;
    if (Packet twin = pool().clone(*frame)) {
      queue(i, std::move(twin));
    } else {
      ++counters_.out_discards;
    }
  }
}

void BridgePort::queue(std::size_t member, Packet frame) {
  Burst& out = members_[member].out;
  if (out.full()) members_[member].port->send(out);
  out.add(std::move(frame));
}

void BridgePort::flush() {
  for (Member& member : members_) {
    if (!member.out.empty()) member.port->send(member.out);
  }
}

void BridgePort::learn(const MacAddress& source, std::size_t member) {
  if (source.group() || source == mac()) return;
  const auto known = table_.find(source);
  if (known != table_.end()) {
    known->second = {member, clock_.now()};
    return;
  }
  if (table_.size() >= limits::bridge_addresses) return;
  table_.emplace(source, Entry{member, clock_.now()});
  if (!sweep_.armed()) sweep_.arm(clock_.now() + sweep_interval);
}

const BridgePort::Entry* BridgePort::find(const MacAddress& mac) const {
  const auto known = table_.find(mac);
  return known != table_.end() && clock_.now() - known->second.seen < ageing ? &known->second : nullptr;
}

void BridgePort::member_link_changed(std::size_t member) {
  if (!members_[member].port->link_up()) {
    std::erase_if(table_, [member](const auto& item) { return item.second.member == member; });
  }
  const bool up = link_up();
  if (up != std::exchange(was_up_, up)) link_changed(up);
}

void BridgePort::age() {
  const Instant now = clock_.now();
  std::erase_if(table_, [&](const auto& item) { return now - item.second.seen >= ageing; });
  if (!table_.empty()) sweep_.arm(now + sweep_interval);
}

}  // namespace arrouter
