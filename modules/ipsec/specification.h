// SA specifications and bundle specifications (reference/isakmp-ipsec.md 1.4, 1.5): what SAs may look like, and which
// of them come together.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/isakmp/isakmp_api.h"
#include "os/base/result.h"

namespace arrouter::ipsec {

enum class KeyManagement : std::uint8_t { isakmp, manual };
std::string_view to_string(KeyManagement management);  // "ISAKMP"

struct SaSpecification {
  KeyManagement key_management = KeyManagement::isakmp;
  isakmp::Protocol protocol = isakmp::Protocol::esp;
  isakmp::Encapsulation mode = isakmp::Encapsulation::tunnel;
  enco::Cipher cipher = enco::Cipher::null;
  enco::Hash hash = enco::Hash::null;
  enco::Compression compression = enco::Compression::none;  // COMP
  std::optional<std::uint16_t> cipher_key, hash_key;        // ENCO key numbers, manual only
  std::optional<std::uint32_t> in_spi, out_spi;             // manual only; of COMP: CPIs
  bool anti_replay = false;
  unsigned replay_window = 32;  // packets

  bool operator==(const SaSpecification&) const = default;
};

/// "1 OR 2 AND 3, 4": alternatives (comma) of protocols that come together (AND), each with alternatives (OR).
using BundleString = std::vector<std::vector<std::vector<std::uint8_t>>>;
/// Numbers 0-255 joined by AND, OR and commas; OR binds closest, then AND. The failure says what is wrong where.
Result<BundleString> parse_bundle_string(std::string_view text);

struct BundleSpecification {
  KeyManagement key_management = KeyManagement::isakmp;
  std::string text;  // as given
  BundleString alternatives;
  std::uint32_t expiry_seconds = 28800;
  std::optional<std::uint32_t> expiry_kbytes;
};

struct Specifications {
  std::map<std::uint8_t, SaSpecification> sas;
  std::map<std::uint8_t, BundleSpecification> bundles;

  /// Checks a parsed string against the SA specifications: they exist, their key management agrees, the members of an
  /// OR share protocol, those of an AND differ in it, and a manual bundle has no alternatives.
  Result<void> check(const BundleString& string, KeyManagement management) const;
  /// The first bundle specification that names this SA specification.
  std::optional<std::uint8_t> user_of(std::uint8_t sa) const;
  /// What ISAKMP is asked to offer for a bundle; SPIs are zero.
  std::vector<isakmp::Proposal> proposals(const BundleSpecification& bundle) const;
};
std::string_view to_string(isakmp::Protocol protocol);            // "ESP", "COMP": as in PROTOCOL=
std::string_view mode_text(isakmp::Encapsulation encapsulation);  // "TUNNEL"

}  // namespace arrouter::ipsec
