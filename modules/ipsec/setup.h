// The life of SA bundles: asked for, negotiated by ISAKMP or made of manual keys, renewed, removed.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "modules/ipsec/messages.h"
#include "modules/ipsec/state.h"
#include "os/base/scheduler.h"

namespace arrouter::ipsec {

class Setup final : public isakmp::KeyUser {
 public:
  /// Get the packets that waited for a bundle, in order, once it is installed.
  using Send = std::function<void(SaBundle&, std::vector<Packet>)>;
  using Receive = std::function<void(InterfaceId, Packet)>;
  explicit Setup(State& state);
  void on_ready(Send send, Receive receive) {
    send_ = std::move(send);
    receive_ = std::move(receive);
  }

  // ---- for the datapath ----
  /// A packet matched `policy` and no bundle: starts or joins a negotiation and lets the packet wait, or drops and
  /// counts it.
  void wanted(Policy& policy, const FlowKey& flow, Packet packet);
  /// ESP came by an SPI that we have offered: the peer has its keys a moment before us. True: the packet waits.
  bool early(InterfaceId interface, std::uint32_t spi, Packet& packet);
  /// early() has room for a packet by this SPI.
  bool offered(std::uint32_t spi) const;
  /// The bundle has carried its soft limit of bytes, or most of its sequence numbers.
  void soft_limit(SaBundle& bundle, Heading heading);
  /// Its hard limit is reached. Destroys it.
  void hard_limit(SaBundle& bundle, Heading heading);
  /// The first packet came by it: the peer uses it, so what it replaces may go.
  void first_inbound(SaBundle& bundle);

  // ---- for commands and interfaces ----
  enum class Farewell : std::uint8_t { tell_peer, silent };
  void remove(SaBundle& bundle, Farewell farewell);
  /// All bundles and negotiations of the policy.
  void clear(Policy& policy, Farewell farewell);
  /// Makes the bundle of a policy with manual keys anew where the present configuration makes another one of it.
  void refresh_manual(Policy& policy);
  void interface_changed(const InterfaceChange& change);
  /// The policy's own tunnel end point; nullopt while its interface has no address.
  std::optional<Ipv4Address> local_of(const Policy& policy) const;

  // ---- isakmp::KeyUser ----
  std::expected<isakmp::Selection, isakmp::Refused> select(const isakmp::Offer& offer) override;
  void install(const isakmp::Bundle& bundle) override;
  void failed(const std::string& ipsec_policy, std::uint32_t bundle, const std::string& reason) override;
  void peer_deleted(Ipv4Address peer, isakmp::Protocol protocol, std::uint32_t spi) override;
  void drop_peer(const isakmp::PeerName& peer, const std::string& reason) override;
  void peer_hung_up(const isakmp::PeerName& peer) override;
  void peer_moved(const isakmp::PeerName& before, Ipv4Address after, std::uint16_t port) override;
  void observe_keys(isakmp::KeyObserver* observer) override;

 private:
  // negotiate.cpp
  Negotiation* start(Policy& policy, Ipv4Address local, Ipv4Address peer, Traffic traffic);
  Traffic traffic_for(const Policy& policy, const FlowKey& flow, Ipv4Address local) const;
  Negotiation* begin(Policy& policy, std::unique_ptr<Negotiation> negotiation);
  void end(Policy& policy, Negotiation& negotiation);
  /// The same, and what waited for it is dropped.
  void give_up(Policy& policy, Negotiation& negotiation);
  void renew(SaBundle& bundle);
  // lifetimes
  void schedule(SaBundle& bundle, Instant deadline);
  void run_deadlines();
  void look_at(SaBundle& bundle, Instant now);
  void expire(SaBundle& bundle);
  // install.cpp
  std::unique_ptr<SaBundle> bundle_from(Policy& policy, const isakmp::Bundle& keyed);
  void limit(SaBundle& bundle, isakmp::Lifetime negotiated) const;
  /// Its time has come, or the peer was heard: traffic goes out by it, what waited first.
  void settle(SaBundle& bundle);
  bool add_sa(SaBundle& bundle, std::unique_ptr<Sa> sa, SecretBytes out_key, SecretBytes in_key);
  bool install_keys(SaBundle& bundle, const isakmp::Bundle& keyed, const std::vector<std::uint8_t>& specifications);
  void tunnel_in_udp(SaBundle& bundle) const;
  SaBundle& take_in(Policy& policy, std::unique_ptr<SaBundle> bundle);
  void take_apart(SaBundle& bundle);
  void remove_if(Policy& policy, const std::function<bool(const SaBundle&)>& condition);
  std::vector<SaBundle*> negotiated_with(const isakmp::PeerName& peer) const;
  // manual.cpp
  std::optional<ManualRecipe> manual_recipe(const Policy& policy) const;
  std::unique_ptr<SaBundle> manual_bundle(Policy& policy, const ManualRecipe& recipe);
  void reveal(const SaBundle& bundle) const;

  State& state_;
  Send send_;
  Receive receive_;
  std::unordered_map<std::uint32_t, Negotiation*> offered_;  // by each SPI it waits with
  std::set<std::pair<Instant, SaBundle*>> deadlines_;
  Timer timer_;
  isakmp::KeyObserver* key_observer_ = nullptr;
};

}  // namespace arrouter::ipsec
