// The editor keeps one line in `text_` and knows where on the screen each of its characters stands: the line begins at
// the prompt and wraps every `width_` columns. On one row it moves with backspaces and by printing characters again,
// which every terminal understands; VT100 sequences are used only to change rows.
#include "cli/console/line_editor.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter {

namespace {

constexpr std::size_t most_ahead = 64U << 10;
constexpr std::size_t most_parameters = 16;  // characters of a control sequence

constexpr char control_key(char letter) { return static_cast<char>(letter - '@'); }
bool printable(char c) { return c >= ' ' && c < 0x7f; }

std::string with_carriage_returns(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

}  // namespace

// ---- the session's side -------------------------------------------------------------------------------------------

void LineEditor::write(std::string_view text) {
  if (text.empty()) return;
  if (!editing_) {
    const auto newline = text.rfind('\n');
    if (newline == std::string_view::npos) {
      tail_ += text;
    } else {
      tail_ = text.substr(newline + 1);
    }
    // "\r" begins the row again; only what stands there then counts.
    if (const auto back = tail_.rfind('\r'); back != std::string::npos) tail_.erase(0, back + 1);
    return show(with_carriage_returns(text));
  }
  if (text_.empty() && !text.starts_with('\n')) {
    // Only the prompt stands there: the text takes its row, so that a ping's answers follow each other.
    return show('\r' + std::string(prompt_.size(), ' ') + '\r' + with_carriage_returns(text) + redraw());
  }
  const std::size_t end = echo_ ? text_.size() : 0;
  show(moved(offset(echo_ ? cursor_ : 0), offset(end)) + "\r\n" + with_carriage_returns(text) + redraw());
}

void LineEditor::set_prompt(std::string_view prompt) {
  editing_ = !prompt.empty();
  prompt_ = prompt;
  text_.clear();
  cursor_ = 0;
  recalled_ = 0;
  tail_.clear();
  if (editing_) show(prompt_);
}

void LineEditor::close() {
  editing_ = keys_ = raw_ = false;
  echo_ = true;
  text_.clear();
  tail_.clear();
  cursor_ = 0;
  owner_.closed();
}

std::string LineEditor::redraw() const {
  if (!editing_) return tail_;
  if (!echo_) return prompt_;
  return prompt_ + printed(text_, prompt_.size()) + moved(offset(text_.size()), offset(cursor_));
}

// ---- keystrokes ---------------------------------------------------------------------------------------------------

void LineEditor::feed(std::string_view bytes) {
  ahead_.append(bytes.substr(0, most_ahead - std::min(most_ahead, ahead_.size())));
  if (feeding_) return;
  feeding_ = true;
  std::size_t used = 0;
  while (used < ahead_.size() && waited_for()) byte(ahead_[used++]);
  ahead_.erase(0, used);
  feeding_ = false;
}

void LineEditor::byte(char c) {
  if (std::exchange(after_cr_, false) && (c == '\n' || c == '\0')) return;
  if (!raw_ && escape_byte(c)) return;
  after_cr_ = c == '\r';
  if (keys_) {
    if (c != '\0') owner_.key(c);
    return;
  }
  if (c == '\r' || c == '\n') return enter();
  if (c == '?') return question_mark();
  if (printable(c)) return insert(c);
  control(c);
}

// Arrow keys and their like. True: the byte was part of one.
bool LineEditor::escape_byte(char c) {
  switch (escape_) {
    case Escape::none:
      if (c != '\x1b') return false;
      escape_ = Escape::escape;
      parameters_.clear();
      return true;
    case Escape::escape:
      escape_ = c == '[' ? Escape::csi : c == 'O' ? Escape::ss3 : Escape::none;
      return true;
    case Escape::ss3:
      escape_ = Escape::none;
      arrow(c);
      return true;
    case Escape::csi:
      break;
  }
  if (c >= '@' && c <= '~') {
    escape_ = Escape::none;
    arrow(c);
  } else if (c < ' ' || parameters_.size() == most_parameters) {
    escape_ = Escape::none;
    return c >= ' ';
  } else {
    parameters_ += c;
  }
  return true;
}

void LineEditor::arrow(char final) {
  if (keys_ || dumb_) return;
  switch (final) {
    case 'A':
      return recall(+1);
    case 'B':
      return recall(-1);
    case 'C':
      return place(std::min(cursor_ + 1, text_.size()));
    case 'D':
      return place(cursor_ == 0 ? 0 : cursor_ - 1);
    case 'H':
      return place(0);
    case 'F':
      return place(text_.size());
    case '~':
      if (parameters_ == "3") erase_at();
      if (parameters_ == "1") place(0);
      if (parameters_ == "4") place(text_.size());
      return;
    default:
      return;
  }
}

void LineEditor::control(char c) {
  // Keys that move about in the line or edit in the middle of it.
  constexpr std::string_view screen_keys = "AEDKOW";
  if (dumb_ && screen_keys.contains(static_cast<char>(c + '@'))) return;
  switch (c) {
    case control_key('A'):
      return place(0);
    case control_key('E'):
      return place(text_.size());
    case control_key('B'):
      return recall(+1);
    case control_key('F'):
      return recall(-1);
    case control_key('D'):
      return erase_at();
    case control_key('H'):
    case 0x7f:
      return erase_before();
    case control_key('I'):
      return recall_matching();
    case control_key('K'):
      return erase_to_end();
    case control_key('O'):
      overstrike_ = !overstrike_;
      return;
    case control_key('U'):
      return replace({});
    case control_key('W'):
      return erase_word();
    case control_key('C'):
      owner_.show_history();
      return;
    default:
      return;
  }
}

void LineEditor::enter() {
  show((echo_ ? moved(offset(cursor_), offset(text_.size())) : std::string()) + "\r\n");
  editing_ = false;
  prompt_.clear();
  tail_.clear();
  const std::string line = std::exchange(text_, {});
  cursor_ = 0;
  owner_.line(line);
}

// `?` helps where the session has help; in a password or a quoted string it is a character.
void LineEditor::question_mark() {
  const std::string typed = text_.substr(0, cursor_);
  if (!echo_ || !owner_.help(typed)) insert('?');
}

void LineEditor::insert(char c) {
  // One character more than a command may have, so that the command itself is refused and not a shorter one run.
  const bool over = overstrike_ && cursor_ < text_.size();
  if (!over && text_.size() > limits::command_line) return;
  if (over) {
    text_[cursor_] = c;
  } else {
    text_.insert(cursor_, 1, c);
  }
  ++cursor_;
  draw_from(cursor_ - 1, 0);
}

void LineEditor::erase_at() {
  if (cursor_ == text_.size()) return;
  text_.erase(cursor_, 1);
  draw_from(cursor_, 1);
}

void LineEditor::erase_before() {
  if (cursor_ == 0) return;
  const bool drawn_anew = dumb_ && offset(cursor_) / width_ != offset(cursor_ - 1) / width_;
  place(cursor_ - 1);
  if (!drawn_anew) return erase_at();
  text_.pop_back();
}

void LineEditor::erase_word() {
  std::size_t begin = cursor_;
  while (begin > 0 && text_[begin - 1] == ' ') --begin;
  while (begin > 0 && text_[begin - 1] != ' ') --begin;
  const std::size_t count = cursor_ - begin;
  place(begin);
  text_.erase(begin, count);
  draw_from(begin, count);
}

void LineEditor::erase_to_end() {
  const std::size_t count = text_.size() - cursor_;
  text_.erase(cursor_);
  draw_from(cursor_, count);
}

void LineEditor::replace(std::string text) {
  place(0);
  const std::size_t old_size = text_.size();
  text_ = std::move(text);
  cursor_ = text_.size();
  draw_from(0, old_size > text_.size() ? old_size - text_.size() : 0);
}

// +1: an older line, -1: a newer one.
void LineEditor::recall(int step) {
  const std::deque<std::string>& lines = owner_.history();
  if (!echo_ || (step > 0 && recalled_ >= lines.size()) || (step < 0 && recalled_ == 0)) return;
  if (recalled_ == 0) draft_ = text_;
  recalled_ =
      std::min(recalled_ + static_cast<std::size_t>(step > 0) - static_cast<std::size_t>(step < 0), lines.size());
  replace(recalled_ == 0 ? draft_ : lines[lines.size() - recalled_]);
}

void LineEditor::recall_matching() {
  if (!echo_ || text_.empty()) return;
  const std::deque<std::string>& lines = owner_.history();
  const auto found = std::find_if(lines.rbegin(), lines.rend(), [this](const std::string& line) {
    return line.size() > text_.size() && starts_with_ignoring_case(line, text_);
  });
  if (found != lines.rend()) replace(*found);
}

// ---- the screen ---------------------------------------------------------------------------------------------------

void LineEditor::place(std::size_t cursor) {
  const std::size_t before = std::exchange(cursor_, cursor);
  if (echo_) show(moved(offset(before), offset(cursor_)));
}

void LineEditor::draw_from(std::size_t from, std::size_t blanks) {
  if (!echo_) return;
  std::string tail = text_.substr(from);
  tail.append(blanks, ' ');
  show(printed(tail, offset(from)) + moved(offset(from) + tail.size(), offset(cursor_)));
}

// A terminal stays in the last column until the next character comes; a blank and a carriage return settle it.
std::string LineEditor::printed(std::string_view text, std::size_t from_offset) const {
  std::string out(text);
  if (!text.empty() && (from_offset + text.size()) % width_ == 0) out += " \r";
  return out;
}

std::string LineEditor::moved(std::size_t from_offset, std::size_t to_offset) const {
  const std::size_t from_row = from_offset / width_, to_row = to_offset / width_;
  if (from_row == to_row) {
    if (to_offset <= from_offset) return std::string(from_offset - to_offset, '\b');
    return text_.substr(from_offset - prompt_.size(), to_offset - from_offset);
  }
  if (dumb_) return "\r\n" + prompt_ + text_.substr(0, to_offset - prompt_.size());
  std::string out =
      from_row > to_row ? fmt::format("\x1b[{}A", from_row - to_row) : fmt::format("\x1b[{}B", to_row - from_row);
  out += '\r';
  if (const std::size_t column = to_offset % width_; column != 0) out += fmt::format("\x1b[{}C", column);
  return out;
}

}  // namespace arrouter
