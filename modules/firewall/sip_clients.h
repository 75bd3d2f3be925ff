// Telephones that have registered through the SIP gateway in automatic mode (reference/firewall.md 2.1): under which
// public end the registrar knows each. Calls to and from others may use that end too, and it outlives sessions and
// restarts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "modules/firewall/flow.h"
#include "os/base/scheduler.h"
#include "os/files.h"

namespace arrouter::firewall {

struct SipClient {
  std::string policy;
  Endpoint inside, outside;
  Ipv4Address registrar;
  Instant expires{};
};

class SipClients {
 public:
  using Clients = std::map<Endpoint, SipClient>;  // by the private end
  static constexpr std::string_view file = "sipalg.txt";
  static constexpr std::chrono::seconds write_after{5};  // changes that come together are written together

  SipClients(const Clock& clock, const WallClock& wall, Scheduler& scheduler, FileStore& files)
      : clock_(clock), wall_(wall), files_(files), write_timer_(scheduler, [this] { write(); }) {}

  /// Takes in who has registered, or is no longer (`expires` is over). No more than `most`.
  void registered(SipClient client, std::size_t most);
  /// Whose private or public end it is; nullptr: nobody's. What has expired is gone.
  const SipClient* inside(const Endpoint& end);
  const SipClient* outside(const Endpoint& end);
  bool empty() const { return clients_.empty(); }
  const Clients& all();
  void clear();

  /// What an earlier run has written.
  void read();

 private:
  void remove(Clients::iterator client);
  const SipClient* valid(Clients::iterator client);
  void write();

  const Clock& clock_;
  const WallClock& wall_;
  FileStore& files_;
  Clients clients_;
  std::map<Endpoint, Endpoint> outsides_;  // the private end of each public one
  Timer write_timer_;
};

}  // namespace arrouter::firewall
