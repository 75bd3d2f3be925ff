// NAT traversal during IKE: vendor ids, payload numbers of the RFC and the drafts, NAT-D hashes (RFC 3947).
#pragma once

#include <optional>
#include <vector>

#include "modules/enco/enco_api.h"
#include "modules/isakmp/message.h"
#include "os/base/address.h"

namespace arrouter::isakmp {

/// In order of preference, best first. Draft 02 exists with and without a line feed in the hashed name.
enum class NattVersion : std::uint8_t { rfc3947, draft08, draft03, draft02_newline, draft02, none };

struct NattNumbers {
  PayloadType nat_d, nat_oa;
  std::uint16_t tunnel, transport;  // encapsulation mode values
  bool both_addresses;              // NAT-OA of initiator and responder, else only the sender's own
};
/// Payload types and encapsulation modes of a version; of the RFC for `none`.
const NattNumbers& numbers(NattVersion version);
/// The versions this router offers, best first.
const std::vector<NattVersion>& offered_natt_versions();
Bytes vendor_id(NattVersion version);
/// The best version among the vendor ids of a message.
NattVersion best_natt_version(const PayloadChain& chain);

/// What NAT-D told: is there a NAT in front of us, of the peer.
struct NatFound {
  bool local = false, remote = false;
  bool any() const { return local || remote; }
};

/// HASH(CKY-I | CKY-R | IP | port).
Bytes nat_d_hash(enco::EncoApi& enco, enco::Hash hash, std::uint64_t initiator_cookie, std::uint64_t responder_cookie,
                 Ipv4Address address, std::uint16_t port);

/// NAT-OA: an IPv4 address with ID type in front; nullopt for anything else.
std::optional<Ipv4Address> parse_nat_oa(ByteView body);
Bytes encode_nat_oa(Ipv4Address address);

}  // namespace arrouter::isakmp
