// 3DES-CBC by Intel's multi-buffer library, where the processor has AVX-512: sixteen buffers side by side take as long as
// five by OpenSSL. Without AVX-512 the library has plain C for it, and others do the work.
//
// By the job interface: the synchronous bursts do not know 3DES.
#include "modules/enco/multibuffer.h"

#ifdef ARROUTER_IPSEC_MB

#include <algorithm>

namespace arrouter::enco {
namespace {

/// Three key schedules in the order in which they are used, and the same key for the plain engine.
class TripleDesKey final : public CipherKey {
 public:
  TripleDesKey(IMB_MGR* manager, ByteView key, Direction given) : direction(given) {
    constexpr std::size_t part = 8;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      parts[i] = schedules_[i].data();
      // Two keys are three of which the last is the first again.
      IMB_DES_KEYSCHED(manager, schedules_[i].data(), key.data() + i * part % key.size());
    }
  }
  ~TripleDesKey() override { wipe(schedules_.data(), sizeof(schedules_)); }
  Direction direction;
  std::array<const void*, 3> parts;
  std::unique_ptr<CipherKey> plain;

 private:
  alignas(64) std::array<std::array<std::uint64_t, 16>, 3> schedules_{};
};

/// Sixteen lanes take as long for one buffer as for sixteen. What a burst has beyond a multiple of sixteen goes to the
/// plain engine when it is little; else, to decrypt, it is cut into pieces, as a block of CBC needs but the ciphertext in
/// front of it.
class MultiBufferTripleDes final : public CipherEngine {
 public:
  MultiBufferTripleDes(Manager manager, std::size_t key_bytes, std::shared_ptr<const CipherEngine> plain)
      : manager_(std::move(manager)), key_bytes_(key_bytes), plain_(std::move(plain)) {}

  std::string_view name() const override { return "ipsec-mb"; }

  std::unique_ptr<CipherKey> make_key(ByteView key, Direction direction) const override {
    if (key.size() != key_bytes_) return nullptr;
    auto made = std::make_unique<TripleDesKey>(manager_.get(), key, direction);
    made->plain = plain_->make_key(key, direction);
    if (!made->plain) return nullptr;
    return made;
  }

  void run(std::span<CipherTask> tasks) const override {
    if (tasks.empty()) return;
    const Direction direction = static_cast<const TripleDesKey&>(*tasks.front().key).direction;
    for (CipherTask& task : tasks) task.good = task.length % block_bytes == 0;
    const std::span<CipherTask> rest = tasks.last(tasks.size() % lanes_);
    run_whole(tasks.first(tasks.size() - rest.size()));
    if (rest.size() < (direction == Direction::encode ? few_to_encrypt : few_to_decrypt)) {
      run_plain(rest);
    } else if (direction == Direction::encode) {
      run_whole(rest);
    } else {
      decrypt_in_pieces(rest);
    }
  }

  std::size_t lanes() const override { return lanes_; }

 private:
  static constexpr std::size_t block_bytes = 8;
  static constexpr std::size_t lanes_ = 16;
  static constexpr std::size_t few_to_encrypt = 6, few_to_decrypt = 4;  // fewer are done sooner one by one

  void run_whole(std::span<CipherTask> tasks) const {
    for (CipherTask& task : tasks) submit(task, 0, task.length, task.iv);
    flush();
  }

  void run_plain(std::span<CipherTask> tasks) const {
    for (CipherTask& task : tasks) {
      CipherTask alone = task;
      alone.key = static_cast<TripleDesKey&>(*task.key).plain.get();
      plain_->run({&alone, 1});
      task.good = task.good && alone.good;
    }
  }

  void decrypt_in_pieces(std::span<CipherTask> tasks) const {
    constexpr std::size_t shortest = 128, longest = 352;  // pieces: each has a price of its own
    std::size_t total = 0;
    for (const CipherTask& task : tasks) total += task.length;
    const std::size_t piece = std::clamp(total / lanes_, shortest, longest) / block_bytes * block_bytes;
    std::array<std::array<std::uint8_t, block_bytes>, 256> ivs;  // of pieces under way: they are overwritten in place
    std::size_t used = 0;
    for (CipherTask& task : tasks) {
      const std::uint8_t* iv = task.iv;
      for (std::size_t at = 0; task.good && at < task.length; at += piece) {
        if (used == ivs.size()) {
          flush();
          used = 0;
        }
        const std::size_t length = std::min(piece, task.length - at);
        std::array<std::uint8_t, block_bytes>& next = ivs[used++];
        std::copy_n(task.data + at + length - block_bytes, block_bytes, next.data());
        submit(task, at, length, iv);
        iv = next.data();
      }
    }
    flush();
  }

  void submit(CipherTask& task, std::size_t at, std::size_t length, const std::uint8_t* iv) const {
    if (length == 0 || !task.good) return;
    const TripleDesKey& key = static_cast<const TripleDesKey&>(*task.key);
    IMB_JOB* const job = IMB_GET_NEXT_JOB(manager_.get());
    *job = {};
    job->cipher_mode = IMB_CIPHER_DES3;
    job->cipher_direction = key.direction == Direction::encode ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
    job->chain_order = IMB_ORDER_CIPHER_HASH;
    job->hash_alg = IMB_AUTH_NULL;
    job->enc_keys = job->dec_keys = key.parts.data();
    job->key_len_in_bytes = 24;
    job->src = job->dst = task.data + at;
    job->msg_len_to_cipher_in_bytes = length;
    job->iv = iv;
    job->iv_len_in_bytes = block_bytes;
    job->user_data = &task;
    finish(IMB_SUBMIT_JOB(manager_.get()));
  }

  static bool finish(const IMB_JOB* job) {
    if (job == nullptr) return false;
    if (job->status != IMB_STATUS_COMPLETED) static_cast<CipherTask*>(job->user_data)->good = false;
    return true;
  }
  void flush() const {
    while (finish(IMB_FLUSH_JOB(manager_.get()))) {
    }
  }

  Manager manager_;
  std::size_t key_bytes_;
  std::shared_ptr<const CipherEngine> plain_;
};

}  // namespace

std::unique_ptr<CipherEngine> make_multibuffer_triple_des(std::size_t key_bytes,
                                                          std::shared_ptr<const CipherEngine> plain) {
  Manager manager = make_avx512_manager();
  if (!manager || !plain) return nullptr;
  return std::make_unique<MultiBufferTripleDes>(std::move(manager), key_bytes, std::move(plain));
}

}  // namespace arrouter::enco

#endif
