// Worth it for DES in all its forms alone (reference/performance.md, rule 9): a burst of AES is done by the time that
// another thread has woken up. Everything with a state, which is what SAs, replay windows, counters and the order of
// packets are, stays where it was: run() returns when the last piece is done.
#include "modules/enco/split_cipher.h"

#include <algorithm>

#include "os/base/packet_limits.h"

namespace arrouter::enco {

namespace {

constexpr std::size_t slice = limits::burst;  // tasks split at a time
/// Bytes below which nothing is split: the fastest engine takes 10 ns for each, and a thread that sleeps 40 microseconds
/// to come.
constexpr std::size_t least_split = 8192;
constexpr std::size_t least_piece = 2048;
constexpr std::size_t price_of_task = 64;  // bytes that could be worked in the time that a task costs by itself

std::size_t cost(const CipherTask& task) { return task.length + price_of_task; }
std::size_t cost(std::span<const CipherTask> tasks) {
  std::size_t sum = 0;
  for (const CipherTask& task : tasks) sum += cost(task);
  return sum;
}

/// Where the pieces of a burst begin.
class Cuts {
 public:
  /// About four pieces for each thread, so that all end at the same time; whole rows of lanes, so that none is idle.
  Cuts(std::span<const CipherTask> tasks, std::size_t lanes, std::size_t threads) {
    constexpr std::size_t pieces_of_thread = 4;
    const std::size_t total = cost(tasks);
    const std::size_t wanted = std::max(least_piece, total / (threads * pieces_of_thread));
    std::size_t held = 0;
    for (std::size_t i = 0; i < tasks.size() && total >= least_split; ++i) {
      held += cost(tasks[i]);
      if (held < wanted || (i + 1) % lanes != 0 || i + 1 == tasks.size()) continue;
      begins_[count_++] = static_cast<std::uint8_t>(i + 1);
      held = 0;
    }
    begins_[count_] = static_cast<std::uint8_t>(tasks.size());
  }
  std::size_t count() const { return count_; }
  std::span<CipherTask> piece(std::span<CipherTask> tasks, std::size_t index) const {
    return tasks.subspan(begins_[index], begins_[index + 1] - begins_[index]);
  }

 private:
  static_assert(slice <= 0xff);
  std::array<std::uint8_t, slice + 1> begins_{};
  std::size_t count_ = 1;
};

}  // namespace

/// A key for each thread that has needed one; the first is there from the beginning.
class SplitCipher::Key final : public CipherKey {
 public:
  Key(ByteView value, Direction direction, std::unique_ptr<CipherKey> first)
      : value_(value.begin(), value.end()), direction_(direction) {
    keys_.push_back(std::move(first));
  }
  /// False when an engine has no room for another.
  bool equip(std::span<const std::shared_ptr<const CipherEngine>> engines) {
    while (keys_.size() < engines.size()) {
      auto made = engines[keys_.size()]->make_key(value_, direction_);
      if (!made) return false;
      keys_.push_back(std::move(made));
    }
    return true;
  }
  CipherKey* of(std::size_t thread) { return keys_[thread].get(); }

 private:
  SecretBytes value_;
  Direction direction_;
  std::vector<std::unique_ptr<CipherKey>> keys_;
};

SplitCipher::SplitCipher(std::shared_ptr<const CipherEngine> engine, Again again, std::shared_ptr<Workers> workers)
    : engines_{std::move(engine)}, again_(std::move(again)), workers_(std::move(workers)) {}

void SplitCipher::equip() {
  while (engines_.size() <= workers_->threads.threads()) {
    auto made = again_();
    if (!made) return;
    engines_.push_back(std::move(made));
  }
}

std::unique_ptr<CipherKey> SplitCipher::make_key(ByteView key, Direction direction) const {
  auto first = engines_.front()->make_key(key, direction);
  return first ? std::make_unique<Key>(key, direction, std::move(first)) : nullptr;
}

void SplitCipher::run(std::span<CipherTask> tasks) const {
  for (; tasks.size() > slice; tasks = tasks.subspan(slice)) run_slice(tasks.first(slice));
  run_slice(tasks);
}

void SplitCipher::run_slice(std::span<CipherTask> tasks) const {
  const std::size_t threads = workers_->threads.threads() + 1;
  if (threads == 1 || tasks.size() == 1) return run_piece(tasks, 0);
  const Cuts cuts(tasks, lanes(), threads);
  if (cuts.count() == 1 || !ready(tasks)) return run_piece(tasks, 0);
  std::array<std::uint8_t, slice> done_by;
  workers_->threads.run(cuts.count(), [&](std::size_t piece, std::size_t thread) {
    run_piece(cuts.piece(tasks, piece), thread);
    done_by[piece] = static_cast<std::uint8_t>(thread);
  });
  ++workers_->bursts;
  for (std::size_t i = 0; i < cuts.count(); ++i) workers_->packets[done_by[i]] += cuts.piece(tasks, i).size();
}

/// A key gets its twins with the first burst that is split: most keys, ISAKMP's for instance, never need them.
bool SplitCipher::ready(std::span<CipherTask> tasks) const {
  const std::size_t threads = workers_->threads.threads() + 1;
  return engines_.size() >= threads && std::ranges::all_of(tasks, [&](const CipherTask& task) {
           return static_cast<Key&>(*task.key).equip(std::span(engines_).first(threads));
         });
}

void SplitCipher::run_piece(std::span<CipherTask> tasks, std::size_t thread) const {
  std::array<CipherTask, slice> own;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    own[i] = tasks[i];
    own[i].key = static_cast<Key&>(*tasks[i].key).of(thread);
  }
  engines_[thread]->run(std::span(own).first(tasks.size()));
  for (std::size_t i = 0; i < tasks.size(); ++i) tasks[i].good = own[i].good;
}

}  // namespace arrouter::enco
