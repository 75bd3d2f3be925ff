#include "cli/control/frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "os/base/text.h"

namespace arrouter::control {

namespace {
constexpr std::array<std::string_view, 5> kind_words = {"screen", "print", "outcome", "json", "end"};
constexpr std::size_t longest_header = 32;
constexpr std::uint64_t largest_payload = 1U << 30;
}  // namespace

std::string encode(const Frame& frame) {
  return fmt::format("{} {}\n{}", kind_words[static_cast<std::size_t>(frame.kind)], frame.payload.size(),
                     frame.payload);
}

std::optional<Frame> FrameReader::next() {
  if (broken_) return std::nullopt;
  const std::size_t line_end = buffer_.find('\n');
  // A header is refused for its length whether its end has come or not: how bytes arrive makes no difference.
  if (std::min(line_end, buffer_.size()) > longest_header) broken_ = true;
  if (broken_ || line_end == buffer_.npos) return std::nullopt;
  const std::string_view header = std::string_view(buffer_).substr(0, line_end);
  const std::size_t blank = header.find(' ');
  const auto kind = std::ranges::find(kind_words, header.substr(0, blank));
  const auto size = blank == header.npos ? std::nullopt : parse_number(header.substr(blank + 1), largest_payload);
  if (kind == kind_words.end() || !size) {
    broken_ = true;
    return std::nullopt;
  }
  if (buffer_.size() - line_end - 1 < *size) return std::nullopt;
  Frame frame{static_cast<FrameKind>(kind - kind_words.begin()), buffer_.substr(line_end + 1, *size)};
  buffer_.erase(0, line_end + 1 + *size);
  return frame;
}

std::optional<Request> parse_request(std::string_view text) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.starts_with("text ")) return Request{false, text.substr(5)};
  if (text.starts_with("json ")) return Request{true, text.substr(5)};
  return std::nullopt;
}

}  // namespace arrouter::control
