// AES-CBC and HMAC by Intel's multi-buffer library, which works several packets side by side: with bursts of 32 about
// three times OpenSSL's speed (reference/performance.md 1), with AVX-512 ten times. Left out where the library or the
// processor is missing; OpenSSL does the work then.
//
// The synchronous bursts are used for AES and SHA-1 (1.3 miscounts in its general burst interface), the job interface
// for MD5, which they do not know.
#include "modules/enco/engines.h"
#include "modules/enco/multibuffer.h"

#include <algorithm>

namespace arrouter::enco {

#ifdef ARROUTER_IPSEC_MB

namespace {

constexpr std::size_t slice = limits::burst;  // jobs made at a time, on the stack

// ---- AES -------------------------------------------------------------------------------------------------------

using RoundKeys = std::array<std::uint8_t, std::size_t{15} * 16>;  // of AES-256, the most there are

/// The schedule of one direction, in whole lines of the processor's cache: the library reads it 64 bytes at a time, and
/// of thousands of keys each line is far away.
class AesKey final : public CipherKey {
 public:
  AesKey(IMB_MGR* manager, ByteView key, Direction given) : direction(given) {
    alignas(16) RoundKeys other;
    RoundKeys& encrypt = given == Direction::encode ? round_keys_ : other;
    RoundKeys& decrypt = given == Direction::encode ? other : round_keys_;
    switch (key.size()) {
      case 16:
        IMB_AES_KEYEXP_128(manager, key.data(), encrypt.data(), decrypt.data());
        break;
      case 24:
        IMB_AES_KEYEXP_192(manager, key.data(), encrypt.data(), decrypt.data());
        break;
      default:
        IMB_AES_KEYEXP_256(manager, key.data(), encrypt.data(), decrypt.data());
        break;
    }
    wipe(other.data(), other.size());
  }
  ~AesKey() override { wipe(round_keys_.data(), round_keys_.size()); }
  const Direction direction;
  const std::uint8_t* round_keys() const { return round_keys_.data(); }

 private:
  alignas(64) RoundKeys round_keys_{};
};

class MultiBufferAes final : public CipherEngine {
 public:
  MultiBufferAes(Manager manager, std::size_t key_bytes) : manager_(std::move(manager)), key_bytes_(key_bytes) {}

  std::string_view name() const override { return "ipsec-mb"; }

  std::unique_ptr<CipherKey> make_key(ByteView key, Direction direction) const override {
    if (key.size() != key_bytes_) return nullptr;
    return std::make_unique<AesKey>(manager_.get(), key, direction);
  }

  void run(std::span<CipherTask> tasks) const override {
    for (; tasks.size() > slice; tasks = tasks.subspan(slice)) run_slice(tasks.first(slice));
    run_slice(tasks);
  }

 private:
  /// All keys of a call have one direction.
  void run_slice(std::span<CipherTask> tasks) const {
    std::array<IMB_JOB, slice> jobs;
    std::array<CipherTask*, slice> owners;
    std::uint32_t count = 0;
    for (CipherTask& task : tasks) {
      task.good = task.length == 0;
      if (task.length == 0 || task.length % 16 != 0) continue;
      const AesKey& key = static_cast<const AesKey&>(*task.key);
      IMB_JOB& job = jobs[count];
      job = {};
      job.enc_keys = job.dec_keys = key.round_keys();  // the library looks at one of them
      job.key_len_in_bytes = key_bytes_;
      job.src = task.data;
      job.dst = task.data;
      job.msg_len_to_cipher_in_bytes = task.length;
      job.iv = task.iv;
      job.iv_len_in_bytes = 16;
      owners[count++] = &task;
    }
    if (count == 0) return;
    const bool encode = static_cast<const AesKey&>(*tasks.front().key).direction == Direction::encode;
    IMB_SUBMIT_CIPHER_BURST(manager_.get(), jobs.data(), count, IMB_CIPHER_CBC,
                            encode ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT, static_cast<IMB_KEY_SIZE_BYTES>(key_bytes_));
    for (std::uint32_t i = 0; i < count; ++i) owners[i]->good = jobs[i].status == IMB_STATUS_COMPLETED;
  }

  Manager manager_;
  std::size_t key_bytes_;
};

// ---- HMAC ------------------------------------------------------------------------------------------------------

/// The two hash states behind the pads, and the same key for the plain engine: one line of the processor's cache.
class alignas(64) HmacKey final : public MacKey {
 public:
  ~HmacKey() override {
    wipe(inner, sizeof(inner));
    wipe(outer, sizeof(outer));
  }
  std::unique_ptr<MacKey> plain;
  std::uint8_t inner[largest_digest] = {};
  std::uint8_t outer[largest_digest] = {};
};
static_assert(sizeof(HmacKey) == 64);

class MultiBufferHmac final : public MacEngine {
 public:
  /// `few`: for bursts that leave most of the wide manager's lanes empty.
  MultiBufferHmac(Manager manager, Manager few, Hash hash, std::unique_ptr<MacEngine> plain)
      : manager_(std::move(manager)), few_(std::move(few)), hash_(hash), plain_(std::move(plain)) {}

  std::string_view name() const override { return "ipsec-mb"; }

  std::unique_ptr<MacKey> make_key(ByteView key) const override {
    std::array<std::uint8_t, block_bytes> block{};
    if (key.size() > block_bytes) {
      plain_->hash({&key, 1}, block.data());
    } else {
      std::copy(key.begin(), key.end(), block.begin());
    }
    auto made = std::make_unique<HmacKey>();
    hash_pad(block, 0x36, made->inner);
    hash_pad(block, 0x5c, made->outer);
    wipe(block.data(), block.size());
    made->plain = plain_->make_key(key);
    return made;
  }

