// ENCO: the only module that touches ciphers. Keys, hashes, Diffie-Hellman jobs, and channels for the datapath.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "os/base/address.h"
#include "os/base/bytes.h"
#include "os/base/packet.h"

namespace arrouter::enco {

enum class Cipher : std::uint8_t {
  null, des, triple_des_2key, triple_des_outer, triple_des_inner, aes128, aes192, aes256
};
enum class Hash : std::uint8_t { null, md5, sha, des_mac };
/// Compression of datagrams: LZS (RFC 2395) and DEFLATE (RFC 2394).
enum class Compression : std::uint8_t { none, lzs, deflate };
std::string_view name(Compression compression);  // "LZS"
/// Oakley groups: 0 = MODP 512 (proprietary), 1 = MODP 768, 2 = MODP 1024 (RFC 2409 6.1, 6.2).
enum class Group : std::uint8_t { modp512 = 0, modp768 = 1, modp1024 = 2 };

struct CipherTraits {
  std::string_view name;  // "3DESOUTER", as the command line has it
  std::size_t key_bytes, block_bytes;
};
const CipherTraits& traits(Cipher cipher);
struct HashTraits {
  std::string_view name;  // "SHA"
  std::size_t digest_bytes, icv_bytes, key_bytes;  // icv: HMAC-x-96 of ESP and AH; key: of that HMAC (RFC 2403, 2404)
};
const HashTraits& traits(Hash hash);
std::size_t group_bytes(Group group);

enum class KeyType : std::uint8_t {
  des, triple_des_2key, triple_des_outer, triple_des_inner, aes128, aes192, aes256, general, rsa_private, rsa_public
};

/// Both numbers big-endian without leading zeros.
struct RsaPublicKey {
  Bytes modulus, exponent;
  std::size_t bits() const;  // of the modulus
  bool operator==(const RsaPublicKey&) const = default;
};
/// FORMAT= of an RSA key: how it is shown, and written to a file when nothing else is asked for.
enum class RsaFormat : std::uint8_t { hex, niq, ssh };

/// One block cipher key with its schedule made, for CBC over whole buffers (ISAKMP messages).
class CbcKey {
 public:
  virtual ~CbcKey() = default;
  virtual std::size_t block_bytes() const = 0;
  /// In place; data.size() is a multiple of the block; `iv` is the chaining value, replaced by the last cipher block.
  virtual void encrypt(ByteSpan data, ByteSpan iv) = 0;
  virtual void decrypt(ByteSpan data, ByteSpan iv) = 0;
};

/// A private exponent with its public value, both of the group's length.
struct DhPair {
  Group group = Group::modp768;
  SecretBytes exponent;
  Bytes public_value;
};

// ---- the datapath ---------------------------------------------------------------------------------------------

using ChannelId = std::uint32_t;  // 1…; 0 is none. What SHOW IPSEC SA=id and SHOW ENCO CHANNEL print.

/// A channel does encryption, authentication or compression of one SA pair, both directions, with a key each.
struct ChannelSpec {
  std::string_view user = "IPSEC";
  std::uint32_t user_id = 0;  // SA id
  Cipher cipher = Cipher::null;   // one of cipher, hash and compression is not null
  Hash hash = Hash::null;
  Compression compression = Compression::none;
  SecretBytes out_key = {}, in_key = {};
};

enum class Direction : std::uint8_t { encode, decode };
enum class JobResult : std::uint8_t { waiting, good, bad_icv, bad_length, failed };

/// One packet through an SA's channels. Offsets count from packet data().
/// Encode: encrypts [cipher_begin, cipher_end) in place (the IV stands in the block before cipher_begin), then writes
/// the ICV over [auth_begin, auth_end) to icv_at. Decode: checks the ICV first, in constant time, and decrypts only
/// when it is good.
struct Job {
  PacketBuffer* packet = nullptr;
  ChannelId encryption = 0;      // 0: no cipher
  ChannelId authentication = 0;  // 0: no hash
  std::uint32_t cipher_begin = 0, cipher_end = 0;
  std::uint32_t auth_begin = 0, auth_end = 0, icv_at = 0;
  /// More bytes for the hash after auth_end that are not in the packet (AH's zeroed fields, ESN); usually empty.
  ByteView auth_extra = {};
  JobResult result = JobResult::waiting;
};

/// User database digest: two hex digits of salt, then MD5(salt byte, password) in hex; 34 digits.
std::string password_digest(std::string_view password, std::uint8_t salt);

// ---- keys -----------------------------------------------------------------------------------------------------

struct Key {
  std::uint16_t id = 0;
  KeyType type = KeyType::general;
  SecretBytes value;  // of RSA: RSAPrivateKey or RSAPublicKey (RFC 8017 A.1) in DER
  std::string description;
  Ipv4Address address;
  std::string module;
  RsaFormat format = RsaFormat::hex;

