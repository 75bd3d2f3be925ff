// ADD SSH USER: who may come by SSH, and how each proves it. What they may do is the User Authentication Database's.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "os/base/bytes.h"
#include "os/users.h"

namespace arrouter::ssh {

/// The numbers of a public RSA key, big-endian.
struct RsaNumbers {
  Bytes modulus, exponent;
};

/// How the module reaches the keys of ENCO.
struct KeyStore {
  std::function<std::optional<SecretBytes>(std::uint16_t id)> private_pem;
  std::function<std::optional<RsaNumbers>(std::uint16_t id)> public_key;
  std::function<std::string(std::string_view password, std::uint8_t salt)> password_digest;
};

struct SshUser {
  std::string digest;                   // of the password; empty: none
  std::optional<std::uint16_t> key_id;  // of the public key
  Ipv4Address address, mask;            // where the user has to come from; unset: anywhere
  bool enabled = true;
  bool comes_from(Ipv4Address from) const { return from.masked(mask) == address.masked(mask); }
};

using SshUsers = std::map<std::string, SshUser, std::less<>>;  // by login name, lower case

/// False for an empty digest. Takes as long for every digest and password of one length.
bool password_matches(const KeyStore& keys, const std::string& digest, std::string_view password);
/// "AAAAB3NzaC1yc2E…": an RSA key's blob (RFC 4253 6.6) in base64.
std::string rsa_blob(const RsaNumbers& key);

}  // namespace arrouter::ssh
