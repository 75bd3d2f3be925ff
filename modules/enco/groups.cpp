#include "modules/enco/groups.h"

#include <openssl/bn.h>

#include "modules/enco/library.h"

namespace arrouter::enco {

namespace {

using Number = std::unique_ptr<BIGNUM, Releaser<BN_clear_free>>;
using Workspace = std::unique_ptr<BN_CTX, Releaser<BN_CTX_free>>;

// RFC 2409 6.1 and 6.2. Group 0 has no published number (the routers' own is not documented), so it is made by the
// same rule: p = 2^512 - 2^448 - 1 + 2^64 * (floor(2^382 pi) + 131), 131 being the smallest addend for which p and
// (p - 1) / 2 are prime. RFC 2412 E.1 with 768, 704, 638 gives 149686 and the prime of group 1.
constexpr std::string_view modp512 =
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
    "020bbea63b139b22514a08798e3404ddef9519b3cd3a439dffffffffffffffff";
constexpr std::string_view modp768 =
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
    "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
    "4fe1356d6d51c245e485b576625e7ec6f44c42e9a63a3620ffffffffffffffff";
constexpr std::string_view modp1024 =
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
    "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
    "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff";

std::string_view prime_digits(Group group) {
  switch (group) {
    case Group::modp512:
      return modp512;
    case Group::modp768:
      return modp768;
    case Group::modp1024:
      break;
  }
  return modp1024;
}

Number number(ByteView bytes) {
  Number made(BN_secure_new());
  if (made && BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), made.get()) == nullptr) made.reset();
  return made;
}

/// base^exponent mod prime without branches or memory accesses that depend on the exponent; empty on failure.
SecretBytes power(const BIGNUM* base, ByteView exponent_bytes, const BIGNUM* prime, std::size_t length) {
  const Number exponent = number(exponent_bytes);
  const Number result(BN_secure_new());
  const Workspace workspace(BN_CTX_secure_new());
  if (!exponent || !result || !workspace) return {};
  BN_set_flags(exponent.get(), BN_FLG_CONSTTIME);
  SecretBytes out(length);
  if (BN_mod_exp_mont_consttime(result.get(), base, exponent.get(), prime, workspace.get(), nullptr) != 1 ||
      BN_bn2binpad(result.get(), out.data(), static_cast<int>(length)) < 0)
    return {};
  return out;
}

}  // namespace

std::size_t group_bytes(Group group) { return prime_digits(group).size() / 2; }

Bytes group_prime(Group group) { return *from_hex(prime_digits(group)); }

Bytes public_value(Group group, ByteView exponent) {
  const Number prime = number(group_prime(group));
  const std::uint8_t two = 2;
  const Number generator = number({&two, 1});
  if (!prime || !generator) return {};
  const SecretBytes value = power(generator.get(), exponent, prime.get(), group_bytes(group));
  return {value.begin(), value.end()};
}

std::optional<SecretBytes> shared_value(Group group, ByteView exponent, ByteView peer) {
  const Number prime = number(group_prime(group));
  const Number base = number(peer);
  const Number last(BN_new());  // p - 1
  if (!prime || !base || !last || BN_sub(last.get(), prime.get(), BN_value_one()) != 1) return std::nullopt;
  if (BN_cmp(base.get(), BN_value_one()) <= 0 || BN_cmp(base.get(), last.get()) >= 0) return std::nullopt;
  SecretBytes value = power(base.get(), exponent, prime.get(), group_bytes(group));
  if (value.empty()) return std::nullopt;
  return value;
}

}  // namespace arrouter::enco