  bool is_rsa() const { return type == KeyType::rsa_private || type == KeyType::rsa_public; }
};

class EncoApi {
 public:
  virtual ~EncoApi() = default;

  /// nullptr when there is none.
  virtual const Key* find_key(std::uint16_t id) const = 0;

  virtual Bytes hash(Hash algorithm, std::span<const ByteView> parts) = 0;
  virtual SecretBytes hmac(Hash algorithm, ByteView key, std::span<const ByteView> parts) = 0;
  /// nullptr when the key has the wrong length (or is weak, for DES).
  virtual std::unique_ptr<CbcKey> make_cbc(Cipher cipher, ByteView key) = 0;
  virtual bool weak_key(Cipher cipher, ByteView key) const = 0;

  /// Diffie-Hellman as background jobs: the call-backs run later on the datapath thread, never inside the call. They
  /// are not run once `owner` has expired. Failure (nullopt): the peer's value is 0, 1, p-1 or not below p, or too
  /// many jobs wait.
  using Owner = std::weak_ptr<void>;
  virtual void dh_generate(Group group, unsigned exponent_bits, Owner owner,
                           std::function<void(std::optional<DhPair>)> done) = 0;
  virtual void dh_shared(const DhPair& own, ByteView peer_public, Owner owner,
                         std::function<void(std::optional<SecretBytes>)> done) = 0;

  /// The public part of an RSA key, whether its private part is here or not; nullopt for other keys.
  virtual std::optional<RsaPublicKey> rsa_public(std::uint16_t id) const = 0;
  /// The RSA key that IPADDRESS notes for a peer, of several the lowest.
  virtual std::optional<std::uint16_t> find_rsa_key(Ipv4Address peer) const = 0;
  /// A private RSA key in PEM (PKCS#8, no passphrase), for a TLS or SSH front end in this process; nullopt when the
  /// key's private part is not here.
  virtual std::optional<SecretBytes> rsa_private_pem(std::uint16_t id) const = 0;
  /// Signatures as background jobs, with call-backs like those of Diffie-Hellman: PKCS#1 v1.5 over `data` itself
  /// without a DigestInfo (RFC 2409 5.1). nullopt: the key or its private part does not exist, is too short for the
  /// data, or too many jobs wait.
  virtual void rsa_sign(std::uint16_t id, ByteView data, Owner owner,
                        std::function<void(std::optional<Bytes>)> done) = 0;
  virtual void rsa_verify(const RsaPublicKey& key, ByteView data, ByteView signature, Owner owner,
                          std::function<void(bool good)> done) = 0;

  /// Makes a channel; 0 when the algorithm is not available, the key has the wrong length, or the table is full.
  virtual ChannelId open_channel(const ChannelSpec& spec) = 0;
  virtual void close_channel(ChannelId id) = 0;
  /// Tells of jobs that will run together, each time one more of them is known: their keys may be far away in memory, and
  /// are on their way while the caller prepares the next ones.
  virtual void expect(Direction, std::span<const Job>) {}
  /// Works a burst of jobs at once and fills their results. Never allocates.
  virtual void run(Direction direction, std::span<Job> jobs) = 0;
  /// One datagram through a compression channel; `in` and `out` do not overlap. The length of the result; nullopt when
  /// `out` is too short for it (a datagram that does not shrink) or, to expand, when `in` is not sound.
  virtual std::optional<std::size_t> compress(ChannelId id, ByteView in, ByteSpan out) = 0;
  virtual std::optional<std::size_t> expand(ChannelId id, ByteView in, ByteSpan out) = 0;

  /// What SHOW ENCO lists and SA specifications may use.
  virtual bool available(Cipher cipher) const = 0;
  virtual bool available(Hash hash) const = 0;
  virtual bool available(Compression compression) const = 0;
};

}  // namespace arrouter::enco
