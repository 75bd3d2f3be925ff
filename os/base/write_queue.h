// Bytes on their way to a peer that may be slow: one piece is being written, the rest waits, within a limit.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace arrouter {

class WriteQueue {
 public:
  /// `limit` bytes at most wait or are being written.
  explicit WriteQueue(std::size_t limit) : limit_(limit) {}

  /// False, and nothing is taken: too much waits already.
  [[nodiscard]] bool push(std::string_view bytes) {
    if (held() + bytes.size() > limit_) return false;
    waiting_ += bytes;
    return true;
  }
  /// The piece to write now; empty while one is being written, or when nothing waits. Stays where it is until written().
  std::string_view next() {
    if (!writing_.empty()) return {};
    writing_ = std::exchange(waiting_, {});
    return writing_;
  }
  void written() { writing_ = std::string(); }
  bool empty() const { return held() == 0; }
  std::size_t held() const { return waiting_.size() + writing_.size(); }

 private:
  std::size_t limit_;
  std::string waiting_, writing_;
};

}  // namespace arrouter
