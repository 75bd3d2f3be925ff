// A port: one Ethernet attachment of the router. Drivers (tap, packet, udp, memory) and decorators (capture,
// impairment, bridge) all have this face, so they stack.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "os/base/address.h"
#include "os/base/packet.h"

namespace arrouter {

struct PortCounters {
  std::uint64_t in_frames = 0, in_octets = 0, in_discards = 0, in_errors = 0;
  std::uint64_t out_frames = 0, out_octets = 0, out_discards = 0, out_errors = 0;
  std::uint64_t in_group_frames = 0, out_group_frames = 0;  // of the frames: to broadcast and multicast addresses
};

/// What may be handed to transmit() as it is; the rest is cut or completed by send().
struct PortOffloads {
  bool checksum = false;  // partial transport checksums
  bool tcp4 = false;      // TCP super-frames
  bool udp4 = false;      // UDP super-frames
};

class Port {
 public:
  /// Gets frames from data() at the Ethernet header, at most limits::burst; takes what it wants out of the burst.
  using Receiver = std::function<void(Burst&)>;
  using LinkListener = std::function<void(bool up)>;

  Port(std::string name, MacAddress mac, PacketPool& pool) : name_(std::move(name)), mac_(mac), pool_(pool) {}
  virtual ~Port() = default;
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  const std::string& name() const { return name_; }  // "eth0"
  const MacAddress& mac() const { return mac_; }
  virtual bool link_up() const = 0;
  /// Whatever leaves goes to the one station at the other end (PPP): no addresses are asked for.
  virtual bool point_to_point() const { return false; }
  /// Longest packet behind the link header, in bytes. A change is told like a change of the link.
  virtual unsigned mtu() const { return 1500; }
  /// Largest MSS for TCP connections that pass the port, in bytes; 0: whatever their ends agree on.
  virtual unsigned tcp_mss() const { return 0; }
  virtual PortOffloads offloads() const { return {}; }
  virtual PortCounters counters() const { return counters_; }

  /// Sends every frame (and empties the burst): super-frames are cut and checksums completed where the port cannot
  /// take them as they are. Frames that cannot go are counted in out_discards.
  void send(Burst& frames);
  void set_receiver(Receiver receiver) { receiver_ = std::move(receiver); }
  void set_link_listener(LinkListener listener) { link_listener_ = std::move(listener); }
  /// Untagged frames of these two Ethernet types go to `receiver` instead, and it hears of the link too. There is one
  /// such pair (PPPoE's); an empty receiver ends it.
  void divert(std::uint16_t type, std::uint16_t other_type, Receiver receiver, LinkListener link);

 protected:
  /// Puts frames on the wire; leaves the burst empty. Only frames that offloads() allows arrive here.
  virtual void transmit(Burst& frames) = 0;
  /// For drivers: hands a received burst up, with counting and the link's part of the meta; leaves the burst empty.
  /// A super-frame counts as the frames it stands for. Frames without a whole Ethernet header are in_errors.
  void deliver(Burst& frames);
  /// For decorators: hands a burst up as it is; leaves it empty. False when nobody listens.
  bool pass_up(Burst& frames);
  /// For drivers: counts a frame that has left, a super-frame as the frames it stands for.
  void count_sent(const PacketBuffer& frame);
  void link_changed(bool up) {
    if (link_listener_) link_listener_(up);
    if (diversion_.link) diversion_.link(up);
  }
  PacketPool& pool() { return pool_; }
  PortCounters counters_;

 private:
  std::string name_;
  MacAddress mac_;
  PacketPool& pool_;
  Receiver receiver_;
  LinkListener link_listener_;
  struct {
    std::uint16_t type = 0, other_type = 0;
    Receiver receiver;
    LinkListener link;
  } diversion_;
  void pass_diverted(Burst& frames);
};

}  // namespace arrouter
