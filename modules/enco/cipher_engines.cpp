// CBC over OpenSSL. A key is an EVP context made once; a buffer costs setting the IV and one update, no fetch and no
// allocation.
#include <algorithm>
#include <utility>

#include "modules/enco/engines.h"

namespace arrouter::enco {

namespace {

class EvpKey final : public CipherKey {
 public:
  explicit EvpKey(CipherContext context) : context_(std::move(context)) {}
  EVP_CIPHER_CTX* context() { return context_.get(); }

 private:
  CipherContext context_;
};

bool run_evp(EvpKey& key, std::uint8_t* data, std::size_t length, const std::uint8_t* iv) {
  int written = 0;
  return EVP_CipherInit_ex2(key.context(), nullptr, nullptr, iv, -1, nullptr) == 1 &&
         EVP_CipherUpdate(key.context(), data, &written, data, static_cast<int>(length)) == 1 &&
         static_cast<std::size_t>(written) == length;
}

class EvpEngine final : public CipherEngine {
 public:
  /// A configured key of `key_bytes` is written `repeat` times to make the library's.
  EvpEngine(LibraryHandle library, FetchedCipher cipher, std::string_view name, std::size_t key_bytes, unsigned repeat)
      : library_(std::move(library)), cipher_(std::move(cipher)), name_(name), key_bytes_(key_bytes), repeat_(repeat) {}

  std::string_view name() const override { return name_; }

  std::unique_ptr<CipherKey> make_key(ByteView key, Direction direction) const override {
    if (key.size() != key_bytes_) return nullptr;
    SecretBytes whole;
    for (unsigned i = 0; i < repeat_; ++i) whole.insert(whole.end(), key.begin(), key.end());
    CipherContext context(EVP_CIPHER_CTX_new());
    if (!context) return nullptr;
    const std::array<std::uint8_t, largest_block> zero_iv{};
    const int encrypt = direction == Direction::encode ? 1 : 0;
    if (EVP_CipherInit_ex2(context.get(), cipher_.get(), whole.data(), zero_iv.data(), encrypt, nullptr) != 1 ||
        EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1)
      return nullptr;
    return std::make_unique<EvpKey>(std::move(context));
  }

  void run(std::span<CipherTask> tasks) const override {
    for (CipherTask& task : tasks)
      task.good = run_evp(static_cast<EvpKey&>(*task.key), task.data, task.length, task.iv);
  }

 private:
  LibraryHandle library_;  // outlives what was fetched from it
  FetchedCipher cipher_;
  std::string_view name_;
  std::size_t key_bytes_;
  unsigned repeat_;
};

const char* library_name(Cipher cipher) {
  switch (cipher) {
    case Cipher::des:
      return "DES-CBC";
    case Cipher::triple_des_2key:
      return "DES-EDE-CBC";
    case Cipher::triple_des_outer:
      return "DES-EDE3-CBC";
    case Cipher::aes128:
      return "AES-128-CBC";
    case Cipher::aes192:
      return "AES-192-CBC";
    case Cipher::aes256:
      return "AES-256-CBC";
    case Cipher::null:
    case Cipher::triple_des_inner:
      break;
  }
  return nullptr;
}

std::unique_ptr<CipherEngine> make_evp(const LibraryHandle& library, const char* fetched_name, std::string_view name,
                                       std::size_t key_bytes, unsigned repeat) {
  if (!library->usable() || fetched_name == nullptr) return nullptr;
  FetchedCipher cipher = library->fetch(fetched_name);
  if (!cipher) return nullptr;
  return std::make_unique<EvpEngine>(library, std::move(cipher), name, key_bytes, repeat);
}

/// Inner chaining: the whole buffer goes through DES-CBC with the first key, backwards through DES-CBC with the second,
/// and through DES-CBC with the third. Each pass has a feedback register of its own, and all three start from the one
/// IV; so the first block is what outer chaining gives, and three equal keys give single DES.
class InnerTripleDes final : public CipherEngine {
 public:
  explicit InnerTripleDes(std::shared_ptr<const CipherEngine> des) : des_(std::move(des)) {}

  std::string_view name() const override { return des_->name(); }

  std::unique_ptr<CipherKey> make_key(ByteView key, Direction direction) const override {
    constexpr std::size_t part = 8;
    if (key.size() != 3 * part) return nullptr;
    const Direction middle = direction == Direction::encode ? Direction::decode : Direction::encode;
    auto made = std::make_unique<InnerKey>();
    made->passes[0] = des_->make_key(key.subspan(0, part), direction);
    made->passes[1] = des_->make_key(key.subspan(part, part), middle);
    made->passes[2] = des_->make_key(key.subspan(2 * part, part), direction);
    if (direction == Direction::decode) std::swap(made->passes[0], made->passes[2]);
    if (std::any_of(made->passes.begin(), made->passes.end(), [](const auto& pass) { return !pass; })) return nullptr;
    return made;
  }

  void run(std::span<CipherTask> tasks) const override {
    for (CipherTask& task : tasks) {
      task.good = true;
      for (const auto& pass : static_cast<InnerKey&>(*task.key).passes) {
        CipherTask step{pass.get(), task.data, task.length, task.iv, false};
        des_->run({&step, 1});
        task.good = task.good && step.good;
      }
    }
  }

 private:
  struct InnerKey final : CipherKey {
    std::array<std::unique_ptr<CipherKey>, 3> passes;  // in the order in which they run
  };
  std::shared_ptr<const CipherEngine> des_;
};

}  // namespace

std::unique_ptr<CipherEngine> make_evp_cipher(const LibraryHandle& library, Cipher cipher) {
  return make_evp(library, library_name(cipher), "OpenSSL", traits(cipher).key_bytes, 1);
}

std::unique_ptr<CipherEngine> make_des_from_triple_des(const LibraryHandle& library) {
  return make_evp(library, "DES-EDE3-CBC", "OpenSSL (by 3DES)", traits(Cipher::des).key_bytes, 3);
}

std::unique_ptr<CipherEngine> make_inner_triple_des(std::shared_ptr<const CipherEngine> des) {
  if (!des) return nullptr;
  return std::make_unique<InnerTripleDes>(std::move(des));
}

}  // namespace arrouter::enco
