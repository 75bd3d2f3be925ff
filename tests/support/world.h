// A simulated world: whole Routers, tiny hosts and an Internet between them, in virtual time and from one seed. The
// same seed gives the same packets; a test prints it when something fails.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "netdev/memory_port.h"
#include "netdev/port_stack.h"
#include "tests/support/nat.h"
#include "tests/support/virtual_router.h"

namespace arrouter::test {

/// A PC: answers ARP and ICMP echo, sends pings through its gateway, counts what comes back.
class Host {
 public:
  Host(VirtualTime& time, std::string name, std::string_view address, std::string_view gateway);

  MemoryPort& port() { return port_; }
  Ipv4Address address() const { return address_; }
  /// Sends one echo request (and an ARP request first, when the gateway is not known yet). For an address of its own
  /// network it asks the neighbours, and nobody there answers.
  void ping(Ipv4Address destination, std::size_t payload = 56);
  /// Up to `tries` pings, since the first may wait for a tunnel; `wait` goes by for each. True once one is answered.
  bool reaches(Ipv4Address destination, int tries = 3, Duration wait = std::chrono::seconds(4));
  std::uint64_t sent() const { return sent_; }
  std::uint64_t answered() const { return answered_; }
  std::uint64_t duplicates() const { return duplicates_; }
  Instant last_answer() const { return last_answer_; }
  std::uint64_t requests_seen() const { return requests_seen_; }

 private:
  void receive(Burst& frames);
  void receive_arp(ByteView payload);
  void receive_ip(ByteView payload);
  void send_arp(std::uint16_t operation, MacAddress to, Ipv4Address target);
  void send_icmp(Ipv4Address to, std::uint8_t type, std::uint32_t rest, ByteView payload);

  VirtualTime& time_;
  PacketPool pool_;
  MemoryPort port_;
  Ipv4Address address_, gateway_;
  MacAddress gateway_mac_;
  bool gateway_known_ = false;
  Packet held_;
  std::uint64_t sent_ = 0, answered_ = 0, duplicates_ = 0, requests_seen_ = 0;
  std::uint16_t sequence_ = 0;
  std::vector<bool> seen_ = std::vector<bool>(65536);
  Instant last_answer_{};
};

/// The Internet: one leg for each site, forwards by destination, lets a test look at every packet. Sites behind a Nat
/// are reached by its outside address alone.
class Internet {
 public:
  explicit Internet(VirtualTime& time) : time_(time) {}

  /// A site at `network`/24 whose router is `neighbour`; the leg has the address .254. Frames take `delay`.
  void connect(MemoryPort& neighbour, std::string_view network, Duration delay, Nat* nat = nullptr);
  /// Sees each IP packet that comes to the Internet (outside of every NAT), deliverable or not; false drops it.
  void watch(std::function<bool(ByteView packet)> watcher) { watcher_ = std::move(watcher); }
  std::uint64_t forwarded() const { return forwarded_; }

 private:
  struct Leg {
    std::unique_ptr<PacketPool> pool;
    std::unique_ptr<MemoryPort> port;
    std::unique_ptr<MemoryLink> link;
    Ipv4Address network;
    MacAddress neighbour;
    Nat* nat = nullptr;
  };
  void receive(Leg& from, Burst& frames);
  void forward(const Leg& from, ByteView frame, std::size_t header);

  VirtualTime& time_;
  std::vector<std::unique_ptr<Leg>> legs_;
  std::function<bool(ByteView)> watcher_;
  std::uint64_t forwarded_ = 0;
};

/// One end of the How-To Note's tunnel: networks are given by their first three numbers.
struct SiteSettings {
  std::string name, wan, lan;  // "Peer1", "100.100.100", "192.168.1": the router is .1 outside and .254 inside
  std::string peer, peer_lan;  // "200.200.200.1" or "any", "192.168.2"
  std::string extra = {};      // lines behind the others
};
/// reference/configs.md A, without firewall.
std::string site_configuration(const SiteSettings& site);
/// Boots with the configuration and types the pre-shared key; throws when a line is refused.
void boot_site(VirtualRouter& router, const std::string& configuration);

/// The How-To Note's network (reference/configs.md A, without firewall): PC1 - Peer1 - Internet - Peer2 - PC2.
class HowToNetwork {
 public:
  /// Lines in `extra` come after the configuration of both peers.
  explicit HowToNetwork(std::uint64_t seed, std::string_view extra = {});
  /// With these configurations instead.
  HowToNetwork(std::uint64_t seed, const std::string& configuration1, const std::string& configuration2);

  /// Sends pings from PC1 to PC2, one every `interval`, for `duration`.
  void ping_for(Duration duration, Duration interval = std::chrono::seconds(1));
  /// Loss, delay … on both peers' WAN cables, both directions.
  void impair(const Impairment& impairment);
  /// Takes the power from a peer (nothing leaves it any more) and gives it back: it boots what CREATE CONFIG saved, and
  /// somebody types the key.
  void power_cut(VirtualRouter& peer);
  std::string text(std::string_view line) { return peer1.text(line); }

  std::uint64_t seed;
  VirtualTime time;
  Host pc1, pc2;
  Internet internet;
  VirtualRouter peer1, peer2;

 private:
  std::vector<std::unique_ptr<MemoryLink>> links_;
};

/// The same with config/examples/peer1.cfg and peer2.cfg, firewalls included.
struct ExampleNetwork : HowToNetwork {
  explicit ExampleNetwork(std::uint64_t seed);
};

/// ARROUTER_SEED of the environment, so that a failure can be repeated; else `otherwise`.
std::uint64_t chosen_seed(std::uint64_t otherwise);

}  // namespace arrouter::test
