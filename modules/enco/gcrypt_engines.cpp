// 3DES-CBC by libgcrypt: on x86-64 its assembler takes half again OpenSSL's speed to encrypt and more than twice to
// decrypt (reference/performance.md 1). Left out where the library is missing; OpenSSL does the work then.
#include "modules/enco/engines.h"

#ifdef ARROUTER_GCRYPT
#include <gcrypt.h>
#endif

namespace arrouter::enco {

#ifdef ARROUTER_GCRYPT

namespace {

class GcryptKey final : public CipherKey {
 public:
  GcryptKey(gcry_cipher_hd_t handle, Direction direction) : handle_(handle), direction_(direction) {}
  ~GcryptKey() override { gcry_cipher_close(handle_); }
  GcryptKey(const GcryptKey&) = delete;
  GcryptKey& operator=(const GcryptKey&) = delete;

  bool run(std::uint8_t* data, std::size_t length, const std::uint8_t* iv) {
    if (gcry_cipher_setiv(handle_, iv, block_bytes) != 0) return false;
    if (length == 0) return true;
    return (direction_ == Direction::encode ? gcry_cipher_encrypt(handle_, data, length, nullptr, 0)
                                            : gcry_cipher_decrypt(handle_, data, length, nullptr, 0)) == 0;
  }

 private:
  static constexpr std::size_t block_bytes = 8;
  gcry_cipher_hd_t handle_;
  Direction direction_;
};

class GcryptTripleDes final : public CipherEngine {
 public:
  explicit GcryptTripleDes(std::size_t key_bytes) : key_bytes_(key_bytes) {}

  std::string_view name() const override { return "libgcrypt"; }

  std::unique_ptr<CipherKey> make_key(ByteView key, Direction direction) const override {
    if (key.size() != key_bytes_) return nullptr;
    SecretBytes whole(key.begin(), key.end());
    if (whole.size() < library_key_bytes) whole.insert(whole.end(), key.begin(), key.begin() + 8);  // two keys: K1 again
    gcry_cipher_hd_t handle = nullptr;
    if (gcry_cipher_open(&handle, GCRY_CIPHER_3DES, GCRY_CIPHER_MODE_CBC, 0) != 0) return nullptr;
    auto made = std::make_unique<GcryptKey>(handle, direction);
    // Which keys are too weak is decided elsewhere (is_weak): a single weak one of three does no harm.
    gcry_cipher_ctl(handle, GCRYCTL_SET_ALLOW_WEAK_KEY, nullptr, 1);
    const gcry_error_t error = gcry_cipher_setkey(handle, whole.data(), whole.size());
    return error == 0 || gcry_err_code(error) == GPG_ERR_WEAK_KEY ? std::move(made) : nullptr;
  }

  void run(std::span<CipherTask> tasks) const override {
    for (CipherTask& task : tasks)
      task.good = static_cast<GcryptKey&>(*task.key).run(task.data, task.length, task.iv);
  }

 private:
  static constexpr std::size_t library_key_bytes = 24;
  std::size_t key_bytes_;
};

/// The library's own start; harmless when another of this process did it before.
bool start_library() {
  if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P) != 0) return true;
  if (gcry_check_version(nullptr) == nullptr) return false;
  gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
  return gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0) == 0;
}

}  // namespace

std::unique_ptr<CipherEngine> make_gcrypt_cipher(Cipher cipher) {
  if ((cipher != Cipher::triple_des_2key && cipher != Cipher::triple_des_outer) || !start_library()) return nullptr;
  return std::make_unique<GcryptTripleDes>(traits(cipher).key_bytes);
}

#else

std::unique_ptr<CipherEngine> make_gcrypt_cipher(Cipher) { return nullptr; }

#endif

}  // namespace arrouter::enco
