// The ISAKMP module's inside: the engine's glue to UDP, time, ENCO and IPsec, with the configured objects.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "modules/ip/ip_api.h"
#include "modules/isakmp/engine.h"
#include "modules/isakmp/isakmp_api.h"
#include "modules/isakmp/policy.h"
#include "os/module.h"

namespace arrouter::isakmp {

/// Parameters of ENABLE ISAKMP.
struct Settings {
  std::uint16_t udp_port = isakmp_port;
  std::optional<std::uint16_t> local_rsa_key;
  bool policy_server = false;
  std::string policy_file;
  bool operator==(const Settings&) const = default;
};

/// DEBUG options as a set of DebugFlag bits, from "STATE,TRACE"; "ALL" and "DEFAULT" are sets.
unsigned debug_flags(std::string_view options);
/// "STATE, TRACE", or "NONE".
std::string debug_words(unsigned flags);

class Isakmp final : public Module, public IsakmpApi, private Effects {
 public:
  Isakmp(Services& services, IpApi& ip, enco::EncoApi& enco);

  std::string_view name() const override { return "isakmp"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  void stop(Ending ending) override;

  bool enabled() const override { return engine_.enabled(); }
  void set_user(KeyUser* user) override { user_ = user; }
  void acquire(const Acquire& wanted) override;
  void deleted(const PeerName& peer, const std::string& isakmp_policy, Protocol protocol,
               const std::vector<std::uint32_t>& in_spis) override;
  void peer_moved(const PeerName& before, Ipv4Address after, std::uint16_t port) override;
  BadSpiAnswer bad_spi(Ipv4Address local, Ipv4Address peer, const std::string& isakmp_policy) override;
  bool has_policy(std::string_view name) const override { return policies_.find(name) != nullptr; }
  void observe_keys(KeyObserver* observer) override;
  void set_authenticator(XauthAuthenticator* authenticator) override { authenticator_ = authenticator; }

 private:
  // isakmp.cpp: events in, effects out
  void submit(Event event);
  void submit_later(Event event);
  void drain();
  bool listen();
  void listen_floated();
  void encapsulate();
  void stop_listening();
  void received(const UdpDatagram& datagram);
  void interface_changed();
  bool send(const Endpoint& from, const Endpoint& to, ByteView datagram) override;
  void log(LogSeverity severity, std::string_view subtype, std::string message, std::string reference) override;
  bool debugging(DebugFlag flag) const override;
  void debug(DebugFlag flag, std::string text) override;
  void generate_dh(std::uint64_t serial, enco::Group group, unsigned exponent_bits) override;
  void compute_dh(std::uint64_t serial, const enco::DhPair& own, ByteView peer_public) override;
  void sign(std::uint64_t serial, std::uint16_t key, ByteView data) override;
  void verify(std::uint64_t serial, const enco::RsaPublicKey& key, ByteView data, ByteView signature) override;
  std::string_view system_name() const override { return services_.system.distinguished_name; }
  void authenticate(std::uint64_t serial, XauthType type, const std::string& user, SecretBytes password) override;
  Ipv4Address source_for(const Policy& policy, Ipv4Address peer, Ipv4Address wanted) override;
  WallTime wall_now() const override { return services_.wall.now(); }
  KeyUser* user() override { return user_; }
  KeyObserver* key_observer() override { return key_observer_; }

  // commands.cpp
  Outcome enable(Invocation& call);
  Outcome disable();
  Outcome set_debug(Invocation& call, bool on);
  Outcome limit_natt(Invocation& call);
  Outcome reset_policy(Invocation& call);
  Outcome reset_counters(Invocation& call);
  // policy_commands.cpp
  Outcome create_policy(Invocation& call);
  Outcome set_policy(Invocation& call);
  Outcome destroy_policy(Invocation& call);
  void policy_stored(Policy policy);
  // show.cpp, show_detail.cpp
  Outcome show(Invocation& call) const;
  Outcome show_policy(Invocation& call);
  Outcome show_sa(Invocation& call) const;
  Outcome show_exchange(Invocation& call) const;
  Outcome show_counters(Invocation& call) const;
  void show_sa_detail(Screen& screen, const Sa& sa) const;
  void show_exchange_detail(Screen& screen, const Exchange& exchange) const;

  Services& services_;
  IpApi& ip_;
  enco::EncoApi& enco_;
  KeyUser* user_ = nullptr;
  KeyObserver* key_observer_ = nullptr;
  XauthAuthenticator* authenticator_ = nullptr;
  Settings settings_;
  PolicyStore policies_;
  Engine engine_;
  std::deque<Event> inbox_;
  bool draining_ = false;
  bool listening_floated_ = false;
  struct DebugTerminal {
    std::weak_ptr<Terminal> terminal;
    unsigned flags = 0;
  };
  std::vector<DebugTerminal> debug_terminals_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // owner of jobs and posted work
  Timer timer_;
};

/// The lines that make a policy again, only what differs from the defaults.
std::vector<std::string> policy_script(const Policy& policy);

}  // namespace arrouter::isakmp
