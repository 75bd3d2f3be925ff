#include "modules/firewall/line_stream.h"

#include <algorithm>

namespace arrouter::firewall {
namespace {

/// Sequence numbers go round.
std::int32_t ahead(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b); }

}  // namespace

void LineStream::start(std::uint32_t sequence) {
  *this = LineStream();
  started_ = true;
  next_ = acked_ = base_ = sequence;
}

/// The line at work is over (or of no interest): what was held of it needs an edit that brings it back.
void LineStream::release(const std::string* text, std::uint32_t segment_begin) {
  const std::uint32_t begin = held_from();
  const std::int32_t held = ahead(segment_begin, begin);
  if (text != nullptr || held > 0) {
    edits_.push_back({begin, next_, static_cast<std::uint32_t>(std::max(held, 0)), text != nullptr ? *text : line_});
  }
  line_.clear();
}

void LineStream::read(ByteView fresh, const Reader& reader) {
  const std::uint32_t segment_begin = next_;
  for (const std::uint8_t byte : fresh) {
    ++next_;
    const bool end = byte == '\n';
    if (passing_) {
      passing_ = !end;
      continue;
    }
    line_.push_back(static_cast<char>(byte));
    if (end) {
      const auto text = reader.replace(line_);
      release(text ? &*text : nullptr, segment_begin);
    } else if (line_.size() >= longest_line || !reader.matters(line_)) {
      release(nullptr, segment_begin);
      passing_ = true;
    }
  }
}

std::optional<LineStream::Segment> LineStream::pass(std::uint32_t sequence, ByteView text, bool last,
                                                    const Reader& reader) {
  if (!started_) start(sequence);
  const auto size = static_cast<std::uint32_t>(text.size());
  if (ahead(sequence, next_) > 0) return std::nullopt;
  if (ahead(sequence, base_) < 0 && ahead(sequence + size, base_) <= 0) {
    // The receiver has it: a number just before what he waits for makes him say so again.
    return Segment{outgoing(base_) - 1, {}};
  }
  if (ahead(sequence + size, next_) > 0) {
    if (edits_.size() >= most_edits) return std::nullopt;
    read(text.subspan(static_cast<std::size_t>(next_ - sequence)), reader);
  }
  if (last && !ended_ && sequence + size == next_) {
    if (!line_.empty()) release(nullptr, sequence);
    ended_ = true;
    ++next_;  // FIN has a number too
  }
  // What the segment covers, from what is not forgotten on, with held bytes left out and edits put in where they end.
  const std::uint32_t begin = ahead(sequence, base_) < 0 ? base_ : sequence;
  Segment segment{outgoing(begin), {}};
  const auto raw = [&](std::uint32_t from, std::uint32_t to) {
    if (ahead(from, begin) < 0) from = begin;
    if (ahead(to, sequence + size) > 0) to = sequence + size;
    if (ahead(to, from) <= 0) return;
    segment.text.append(reinterpret_cast<const char*>(text.data()) + (from - sequence), to - from);
  };
  std::uint32_t at = base_;
  for (const Edit& edit : edits_) {
    raw(at, edit.begin);
    // A FIN by itself brings the end of a line that was held to its last byte.
    const bool by_fin = last && edit.end == begin && edit.held == edit.end - edit.begin;
    if (by_fin) segment.sequence = outgoing(edit.begin);
    if (by_fin || (ahead(edit.end, begin) > 0 && ahead(edit.end, sequence + size) <= 0)) segment.text += edit.text;
    at = edit.end;
  }
  raw(at, held_from());
  return segment;
}

std::uint32_t LineStream::outgoing(std::uint32_t sequence) const {
  if (!line_.empty() && ahead(sequence, held_from()) > 0) sequence = held_from();
  std::uint32_t shift = shift_;
  for (const Edit& edit : edits_) {
    if (ahead(sequence, edit.begin) <= 0) break;
    if (ahead(sequence, edit.end) < 0) return edit.begin + shift;
    shift += edit.growth();
  }
  return sequence + shift;
}

std::uint32_t LineStream::acknowledged(std::uint32_t acknowledgement) {
  std::size_t over = 0;
  std::uint32_t meant = acknowledgement - shift_;
  for (const Edit& edit : edits_) {
    if (ahead(acknowledgement, edit.begin + shift_) < 0) break;
    if (ahead(acknowledgement, edit.end + shift_ + edit.growth()) < 0) {
      meant = edit.begin + edit.held;
      break;
    }
    shift_ += edit.growth();
    ++over;
    meant = acknowledgement - shift_;
  }
  edits_.erase(edits_.begin(), edits_.begin() + static_cast<std::ptrdiff_t>(over));
  if (ahead(meant, acked_) > 0) acked_ = meant;
  if (over != 0) base_ = acked_;
  return !line_.empty() && meant == held_from() ? next_ : meant;
}

}  // namespace arrouter::firewall
