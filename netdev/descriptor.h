// A file descriptor that closes itself.
#pragma once

#include <unistd.h>

#include <utility>

namespace arrouter {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      shut();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Descriptor() { shut(); }
  int get() const { return fd_; }
  /// Gives it to somebody else, who closes it.
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  void shut() {
    if (fd_ >= 0) close(fd_);
  }
  int fd_ = -1;
};

}  // namespace arrouter
