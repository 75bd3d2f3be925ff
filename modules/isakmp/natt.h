// NAT traversal during IKE: vendor ids, payload numbers of the RFC and the drafts, NAT-D hashes (RFC 3947).
#pragma once

#include <optional>
#include <vector>

#include "modules/enco/enco_api.h"
#include "modules/isakmp/message.h"
#include "os/base/address.h"

namespace arrouter::isakmp {

/// In order of preference, best first. Draft 02 exists with and without a line feed in the hashed name.
enum class NattVersion : std::uint8_t { rfc3947, draft08, draft03, draft02_newline, draft02, draft00, none };
std::string_view name(NattVersion version);

struct NattNumbers {
  PayloadType nat_d, nat_oa;
  std::uint16_t tunnel, transport;  // encapsulation mode values
  bool both_addresses;              // NAT-OA of initiator and responder, else only the sender's own
  bool floats;                      // to port 4500; else all stays on ISAKMP's port, ESP behind the non-IKE marker
};
/// What a version does its own way; of the RFC for `none`.
const NattNumbers& numbers(NattVersion version);
/// All versions, best first.
const std::vector<NattVersion>& natt_versions();
Bytes vendor_id(NattVersion version);
/// The first of the `spoken` versions that the vendor ids of a message name.
NattVersion best_natt_version(const PayloadChain& chain, const std::vector<NattVersion>& spoken);

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
