// Cryptography one can see through, for fuzzing what lies behind it: ciphers leave the text as it is, and hashes are
// either short sums, which an altered message misses, or all alike, so that it passes as authentic.
#pragma once

#include <algorithm>

#include "modules/enco/enco_api.h"

namespace arrouter::test {

class ClearCbc final : public enco::CbcKey {
 public:
  explicit ClearCbc(std::size_t block) : block_(block) {}
  std::size_t block_bytes() const override { return block_; }
  void encrypt(ByteSpan data, ByteSpan iv) override { chain(data, iv); }
  void decrypt(ByteSpan data, ByteSpan iv) override { chain(data, iv); }

 private:
  static void chain(ByteView data, ByteSpan iv) {
    if (data.size() >= iv.size()) std::ranges::copy(data.last(iv.size()), iv.begin());
  }
  std::size_t block_;
};

class ClearEnco final : public enco::EncoApi {
 public:
  explicit ClearEnco(bool hashes_alike) : hashes_alike_(hashes_alike) {
    key_.id = 1;
    key_.value.assign(8, 's');
  }
  const enco::Key* find_key(std::uint16_t id) const override { return id == key_.id ? &key_ : nullptr; }
  Bytes hash(enco::Hash algorithm, std::span<const ByteView> parts) override {
    const SecretBytes sum = hmac(algorithm, {}, parts);
    return {sum.begin(), sum.end()};
  }
  SecretBytes hmac(enco::Hash algorithm, ByteView key, std::span<const ByteView> parts) override {
    std::uint32_t sum = 2166136261;
    const auto add = [&](ByteView bytes) {
      for (const std::uint8_t byte : bytes) sum = (sum ^ byte) * 16777619;
    };
    if (!hashes_alike_) {
      add(key);
      for (const ByteView part : parts) add(part);
    }
    SecretBytes digest(enco::traits(algorithm).digest_bytes);
    store_be32(digest.data(), sum);
    return digest;
  }
  std::unique_ptr<enco::CbcKey> make_cbc(enco::Cipher cipher, ByteView) override {
    return std::make_unique<ClearCbc>(enco::traits(cipher).block_bytes);
  }
  bool weak_key(enco::Cipher, ByteView) const override { return false; }
  void dh_generate(enco::Group, unsigned, Owner, std::function<void(std::optional<enco::DhPair>)>) override {}
  void dh_shared(const enco::DhPair&, ByteView, Owner, std::function<void(std::optional<SecretBytes>)>) override {}
  std::optional<enco::RsaPublicKey> rsa_public(std::uint16_t) const override { return {}; }
  std::optional<std::uint16_t> find_rsa_key(Ipv4Address) const override { return {}; }
  std::optional<SecretBytes> rsa_private_pem(std::uint16_t) const override { return {}; }
  void rsa_sign(std::uint16_t, ByteView, Owner, std::function<void(std::optional<Bytes>)>) override {}
  void rsa_verify(const enco::RsaPublicKey&, ByteView, ByteView, Owner, std::function<void(bool)>) override {}
  enco::ChannelId open_channel(const enco::ChannelSpec&) override { return 0; }
  void close_channel(enco::ChannelId) override {}
  void run(enco::Direction, std::span<enco::Job>) override {}
  std::optional<std::size_t> compress(enco::ChannelId, ByteView, ByteSpan) override { return {}; }
  std::optional<std::size_t> expand(enco::ChannelId, ByteView, ByteSpan) override { return {}; }
  bool available(enco::Cipher) const override { return true; }
  bool available(enco::Hash) const override { return true; }
  bool available(enco::Compression) const override { return true; }

 private:
  bool hashes_alike_;
  enco::Key key_;
};

}  // namespace arrouter::test
