// The packet path: frames in, frames out, in bursts. Nothing is allocated for a packet that is forwarded.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <map>
#include <optional>

#include "modules/ip/arp.h"
#include "modules/ip/destinations.h"
#include "modules/ip/fragment.h"
#include "modules/ip/icmp_limit.h"
#include "modules/ip/options.h"
#include "modules/ip/reassembly.h"
#include "modules/ip/state.h"
#include "netdev/segment.h"
#include "netdev/wire/ethernet.h"
#include "netdev/wire/icmp.h"
#include "netdev/wire/udp.h"
#include "os/module.h"

namespace arrouter::ip {

/// ICMP that answers something this router sent: PING and TRACE listen.
struct IcmpAnswer {
  Ipv4Address from;
  wire::IcmpView icmp;
  /// Of errors: the quoted packet's header fields and the first 8 bytes behind it.
  struct Quoted {
    Ipv4Address source, destination;
    std::uint8_t protocol = 0;
    ByteView payload;
  };
  std::optional<Quoted> quoted;
};

enum class Sent : std::uint8_t { sent, no_route, no_buffer, filtered };

class Datapath final : public ArpHost {
 public:
  Datapath(Services& services, State& state);
  ~Datapath() override;

  ArpTable& arp() { return arp_; }
  const ArpTable& arp() const { return arp_; }
  Destinations& destinations() { return destinations_; }
  const Destinations& destinations() const { return destinations_; }

  /// Takes frames of a link from now on, and no longer.
  void attach(Link& link);
  void detach(Link& link);
  /// Frames of a port, at the Ethernet header. Empties the burst.
  void receive(Link& link, Burst& burst);
  /// Packets that came out of an SA, at the inner IP header. Empties the burst.
  void receive_decrypted(InterfaceId interface, Burst& packets);
  /// Whole packets of this router. Empties the burst.
  void send(Burst& packets);
  void send_to_all(InterfaceId id, Packet packet);
  std::optional<MacAddress> station(InterfaceId id, Ipv4Address host) const;
  /// One packet of this router.
  Sent originate(Packet packet);
  Sent send_udp(const UdpToSend& datagram);
  void send_too_big(const PacketBuffer& packet, unsigned mtu);

  std::optional<Hop> route(Ipv4Address destination) const;
  Ipv4Address source_towards(Ipv4Address destination) const;
  std::uint16_t next_id() { return id_++; }

  struct UdpPort {
    std::string process;
    IpApi::UdpListener listener;
  };
  bool listen_udp(std::uint16_t port, std::string_view process, IpApi::UdpListener listener);
  const std::map<std::uint16_t, UdpPort>& udp_ports() const { return udp_ports_; }
  void on_icmp(std::function<void(const IcmpAnswer&)> listener) { icmp_listener_ = std::move(listener); }
  void set_tcp(IpApi::TcpReceiver receiver) { tcp_ = std::move(receiver); }
  void set_ipsec(IpsecStage* stage) { ipsec_ = stage; }
  void set_firewall(FirewallStage* stage) { firewall_ = stage; }
  void set_udp_encapsulation_ports(std::uint16_t floated, std::uint16_t isakmp) {
    floated_port_ = floated;
    isakmp_port_ = isakmp;
  }
  /// Forgets what is under way: fragments, looped-back packets, limits.
  void reset();

  // ArpHost
  void transmit(Interface& interface, Packet frame) override;
  void send_resolved(Interface& interface, Packet packet, const MacAddress& to) override;
  void unresolved(Packet packet) override;
  bool proxies(const Interface& interface, Ipv4Address target) override;

 private:
  /// While one lives, frames gather in the links; the outermost sends them.
  class Flight {
   public:
    explicit Flight(Datapath& path) : path_(path) { ++path_.depth_; }
    ~Flight() {
      if (--path_.depth_ == 0) path_.flush();
    }
    Flight(const Flight&) = delete;

   private:
    Datapath& path_;
  };
  class Departures;
  struct Emitter;

  // Mark in meta.flow: the source route was advanced here, at one of its hops.
  static constexpr std::uint32_t source_route_advanced = 1;

