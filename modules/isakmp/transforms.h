// What proposals mean: policies and SA specifications to transforms and back, for both phases.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "modules/isakmp/natt.h"
#include "modules/isakmp/policy.h"
#include "modules/isakmp/proposal.h"

namespace arrouter::isakmp {

// ---- phase 1 ----------------------------------------------------------------------------------------------------

/// The values of one phase 1 transform as numbers; unknown values stay visible for the log.
struct Phase1Transform {
  std::uint16_t cipher = 0, key_bits = 0, hash = 0, authentication = 0, group = 0;
  std::uint64_t life_s = 0, life_kbytes = 0;  // 0: not named
};
Phase1Transform read_phase1(const WireTransform& transform);
/// "3DES SHA PRESHARED MODP1024".
std::string describe(const Phase1Transform& transform);
/// What a policy wants, in the same form; `role` is this router's.
Phase1Transform wanted(const Policy& policy, Role role);
/// Ciphers, hash, authentication and group agree; lifetimes may differ.
bool acceptable(const Phase1Transform& offered, const Policy& policy, Role role);

/// The one proposal with one transform a policy makes.
SaPayload phase1_offer(const Policy& policy);
/// Where in the offer the policy's own transform stands: indexes of proposal and transform.
struct Chosen {
  std::size_t proposal = 0, transform = 0;
};
std::optional<Chosen> choose_phase1(const SaPayload& offer, const Policy& policy, Role role);
/// Every transform offered, for the log.
std::string describe_phase1_offer(const SaPayload& offer);

// ---- phase 2 ----------------------------------------------------------------------------------------------------

/// As proposals and deletes have it: four bytes, a CPI two (RFC 3173 4.1).
Bytes spi_bytes(Protocol protocol, std::uint32_t spi);
/// Behind a NAT (`udp_encapsulation`) proposals that cannot pass it, with AH or without ESP, are left out.
SaPayload phase2_offer(const Acquire& wanted, const NattNumbers& natt, bool udp_encapsulation);

/// A phase 2 SA payload understood. Only proposals this router can do are in `proposals`; `origin` leads back to the
/// wire form, for the answer.
struct Phase2Offer {
  struct OriginProtocol {
    std::size_t wire_proposal = 0;
    std::vector<std::size_t> wire_transforms;  // one per Transform
  };
  struct Origin {
    std::vector<OriginProtocol> protocols;
    bool udp_encapsulation = false;
    std::optional<enco::Group> group;
    Lifetime lifetime{28800, 0};
  };
  std::vector<Proposal> proposals;
  std::vector<Origin> origins;  // one per proposal
  std::string description;      // everything offered, for the log
};
/// `natt` is none when NAT-T was not agreed: encapsulation in UDP is then not understood.
/// `nat_found`: plain ESP would not pass, so only UDP encapsulated proposals count.
Phase2Offer read_phase2(const SaPayload& sa, NattVersion natt, bool nat_found);

/// The answer to an offer: the chosen transforms as they came, with our SPIs.
SaPayload phase2_answer(const SaPayload& offer, const Phase2Offer::Origin& origin,
                        const std::vector<std::size_t>& transforms, const std::vector<std::uint32_t>& spis);

}  // namespace arrouter::isakmp
