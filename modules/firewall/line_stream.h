// One direction of a TCP session whose lines of text may be replaced by longer or shorter ones: what each segment
// becomes, and which numbers each side means. Knows nothing of packets or of what the lines say.
//
// A line is looked at when its last byte is there. The beginning of a line that may have to be replaced is held back,
// and the sender is told that it arrived, because Nagle's algorithm would keep the rest from coming. The segment that
// brings the end of the line carries all of it, and does so each time it is sent anew: that keeps the promise.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/base/bytes.h"

namespace arrouter::firewall {

class LineStream {
 public:
  static constexpr std::size_t longest_line = 512;  // longer ones are not looked at
  static constexpr std::size_t most_edits = 8;      // replaced lines the other side has not acknowledged yet

  struct Reader {
    /// The line may be one that is to be replaced, as far as it goes.
    std::function<bool(std::string_view beginning)> matters;
    /// What a whole line (with its line feed) becomes; nullopt: what it is.
    std::function<std::optional<std::string>(std::string_view line)> replace;
  };

  bool started() const { return started_; }
  /// The first byte will have this number.
  void start(std::uint32_t sequence);

  struct Segment {
    std::uint32_t sequence = 0;
    std::string text;
  };
  /// What a segment becomes; with `last` (FIN) nothing is held back. nullopt: it is not its turn (something is missing
  /// in front of it, or too much is on its way), so it must be dropped and will come again.
  std::optional<Segment> pass(std::uint32_t sequence, ByteView text, bool last, const Reader& reader);

  /// The number under which the receiver knows the sender's `sequence`.
  std::uint32_t outgoing(std::uint32_t sequence) const;
  /// What the receiver's acknowledgement means to the sender.
  std::uint32_t acknowledged(std::uint32_t acknowledgement);
  /// Behind everything that came in order.
  std::uint32_t next() const { return next_; }
  /// The sender waits for an acknowledgement that the receiver will not send: all that went on to him he has, and the
  /// rest is held back. next() is what the sender is to be told.
  bool owes_acknowledgement() const { return !line_.empty() && acked_ == held_from(); }

 private:
  struct Edit {
    std::uint32_t begin = 0, end = 0;  // of the sender's bytes
    std::uint32_t held = 0;            // of them, so many were acknowledged before the rest came
    std::string text;
    std::uint32_t growth() const { return static_cast<std::uint32_t>(text.size()) - (end - begin); }  // may be negative
  };

  void read(ByteView fresh, const Reader& reader);
  void release(const std::string* text, std::uint32_t segment_begin);

  std::uint32_t held_from() const { return next_ - static_cast<std::uint32_t>(line_.size()); }

  bool started_ = false, ended_ = false;
  std::uint32_t next_ = 0, acked_ = 0;
  std::uint32_t base_ = 0;   // edits before it are forgotten: the receiver has acknowledged them
  std::uint32_t shift_ = 0;  // from base_ on, in front of the first edit
  std::vector<Edit> edits_;
  bool passing_ = false;  // the rest of the line goes as it comes
  std::string line_;      // of the line at work, as far as it is there
};

}  // namespace arrouter::firewall
