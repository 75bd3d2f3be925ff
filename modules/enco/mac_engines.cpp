// HMAC-MD5, HMAC-SHA-1 and DESMAC.
//
// HMAC keeps the two hash states that follow the inner and the outer pad; a packet starts from copies of them. That
// wants a state that is copied like a plain value: OpenSSL has it in its older interface (EVP copies go through the
// heap each time), hence the macro below, here and nowhere else.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/md5.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

#include "modules/enco/engines.h"

namespace arrouter::enco {

namespace {

struct Md5 {
  using State = MD5_CTX;
  static constexpr std::size_t digest_bytes = MD5_DIGEST_LENGTH;
  static void begin(State& state) { MD5_Init(&state); }
  static void add(State& state, ByteView data) { MD5_Update(&state, data.data(), data.size()); }
  static void end(State& state, std::uint8_t* out) { MD5_Final(out, &state); }
};

struct Sha1 {
  using State = SHA_CTX;
  static constexpr std::size_t digest_bytes = SHA_DIGEST_LENGTH;
  static void begin(State& state) { SHA1_Init(&state); }
  static void add(State& state, ByteView data) { SHA1_Update(&state, data.data(), data.size()); }
  static void end(State& state, std::uint8_t* out) { SHA1_Final(out, &state); }
};

template <class Algorithm>
class Hmac final : public MacEngine {
  using State = typename Algorithm::State;
  static constexpr std::size_t block_bytes = 64;  // of MD5 and SHA-1 alike

  struct Key final : MacKey {
    State inner, outer;
    ~Key() override {
      wipe(&inner, sizeof(inner));
      wipe(&outer, sizeof(outer));
    }
  };

  static void begin_with_pad(State& state, std::array<std::uint8_t, block_bytes> key, std::uint8_t pad) {
    for (std::uint8_t& octet : key) octet ^= pad;
    Algorithm::begin(state);
    Algorithm::add(state, key);
    wipe(key.data(), key.size());
  }

  static void finish(State& inner, const Key& key, std::uint8_t* out) {
    std::array<std::uint8_t, Algorithm::digest_bytes> digest;
    Algorithm::end(inner, digest.data());
    State outer = key.outer;
    Algorithm::add(outer, digest);
    Algorithm::end(outer, out);
  }

 public:
  std::string_view name() const override { return "OpenSSL"; }

  std::unique_ptr<MacKey> make_key(ByteView key) const override {
    std::array<std::uint8_t, block_bytes> block{};
    if (key.size() > block_bytes) {
      hash({&key, 1}, block.data());
    } else {
      std::copy(key.begin(), key.end(), block.begin());
    }
    auto made = std::make_unique<Key>();
    begin_with_pad(made->inner, block, 0x36);
    begin_with_pad(made->outer, block, 0x5c);
    wipe(block.data(), block.size());
    return made;
  }

  void run(std::span<MacTask> tasks) const override {
    for (MacTask& task : tasks) {
      const Key& key = static_cast<const Key&>(*task.key);
      State state = key.inner;
      Algorithm::add(state, task.first);
      if (!task.second.empty()) Algorithm::add(state, task.second);
      finish(state, key, task.digest.data());
      task.good = true;
    }
  }

  bool digest(const MacKey& key, std::span<const ByteView> parts, std::uint8_t* out) const override {
    const Key& own = static_cast<const Key&>(key);
    State state = own.inner;
    for (const ByteView part : parts) Algorithm::add(state, part);
    finish(state, own, out);
    return true;
  }

  bool hash(std::span<const ByteView> parts, std::uint8_t* out) const override {
    State state;
    Algorithm::begin(state);
    for (const ByteView part : parts) Algorithm::add(state, part);
    Algorithm::end(state, out);
    return true;
  }
};

class DesMac final : public MacEngine {
  static constexpr std::size_t block_bytes = 8;
  using Block = std::array<std::uint8_t, block_bytes>;

  struct Key final : MacKey {
    std::unique_ptr<CipherKey> des;
  };

  /// Chains a text that comes in pieces, block by block.
  class Chain {
   public:
    Chain(const CipherEngine& des, CipherKey& key) : des_(des), key_(key) {}
    void add(ByteView data) {
      for (const std::uint8_t octet : data) {
        block_[filled_++] ^= octet;
        if (filled_ == block_bytes) flush();
      }
    }
    bool finish(std::uint8_t* out) {
      if (filled_ > 0) flush();
      std::memcpy(out, block_.data(), block_bytes);
      return good_;
    }

   private:
    void flush() {
      const Block zero_iv{};
      CipherTask task{&key_, block_.data(), block_bytes, zero_iv.data(), false};
      des_.run({&task, 1});
      good_ = good_ && task.good;
      filled_ = 0;
    }
    const CipherEngine& des_;
    CipherKey& key_;
    Block block_{};
    std::size_t filled_ = 0;
    bool good_ = true;
  };

 public:
  explicit DesMac(std::shared_ptr<const CipherEngine> des) : des_(std::move(des)) {}

  std::string_view name() const override { return des_->name(); }

  std::unique_ptr<MacKey> make_key(ByteView key) const override {
    auto made = std::make_unique<Key>();
    made->des = des_->make_key(key, Direction::encode);
    if (!made->des) return nullptr;
    return made;
  }

  void run(std::span<MacTask> tasks) const override {
    for (MacTask& task : tasks) {
      const std::array<ByteView, 2> parts{task.first, task.second};
      task.good = digest(*task.key, parts, task.digest.data());
    }
  }

  bool digest(const MacKey& key, std::span<const ByteView> parts, std::uint8_t* out) const override {
    Chain chain(*des_, *static_cast<const Key&>(key).des);
    for (const ByteView part : parts) chain.add(part);
    return chain.finish(out);
  }

  bool hash(std::span<const ByteView>, std::uint8_t*) const override { return false; }

 private:
  std::shared_ptr<const CipherEngine> des_;
};

}  // namespace

std::unique_ptr<MacEngine> make_hmac(Hash hash) {
  if (hash == Hash::md5) return std::make_unique<Hmac<Md5>>();
  if (hash == Hash::sha) return std::make_unique<Hmac<Sha1>>();
  return nullptr;
}

std::unique_ptr<MacEngine> make_des_mac(std::shared_ptr<const CipherEngine> des) {
  if (!des) return nullptr;
  return std::make_unique<DesMac>(std::move(des));
}

std::string password_digest(std::string_view password, std::uint8_t salt) {
  const std::array<ByteView, 2> parts{ByteView(&salt, 1), as_bytes(password)};
  std::array<std::uint8_t, Md5::digest_bytes> digest;
  Hmac<Md5>{}.hash(parts, digest.data());
  return to_hex({&salt, 1}) + to_hex(digest);
}

}  // namespace arrouter::enco
