// A few threads that take part of the work of a single call: forked and joined inside it, so the caller stays as
// single-threaded as it was.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace arrouter {

/// Pieces of work for the calling thread and, as far as they find the time, for others. Who does which piece is left to
/// chance, so a result must not depend on it. One caller at a time.
class ForkJoin {
 public:
  static constexpr std::size_t most_threads = 15;
  static constexpr std::size_t most_pieces = 0xffff;

  ForkJoin() = default;
  ForkJoin(const ForkJoin&) = delete;
  ForkJoin& operator=(const ForkJoin&) = delete;
  ~ForkJoin() { resize(0); }

  /// Threads beside the caller, 0 at first. Fewer than asked for when the system gives no more.
  std::size_t resize(std::size_t threads);
  std::size_t threads() const { return threads_.size(); }

  /// Calls work(piece, thread) once for every piece from 0 to pieces - 1 and returns when all are done. `thread` is 0
  /// for the caller, 1 to threads() for the others. Takes no lock and no memory from the heap; `work` must not throw.
  template <class Work>
  void run(std::size_t pieces, const Work& work) {
    fork([](const void* object, std::size_t piece,
            std::size_t thread) { (*static_cast<const Work*>(object))(piece, thread); },
         &work, pieces);
  }

 private:
  using Call = void (*)(const void* object, std::size_t piece, std::size_t thread);

  void fork(Call call, const void* object, std::size_t pieces);
  void serve(std::size_t thread);
  /// Does pieces until none is left to begin.
  void work_off(std::size_t thread);
  void wait_for_others();

  // Written by the caller before it hands out tickets; read by whoever has drawn one.
  Call call_ = nullptr;
  const void* object_ = nullptr;
  /// Round, pieces of that round, next piece to begin: in one word, so that a thread which comes late draws nothing.
  alignas(64) std::atomic<std::uint64_t> tickets_{0};
  alignas(64) std::atomic<std::uint32_t> round_{0};  // what idle threads wait for
  std::atomic<bool> ending_{false};
  alignas(64) std::atomic<std::uint32_t> left_{0};  // pieces not done yet
  std::vector<std::thread> threads_;
};

}  // namespace arrouter