  /// Texts in one piece go to the library; the rest, and a lone packet of MD5, to the plain engine.
  void run(std::span<MacTask> tasks) const override {
    while (!tasks.empty()) {
      const std::span<MacTask> part = tasks.first(std::min(slice, tasks.size()));
      hash_ == Hash::sha ? run_sha(part) : run_md5(part);
      tasks = tasks.subspan(part.size());
    }
  }

  bool digest(const MacKey& key, std::span<const ByteView> parts, std::uint8_t* out) const override {
    return plain_->digest(*static_cast<const HmacKey&>(key).plain, parts, out);
  }
  bool hash(std::span<const ByteView> parts, std::uint8_t* out) const override { return plain_->hash(parts, out); }

 private:
  static constexpr std::size_t block_bytes = 64;
  static constexpr std::uint32_t wide_burst = 5;  // packets that the wide manager does no slower

  void hash_pad(std::array<std::uint8_t, block_bytes> block, std::uint8_t pad, std::uint8_t* state) const {
    for (std::uint8_t& octet : block) octet ^= pad;
    if (hash_ == Hash::sha) {
      IMB_SHA1_ONE_BLOCK(manager_.get(), block.data(), state);
    } else {
      IMB_MD5_ONE_BLOCK(manager_.get(), block.data(), state);
    }
    wipe(block.data(), block.size());
  }

  bool fits(const MacTask& task) const { return task.second.empty() && !task.first.empty(); }

  void run_plain(MacTask& task) const {
    const std::array<ByteView, 2> parts{task.first, task.second};
    task.good = digest(*task.key, parts, task.digest.data());
  }

  void fill(IMB_JOB& job, MacTask& task) const {
    const HmacKey& key = static_cast<const HmacKey&>(*task.key);
    job.src = task.first.data();
    job.hash_start_src_offset_in_bytes = 0;
    job.msg_len_to_hash_in_bytes = task.first.size();
    job.auth_tag_output = task.digest.data();
    job.auth_tag_output_len_in_bytes = traits(hash_).digest_bytes;
    job.u.HMAC._hashed_auth_key_xor_ipad = key.inner;
    job.u.HMAC._hashed_auth_key_xor_opad = key.outer;
  }

  void run_sha(std::span<MacTask> tasks) const {
    std::array<IMB_JOB, slice> jobs;
    std::array<MacTask*, slice> owners;
    std::uint32_t count = 0;
    for (MacTask& task : tasks) {
      if (!fits(task)) {
        run_plain(task);
        continue;
      }
      jobs[count] = {};
      fill(jobs[count], task);
      owners[count++] = &task;
    }
    if (count == 0) return;
    IMB_MGR* const manager = count < wide_burst ? few_.get() : manager_.get();
    IMB_SUBMIT_HASH_BURST(manager, jobs.data(), count, IMB_AUTH_HMAC_SHA_1);
    for (std::uint32_t i = 0; i < count; ++i) owners[i]->good = jobs[i].status == IMB_STATUS_COMPLETED;
  }

  void run_md5(std::span<MacTask> tasks) const {
    const auto finish = [](const IMB_JOB* job) {
      if (job != nullptr) static_cast<MacTask*>(job->user_data)->good = job->status == IMB_STATUS_COMPLETED;
      return job != nullptr;
    };
    for (MacTask& task : tasks) {
      task.good = false;
      if (tasks.size() == 1 || !fits(task)) {
        run_plain(task);
        continue;
      }
      IMB_JOB* const job = IMB_GET_NEXT_JOB(manager_.get());
      fill(*job, task);
      job->cipher_mode = IMB_CIPHER_NULL;
      job->cipher_direction = IMB_DIR_ENCRYPT;
      job->chain_order = IMB_ORDER_HASH_CIPHER;
      job->hash_alg = IMB_AUTH_MD5;
      job->user_data = &task;
      finish(IMB_SUBMIT_JOB(manager_.get()));
    }
    while (finish(IMB_FLUSH_JOB(manager_.get()))) {
    }
  }

  Manager manager_, few_;
  Hash hash_;
  std::unique_ptr<MacEngine> plain_;
};

}  // namespace

std::unique_ptr<CipherEngine> make_multibuffer_cipher(Cipher cipher, std::shared_ptr<const CipherEngine> plain) {
  if (cipher == Cipher::triple_des_2key || cipher == Cipher::triple_des_outer) {
    return make_multibuffer_triple_des(traits(cipher).key_bytes, std::move(plain));
  }
  if (cipher != Cipher::aes128 && cipher != Cipher::aes192 && cipher != Cipher::aes256) return nullptr;
  Manager manager = make_fastest_manager();
  if (!manager) return nullptr;
  return std::make_unique<MultiBufferAes>(std::move(manager), traits(cipher).key_bytes);
}

std::unique_ptr<MacEngine> make_multibuffer_hmac(Hash hash) {
  if (hash != Hash::md5 && hash != Hash::sha) return nullptr;
  Manager manager = hash == Hash::sha ? make_fastest_manager() : make_manager(init_mb_mgr_avx2, IMB_CPUFLAGS_AVX2);
  Manager few = make_narrow_manager();
  if (!manager || !few) return nullptr;
  return std::make_unique<MultiBufferHmac>(std::move(manager), std::move(few), hash, make_hmac(hash));
}

#else

std::unique_ptr<CipherEngine> make_multibuffer_cipher(Cipher, std::shared_ptr<const CipherEngine>) { return nullptr; }
std::unique_ptr<MacEngine> make_multibuffer_hmac(Hash) { return nullptr; }

#endif

}  // namespace arrouter::enco
