// The RADIUS client: which server is asked, how often, and whose answer counts.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "modules/enco/enco_api.h"
#include "modules/ip/ip_api.h"
#include "modules/radius/packet.h"
#include "os/module.h"

namespace arrouter::radius {

/// SHOW RADIUS COUNTER, of one server; after the client's part of RFC 2618.
struct ServerCounters {
  std::uint64_t requests = 0, retransmissions = 0, timeouts = 0, accepts = 0, rejects = 0, challenges = 0,
                malformed = 0, bad_authenticators = 0, unknown_codes = 0, unsigned_replies = 0;
};

struct Server {
  Ipv4Address address;
  SecretBytes secret = {};
  std::uint16_t port = 1645, accounting_port = 1646;  // 0: not for that
  Instant dead_until{};
  bool signs = false;  // has sent a Message-Authenticator, so an answer without one is not its own
  ServerCounters counters = {};
};

/// SET RADIUS.
struct Settings {
  unsigned timeout_s = 6, retransmissions = 3, dead_time_min = 0;
  bool operator==(const Settings&) const = default;
};

/// What happens on the wire, for debugging: a packet, or why one was not taken.
class Witness {
 public:
  virtual ~Witness() = default;
  virtual void sent(const Server& server, unsigned attempt, ByteView packet) = 0;
  virtual void received(Ipv4Address from, ByteView packet) = 0;
  virtual void refused(Ipv4Address from, std::string_view why) = 0;
  virtual void silent(const Server& server) = 0;  // asked for the last time, in vain
};

class Client {
 public:
  Client(Services& services, IpApi& ip, enco::EncoApi& enco, Witness& witness)
      : services_(services), ip_(ip), enco_(enco), witness_(witness), timer_(services.scheduler, [this] { due(); }) {}
  ~Client() { stop(); }

  Settings settings;
  const std::vector<Server>& servers() const { return servers_; }
  Server* find(Ipv4Address address);
  void add(Server server) { servers_.push_back(std::move(server)); }
  /// Queries that wait for it go on to the next one.
  void remove(Ipv4Address address);
  bool dead(const Server& server) const { return services_.clock.now() < server.dead_until; }
  /// Datagrams that answer no query.
  std::uint64_t strays() const { return strays_; }

  bool any() const;
  void ask(Query query, std::weak_ptr<void> owner, std::function<void(const Answer&)> answered);
  /// Forgets every query without an answer.
  void stop();

 private:
  struct Pending {
    Query query;
    std::weak_ptr<void> owner;
    std::function<void(const Answer&)> answered;
    std::vector<Ipv4Address> left = {};  // servers to ask after this one, in order
    Ipv4Address server = {};
    Authenticator authenticator{};
    Bytes packet = {};
    unsigned attempts = 0;
    Instant due{};
  };
  using Queries = std::map<std::uint8_t, Pending>;  // by identifier

  void ask_next(Pending pending);
  void send(Pending& pending);
  void due();
  void overdue(Queries::iterator query);
  void receive(const UdpDatagram& datagram);
  void settle(Queries::iterator query, Server& server, Reply reply);
  void end(Pending pending, Answer answer);
  Pending take(Queries::iterator query);
  std::vector<Attribute> attributes(const Pending& pending, const Server& server) const;
  bool listen();
  void rearm();
  void refuse(Ipv4Address from, std::uint64_t& counter, std::string_view why);

  Services& services_;
  IpApi& ip_;
  enco::EncoApi& enco_;
  Witness& witness_;
  std::vector<Server> servers_;
  Queries queries_;
  std::uint8_t last_identifier_ = 0;
  std::uint16_t port_ = 0;  // while there are queries
  std::uint64_t strays_ = 0;
  Timer timer_;
};

}  // namespace arrouter::radius
