#include "modules/enco/rsa.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <bit>

#include "modules/enco/der.h"

namespace arrouter::enco {

namespace {

using Number = std::unique_ptr<BIGNUM, Releaser<BN_clear_free>>;
using Workspace = std::unique_ptr<BN_CTX, Releaser<BN_CTX_free>>;
using KeyObject = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Releaser<EVP_PKEY_CTX_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Releaser<OSSL_PARAM_free>>;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, Releaser<OSSL_PARAM_BLD_free>>;

constexpr std::size_t longest_exponent = 8;  // bytes; what libraries take
constexpr std::uint32_t usual_exponent = 65537;

ByteView without_zeros(ByteView number) {
  while (!number.empty() && number[0] == 0) number = number.subspan(1);
  return number;
}

Number number() {
  Number made(BN_secure_new());
  if (made) BN_set_flags(made.get(), BN_FLG_CONSTTIME);
  return made;
}

// ---- generation ------------------------------------------------------------------------------------------------

/// The seed made long: the key stream of AES-256 in counter mode.
class Stream {
 public:
  Stream(const LibraryHandle& library, ByteView seed)
      : cipher_(library->fetch("AES-256-CTR")), context_(EVP_CIPHER_CTX_new()) {
    good_ = cipher_ && context_ && seed.size() == rsa_seed_bytes &&
            EVP_EncryptInit_ex2(context_.get(), cipher_.get(), seed.data(), seed.data() + 32, nullptr) == 1;
  }
  bool fill(SecretBytes& out) {
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    int written = 0;
    return good_ && EVP_EncryptUpdate(context_.get(), out.data(), &written, out.data(),
                                      static_cast<int>(out.size())) == 1;
  }

 private:
  FetchedCipher cipher_;
  CipherContext context_;
  bool good_ = false;
};

/// A prime of exactly `bits` bits, its two highest set so that a product of two has all of its bits, and with p - 1
/// prime to the exponent.
Number draw_prime(Stream& stream, std::size_t bits, const BIGNUM* exponent, BN_CTX* workspace) {
  SecretBytes drawn((bits + 7) / 8);
  Number candidate = number(), less_one = number(), common = number();
  if (!candidate || !less_one || !common) return nullptr;
  for (;;) {
    if (!stream.fill(drawn)) return nullptr;
    if (BN_bin2bn(drawn.data(), static_cast<int>(drawn.size()), candidate.get()) == nullptr) return nullptr;
    BN_mask_bits(candidate.get(), static_cast<int>(bits));
    BN_set_bit(candidate.get(), static_cast<int>(bits) - 1);
    BN_set_bit(candidate.get(), static_cast<int>(bits) - 2);
    BN_set_bit(candidate.get(), 0);
    const int prime = BN_check_prime(candidate.get(), workspace, nullptr);
    if (prime < 0) return nullptr;
    if (prime == 0) continue;
    if (BN_sub(less_one.get(), candidate.get(), BN_value_one()) != 1 ||
        BN_gcd(common.get(), less_one.get(), exponent, workspace) != 1)
      return nullptr;
    if (BN_is_one(common.get())) return candidate;
  }
}

/// The numbers of RSAPrivateKey in its order, after the version.
struct PrivateNumbers {
  Number modulus = number(), exponent = number(), secret = number(), p, q, secret_p = number(), secret_q = number(),
         coefficient = number();

  bool made() const { return modulus && exponent && secret && p && q && secret_p && secret_q && coefficient; }
  bool derive(BN_CTX* workspace) {
    const Number p1 = number(), q1 = number(), product = number(), common = number(), lambda = number();
    return made() && p1 && q1 && product && common && lambda && BN_sub(p1.get(), p.get(), BN_value_one()) == 1 &&
           BN_sub(q1.get(), q.get(), BN_value_one()) == 1 &&
           BN_mul(modulus.get(), p.get(), q.get(), workspace) == 1 &&
           BN_mul(product.get(), p1.get(), q1.get(), workspace) == 1 &&
           BN_gcd(common.get(), p1.get(), q1.get(), workspace) == 1 &&
           BN_div(lambda.get(), nullptr, product.get(), common.get(), workspace) == 1 &&
           BN_mod_inverse(secret.get(), exponent.get(), lambda.get(), workspace) != nullptr &&
           BN_mod(secret_p.get(), secret.get(), p1.get(), workspace) == 1 &&
           BN_mod(secret_q.get(), secret.get(), q1.get(), workspace) == 1 &&
           BN_mod_inverse(coefficient.get(), q.get(), p.get(), workspace) != nullptr;
  }
  SecretBytes encode() const {
    SecretBytes content;
    der::put_number(content, {});  // version 0: two primes
    for (const Number* each : {&modulus, &exponent, &secret, &p, &q, &secret_p, &secret_q, &coefficient}) {
      SecretBytes bytes(static_cast<std::size_t>(BN_num_bytes(each->get())));
      BN_bn2bin(each->get(), bytes.data());
      der::put_number(content, bytes);
    }
    SecretBytes whole;
    der::put(whole, der::sequence, content);
    return whole;
  }
};

// ---- keys as the library has them --------------------------------------------------------------------------------

KeyObject load_private(const LibraryHandle& library, ByteView der) {
  const unsigned char* at = der.data();
  return KeyObject(d2i_PrivateKey_ex(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size()), library->context(),
                                     nullptr));
}

KeyContext context_of(const LibraryHandle& library, EVP_PKEY* key) {
  return KeyContext(EVP_PKEY_CTX_new_from_pkey(library->context(), key, nullptr));
}

KeyObject load_public(const LibraryHandle& library, const RsaPublicKey& key) {
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  const auto convert = [](ByteView bytes) {
    return Number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  };
  const Number modulus = convert(key.modulus), exponent = convert(key.exponent);
  if (!builder || !modulus || !exponent ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
    return nullptr;
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(library->context(), "RSA", nullptr));
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  return KeyObject(made);
}

}  // namespace

