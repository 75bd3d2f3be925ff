#include <fmt/format.h>

#include "modules/isakmp/transforms.h"

namespace arrouter::isakmp {

Phase1Transform read_phase1(const WireTransform& transform) {
  Phase1Transform read;
  std::uint64_t life_type = 0;
  for (const Attribute& attribute : transform.attributes) {
    const std::uint64_t value = attribute.number().value_or(0);
    const auto small = static_cast<std::uint16_t>(value > 0xffff ? 0 : value);
    switch (static_cast<Phase1Attribute>(attribute.type)) {
      case Phase1Attribute::encryption: read.cipher = small; break;
      case Phase1Attribute::key_length: read.key_bits = small; break;
      case Phase1Attribute::hash: read.hash = small; break;
      case Phase1Attribute::authentication: read.authentication = small; break;
      case Phase1Attribute::group: read.group = small; break;
      case Phase1Attribute::life_type: life_type = value; break;
      case Phase1Attribute::life_duration:
        if (life_type == life_seconds) read.life_s = value;
        if (life_type == life_kilobytes) read.life_kbytes = value;
        break;
    }
  }
  return read;
}

std::string describe(const Phase1Transform& transform) {
  const std::string_view known = name(static_cast<AuthMethod>(transform.authentication));
  const std::string method =
      known.empty() ? fmt::format("authentication {}", transform.authentication) : std::string(known);
  return fmt::format("{} {} {} {}", phase1_cipher_name(transform.cipher, transform.key_bits),
                     phase1_hash_name(transform.hash), method, group_name(transform.group));
}

Phase1Transform wanted(const Policy& policy, Role role) {
  const WireCipher cipher = phase1_cipher(policy.cipher);
  return {cipher.value,
          cipher.key_bits,
          phase1_hash(policy.hash),
          static_cast<std::uint16_t>(phase1_method(policy, role)),
          wire_group(policy.group),
          policy.expiry_s,
          policy.expiry_kbytes};
}

bool acceptable(const Phase1Transform& offered, const Policy& policy, Role role) {
  const Phase1Transform own = wanted(policy, role);
  return offered.cipher == own.cipher && offered.key_bits == own.key_bits && offered.hash == own.hash &&
         offered.authentication == own.authentication && offered.group == own.group;
}

SaPayload phase1_offer(const Policy& policy) {
  const Phase1Transform own = wanted(policy, Role::initiator);
  WireTransform transform;
  transform.id = transform_key_ike;
  const auto add = [&](Phase1Attribute type, std::uint32_t value) {
    transform.add(static_cast<std::uint16_t>(type), value);
  };
  add(Phase1Attribute::encryption, own.cipher);
  if (own.key_bits != 0) add(Phase1Attribute::key_length, own.key_bits);
  add(Phase1Attribute::hash, own.hash);
  add(Phase1Attribute::authentication, own.authentication);
  add(Phase1Attribute::group, own.group);
  add(Phase1Attribute::life_type, life_seconds);
  add(Phase1Attribute::life_duration, policy.expiry_s);
  if (policy.expiry_kbytes != 0) {
    add(Phase1Attribute::life_type, life_kilobytes);
    add(Phase1Attribute::life_duration, policy.expiry_kbytes);
  }
  WireProposal proposal;
  proposal.transforms.push_back(std::move(transform));
  SaPayload sa;
  sa.proposals.push_back(std::move(proposal));
  return sa;
}

std::optional<Chosen> choose_phase1(const SaPayload& offer, const Policy& policy, Role role) {
  for (std::size_t p = 0; p < offer.proposals.size(); ++p) {
    const WireProposal& proposal = offer.proposals[p];
    if (proposal.protocol != Protocol::isakmp) continue;
    for (std::size_t t = 0; t < proposal.transforms.size(); ++t) {
      if (proposal.transforms[t].id != transform_key_ike) continue;
      if (acceptable(read_phase1(proposal.transforms[t]), policy, role)) return Chosen{p, t};
    }
  }
  return std::nullopt;
}

std::string describe_phase1_offer(const SaPayload& offer) {
  std::string text;
  for (const WireProposal& proposal : offer.proposals) {
    for (const WireTransform& transform : proposal.transforms) {
      if (text.size() > 200) return text + ", ...";
      if (!text.empty()) text += ", ";
      text += describe(read_phase1(transform));
    }
  }
  return text;
}

}  // namespace arrouter::isakmp
