#include "modules/isakmp/keys.h"

#include <array>

namespace arrouter::isakmp {

namespace {

std::array<std::uint8_t, 8> be64(std::uint64_t value) {
  std::array<std::uint8_t, 8> out{};
  store_be64(out.data(), value);
  return out;
}
std::array<std::uint8_t, 4> be32(std::uint32_t value) {
  std::array<std::uint8_t, 4> out{};
  store_be32(out.data(), value);
  return out;
}

SecretBytes prf(enco::EncoApi& enco, enco::Hash hash, ByteView key, std::initializer_list<ByteView> parts) {
  return enco.hmac(hash, key, std::span(parts.begin(), parts.size()));
}

// Appendix B: SKEYID_e itself when it is long enough, else K1 | K2 | … with K1 = prf(SKEYID_e, 0).
SecretBytes cipher_key(enco::EncoApi& enco, enco::Hash hash, ByteView skeyid_e, std::size_t length) {
  if (skeyid_e.size() >= length) return {skeyid_e.begin(), skeyid_e.begin() + static_cast<std::ptrdiff_t>(length)};
  const std::array<std::uint8_t, 1> zero{};
  SecretBytes block = prf(enco, hash, skeyid_e, {zero});
  SecretBytes key = block;
  while (key.size() < length) {
    block = prf(enco, hash, skeyid_e, {block});
    key.insert(key.end(), block.begin(), block.end());
  }
  key.resize(length);
  return key;
}

Phase1Keys derive(enco::EncoApi& enco, SecretBytes skeyid, const Phase1Inputs& in) {
  const auto cky_i = be64(in.initiator_cookie);
  const auto cky_r = be64(in.responder_cookie);
  const std::array<std::uint8_t, 3> numbers{0, 1, 2};
  const ByteView zero = ByteView(numbers).subspan(0, 1), one = ByteView(numbers).subspan(1, 1),
                 two = ByteView(numbers).subspan(2, 1);
  Phase1Keys keys;
  keys.skeyid = std::move(skeyid);
  keys.skeyid_d = prf(enco, in.hash, keys.skeyid, {in.shared_secret, cky_i, cky_r, zero});
  keys.skeyid_a = prf(enco, in.hash, keys.skeyid, {keys.skeyid_d, in.shared_secret, cky_i, cky_r, one});
  keys.skeyid_e = prf(enco, in.hash, keys.skeyid, {keys.skeyid_a, in.shared_secret, cky_i, cky_r, two});
  keys.cipher_key = cipher_key(enco, in.hash, keys.skeyid_e, enco::traits(in.cipher).key_bytes);
  const std::array<ByteView, 2> publics{in.initiator_public, in.responder_public};
  keys.initial_iv = enco.hash(in.hash, publics);
  keys.initial_iv.resize(enco::traits(in.cipher).block_bytes);
  return keys;
}

}  // namespace

Phase1Keys derive_preshared(enco::EncoApi& enco, ByteView preshared_key, const Phase1Inputs& in) {
  return derive(enco, prf(enco, in.hash, preshared_key, {in.initiator_nonce, in.responder_nonce}), in);
}

Phase1Keys derive_signed(enco::EncoApi& enco, const Phase1Inputs& in) {
  Bytes nonces(in.initiator_nonce.begin(), in.initiator_nonce.end());
  nonces.insert(nonces.end(), in.responder_nonce.begin(), in.responder_nonce.end());
  return derive(enco, prf(enco, in.hash, nonces, {in.shared_secret}), in);
}

SecretBytes authentication_hash(enco::EncoApi& enco, const Phase1Keys& keys, const Phase1Inputs& in, bool of_initiator,
                                ByteView sa_body, ByteView id_body) {
  const auto cky_i = be64(in.initiator_cookie);
  const auto cky_r = be64(in.responder_cookie);
  if (of_initiator)
    return prf(enco, in.hash, keys.skeyid,
               {in.initiator_public, in.responder_public, cky_i, cky_r, sa_body, id_body});
  return prf(enco, in.hash, keys.skeyid, {in.responder_public, in.initiator_public, cky_r, cky_i, sa_body, id_body});
}

Bytes phase2_iv(enco::EncoApi& enco, enco::Hash hash, enco::Cipher cipher, ByteView last_block,
                std::uint32_t message_id) {
  const auto id = be32(message_id);
  const std::array<ByteView, 2> parts{last_block, id};
  Bytes iv = enco.hash(hash, parts);
  iv.resize(enco::traits(cipher).block_bytes);
  return iv;
}

SecretBytes message_hash(enco::EncoApi& enco, enco::Hash hash, ByteView skeyid_a, std::uint32_t message_id,
                         ByteView nonce, ByteView rest) {
  const auto id = be32(message_id);
  return prf(enco, hash, skeyid_a, {id, nonce, rest});
}

SecretBytes final_hash(enco::EncoApi& enco, enco::Hash hash, ByteView skeyid_a, std::uint32_t message_id,
                       ByteView initiator_nonce, ByteView responder_nonce) {
  const std::array<std::uint8_t, 1> zero{};
  const auto id = be32(message_id);
  return prf(enco, hash, skeyid_a, {zero, id, initiator_nonce, responder_nonce});
}

SecretBytes keymat(enco::EncoApi& enco, enco::Hash hash, ByteView skeyid_d, ByteView shared_secret, Protocol protocol,
                   std::uint32_t spi, ByteView initiator_nonce, ByteView responder_nonce, std::size_t length) {
  const std::array<std::uint8_t, 1> protocol_byte{static_cast<std::uint8_t>(protocol)};
  const auto spi_bytes = be32(spi);
  SecretBytes key, block;
  while (key.size() < length) {
    block = prf(enco, hash, skeyid_d,
                {block, shared_secret, protocol_byte, spi_bytes, initiator_nonce, responder_nonce});
    key.insert(key.end(), block.begin(), block.end());
  }
  key.resize(length);
  return key;
}

std::size_t keymat_bytes(Protocol protocol, const Transform& transform) {
  if (protocol == Protocol::ipcomp) return 0;
  const std::size_t cipher = protocol == Protocol::esp ? enco::traits(transform.cipher).key_bytes : 0;
  return cipher + enco::traits(transform.hash).key_bytes;
}

}  // namespace arrouter::isakmp
