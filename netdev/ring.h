// Many reads or writes of one descriptor by one system call: io_uring, where the build has liburing and the kernel
// allows it. Owners keep plain loops for everywhere else.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <span>

namespace arrouter {

/// Never waits: what would block is given back as -EAGAIN.
class Ring {
 public:
  /// One transfer: its parts in, the bytes moved or -errno out.
  struct Transfer {
    iovec parts[2];
    int result = 0;
  };
  static constexpr std::size_t depth = 64;  // transfers at most in a call

  /// nullptr where rings are not to be had.
  static std::unique_ptr<Ring> make();
  ~Ring();
  Ring(const Ring&) = delete;

  /// In order, all done on return. False: the kernel refuses rings after all, and nothing was moved.
  bool read(int fd, std::span<Transfer> transfers);
  bool write(int fd, std::span<Transfer> transfers);

 private:
  struct State;
  explicit Ring(std::unique_ptr<State> state);
  bool run(int fd, std::span<Transfer> transfers, bool reading);
  std::unique_ptr<State> state_;
};

}  // namespace arrouter
