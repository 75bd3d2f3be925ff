// Every number of RFC 2407, 2408, 2409, 3947 and their drafts that this module speaks, with the words screens and
// debug use for them. The private ones, which no document fixes, stand together at the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "modules/enco/enco_api.h"
#include "modules/isakmp/isakmp_api.h"

namespace arrouter::isakmp {

inline constexpr std::uint16_t isakmp_port = 500, floated_port = 4500;
inline constexpr std::uint32_t doi_ipsec = 1, situation_identity_only = 1;
inline constexpr std::uint8_t transform_key_ike = 1;

/// RFC 2408 3.1. NAT payloads have the RFC's numbers, those of drafts 04 to 08, and the private ones of earlier drafts.
enum class PayloadType : std::uint8_t {
  none = 0, sa = 1, proposal = 2, transform = 3, key_exchange = 4, identification = 5, certificate = 6,
  certificate_request = 7, hash = 8, signature = 9, nonce = 10, notification = 11, deletion = 12, vendor_id = 13,
  attributes = 14, nat_d_draft08 = 15, nat_oa_draft08 = 16, nat_d = 20, nat_oa = 21, nat_d_draft = 130, nat_oa_draft = 131
};
std::string_view name(PayloadType type);

/// RFC 2408 3.1, RFC 2409, and the transaction exchange of the mode-config draft.
enum class ExchangeType : std::uint8_t { main = 2, aggressive = 4, informational = 5, transaction = 6, quick = 32 };
/// "IDPROT" of a decoded packet.
std::string name(ExchangeType type);

inline constexpr std::uint8_t flag_encrypted = 1, flag_commit = 2, flag_authentication_only = 4;

/// RFC 2408 3.14.1 and RFC 2407 4.6.3.
enum class NotifyType : std::uint16_t {
  none = 0, invalid_payload_type = 1, doi_not_supported = 2, situation_not_supported = 3, invalid_cookie = 4,
  invalid_major_version = 5, invalid_minor_version = 6, invalid_exchange_type = 7, invalid_flags = 8,
  invalid_message_id = 9, invalid_protocol_id = 10, invalid_spi = 11, invalid_transform_id = 12,
  attributes_not_supported = 13, no_proposal_chosen = 14, bad_proposal_syntax = 15, payload_malformed = 16,
  invalid_key_information = 17, invalid_id_information = 18, invalid_hash_information = 23,
  authentication_failed = 24, last_error = 16383, connected = 16384, responder_lifetime = 24576, replay_status = 24577,
  initial_contact = 24578,
  /// Private: the liveness message of these routers. Its real number is not documented anywhere.
  heartbeat = 40503
};
std::string name(NotifyType type);

/// Phase 1 attribute classes (RFC 2409 appendix A).
enum class Phase1Attribute : std::uint16_t {
  encryption = 1, hash = 2, authentication = 3, group = 4, life_type = 11, life_duration = 12, key_length = 14
};
/// Phase 2 attribute classes (RFC 2407 4.5).
enum class Phase2Attribute : std::uint16_t {
  life_type = 1, life_duration = 2, group = 3, encapsulation = 4, authentication = 5, key_length = 6
};
inline constexpr std::uint16_t life_seconds = 1, life_kilobytes = 2;

/// The side of an exchange this router, or whoever is spoken of, is on.
enum class Role : std::uint8_t { initiator, responder };

/// Values of Phase1Attribute::authentication: RFC 2409 appendix A, draft-ietf-ipsec-isakmp-xauth-06 7.2, where the
/// name says which side of phase 1 proves itself once more, by XAUTH, and draft-ietf-ipsec-isakmp-hybrid-auth-05 3.2.1,
/// where that side proves itself by nothing else.
enum class AuthMethod : std::uint16_t {
  preshared = 1, rsa_signature = 3, hybrid_init_rsa = 64221, hybrid_resp_rsa = 64222, xauth_init_preshared = 65001,
  xauth_resp_preshared = 65002, xauth_init_rsa = 65005, xauth_resp_rsa = 65006
};
/// "PRESHARED", "XAUTHINITPRESHARED"; empty for a value that is none of them.
std::string_view name(AuthMethod method);
/// How that method signs phase 1 (preshared or rsa_signature), when `xauth_user` then proves itself by XAUTH.
AuthMethod with_xauth(AuthMethod phase1, Role xauth_user);
AuthMethod hybrid_method(Role xauth_user);

/// RFC 2407 4.6.2.1.
enum class IdType : std::uint8_t {
  ipv4_address = 1, fqdn = 2, user_fqdn = 3, ipv4_subnet = 4, ipv4_range = 7, der_dn = 9, key_id = 11
};
std::string name(IdType type);

/// A phase 1 cipher on the wire: value and, for AES, the key length attribute (0: none).
struct WireCipher {
  std::uint16_t value = 0, key_bits = 0;
};
WireCipher phase1_cipher(enco::Cipher cipher);
std::uint16_t phase1_hash(enco::Hash hash);
std::uint16_t wire_group(enco::Group group);
std::optional<enco::Group> group_from_wire(std::uint16_t value);

/// The ESP transform (RFC 2407 4.4.4), and AH's (4.4.3); 0 when there is none.
WireCipher esp_transform(enco::Cipher cipher);
std::uint16_t authentication_algorithm(enco::Hash hash);
std::uint16_t ah_transform(enco::Hash hash);
/// The IPComp transform (RFC 2407 4.4.5).
std::uint16_t ipcomp_transform(enco::Compression compression);

/// Names for logs and debug: "3DES", "DES", "AES" with the number behind it when unknown.
std::string phase1_cipher_name(std::uint16_t value, std::uint16_t key_bits);
std::string phase1_hash_name(std::uint16_t value);
std::string group_name(std::uint16_t value);
std::string esp_transform_name(std::uint16_t value);

}  // namespace arrouter::isakmp
