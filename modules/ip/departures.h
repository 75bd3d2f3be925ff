// Packets whose route is chosen, on their way out. Those of interfaces with firewall or IPsec policies are shown to the
// firewall and then to IPsec in bursts; the rest goes straight to the link.
#pragma once

#include "modules/ip/datapath.h"

namespace arrouter::ip {

class Datapath::Departures {
 public:
  explicit Departures(Datapath& path) : path_(path) {}
  ~Departures() { flush(); }
  Departures(const Departures&) = delete;

  void add(const Hop& hop, Packet packet) {
    const InterfaceId id = hop.interface->id;
    if (packet->meta.ipsec_done || (!path_.firewalled(id) && !ipsec(id))) {
      path_.emit(hop, std::move(packet));
      return;
    }
    if (interface_ != id || burst_.full()) flush();
    interface_ = id;
    packet->meta.next_hop = hop.next_hop.value;
    burst_.add(std::move(packet));
  }

  void flush() {
    if (burst_.empty()) return;
    if (path_.firewalled(interface_)) {
      StageCounters& count = path_.state_.stage(Stage::firewall_out);
      count.in += burst_.size();
      path_.firewall_->departing(interface_, burst_);
      burst_.compact();
      count.out += burst_.size();
    }
    if (!burst_.empty() && ipsec(interface_)) {
      StageCounters& count = path_.state_.stage(Stage::seal);
      count.in += burst_.size();
      path_.ipsec_->outbound(interface_, burst_);
      burst_.compact();
      count.out += burst_.size();
    }
    for (Packet& packet : burst_) send_shown(std::move(packet));
    burst_.clear();
  }

 private:
  bool ipsec(InterfaceId id) const { return path_.ipsec_ != nullptr && path_.ipsec_->attached(id); }

  /// The stages have seen it. Protected packets have another destination now and are routed again; the others keep the
  /// route they have, whatever NAT made of their source.
  void send_shown(Packet packet) {
    Interface* const chosen = path_.state_.interfaces.find(interface_);
    if (!packet->meta.ipsec_done && chosen != nullptr) {
      const Hop hop{chosen, Ipv4Address(packet->meta.next_hop)};
      path_.emit(hop, std::move(packet));
      return;
    }
    const auto ip = wire::view_ipv4(packet->view(), false);
    if (!ip) {
      path_.drop(IpDrop::header_error);
      return;
    }
    const Destination& to = path_.destinations_.of(ip->destination(), packet->meta.policy);
    if (to.kind == Destination::Kind::routed) {
      path_.emit(path_.destinations_.hop(to, ip->source(), ip->protocol()), std::move(packet));
    } else if (chosen != nullptr &&
               (to.kind == Destination::Kind::broadcast || to.kind == Destination::Kind::multicast)) {
      path_.emit({chosen, ip->destination()}, std::move(packet));
    } else {
      path_.drop(to.kind == Destination::Kind::blackhole ? IpDrop::blackhole : IpDrop::no_route);
    }
  }

  Datapath& path_;
  InterfaceId interface_ = 0;
  Burst burst_;
};

}  // namespace arrouter::ip
