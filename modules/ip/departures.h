// Packets whose route is chosen, on their way out. Those of interfaces with IPsec policies are shown to IPsec in
// bursts; the rest goes straight to the link.
#pragma once

#include "modules/ip/datapath.h"

namespace arrouter::ip {

class Datapath::Departures {
 public:
  explicit Departures(Datapath& path) : path_(path) {}
  ~Departures() { flush(); }
  Departures(const Departures&) = delete;

  void add(const Hop& hop, Packet packet) {
    const bool shown = path_.ipsec_ != nullptr && !packet->meta.ipsec_done && path_.ipsec_->attached(hop.interface->id);
    if (!shown) {
      path_.emit(hop, std::move(packet));
      return;
    }
    if (interface_ != hop.interface->id || burst_.full()) flush();
    interface_ = hop.interface->id;
    burst_.add(std::move(packet));
  }

  void flush() {
    if (burst_.empty()) return;
    path_.ipsec_->outbound(interface_, burst_);
    burst_.compact();
    for (Packet& packet : burst_) send_shown(std::move(packet));
    burst_.clear();
  }

 private:
  /// IPsec has seen it; protected packets have another destination now, and all are routed (from the cache) again.
  void send_shown(Packet packet) {
    const auto ip = wire::view_ipv4(packet->view(), false);
    if (!ip) {
      path_.drop(IpDrop::header_error);
      return;
    }
    const Destination& to = path_.destinations_.of(ip->destination());
    if (to.kind == Destination::Kind::routed) {
      path_.emit(path_.destinations_.hop(to, ip->source(), ip->protocol()), std::move(packet));
    } else if (Interface* const chosen = path_.state_.interfaces.find(interface_);
               chosen != nullptr &&
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
