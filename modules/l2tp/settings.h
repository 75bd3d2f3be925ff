// What the commands of L2TP configure (reference/links.md 6).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "os/base/address.h"

namespace arrouter::l2tp {

enum class Server : std::uint8_t { off, lac, lns, both };

/// ADD L2TP IP: who may open tunnels, and the PPP template of their calls.
struct Range {
  Ipv4Range addresses;
  unsigned ppp_template = 0;
  std::string number = "OFF";
  bool pre13 = false;
  unsigned tos = 0;
};

/// ADD L2TP CALL: a line to another router, TNL-name for CREATE PPP.
struct ConfiguredCall {
  std::string name;  // lower case
  std::string type = "VIRTUAL";
  Ipv4Address address;
  std::string remote, dial, subaddress;
  std::string number = "OFF";
  std::string password;
  bool pre13 = false;
  bool incoming_first = true;  // PRECEDENCE: whose call stays when both ends call at once
  std::optional<std::uint64_t> speed;
  bool active = true;  // DEACTIVATE L2TP CALL
};

/// ADD L2TP USER: which dial-in users a LAC would tunnel, and where to.
struct TunnelledUsers {
  std::string who, action;
  std::optional<Ipv4Address> address;
  std::optional<unsigned> port, timeout_s;
  std::string number = "OFF", password, prefix;
  bool pre13 = false;
};

struct Settings {
  bool enabled = false;
  Server server = Server::off;
  bool checksum = true;
  std::string password;
  std::uint16_t window = 4;
  std::optional<unsigned> filter;
  std::vector<Range> ranges;
  std::map<std::string, ConfiguredCall, std::less<>> calls;
  std::vector<TunnelledUsers> users;
};

}  // namespace arrouter::l2tp
