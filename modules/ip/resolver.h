// The resolver: host table, cache, servers by domain; and the relay for hosts that ask this router (reference/ip.md 9).
#pragma once

#include "modules/ip/dns_api.h"
#include "modules/ip/dns_exchange.h"
#include "modules/ip/dns_settings.h"
#include "os/module.h"

namespace arrouter::ip {

using Hosts = std::map<std::string, Ipv4Address, std::less<>>;  // names as given; found without regard to case

/// An address as text, or a name of the host table.
std::optional<Ipv4Address> known_address(const Hosts& hosts, std::string_view text);

class Resolver final : public DnsApi {
 public:
  Resolver(Services& services, IpApi& ip, const Hosts& hosts, Tcp* tcp = nullptr);
  ~Resolver() override;

  // DnsApi
  bool has_servers() const override { return !settings_.domains.empty() || !learnt_.empty(); }
  Ipv4Address server(bool primary) const override;
  void learnt(const std::string& interface, Ipv4Address primary, Ipv4Address secondary) override;
  Lookup find_address(std::string_view text, FoundAddress done) override;
  Lookup find_mail_exchangers(std::string_view domain, FoundExchangers done) override;

  const DnsSettings& settings() const { return settings_; }
  /// Those that a configured entry stands for: its own, or what its interface has learnt.
  DnsServers resolved(const DnsServers& configured) const;
  /// False: the relay cannot have its port.
  bool apply(DnsSettings settings);

  struct CacheEntry {
    std::vector<Ipv4Address> addresses;
    Instant expires{};
  };
  const std::map<std::string, CacheEntry, std::less<>>& cache() const { return cache_; }
  DnsCounters counters() const { return exchanges_.counters; }
  struct RelayCounters {
    std::uint64_t requests = 0, from_cache = 0, answered = 0, discarded = 0;
  };
  const RelayCounters& relay_counters() const { return relay_; }

 private:
  struct Question;
  struct Relayed {
    Ipv4Address client, own;
    std::uint16_t port = 0, id = 0;
    bool operator==(const Relayed&) const = default;
  };
  /// What an interface has learnt; the first of any for an empty name. Unset: nothing.
  DnsServers learnt_on(const std::string& interface) const;
  DnsServers of_name(std::string_view name) const;
  static std::vector<Ipv4Address> list(const DnsServers& servers);
  const CacheEntry* cached(const std::string& name);
  void keep(const DnsMessage& answer);
  /// Sends the question's name to the servers. False: nobody can be asked.
  bool ask(const std::shared_ptr<Question>& question);
  void answered(const std::shared_ptr<Question>& question, const DnsExchanges::Answer* answer);
  void end_later(const std::shared_ptr<Question>& question, std::optional<Ipv4Address> address);

  void relay(const UdpDatagram& datagram);
  void answer_relayed(const Relayed& to, Bytes reply);

  Services& services_;
  IpApi& ip_;
  const Hosts& hosts_;
  DnsSettings settings_;
  std::map<std::string, DnsServers, std::less<>> learnt_;  // by interface
  std::map<std::string, CacheEntry, std::less<>> cache_;
  std::vector<Relayed> relayed_;  // under way
  RelayCounters relay_;
  DnsExchanges exchanges_;
  std::shared_ptr<Resolver*> alive_;  // for posted work that outlives the resolver
};

}  // namespace arrouter::ip
