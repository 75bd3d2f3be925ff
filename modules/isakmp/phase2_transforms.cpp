#include <algorithm>
#include <fmt/format.h>

#include "modules/isakmp/transforms.h"
#include "os/base/limits.h"

namespace arrouter::isakmp {

namespace {

using enco::Cipher;
using enco::Hash;

// One transform with every attribute as a number.
struct Read {
  std::uint8_t id = 0;
  std::uint16_t key_bits = 0, authentication = 0, encapsulation = 0, group = 0;
  std::uint64_t life_s = 0, life_kbytes = 0;
  bool understood = true;  // RFC 2407 4.5: a transform with an attribute that is not understood is not chosen
};

Read read(const WireTransform& transform) {
  Read out;
  out.id = transform.id;
  std::uint64_t life_type = 0;
  for (const Attribute& attribute : transform.attributes) {
    const std::uint64_t value = attribute.number().value_or(0);
    const auto small = static_cast<std::uint16_t>(value > 0xffff ? 0 : value);
    switch (static_cast<Phase2Attribute>(attribute.type)) {
      case Phase2Attribute::life_type: life_type = value; break;
      case Phase2Attribute::life_duration:
        if (life_type == life_seconds) out.life_s = value;
        if (life_type == life_kilobytes) out.life_kbytes = value;
        break;
      case Phase2Attribute::group: out.group = small; break;
      case Phase2Attribute::encapsulation: out.encapsulation = small; break;
      case Phase2Attribute::authentication: out.authentication = small; break;
      case Phase2Attribute::key_length: out.key_bits = small; break;
      default: out.understood = false;
    }
  }
  return out;
}

std::optional<Hash> hash_from(std::uint16_t authentication) {
  for (const Hash hash : {Hash::md5, Hash::sha, Hash::des_mac})
    if (authentication_algorithm(hash) == authentication) return hash;
  return authentication == 0 ? std::optional(Hash::null) : std::nullopt;
}

std::optional<Cipher> cipher_from(std::uint8_t id, std::uint16_t key_bits) {
  for (const Cipher cipher : {Cipher::null, Cipher::des, Cipher::triple_des_2key, Cipher::triple_des_outer,
                              Cipher::triple_des_inner, Cipher::aes128, Cipher::aes192, Cipher::aes256}) {
    const WireCipher wire = esp_transform(cipher);
    if (wire.value == id && wire.key_bits == key_bits) return cipher;
  }
  return std::nullopt;
}

std::optional<enco::Compression> compression_from(std::uint8_t id) {
  for (const enco::Compression compression : {enco::Compression::deflate, enco::Compression::lzs})
    if (ipcomp_transform(compression) == id) return compression;
  return std::nullopt;
}

// AH covers the addresses and IPComp has no ports: what passes a NAT has ESP, and no AH.
bool passes_nat(const Proposal& proposal) {
  bool esp = false, ah = false;
  for (const ProtocolOffer& offer : proposal.protocols) {
    esp = esp || offer.protocol == Protocol::esp;
    ah = ah || offer.protocol == Protocol::ah;
  }
  return esp && !ah;
}

struct Meaning {
  Transform transform;
  bool udp = false;
};

// nullopt: nothing this router can do.
std::optional<Meaning> meaning(Protocol protocol, const Read& in, NattVersion natt) {
  Meaning out;
  const NattNumbers& nat = numbers(natt);
  if (!in.understood) return std::nullopt;
  if (natt != NattVersion::none && (in.encapsulation == nat.tunnel || in.encapsulation == nat.transport)) {
    out.udp = true;
    out.transform.encapsulation = in.encapsulation == nat.tunnel ? Encapsulation::tunnel : Encapsulation::transport;
  } else if (in.encapsulation == 1 || in.encapsulation == 2) {
    out.transform.encapsulation = in.encapsulation == 1 ? Encapsulation::tunnel : Encapsulation::transport;
  } else if (in.encapsulation == 0) {
    // RFC 2407 4.5: without the attribute the mode is up to the host; everybody means transport.
    out.transform.encapsulation = Encapsulation::transport;
  } else {
    return std::nullopt;
  }
  const auto hash = hash_from(in.authentication);
  if (!hash) return std::nullopt;
  out.transform.hash = *hash;
  switch (protocol) {
    case Protocol::esp: {
      const auto cipher = cipher_from(in.id, in.key_bits);
      if (!cipher) return std::nullopt;
      out.transform.cipher = *cipher;
      return out;
    }
    case Protocol::ah:
      if (*hash == Hash::null || ah_transform(*hash) != in.id) return std::nullopt;
      return out;
    case Protocol::ipcomp: {
      const auto compression = compression_from(in.id);
      if (!compression) return std::nullopt;
      out.transform.compression = *compression;
      return out;
    }
    default: return std::nullopt;
  }
}

// IPComp's SPI is a CPI of two bytes, which some send as four (RFC 3173 5).
std::optional<std::uint32_t> spi_of(const WireProposal& proposal) {
  if (proposal.spi.size() == 4) {
    // Up to 255 reserved (RFC 4303 2.1); 0 would even make ESP in UDP look like ISAKMP.
    const std::uint32_t spi = load_be32(proposal.spi.data());
    return spi > 255 || proposal.protocol == Protocol::ipcomp ? std::optional(spi) : std::nullopt;
  }
  if (proposal.spi.size() == 2 && proposal.protocol == Protocol::ipcomp) return load_be16(proposal.spi.data());
  return std::nullopt;
}

}  // namespace

Bytes spi_bytes(Protocol protocol, std::uint32_t spi) {
  Bytes out;
  ByteWriter writer(out);
  if (protocol == Protocol::ipcomp) {
    writer.u16(static_cast<std::uint16_t>(spi));
  } else {
    writer.u32(spi);
  }
  return out;
}

namespace {

std::string describe(const WireProposal& proposal, const Read& transform) {
  const std::string_view protocol = proposal.protocol == Protocol::esp      ? "ESP"
                                    : proposal.protocol == Protocol::ah     ? "AH"
                                    : proposal.protocol == Protocol::ipcomp ? "IPCOMP"
                                                                            : "protocol";
  const std::string cipher = proposal.protocol == Protocol::esp
                                 ? esp_transform_name(transform.id) +
                                       (transform.key_bits == 0 ? "" : fmt::format("{}", transform.key_bits))
                                 : std::string();
  const auto compression = compression_from(transform.id);
  const std::string hash = proposal.protocol == Protocol::ipcomp
                               ? compression ? std::string(enco::name(*compression))
                                             : fmt::format("algorithm {}", transform.id)
                           : transform.authentication == 0 ? "no hash"
                                                           : phase1_hash_name(transform.authentication);
  const std::string mode = transform.encapsulation == 1   ? "TUNNEL"
                           : transform.encapsulation == 2 ? "TRANSPORT"
                                                          : fmt::format("mode {}", transform.encapsulation);
  return fmt::format("{}{}{} {} {}", protocol, cipher.empty() ? "" : " ", cipher, hash, mode);
}

// Adds one protocol of a proposal to `proposal` and `origin`; false when none of its transforms can be done.
bool read_protocol(const WireProposal& wire, std::size_t index, NattVersion natt, bool nat_found, Proposal& proposal,
                   Phase2Offer::Origin& origin) {
  const auto spi = spi_of(wire);
  if (!spi) return false;
  ProtocolOffer offer{wire.protocol, *spi, {}};
  Phase2Offer::OriginProtocol from{index, {}};
  for (std::size_t t = 0; t < wire.transforms.size(); ++t) {
    const Read values = read(wire.transforms[t]);
    const auto means = meaning(wire.protocol, values, natt);
    if (!means) continue;
    const bool esp = wire.protocol == Protocol::esp;
    if (esp && nat_found && !means->udp) continue;
    const auto group = values.group == 0 ? std::nullopt : group_from_wire(values.group);
    if (values.group != 0 && !group) continue;
    // All transforms of a proposal share one group, all of ESP one way of encapsulation; the first decides.
    if (esp && offer.transforms.empty()) origin.udp_encapsulation = means->udp;
    const bool first = offer.transforms.empty() && origin.protocols.empty();
    if (first) {
      origin.group = group;
      origin.lifetime = {28800, values.life_kbytes};
      if (values.life_s != 0)
        origin.lifetime.seconds = static_cast<std::uint32_t>(std::min<std::uint64_t>(values.life_s, 0xffffffff));
    } else if (origin.group != group || (esp && origin.udp_encapsulation != means->udp)) {
      continue;
    }
    offer.transforms.push_back(means->transform);
    from.wire_transforms.push_back(t);
  }
  if (offer.transforms.empty()) return false;
  proposal.protocols.push_back(std::move(offer));
  origin.protocols.push_back(std::move(from));
  return true;
}

}  // namespace

SaPayload phase2_offer(const Acquire& wanted, const NattNumbers& natt, bool udp) {
  SaPayload sa;
  std::uint8_t number = 0;
  for (const Proposal& proposal : wanted.proposals) {
    if (udp && !passes_nat(proposal)) continue;
    ++number;
    for (const ProtocolOffer& protocol : proposal.protocols) {
      WireProposal wire;
      wire.number = number;
      wire.protocol = protocol.protocol;
      wire.spi = spi_bytes(protocol.protocol, protocol.spi);
      for (const Transform& transform : protocol.transforms) {
        WireTransform out;
        out.number = static_cast<std::uint8_t>(wire.transforms.size() + 1);
        const auto add = [&](Phase2Attribute type, std::uint32_t value) {
          out.add(static_cast<std::uint16_t>(type), value);
        };
        const WireCipher cipher = esp_transform(transform.cipher);
        out.id = static_cast<std::uint8_t>(protocol.protocol == Protocol::esp  ? cipher.value
                                           : protocol.protocol == Protocol::ah ? ah_transform(transform.hash)
                                                                               : ipcomp_transform(transform.compression));
        add(Phase2Attribute::life_type, life_seconds);
        add(Phase2Attribute::life_duration, wanted.lifetime.seconds);
        if (wanted.lifetime.kilobytes != 0) {
          add(Phase2Attribute::life_type, life_kilobytes);
          add(Phase2Attribute::life_duration, static_cast<std::uint32_t>(wanted.lifetime.kilobytes));
        }
        if (wanted.pfs) add(Phase2Attribute::group, wire_group(*wanted.pfs));
        const bool tunnel = transform.encapsulation == Encapsulation::tunnel;
        const bool in_udp = udp && protocol.protocol == Protocol::esp;
        add(Phase2Attribute::encapsulation, in_udp   ? (tunnel ? natt.tunnel : natt.transport)
                                            : tunnel ? 1U
                                                     : 2U);
        if (protocol.protocol != Protocol::ipcomp && transform.hash != Hash::null)
          add(Phase2Attribute::authentication, authentication_algorithm(transform.hash));
        if (protocol.protocol == Protocol::esp && cipher.key_bits != 0)
          add(Phase2Attribute::key_length, cipher.key_bits);
        wire.transforms.push_back(std::move(out));
      }
      sa.proposals.push_back(std::move(wire));
    }
  }
  return sa;
}

Phase2Offer read_phase2(const SaPayload& sa, NattVersion natt, bool nat_found) {
  Phase2Offer offer;
  std::size_t at = 0;
  while (at < sa.proposals.size()) {
    // Neighbours with one number belong together (RFC 2408 4.2).
    std::size_t end = at;
    while (end < sa.proposals.size() && sa.proposals[end].number == sa.proposals[at].number) ++end;
    Proposal proposal;
    Phase2Offer::Origin origin;
    bool possible = true;
    for (; at < end; ++at) {
      const WireProposal& wire = sa.proposals[at];
      for (const WireTransform& transform : wire.transforms) {
        if (offer.description.size() > 200) break;
        if (!offer.description.empty()) offer.description += ", ";
        offer.description += describe(wire, read(transform));
      }
      possible = possible && read_protocol(wire, at, natt, nat_found, proposal, origin);
    }
    if (!possible || (nat_found && !passes_nat(proposal))) continue;
    offer.proposals.push_back(std::move(proposal));
    offer.origins.push_back(std::move(origin));
  }
  return offer;
}

SaPayload phase2_answer(const SaPayload& offer, const Phase2Offer::Origin& origin,
                        const std::vector<std::size_t>& transforms, const std::vector<std::uint32_t>& spis) {
  SaPayload answer;
  for (std::size_t i = 0; i < origin.protocols.size(); ++i) {
    const WireProposal& wire = offer.proposals[origin.protocols[i].wire_proposal];
    WireProposal chosen;
    chosen.number = wire.number;
    chosen.protocol = wire.protocol;
    chosen.spi = spi_bytes(wire.protocol, spis[i]);
    chosen.transforms.push_back(wire.transforms[origin.protocols[i].wire_transforms[transforms[i]]]);
    answer.proposals.push_back(std::move(chosen));
  }
  return answer;
}

}  // namespace arrouter::isakmp
