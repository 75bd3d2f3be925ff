#include "modules/isakmp/numbers.h"

#include <array>
#include <fmt/format.h>

namespace arrouter::isakmp {

namespace {

using enco::Cipher;
using enco::Group;
using enco::Hash;

// Values without a standard number come from the ranges that RFC 2407 and 2409 leave to private use.
struct CipherNumbers {
  Cipher cipher;
  WireCipher phase1, esp;
  std::string_view name;
};
constexpr std::array<CipherNumbers, 8> cipher_numbers{{
    {Cipher::des, {1, 0}, {2, 0}, "DES"},
    {Cipher::triple_des_outer, {5, 0}, {3, 0}, "3DES"},
    {Cipher::aes128, {7, 128}, {12, 128}, "AES128"},
    {Cipher::aes192, {7, 192}, {12, 192}, "AES192"},
    {Cipher::aes256, {7, 256}, {12, 256}, "AES256"},
    {Cipher::null, {0, 0}, {11, 0}, "NULL"},
    {Cipher::triple_des_2key, {65001, 0}, {249, 0}, "3DES2KEY"},    // private
    {Cipher::triple_des_inner, {65002, 0}, {250, 0}, "3DESINNER"},  // private
}};
struct HashNumbers {
  Hash hash;
  std::uint16_t phase1, ah, authentication;
};
constexpr std::array<HashNumbers, 4> hash_numbers{{
    {Hash::md5, 1, 2, 1}, {Hash::sha, 2, 3, 2}, {Hash::des_mac, 0, 4, 3}, {Hash::null, 0, 0, 0}}};
struct GroupNumbers {
  Group group;
  std::uint16_t value;
  std::string_view name;
};
constexpr std::array<GroupNumbers, 3> group_numbers{{{Group::modp768, 1, "MODP768"},
                                                     {Group::modp1024, 2, "MODP1024"},
                                                     {Group::modp512, 32768, "MODP512"}}};  // private

const CipherNumbers& numbers_of(Cipher cipher) {
  for (const CipherNumbers& row : cipher_numbers)
    if (row.cipher == cipher) return row;
  return cipher_numbers[0];
}
const HashNumbers& numbers_of(Hash hash) {
  for (const HashNumbers& row : hash_numbers)
    if (row.hash == hash) return row;
  return hash_numbers[0];
}

}  // namespace

std::string_view name(PayloadType type) {
  switch (type) {
    case PayloadType::none: return "None";
    case PayloadType::sa: return "Security Association (SA)";
    case PayloadType::proposal: return "Proposal";
    case PayloadType::transform: return "Transform";
    case PayloadType::key_exchange: return "Key Exchange (KE)";
    case PayloadType::identification: return "Identification (ID)";
    case PayloadType::certificate: return "Certificate";
    case PayloadType::certificate_request: return "Certificate Request";
    case PayloadType::hash: return "Hash";
    case PayloadType::signature: return "Signature";
    case PayloadType::nonce: return "Nonce";
    case PayloadType::notification: return "Notification";
    case PayloadType::deletion: return "Delete";
    case PayloadType::vendor_id: return "Vendor ID";
    case PayloadType::attributes: return "Attributes";
    case PayloadType::nat_d:
    case PayloadType::nat_d_draft08:
    case PayloadType::nat_d_draft: return "NAT Discovery (NAT-D)";
    case PayloadType::nat_oa:
    case PayloadType::nat_oa_draft08:
    case PayloadType::nat_oa_draft: return "NAT Original Address (NAT-OA)";
  }
  return "Unknown";
}

std::string name(ExchangeType type) {
  switch (type) {
    case ExchangeType::main: return "IDPROT";
    case ExchangeType::aggressive: return "AGGR";
    case ExchangeType::informational: return "INFO";
    case ExchangeType::transaction: return "TRANSACTION";
    case ExchangeType::quick: return "QUICK";
  }
  return "UNKNOWN";
}

std::string name(NotifyType type) {
  switch (type) {
    case NotifyType::none: return "NONE";
    case NotifyType::invalid_payload_type: return "INVALID-PAYLOAD-TYPE";
    case NotifyType::doi_not_supported: return "DOI-NOT-SUPPORTED";
    case NotifyType::situation_not_supported: return "SITUATION-NOT-SUPPORTED";
    case NotifyType::invalid_cookie: return "INVALID-COOKIE";
    case NotifyType::invalid_major_version: return "INVALID-MAJOR-VERSION";
    case NotifyType::invalid_minor_version: return "INVALID-MINOR-VERSION";
    case NotifyType::invalid_exchange_type: return "INVALID-EXCHANGE-TYPE";
    case NotifyType::invalid_flags: return "INVALID-FLAGS";
    case NotifyType::invalid_message_id: return "INVALID-MESSAGE-ID";
    case NotifyType::invalid_protocol_id: return "INVALID-PROTOCOL-ID";
    case NotifyType::invalid_spi: return "INVALID-SPI";
    case NotifyType::invalid_transform_id: return "INVALID-TRANSFORM-ID";
    case NotifyType::attributes_not_supported: return "ATTRIBUTES-NOT-SUPPORTED";
    case NotifyType::no_proposal_chosen: return "NO-PROPOSAL-CHOSEN";
    case NotifyType::bad_proposal_syntax: return "BAD-PROPOSAL-SYNTAX";
    case NotifyType::payload_malformed: return "PAYLOAD-MALFORMED";
    case NotifyType::invalid_key_information: return "INVALID-KEY-INFORMATION";
    case NotifyType::invalid_id_information: return "INVALID-ID-INFORMATION";
    case NotifyType::invalid_hash_information: return "INVALID-HASH-INFORMATION";
    case NotifyType::authentication_failed: return "AUTHENTICATION-FAILED";
    case NotifyType::last_error: break;
    case NotifyType::connected: return "CONNECTED";
    case NotifyType::responder_lifetime: return "RESPONDER-LIFETIME";
    case NotifyType::replay_status: return "REPLAY-STATUS";
    case NotifyType::initial_contact: return "INITIAL-CONTACT";
    case NotifyType::heartbeat: return "HEARTBEAT";
  }
  return fmt::format("{}", static_cast<unsigned>(type));
}

std::string_view name(AuthMethod method) {
  switch (method) {
    case AuthMethod::preshared: return "PRESHARED";
    case AuthMethod::rsa_signature: return "RSASIG";
    case AuthMethod::hybrid_init_rsa: return "HYBRIDINITRSA";
    case AuthMethod::hybrid_resp_rsa: return "HYBRIDRESPRSA";
    case AuthMethod::xauth_init_preshared: return "XAUTHINITPRESHARED";
    case AuthMethod::xauth_resp_preshared: return "XAUTHRESPPRESHARED";
    case AuthMethod::xauth_init_rsa: return "XAUTHINITRSA";
    case AuthMethod::xauth_resp_rsa: return "XAUTHRESPRSA";
  }
  return {};
}

AuthMethod with_xauth(AuthMethod phase1, Role xauth_user) {
  const bool initiator = xauth_user == Role::initiator;
  if (phase1 == AuthMethod::preshared)
    return initiator ? AuthMethod::xauth_init_preshared : AuthMethod::xauth_resp_preshared;
  return initiator ? AuthMethod::xauth_init_rsa : AuthMethod::xauth_resp_rsa;
}

AuthMethod hybrid_method(Role xauth_user) {
  return xauth_user == Role::initiator ? AuthMethod::hybrid_init_rsa : AuthMethod::hybrid_resp_rsa;
}

std::string name(IdType type) {
  switch (type) {
    case IdType::ipv4_address: return "IPV4-ADDR";
    case IdType::fqdn: return "FQDN";
    case IdType::user_fqdn: return "USER-FQDN";
    case IdType::ipv4_subnet: return "IPV4-ADDR-SUBNET";
    case IdType::ipv4_range: return "IPV4-ADDR-RANGE";
    case IdType::der_dn: return "DER-ASN1-DN";
    case IdType::key_id: return "KEY-ID";
  }
  return fmt::format("{}", static_cast<unsigned>(type));
}

WireCipher phase1_cipher(Cipher cipher) { return numbers_of(cipher).phase1; }
WireCipher esp_transform(Cipher cipher) { return numbers_of(cipher).esp; }
std::uint16_t phase1_hash(Hash hash) { return numbers_of(hash).phase1; }
std::uint16_t authentication_algorithm(Hash hash) { return numbers_of(hash).authentication; }
std::uint16_t ah_transform(Hash hash) { return numbers_of(hash).ah; }

std::uint16_t ipcomp_transform(enco::Compression compression) {
  switch (compression) {
    case enco::Compression::none:
      break;
    case enco::Compression::deflate:
      return 2;
    case enco::Compression::lzs:
      return 3;
  }
  return 0;
}

std::uint16_t wire_group(Group group) {
  for (const GroupNumbers& row : group_numbers)
    if (row.group == group) return row.value;
  return 0;
}

std::optional<Group> group_from_wire(std::uint16_t value) {
  for (const GroupNumbers& row : group_numbers)
    if (row.value == value) return row.group;
  return std::nullopt;
}

std::string phase1_cipher_name(std::uint16_t value, std::uint16_t key_bits) {
  for (const CipherNumbers& row : cipher_numbers)
    if (row.phase1.value == value && value != 0 && row.phase1.key_bits == key_bits) return std::string(row.name);
  return key_bits == 0 ? fmt::format("cipher {}", value) : fmt::format("cipher {} of {} bits", value, key_bits);
}

std::string phase1_hash_name(std::uint16_t value) {
  return value == 1 ? "MD5" : value == 2 ? "SHA" : fmt::format("hash {}", value);
}

std::string group_name(std::uint16_t value) {
  for (const GroupNumbers& row : group_numbers)
    if (row.value == value) return std::string(row.name);
  return fmt::format("group {}", value);
}

std::string esp_transform_name(std::uint16_t value) {
  for (const CipherNumbers& row : cipher_numbers)
    if (row.esp.value == value) return row.esp.key_bits == 0 ? std::string(row.name) : "AES";
  return fmt::format("transform {}", value);
}

}  // namespace arrouter::isakmp