std::size_t RsaPublicKey::bits() const {
  return modulus.empty() ? 0 : modulus.size() * 8 - static_cast<std::size_t>(std::countl_zero(modulus.front()));
}

std::optional<RsaPublicKey> make_rsa_public(ByteView modulus, ByteView exponent) {
  modulus = without_zeros(modulus);
  exponent = without_zeros(exponent);
  const RsaPublicKey key{{modulus.begin(), modulus.end()}, {exponent.begin(), exponent.end()}};
  const bool odd = !modulus.empty() && !exponent.empty() && (modulus.back() & exponent.back() & 1) == 1;
  const bool one = exponent.size() == 1 && exponent[0] == 1;
  if (!odd || one || exponent.size() > longest_exponent || key.bits() < smallest_rsa_bits ||
      key.bits() > largest_foreign_rsa_bits)
    return std::nullopt;
  return key;
}

Bytes encode_rsa_public(const RsaPublicKey& key) {
  Bytes content, whole;
  der::put_number(content, key.modulus);
  der::put_number(content, key.exponent);
  der::put(whole, der::sequence, content);
  return whole;
}

std::optional<RsaPublicKey> decode_rsa_public(ByteView bytes) {
  der::Reader outer(bytes);
  der::Reader inner(outer.take(der::sequence));
  const ByteView modulus = inner.take_number(), exponent = inner.take_number();
  if (!outer.at_end() || !inner.at_end()) return std::nullopt;
  return make_rsa_public(modulus, exponent);
}

std::optional<RsaPublicKey> public_part(ByteView private_der) {
  der::Reader outer(private_der);
  der::Reader inner(outer.take(der::sequence));
  inner.take_number();  // version
  const ByteView modulus = inner.take_number(), exponent = inner.take_number();
  if (!outer.at_end() || !inner.ok()) return std::nullopt;
  return make_rsa_public(modulus, exponent);
}

std::optional<SecretBytes> generate_rsa(const LibraryHandle& library, std::size_t bits, ByteView seed) {
  const Workspace workspace(BN_CTX_secure_new());
  if (!library->usable() || !workspace || bits < smallest_rsa_bits || bits > largest_rsa_bits) return std::nullopt;
  Stream stream(library, seed);
  PrivateNumbers numbers;
  if (!numbers.exponent || BN_set_word(numbers.exponent.get(), usual_exponent) != 1) return std::nullopt;
  numbers.p = draw_prime(stream, (bits + 1) / 2, numbers.exponent.get(), workspace.get());
  numbers.q = draw_prime(stream, bits / 2, numbers.exponent.get(), workspace.get());
  if (!numbers.derive(workspace.get())) return std::nullopt;
  SecretBytes key = numbers.encode();
  // A pair that does not fit together must not leave: its first signature would tell the primes.
  const auto public_key = public_part(key);
  const auto signature = rsa_sign(library, key, seed.first(16));
  if (!public_key || !signature || !rsa_verify(library, *public_key, seed.first(16), *signature)) return std::nullopt;
  return key;
}

std::optional<Bytes> rsa_sign(const LibraryHandle& library, ByteView private_der, ByteView data) {
  const KeyObject key = load_private(library, private_der);
  const KeyContext context = key ? context_of(library, key.get()) : nullptr;
  if (!context || EVP_PKEY_sign_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1)
    return std::nullopt;
  std::size_t length = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
  Bytes signature(length);
  if (EVP_PKEY_sign(context.get(), signature.data(), &length, data.data(), data.size()) != 1) return std::nullopt;
  signature.resize(length);
  return signature;
}

bool rsa_verify(const LibraryHandle& library, const RsaPublicKey& public_key, ByteView data, ByteView signature) {
  const KeyObject key = load_public(library, public_key);
  const KeyContext context = key ? context_of(library, key.get()) : nullptr;
  return context && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
         EVP_PKEY_verify(context.get(), signature.data(), signature.size(), data.data(), data.size()) == 1;
}

}  // namespace arrouter::enco
