// What the path tells about outer packets that are too big for it (RFC 1191, RFC 4301 8.2).
#include <algorithm>

#include "modules/ipsec/datapath.h"

namespace arrouter::ipsec {
namespace {

constexpr std::chrono::minutes ageing{10};  // RFC 1191 6.3
constexpr unsigned lowest = 552;            // nobody may make us send crumbs
constexpr std::array<unsigned, 8> plateaus{32000, 17914, 8166, 4352, 2002, 1492, 1006, lowest};  // RFC 1191 7.1

/// The quoted packet is one the bundle's outermost SA has made; `payload` has at least eight bytes of it.
bool made_by(const SaBundle& bundle, std::uint8_t protocol, ByteView payload) {
  const Sa& sa = *bundle.sas.back();
  switch (protocol) {
    case wire::protocol::esp:
      return sa.protocol == isakmp::Protocol::esp && load_be32(payload.data()) == sa.out_spi;
    case wire::protocol::ah:
      return sa.protocol == isakmp::Protocol::ah && load_be32(payload.data() + 4) == sa.out_spi;
    case wire::protocol::ipcomp:
      return sa.protocol == isakmp::Protocol::ipcomp && load_be16(payload.data() + 2) == sa.out_spi;
    case wire::protocol::udp:
      return bundle.nat.udp_encapsulation && load_be16(payload.data()) == bundle.nat.local_port &&
             load_be16(payload.data() + 2) == bundle.nat.peer_port;
    default:
      return protocol == wire::protocol::ipip && bundle.only_compresses();
  }
}

}  // namespace

void Datapath::path_too_narrow(ByteView quoted, unsigned mtu) {
  if (!state_.enabled || quoted.size() < wire::ipv4_header || quoted[0] >> 4 != 4) return;
  const std::size_t header = static_cast<std::size_t>(quoted[0] & 15) * 4;
  if (header < wire::ipv4_header || quoted.size() < header + 8) return;
  const unsigned length = load_be16(quoted.data() + 2);
  if (mtu == 0) {  // an old router: the next of the usual sizes
    mtu = *std::find_if(plateaus.begin(), plateaus.end() - 1, [&](unsigned plateau) { return plateau < length; });
  }
  mtu = std::max(mtu, lowest);
  if (mtu >= length) return;
  const Ipv4Address local(load_be32(quoted.data() + 12)), peer(load_be32(quoted.data() + 16));
  for (SaBundle* const bundle : state_.peers.with(peer)) {
    if (bundle->local != local || !made_by(*bundle, quoted[9], quoted.subspan(header))) continue;
    if (bundle->path_mtu != 0 && state_.now() < bundle->path_mtu_until && bundle->path_mtu <= mtu) continue;
    bundle->path_mtu = mtu;
    bundle->path_mtu_until = state_.now() + ageing;
  }
}

/// The smaller of what the interface and the path take; what is known of the path ages.
unsigned Datapath::path_mtu(SaBundle& bundle, unsigned interface_mtu) const {
  if (state_.now() >= bundle.path_mtu_until) bundle.path_mtu = 0;
  return bundle.path_mtu == 0 ? interface_mtu : std::min(interface_mtu, bundle.path_mtu);
}

}  // namespace arrouter::ipsec
