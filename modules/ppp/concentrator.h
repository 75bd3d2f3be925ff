// The access concentrator's side of PPPoE discovery (RFC 2516 5): offers services and hands out session numbers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "modules/ppp/authentication.h"
#include "modules/ppp/discovery_packet.h"
#include "os/base/address.h"
#include "os/base/random.h"

namespace arrouter::ppp {

/// ADD PPP ACSERVICE.
struct AcService {
  std::string name;       // "any": offered under whatever name is asked for
  unsigned template_number = 0;
  std::string interface;  // "vlan1", "eth0"
  unsigned max_sessions = 512;
  bool radius = false;    // ACRADIUS, kept

  bool offers(std::string_view asked) const;
};

class ConcentratorHost {
 public:
  virtual ~ConcentratorHost() = default;
  virtual void send_offer(const std::string& interface, const MacAddress& to, const Bytes& payload) = 0;
  /// Sessions of a service at the moment.
  virtual unsigned sessions_of(const AcService& service) const = 0;
  /// Makes a session for a client; false: there is no room or no template.
  virtual bool open_session(const AcService& service, const MacAddress& client, std::uint16_t session) = 0;
  virtual bool session_taken(std::uint16_t session) const = 0;
};

class Concentrator {
 public:
  Concentrator(ConcentratorHost& host, const Md5& md5, Random& random)
      : host_(host), md5_(md5), random_(random), secret_(random.bytes(16)) {}

  bool enabled = false;
  std::string name;  // of the router, told as AC-Name
  std::map<std::string, AcService, std::less<>> services;  // by name in lower case

  /// PADI and PADR that arrived on an interface; everything else is not the concentrator's.
  void receive(const std::string& interface, const MacAddress& from, const DiscoveryPacket& packet);
  /// A session is over: its number may be used again, and a repeated PADR of its client is a new one.
  void ended(std::uint16_t session);

 private:
  Bytes cookie_for(const MacAddress& client) const;
  const AcService* service_for(const std::string& interface, std::string_view asked) const;
  void offer(const std::string& interface, const MacAddress& from, const DiscoveryPacket& padi);
  void confirm(const std::string& interface, const MacAddress& from, const DiscoveryPacket& padr);
  std::uint16_t free_session();

  struct Confirmed {
    MacAddress client;
    Bytes unique;
    std::uint16_t session = 0;
  };
  ConcentratorHost& host_;
  const Md5& md5_;
  Random& random_;
  Bytes secret_;
  std::vector<Confirmed> confirmed_;
};

}  // namespace arrouter::ppp
