// Pieces are not dealt out beforehand but drawn, one by one, by whoever is free: a thread that the system does not let
// run costs the caller nothing but the piece it holds. A thread that sleeps takes 40 microseconds to come, and the caller
// 12 to wake it; so an idle one looks around for some time, in which the next call of a busy stream comes, before it
// sleeps.
#include "os/fork_join.h"

#include <algorithm>
#include <system_error>

namespace arrouter {

namespace {

constexpr unsigned looks = 3000;  // before a thread sleeps: about 100 microseconds

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

constexpr std::uint64_t ticket(std::uint32_t round, std::size_t pieces) {
  return std::uint64_t{round} << 32 | std::uint64_t{pieces} << 16;
}
constexpr std::size_t next_of(std::uint64_t tickets) { return tickets & 0xffff; }
constexpr std::size_t pieces_of(std::uint64_t tickets) { return tickets >> 16 & 0xffff; }

}  // namespace

std::size_t ForkJoin::resize(std::size_t threads) {
  if (threads == threads_.size()) return threads;
  ending_.store(true);
  round_.fetch_add(1);
  round_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  ending_.store(false);
  try {
    while (threads_.size() < std::min(threads, most_threads))
      threads_.emplace_back([this, number = threads_.size() + 1] { serve(number); });
  } catch (const std::system_error&) {  // as many as there are room for
  }
  return threads_.size();
}

void ForkJoin::fork(Call call, const void* object, std::size_t pieces) {
  call_ = call;
  object_ = object;
  left_.store(static_cast<std::uint32_t>(pieces), std::memory_order_relaxed);
  const std::uint32_t round = round_.load(std::memory_order_relaxed) + 1;
  tickets_.store(ticket(round, pieces), std::memory_order_release);
  round_.store(round, std::memory_order_release);
  for (std::size_t i = 1; i < pieces && i <= threads_.size(); ++i) round_.notify_one();
  work_off(0);
  wait_for_others();
}

void ForkJoin::work_off(std::size_t thread) {
  std::uint64_t tickets = tickets_.load(std::memory_order_relaxed);
  while (next_of(tickets) < pieces_of(tickets)) {
    if (!tickets_.compare_exchange_weak(tickets, tickets + 1, std::memory_order_acquire, std::memory_order_relaxed))
      continue;
    call_(object_, next_of(tickets), thread);
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1 && thread != 0) left_.notify_one();
    tickets = tickets_.load(std::memory_order_relaxed);
  }
}

void ForkJoin::wait_for_others() {
  for (unsigned i = 0; i < looks; ++i) {
    if (left_.load(std::memory_order_acquire) == 0) return;
    pause();
  }
  while (const std::uint32_t left = left_.load(std::memory_order_acquire)) left_.wait(left, std::memory_order_acquire);
}

void ForkJoin::serve(std::size_t thread) {
  for (;;) {
    const std::uint32_t seen = round_.load(std::memory_order_acquire);
    if (ending_.load(std::memory_order_acquire)) return;
    work_off(thread);
    for (unsigned i = 0; i < looks && round_.load(std::memory_order_acquire) == seen; ++i) pause();
    round_.wait(seen, std::memory_order_acquire);
  }
}

}  // namespace arrouter
