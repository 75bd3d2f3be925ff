// A crowd of IPsec peers that weigh little: each has an ISAKMP engine, an address and no forwarding. Of ESP a peer only
// notes that it came with its SPI.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/language/command_table.h"
#include "modules/enco/enco_module.h"
#include "modules/isakmp/engine.h"
#include "netdev/memory_port.h"
#include "tests/support/test_services.h"
#include "tests/support/world.h"

namespace arrouter::test {

/// How a peer of the crowd calls the head office at 200.200.200.1.
isakmp::Policy crowd_policy();

/// What the peers share: algorithms, the pre-shared key "sharedsecret", the policy.
class CrowdTools {
 public:
  CrowdTools(VirtualTime& time, const isakmp::Policy& policy);
  VirtualTime& time;
  TestServices base;
  Services services;
  MadeEnco enco;
  isakmp::PolicyStore policies;
};

class CrowdPeer final : private isakmp::Effects, private isakmp::KeyUser {
 public:
  using Send = std::function<void(const isakmp::Endpoint& from, const isakmp::Endpoint& to, ByteView datagram)>;
  CrowdPeer(CrowdTools& tools, Ipv4Address own, Ipv4Address lan, Ipv4Address office, std::uint64_t seed, Send send);

  /// Wants a bundle between its LAN/24 and the office's 192.168.2.0/24.
  void connect();
  void receive_udp(const isakmp::Endpoint& from, std::uint16_t port, ByteView payload);
  void receive_esp(std::uint32_t spi) { esp_arrived_ += spi == in_spi_ ? 1U : 0U; }
  bool up() const { return in_spi_ != 0; }
  bool phase1_up() const { return engine_.sas().all().size() == 1 && engine_.sas().all().begin()->second->active(); }
  std::uint64_t esp_arrived() const { return esp_arrived_; }
  Ipv4Address lan() const { return lan_; }

 private:
  void handle(isakmp::Event event);
  // isakmp::Effects
  bool send(const isakmp::Endpoint& from, const isakmp::Endpoint& to, ByteView datagram) override;
  void log(LogSeverity, std::string_view, std::string, std::string) override {}
  bool debugging(isakmp::DebugFlag) const override { return false; }
  void debug(isakmp::DebugFlag, std::string) override {}
  void generate_dh(std::uint64_t serial, enco::Group group, unsigned exponent_bits) override;
  void compute_dh(std::uint64_t serial, const enco::DhPair& own, ByteView peer_public) override;
  void sign(std::uint64_t, std::uint16_t, ByteView) override {}  // pre-shared keys alone
  void verify(std::uint64_t, const enco::RsaPublicKey&, ByteView, ByteView) override {}
  std::string_view system_name() const override { return {}; }
  void authenticate(std::uint64_t, isakmp::XauthType, const std::string&, SecretBytes) override {}
  Ipv4Address source_for(const isakmp::Policy&, Ipv4Address, Ipv4Address) override { return own_; }
  WallTime wall_now() const override { return tools_.base.wall.now(); }
  isakmp::KeyUser* user() override { return this; }
  // isakmp::KeyUser
  std::expected<isakmp::Selection, isakmp::Refused> select(const isakmp::Offer&) override {
    return std::unexpected(isakmp::Refused{isakmp::Refusal::no_policy, "calls only"});
  }
  void install(const isakmp::Bundle& bundle) override { in_spi_ = bundle.sas.front().in_spi; }
  void failed(const std::string&, std::uint32_t, const std::string&) override {}
  void peer_deleted(Ipv4Address, isakmp::Protocol, std::uint32_t) override { in_spi_ = 0; }
  void drop_peer(const isakmp::PeerName&, const std::string& reason) override {
    if (reason != "initial contact") in_spi_ = 0;
  }
  void peer_hung_up(const isakmp::PeerName&) override { in_spi_ = 0; }
  void peer_moved(const isakmp::PeerName&, Ipv4Address, std::uint16_t) override {}

  CrowdTools& tools_;
  Ipv4Address own_, lan_, office_;
  Send send_;
  SeededRandom random_;
  isakmp::Engine engine_;
  Timer timer_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
  std::uint32_t in_spi_ = 0;
  std::uint64_t esp_arrived_ = 0;
};

/// Up to 250 peers on one network of the Internet ("20.0.3"): .1 to .250, with LANs 10.0.3.0, 10.1.3.0 …
class Town {
 public:
  Town(CrowdTools& tools, Internet& internet, unsigned number, unsigned peers, Ipv4Address office);
  /// A datagram from the town, whatever address it says it is from.
  void send(const isakmp::Endpoint& from, const isakmp::Endpoint& to, ByteView datagram);
  std::vector<std::unique_ptr<CrowdPeer>> peers;

 private:
  void receive(Burst& frames);
  PacketPool pool_;
  MemoryPort port_;
};

}  // namespace arrouter::test
