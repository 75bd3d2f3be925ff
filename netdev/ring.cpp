#include "netdev/ring.h"

#include <cerrno>

#ifdef ARROUTER_URING
#include <liburing.h>
#endif

namespace arrouter {

#ifdef ARROUTER_URING

struct Ring::State {
  io_uring ring{};
};

std::unique_ptr<Ring> Ring::make() {
  auto state = std::make_unique<State>();
  if (io_uring_queue_init(depth, &state->ring, 0) != 0) return nullptr;
  return std::unique_ptr<Ring>(new Ring(std::move(state)));
}

Ring::~Ring() { io_uring_queue_exit(&state_->ring); }

bool Ring::run(int fd, std::span<Transfer> transfers, bool reading) {
  io_uring& ring = state_->ring;
  for (Transfer& transfer : transfers) {
    // The ring is empty between calls and as deep as the longest of them, so there is always an entry.
    io_uring_sqe* const entry = io_uring_get_sqe(&ring);
    if (reading) {
      io_uring_prep_readv2(entry, fd, transfer.parts, 2, 0, RWF_NOWAIT);
    } else {
      io_uring_prep_writev2(entry, fd, transfer.parts, 2, 0, RWF_NOWAIT);
    }
    io_uring_sqe_set_data(entry, &transfer);
    transfer.result = -ECANCELED;
  }
  unsigned left = static_cast<unsigned>(transfers.size());
  // Without RWF_NOWAIT an empty TAP would arm a poll instead of answering; with it all is done at submission.
  for (unsigned submitted = 0; submitted < left;) {
    const int taken = io_uring_submit(&ring);
    if (taken == -EINTR) continue;
    if (taken <= 0) return false;
    submitted += static_cast<unsigned>(taken);
  }
  while (left > 0) {
    io_uring_cqe* done = nullptr;
    const int waited = io_uring_wait_cqe(&ring, &done);
    if (waited == -EINTR) continue;
    if (waited != 0) return false;
    static_cast<Transfer*>(io_uring_cqe_get_data(done))->result = done->res;
    io_uring_cqe_seen(&ring, done);
    --left;
  }
  return true;
}

#else

struct Ring::State {};
std::unique_ptr<Ring> Ring::make() { return nullptr; }
Ring::~Ring() = default;
bool Ring::run(int, std::span<Transfer>, bool) { return false; }

#endif

Ring::Ring(std::unique_ptr<State> state) : state_(std::move(state)) {}
bool Ring::read(int fd, std::span<Transfer> transfers) { return run(fd, transfers, true); }
bool Ring::write(int fd, std::span<Transfer> transfers) { return run(fd, transfers, false); }

}  // namespace arrouter
