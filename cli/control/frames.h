// What travels over a control socket.
//
// A request is one line: "text " or "json ", then a command line. The answer is a row of frames, each a line
// "<kind> <bytes>" and that many bytes:
//   screen    what the command printed at once
//   print     what its background work printed later (ping replies), or any later message to this client
//   outcome   the numbered line, "Error (3035256): …"
//   json      instead of the three above: one object for the whole answer
//   end       the class of the outcome, "1" to "3": the answer is complete, background work has ended
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace arrouter::control {

enum class FrameKind : std::uint8_t { screen, print, outcome, json, end };

struct Frame {
  FrameKind kind = FrameKind::screen;
  std::string payload;
  bool operator==(const Frame&) const = default;
};

std::string encode(const Frame& frame);

/// Takes frames out of a byte stream that arrives in pieces.
class FrameReader {
 public:
  void add(std::string_view bytes) { buffer_ += bytes; }
  /// The next whole frame, if it has arrived.
  std::optional<Frame> next();
  /// What came is no frame; nothing more will come of it.
  bool broken() const { return broken_; }

 private:
  std::string buffer_;
  bool broken_ = false;
};

/// A request line without its line end; nullopt for anything else.
struct Request {
  bool json = false;
  std::string_view line;
};
std::optional<Request> parse_request(std::string_view text);

}  // namespace arrouter::control
