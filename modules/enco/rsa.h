// RSA (RFC 8017): keys as PKCS#1 DER, their generation, and signatures. Pure functions, safe on any thread.
#pragma once

#include "modules/enco/enco_api.h"
#include "modules/enco/engines.h"

namespace arrouter::enco {

/// LENGTH=; public keys of other makers may be longer.
inline constexpr std::size_t smallest_rsa_bits = 512, largest_rsa_bits = 2048, largest_foreign_rsa_bits = 4096;

/// Random bytes that a key is made from.
inline constexpr std::size_t rsa_seed_bytes = 48;

/// RSAPublicKey (RFC 8017 A.1.1).
Bytes encode_rsa_public(const RsaPublicKey& key);
/// nullopt for anything else, a modulus that is even or out of bounds, and exponents nobody uses.
std::optional<RsaPublicKey> decode_rsa_public(ByteView der);
/// The public part of an RSAPrivateKey (A.1.2).
std::optional<RsaPublicKey> public_part(ByteView private_der);
/// modulus, exponent: within the bounds of decode_rsa_public(); leading zeros are cut.
std::optional<RsaPublicKey> make_rsa_public(ByteView modulus, ByteView exponent);

/// An RSAPrivateKey whose modulus has exactly `bits` bits and whose exponent is 65537; the seed fixes it. nullopt when
/// the library fails or `bits` is out of bounds.
std::optional<SecretBytes> generate_rsa(const LibraryHandle& library, std::size_t bits, ByteView seed);

/// PKCS#1 v1.5 block type 1 over `data` itself, without a DigestInfo, as IKE version 1 wants it (RFC 2409 5.1).
/// nullopt when the data is longer than the modulus less 11 bytes.
std::optional<Bytes> rsa_sign(const LibraryHandle& library, ByteView private_der, ByteView data);
bool rsa_verify(const LibraryHandle& library, const RsaPublicKey& key, ByteView data, ByteView signature);

}  // namespace arrouter::enco
