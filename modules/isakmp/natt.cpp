#include "modules/isakmp/natt.h"

#include <algorithm>
#include <array>

namespace arrouter::isakmp {

namespace {

// Vendor ids are MD5 sums of the names; reference/isakmp-ipsec.md 4.8.
struct Version {
  NattVersion version;
  std::string_view name, id;
};
constexpr std::array<Version, 6> versions{{
    {NattVersion::rfc3947, "RFC 3947", "4a131c81070358455c5728f20e95452f"},
    {NattVersion::draft08, "draft-ietf-ipsec-nat-t-ike-08", "8f8d83826d246b6fc7a8a6a428c11de8"},
    {NattVersion::draft03, "draft-ietf-ipsec-nat-t-ike-03", "7d9419a65310ca6f2c179d9215529d56"},
    {NattVersion::draft02_newline, "draft-ietf-ipsec-nat-t-ike-02\n", "90cb80913ebb696e086381b5ec427b1f"},
    {NattVersion::draft02, "draft-ietf-ipsec-nat-t-ike-02", "cd60464335df21f87cfdb2fc68b6a448"},
    {NattVersion::draft00, "draft-ietf-ipsec-nat-t-ike-00", "4485152d18b6bbcd0be8a8469579ddcc"},
}};

constexpr NattNumbers rfc_numbers{PayloadType::nat_d, PayloadType::nat_oa, 3, 4, true, true};
constexpr NattNumbers draft08_numbers{PayloadType::nat_d_draft08, PayloadType::nat_oa_draft08, 3, 4, true, true};
constexpr NattNumbers early_numbers{PayloadType::nat_d_draft, PayloadType::nat_oa_draft, 61443, 61444, false, true};
constexpr NattNumbers first_numbers{PayloadType::nat_d_draft, PayloadType::nat_oa_draft, 61443, 61444, false, false};

}  // namespace

const NattNumbers& numbers(NattVersion version) {
  switch (version) {
    case NattVersion::rfc3947:
    case NattVersion::none: return rfc_numbers;
    case NattVersion::draft08: return draft08_numbers;
    case NattVersion::draft00: return first_numbers;
    case NattVersion::draft03:
    case NattVersion::draft02_newline:
    case NattVersion::draft02: break;
  }
  return early_numbers;
}

std::string_view name(NattVersion version) {
  for (const Version& row : versions)
    if (row.version == version) return row.name;
  return "none";
}

const std::vector<NattVersion>& natt_versions() {
  static const std::vector<NattVersion> all{NattVersion::rfc3947,         NattVersion::draft08, NattVersion::draft03,
                                            NattVersion::draft02_newline, NattVersion::draft02, NattVersion::draft00};
  return all;
}

Bytes vendor_id(NattVersion version) {
  for (const Version& row : versions)
    if (row.version == version) return *from_hex(row.id);
  return {};
}

NattVersion best_natt_version(const PayloadChain& chain, const std::vector<NattVersion>& spoken) {
  const auto offered = [&](NattVersion version) {
    const Bytes id = vendor_id(version);
    return std::ranges::any_of(chain.payloads, [&](const Payload& payload) {
      return payload.type == PayloadType::vendor_id && std::ranges::equal(payload.body, id);
    });
  };
  const auto best = std::ranges::find_if(spoken, offered);
  return best != spoken.end() ? *best : NattVersion::none;
}

Bytes nat_d_hash(enco::EncoApi& enco, enco::Hash hash, std::uint64_t initiator_cookie, std::uint64_t responder_cookie,
                 Ipv4Address address, std::uint16_t port) {
  std::array<std::uint8_t, 22> input{};
  store_be64(input.data(), initiator_cookie);
  store_be64(input.data() + 8, responder_cookie);
  store_be32(input.data() + 16, address.value);
  store_be16(input.data() + 20, port);
  const std::array<ByteView, 1> parts{input};
  return enco.hash(hash, parts);
}

std::optional<Ipv4Address> parse_nat_oa(ByteView body) {
  ByteReader reader(body);
  const auto type = static_cast<IdType>(reader.u8());
  reader.take(3);
  const Ipv4Address address(reader.u32());
  if (!reader.ok() || reader.remaining() != 0 || type != IdType::ipv4_address) return std::nullopt;
  return address;
}

Bytes encode_nat_oa(Ipv4Address address) {
  Bytes body;
  ByteWriter writer(body);
  writer.u8(static_cast<std::uint8_t>(IdType::ipv4_address));
  writer.zeros(3);
  writer.u32(address.value);
  return body;
}

}  // namespace arrouter::isakmp