  // input.cpp
  void drop(IpDrop reason) { state_.ip.drop(reason); }
  void drop(const PacketBuffer& packet, IpDrop reason);
  /// For LAB TRACE; `text` makes the line when somebody follows the packet.
  template <class Text>
  void note(const PacketBuffer& packet, std::string_view stage, Text text) {
    if (packet.meta.trace != 0) [[unlikely]] state_.trace.note(packet, stage, text());
  }
  void drop_arrived(const PacketBuffer& packet, IpDrop reason);
  bool take_frame(Link& link, Packet& packet, Instant now);
  bool take_packet(Link& link, const MacAddress& from, Packet& packet, Instant now);
  bool plausible(const wire::Ipv4View& ip);
  void arrived(Interface& interface, Burst& burst);
  bool protected_for_us(const PacketBuffer& packet) const;
  void take_protected(InterfaceId id, Burst& burst);
  void pass_firewall(InterfaceId id, Burst& burst);
  bool firewalled(InterfaceId id) const { return firewall_ != nullptr && firewall_->attached(id); }
  void tell_firewall(const PacketBuffer& packet, FirewallStage::Flaw flaw);
  Packet put_together(InterfaceId id, Packet fragment);
  /// Cuts a super-frame into the packets it stands for; what cannot be cut is dropped and counted.
  template <class Take>
  void each_segment(Packet super_frame, Take take);

  // forward.cpp
  void dispatch(Burst& burst);
  void forward(Packet packet, const Destination& destination, Departures& out);
  bool pass_options(Packet& packet, const Destination& destination);
  void maybe_redirect(const PacketBuffer& packet, const Hop& hop);
  void broadcast(Packet packet, const Destination& destination, Departures& out);

  // filter_path.cpp
  /// Asks a filter and logs what it says where the entry wants that; nullptr: no entry matched.
  const FilterEntry* consult(unsigned number, Filter& filter, const FilterSubject& subject, const PacketBuffer& packet);
  /// Drops what the interface's traffic filter or LOCAL's excludes, and lets its policy filter assign policies.
  void filter_arrivals(std::optional<unsigned> traffic_number, std::optional<unsigned> policy_number, Burst& burst);
  /// The LOCAL interface's filters for a packet of this router; false: it was dropped.
  bool filter_own(PacketBuffer& packet);
  void assign_policy(unsigned number, Filter& filter, const FilterSubject& subject, PacketBuffer& packet);
  void assign_priority(const Interface& interface, PacketBuffer& packet);
  static void order_by_priority(Burst& frames);

  // output.cpp
  Sent depart(Packet packet, Departures& out);
  void emit(const Hop& hop, Packet packet);
  void too_big(const Hop& hop, Packet packet);
  /// Lowers the MSS that a SYN offers to what both interfaces it passes allow.
  void limit_mss(PacketBuffer& packet, const Interface& leaves_by) const;
  void link_send(Interface& interface, Ipv4Address next_hop, Packet packet);
  void flush();
  void flush(Link& link);
  void loop_back(Packet packet);
  void drain_loop();

  // local.cpp
  void deliver(Packet packet);
  void deliver_udp(Packet packet);
  bool help_on(const PacketBuffer& packet, const wire::Ipv4View& ip, const wire::UdpView& udp);
  void deliver_icmp(Packet packet);
  void answer_echo(Packet packet);
  void answer_timestamp(Packet packet);
  void answer_address_mask(Packet packet);
  void answer(Packet packet, std::uint8_t type, Ipv4Address source, Ipv4Address destination);
  void hand_to_listener(const wire::Ipv4View& ip, const wire::IcmpView& icmp);
  void refuse_tcp(Packet packet);
  std::uint32_t midnight_ms() const;

  // errors.cpp
  void icmp_error(const PacketBuffer& about, std::uint8_t type, std::uint8_t code, std::uint32_t rest = 0);
  bool deserves_error(const PacketBuffer& about) const;

  Services& services_;
  State& state_;
  Destinations destinations_;
  ArpTable arp_;
  Reassembly reassembly_;
  IcmpLimit limit_;
  RedirectLimit redirects_;
  IpsecStage* ipsec_ = nullptr;
  FirewallStage* firewall_ = nullptr;
  std::uint16_t floated_port_ = 0, isakmp_port_ = 0;  // where ESP comes in UDP; 0: nowhere
  std::map<std::uint16_t, UdpPort> udp_ports_;
  IpApi::TcpReceiver tcp_;
  std::function<void(const IcmpAnswer&)> icmp_listener_;
  std::uint16_t id_ = 0;
  unsigned depth_ = 0;
  bool logging_match_ = false;  // of a filter
  Burst looped_;
  Timer loop_timer_;
  // The sender seen last: packets of one sender come in runs, and need one check.
  struct {
    Link* link = nullptr;
    Ipv4Address source;
    MacAddress from;
    std::uint32_t generation = 0;
    Instant until{};
  } last_heard_;
};

template <class Take>
void Datapath::each_segment(Packet super_frame, Take take) {
  auto pieces = Segmenter::make(*super_frame, 0);
  if (!pieces) drop_arrived(*super_frame, IpDrop::header_error);
  while (pieces && !pieces->done()) {
    Packet piece = pieces->next(services_.pool);
    if (!piece) {
      drop(IpDrop::no_buffer);
      return;
    }
    take(std::move(piece));
  }
}

}  // namespace arrouter::ip
