// Key derivation of RFC 2409: SKEYID and its family, cipher keys and IVs (appendix B), the hashes that authenticate,
// and KEYMAT. Pure functions of their arguments; ENCO does the hashing.
#pragma once

#include <optional>

#include "modules/enco/enco_api.h"
#include "modules/isakmp/isakmp_api.h"
#include "os/base/bytes.h"

namespace arrouter::isakmp {

/// What both ends know after the key exchange payloads.
struct Phase1Inputs {
  enco::Hash hash = enco::Hash::sha;
  enco::Cipher cipher = enco::Cipher::des;
  std::uint64_t initiator_cookie = 0, responder_cookie = 0;
  ByteView initiator_nonce, responder_nonce;    // bodies
  ByteView initiator_public, responder_public;  // bodies of the KE payloads
  ByteView shared_secret;                       // g^xy, as long as the group
};

struct Phase1Keys {
  SecretBytes skeyid, skeyid_d, skeyid_a, skeyid_e;
  SecretBytes cipher_key;
  Bytes initial_iv;
};

/// SKEYID = prf(pre-shared key, Ni | Nr) and everything that follows from it (RFC 2409 5, appendix B).
Phase1Keys derive_preshared(enco::EncoApi& enco, ByteView preshared_key, const Phase1Inputs& inputs);

/// The same with signatures: SKEYID = prf(Ni | Nr, g^xy) (RFC 2409 5.1).
Phase1Keys derive_signed(enco::EncoApi& enco, const Phase1Inputs& inputs);

/// HASH_I or HASH_R (RFC 2409 5): `sa_body` is the initiator's SA payload, `id_body` the sender's ID payload, both
/// without generic header.
SecretBytes authentication_hash(enco::EncoApi& enco, const Phase1Keys& keys, const Phase1Inputs& inputs,
                                bool of_initiator, ByteView sa_body, ByteView id_body);

/// The IV of a phase 2 exchange: hash(last phase 1 cipher block | message id), cut to a block (appendix B).
Bytes phase2_iv(enco::EncoApi& enco, enco::Hash hash, enco::Cipher cipher, ByteView last_block,
                std::uint32_t message_id);

/// HASH(1) of quick mode and of informational exchanges: prf(SKEYID_a, M-ID | rest). HASH(2) has the initiator's
/// nonce in between (RFC 2409 5.5, 5.7).
SecretBytes message_hash(enco::EncoApi& enco, enco::Hash hash, ByteView skeyid_a, std::uint32_t message_id,
                         ByteView nonce, ByteView rest);
/// HASH(3) = prf(SKEYID_a, 0 | M-ID | Ni | Nr).
SecretBytes final_hash(enco::EncoApi& enco, enco::Hash hash, ByteView skeyid_a, std::uint32_t message_id,
                       ByteView initiator_nonce, ByteView responder_nonce);

/// KEYMAT of the direction that `spi` receives on, `length` bytes (RFC 2409 5.5); `shared_secret` is empty without
/// PFS.
SecretBytes keymat(enco::EncoApi& enco, enco::Hash hash, ByteView skeyid_d, ByteView shared_secret, Protocol protocol,
                   std::uint32_t spi, ByteView initiator_nonce, ByteView responder_nonce, std::size_t length);

/// Bytes of KEYMAT that an SA of this transform takes: cipher key, then hash key.
std::size_t keymat_bytes(Protocol protocol, const Transform& transform);

}  // namespace arrouter::isakmp
