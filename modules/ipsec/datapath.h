// IPsec's place in the packet path: policy lists in front, ESP behind. Works on bursts; nothing is allocated for a
// packet whose flow has a bundle.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "modules/ipsec/areas.h"
#include "modules/ipsec/conversations.h"
#include "modules/ipsec/esp.h"
#include "modules/ipsec/ipcomp.h"
#include "modules/ipsec/policy_index.h"
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
    return state_.enabled && interface < lists_.size() && lists_[interface].policies != nullptr;
  }
  void outbound(InterfaceId interface, Burst& burst) override;
  void inbound_clear(InterfaceId interface, Burst& burst) override;
  void inbound_protected(InterfaceId interface, Burst& burst) override;
  bool owns(const PacketBuffer& packet) const override;
  void path_too_narrow(ByteView quoted, unsigned mtu) override;
  bool takes_ip_in_ip() const override { return state_.enabled && state_.compressed_tunnels != 0; }
  bool protects(InterfaceId interface, const PacketBuffer& packet) override;

 private:
  /// What the policies say about a flow.
  struct Decision {
    FlowKey flow;
    Policy* policy = nullptr;    // nullptr: none matches
    SaBundle* bundle = nullptr;  // outbound; nullptr: none yet
    std::uint16_t peer_port = 0;  // outbound: what the peer itself calls the flow's remote port; 0: the same
  };
  /// A decision in the flow cache, right as long as `generation` is the state's. A bundle knows its policy, so one of
  /// the two is enough.
  class Remembered {
   public:
    Remembered() = default;
    Remembered(const Decision& decision, std::uint32_t generation)
        : flow_(decision.flow),
          generation_(generation),
          peer_port_(decision.peer_port),
          bundled_(decision.bundle != nullptr) {
      if (bundled_) {
        target_.bundle = decision.bundle;
      } else {
        target_.policy = decision.policy;
      }
    }
    const FlowKey& flow() const { return flow_; }
    std::uint32_t generation() const { return generation_; }
    SaBundle* bundle() const { return bundled_ ? target_.bundle : nullptr; }
    Decision decision() const {
      return {flow_, bundled_ ? target_.bundle->policy : target_.policy, bundle(), peer_port_};
    }

   private:
    FlowKey flow_;
    std::uint32_t generation_ = 0;
    std::uint16_t peer_port_ = 0;
    bool bundled_ = false;
    union {
      Policy* policy;
      SaBundle* bundle;
    } target_{nullptr};
  };
  /// Where a hash has its two places: one line of the processor's cache.
  using Places = std::array<Remembered, 2>;
  static_assert(sizeof(Places) == cache_line);
  static constexpr std::size_t fewest_places = 512, most_places = 32768;  // powers of two, 4 to the n apart
  struct InterfaceList {
    const PolicyTable::List* policies = nullptr;  // nullptr: the interface has none
    std::optional<PolicyIndex> index;             // made when the first flow asks
  };
  Decision decide(const FlowKey& flow) { return recall(flow).decision(); }
  const Remembered& recall(const FlowKey& flow);
  Places& places_of(std::uint64_t hash) { return decisions_[hash >> 32 & (decisions_.size() - 1)].places; }
  Decision decide_anew(const FlowKey& flow);
  Policy* policy_for(const FlowKey& flow);
  void find_bundle(Decision& decision, const FlowKey& flow, const std::string* nat_id) const;
  bool grow();
  unsigned path_mtu(SaBundle& bundle, unsigned interface_mtu) const;
  void check_clear(InterfaceId interface, Burst& burst);
  static bool left_uncompressed(const Decision& decision);
  void take_uncompressed(SaBundle& bundle, PacketBuffer& packet);
  void deny(Policy& policy, const FlowKey& flow, Heading heading);

  // debug_path.cpp: the same calls while somebody listens, packet by packet
  void outbound_debugged(InterfaceId interface, Burst& burst);
  void inbound_clear_debugged(InterfaceId interface, Burst& burst);
  void inbound_protected_debugged(InterfaceId interface, Burst& burst);
  void compare_debugged(InterfaceId interface, Heading heading, const PacketBuffer& packet);

  // outbound.cpp
  void seal_burst(InterfaceId interface, Burst& burst);
  /// The packets of a burst on their way through ENCO. Those with a slot go back to their place in the burst; detached
  /// ones (pieces of super-frames and whatever left the burst with them, and packets that waited) go to IP by send().
  struct Sealing {
    Burst* burst = nullptr;
    InterfaceId interface = 0;
    unsigned mtu = 0;    // 0: not asked for yet
    unsigned depth = 0;  // tunnels that are around the packets already
    std::size_t count = 0;
    std::array<Packet, limits::burst> packets;
    std::array<Sa*, limits::burst> sas;
    std::array<std::size_t, limits::burst> slots;
    std::array<enco::Job, limits::burst> jobs;
  };
  static void begin(Sealing& sealing, Burst* burst, InterfaceId interface, unsigned depth);
  void protect(const Decision& decision, Packet packet, std::size_t slot, Sealing& sealing);
  bool fits(SaBundle& bundle, PacketBuffer& packet, std::size_t length, unsigned mtu, bool& dont_fragment);
  void seal_one(SaBundle& bundle, const FlowKey& flow, Packet packet, bool dont_fragment, std::size_t slot,
                Sealing& sealing);
  bool next_sequence(Sa& sa);
  void begin_seal(Sa& sa, std::size_t bytes);
  bool finish_seal(Sa& sa, const enco::Job& job);
  bool make_room(Packet& packet);
  void run(Sealing& sealing);
  bool goes_into_another(SaBundle& bundle, const PacketBuffer& sealed, InterfaceId interface);
  void seal_again(Sealing& sealing, std::size_t count);
  void send_waiting(SaBundle& bundle, std::vector<Packet> waiting);

  // inbound.cpp
  void open_burst(InterfaceId interface, Burst& burst);
  struct Opening {
    std::size_t count = 0;
    std::array<Packet, limits::burst> packets;
    std::array<Sa*, limits::burst> sas;  // nullptr: the packet is open already
    std::array<EspPacket, limits::burst> places;
    std::array<enco::Job, limits::burst> jobs;
  };
  void prepare_open(InterfaceId interface, Packet packet, Opening& opening);
  void prepare_other(InterfaceId interface, Packet packet, Opening& opening);
  bool begin_bundle(SaBundle& bundle, const PacketBuffer& packet);
  bool begin_open(Sa& sa, const PacketBuffer& packet, std::uint32_t sequence);
  void bad_length(Sa& sa, const PacketBuffer& packet);
  bool finish_open(InterfaceId interface, Opening& opening, std::size_t i);
  bool authentic(Sa& sa, const enco::Job& job, std::uint32_t sequence);
  bool unwrapped(Sa& sa, const PacketBuffer& packet, Opened opened);
  void done_open(Sa& sa, std::size_t bytes);
  bool done_bundle(InterfaceId interface, PacketBuffer& packet, SaBundle& bundle, bool udp);
  void tell_apart(const FlowKey& flow, const SaBundle& bundle, PacketBuffer& packet);
  void note_arrival(SaBundle& bundle, std::size_t bytes);
  void note_place(Sa& sa, const EspPacket& esp);
  void take_unknown(InterfaceId interface, Packet packet, std::uint32_t spi);
  void note_sa(const PacketBuffer& packet, const Sa& sa, std::uint32_t sequence) const;
  void unknown_spi(Ipv4Address source, Ipv4Address destination, std::uint32_t spi);

  // bundle_path.cpp: bundles of several SAs, AH and IPComp, packet by packet
  std::optional<enco::Job> seal_bundle(Packet& packet, SaBundle& bundle, const OuterHeader& outer);
  std::optional<enco::Job> seal_behind_header(PacketBuffer& packet, Sa& sa, const OuterHeader& outer);
  void open_bundle(InterfaceId interface, Packet packet, SaBundle& bundle, Opening& opening);
  bool open_all(Packet& packet, SaBundle& bundle);
  bool open_behind_header(Packet& packet, Sa& sa);
  bool open_esp(PacketBuffer& packet, Sa& sa);
  bool open_ah(PacketBuffer& packet, Sa& sa);
  bool open_ipcomp(Packet& packet, Sa& sa);
  /// The bundle that starts with IPComp, or sends what does not shrink as bare IP in IP; nullptr: none.
  SaBundle* compressed_bundle(const PacketBuffer& packet) const;

  // fetch_ahead.cpp
  /// So many that what packets need of them is far away in memory.
  bool many_sas() const { return state_.sas.size() > 256; }
  using Flows = std::array<std::optional<FlowKey>, limits::burst>;  // of a burst's packets; none: not asked for
  void fetch_decisions(std::span<const std::optional<FlowKey>> flows);
  void fetch_for_sealing(std::span<const std::optional<FlowKey>> flows, std::size_t at);
  using Spis = std::array<std::uint32_t, limits::burst>;  // of a burst's packets; 0: none
  std::span<const std::uint32_t> fetch_slots(Burst& burst, Spis& spis) const;
  void fetch_for_opening(std::span<const std::uint32_t> spis, std::size_t at) const;

  template <class Text>
  void note(const PacketBuffer& packet, Text text) const {
    state_.note(packet, text);
  }
  std::string describe(const Decision& decision) const;
  static std::string describe(const Sa& sa);  // "ESP AES128 SHA"

  /// Marks a bundle whose hard limit is reached; it goes when the burst is done.
  void exhaust(SaBundle& bundle, Heading heading);
  void remove_exhausted();

  State& state_;
  Setup& setup_;
  IvPool ivs_;
  Bytes scratch_ = Bytes(longest_packet);        // one packet's compressed or expanded form
  std::vector<InterfaceList> lists_;             // by InterfaceId
  struct alignas(cache_line) Line {
    Places places;
  };
  std::vector<Line> decisions_;  // by hash
  std::size_t displaced_ = 0;    // decisions that were still right when another flow took their place
  Conversations conversations_;  // of callers in transport mode
  Areas<Sealing> sealings_;
  Areas<Opening> openings_;
  std::vector<std::pair<SaBundle*, Heading>> exhausted_;
  std::uint16_t outer_id_ = 0;
  Instant next_bad_spi_log_{};
};

}  // namespace arrouter::ipsec
