// The table of ADD LOG RECEIVE: who may send messages here.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "os/base/address.h"

namespace arrouter::logging {

/// NEW is srlp.h, OLD the Net Manage messages it came after, BOTH those two.
enum class ReceiveProtocol : std::uint8_t { all, both, new_one, old_one, syslog };

struct Receiver {
  Ipv4Address mask{255, 255, 255, 255};
  bool allow = true;
  ReceiveProtocol protocol = ReceiveProtocol::all;
  std::string password;

  bool takes_srlp() const {
    return allow && protocol != ReceiveProtocol::syslog && protocol != ReceiveProtocol::old_one;
  }
  bool takes_syslog() const {
    return allow && (protocol == ReceiveProtocol::all || protocol == ReceiveProtocol::syslog);
  }
};

/// By address.
using Receivers = std::map<Ipv4Address, Receiver>;
/// Of the entries that a sender fits, the one with the longest mask; nullptr when there is none.
const Receiver* receiver_of(const Receivers& receivers, Ipv4Address sender);

/// "10.0.0.0 mask=255.0.0.0 protocol=syslog": for a script.
std::string parameters(Ipv4Address address, const Receiver& receiver);
std::string_view title(ReceiveProtocol protocol);  // "Syslog"

}  // namespace arrouter::logging
