// IPsec's place in the packet path: policy lists in front, ESP behind. Works on bursts; nothing is allocated for a
// packet whose flow has a bundle.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "modules/ipsec/areas.h"
#include "modules/ipsec/esp.h"
#include "modules/ipsec/setup.h"
#include "modules/ipsec/state.h"

namespace arrouter::ipsec {

class Datapath final : public IpsecStage {
 public:
  Datapath(State& state, Setup& setup);

  /// Policies or interfaces have changed.
  void attach();

  // IpsecStage
  bool attached(InterfaceId interface) const override {
    return state_.enabled && interface < lists_.size() && lists_[interface] != nullptr;
  }
  void outbound(InterfaceId interface, Burst& burst) override;
  void inbound_clear(InterfaceId interface, Burst& burst) override;
  void inbound_protected(InterfaceId interface, Burst& burst) override;

 private:
  /// What the policies say about a flow; right as long as `generation` is the state's.
  struct Decision {
    FlowKey flow;
    std::uint32_t generation = 0;
    Policy* policy = nullptr;    // nullptr: none matches
    SaBundle* bundle = nullptr;  // outbound; nullptr: none yet
  };
  static constexpr std::size_t fewest_flows = 1024, most_flows = 65536;  // in the cache; powers of two
  const Decision& decide(const FlowKey& flow);
  void grow();
  void deny(Policy& policy, const FlowKey& flow, Heading heading);

  // outbound.cpp
  /// The packets of a burst on their way through ENCO. Those with a slot go back to their place in the burst; detached
  /// ones (pieces of super-frames and whatever left the burst with them, and packets that waited) go to IP by send().
  struct Sealing {
    Burst* burst = nullptr;
    unsigned mtu = 0;
    std::size_t count = 0;
    std::array<Packet, limits::burst> packets;
    std::array<Sa*, limits::burst> sas;
    std::array<std::size_t, limits::burst> slots;
    std::array<enco::Job, limits::burst> jobs;
  };
  void protect(const Decision& decision, Packet packet, std::size_t slot, Sealing& sealing);
  bool fits(const SaBundle& bundle, PacketBuffer& packet, std::size_t length, unsigned mtu, bool& dont_fragment);
  void seal_one(SaBundle& bundle, const FlowKey& flow, Packet packet, bool dont_fragment, std::size_t slot,
                Sealing& sealing);
  bool next_sequence(Sa& sa);
  bool make_room(Packet& packet);
  void run(Sealing& sealing);
  void send_waiting(SaBundle& bundle, std::vector<Packet> waiting);

  // inbound.cpp
  struct Opening {
    std::size_t count = 0;
    std::array<Packet, limits::burst> packets;
    std::array<Sa*, limits::burst> sas;
    std::array<EspPacket, limits::burst> places;
    std::array<enco::Job, limits::burst> jobs;
  };
  void prepare_open(InterfaceId interface, Packet packet, Opening& opening);
  bool finish_open(InterfaceId interface, Opening& opening, std::size_t i);
  bool authentic(Opening& opening, std::size_t i);
  bool unwrapped(InterfaceId interface, Opening& opening, std::size_t i);
  void note_arrival(SaBundle& bundle, Sa& sa, const EspPacket& esp, std::size_t bytes);
  void unknown_spi(Ipv4Address source, Ipv4Address destination, std::uint32_t spi);

  /// Marks a bundle whose hard limit is reached; it goes when the burst is done.
  void exhaust(SaBundle& bundle, Heading heading);
  void remove_exhausted();

  State& state_;
  Setup& setup_;
  IvPool ivs_;
  std::vector<const PolicyTable::List*> lists_;  // by InterfaceId
  std::vector<Decision> decisions_;
  std::size_t displaced_ = 0;  // decisions that were still right when another flow took their place
  Areas<Sealing> sealings_;
  Areas<Opening> openings_;
  std::vector<std::pair<SaBundle*, Heading>> exhausted_;
  std::uint16_t outer_id_ = 0;
  Instant next_bad_spi_log_{};
};

}  // namespace arrouter::ipsec
