// What modules that ask servers by UDP have in common: a port of their own that nobody can guess.
#pragma once

#include "modules/ip/ip_api.h"
#include "os/base/random.h"

namespace arrouter {

/// Listens on a port of the dynamic range (RFC 6335 6) chosen at random, so that answers cannot be forged unseen (RFC
/// 5452 9.2); 0: none is free. The owner ends it by listen_udp() with an empty listener.
inline std::uint16_t listen_udp_anywhere(IpApi& ip, Random& random, std::string_view process,
                                         const IpApi::UdpListener& listener) {
  constexpr std::uint16_t first_port = 49152, ports = 16384;
  constexpr int most_tries = 100;
  for (int i = 0; i < most_tries; ++i) {
    const auto port = static_cast<std::uint16_t>(first_port + random.below(ports));
    if (ip.listen_udp(port, process, listener)) return port;
  }
  return 0;
}

}  // namespace arrouter
