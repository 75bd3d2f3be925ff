#include "modules/ipsec/bundle.h"

#include "modules/ipsec/ah.h"
#include "modules/ipsec/esp.h"

namespace arrouter::ipsec {

int layer(isakmp::Protocol protocol) {
  switch (protocol) {
    case isakmp::Protocol::ipcomp:
      return 0;
    case isakmp::Protocol::ah:
      return 2;
    default:
      return 1;
  }
}

std::size_t sealed_length(const SaBundle& bundle, std::size_t inner, std::size_t header) {
  std::size_t length = inner;
  bool tunnelled = false;
  for (const auto& sa : bundle.sas) {
    if (!tunnelled && sa->mode == isakmp::Encapsulation::tunnel) {
      tunnelled = true;
      length += wire::ipv4_header;
      header = wire::ipv4_header;
    }
    if (sa->protocol == isakmp::Protocol::esp) {
      length = header + udp_bytes(bundle.nat) + esp_bytes(*sa, length - header);
    } else if (sa->protocol == isakmp::Protocol::ah) {
      length += ah_bytes(*sa);
    }
  }
  return length;
}

std::size_t longest_inner(const SaBundle& bundle, std::size_t mtu) {
  std::size_t length = mtu;
  while (length > wire::ipv4_header && sealed_length(bundle, length, wire::ipv4_header) > mtu) --length;
  return length;
}

}  // namespace arrouter::ipsec
