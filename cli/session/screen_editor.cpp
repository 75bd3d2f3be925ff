// The editor keeps the text as lines and the screen as rows. After each key it makes the picture the screen ought to
// show and sends the rows that differ, so that no key needs drawing code of its own. Keys and status line: the manuals
// of 2.x (reference/operations.md 3.3; those beyond Ctrl/K H, X, Q are recalled).
#include "cli/session/screen_editor.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "os/base/text.h"

namespace arrouter {

namespace {

constexpr std::size_t rows = 23, columns = 80;  // of the text; the last row of 24 is the status line
constexpr std::size_t most_parameters = 8;
constexpr std::size_t longest_search = 40;
constexpr std::size_t longest_line = 1000;

constexpr char control_key(char letter) { return static_cast<char>(letter - '@'); }
bool printable(char c) { return c >= ' ' && c < 0x7f; }
// Bytes of other alphabets are kept as they come, and shown as dots: the screen is ASCII.
bool writable(char c) { return printable(c) || static_cast<unsigned char>(c) >= 0x80; }

constexpr std::string_view help_lines[] = {
    "Editor keys",
    "",
    "arrow keys        move the cursor",
    "Ctrl/A  Ctrl/E    beginning, end of the line",
    "Ctrl/U  Ctrl/V    one screen up, down",
    "Ctrl/B  Ctrl/D    beginning, end of the file",
    "Ctrl/O  Ctrl/I    overstrike, insert",
    "Ctrl/Y            delete the line",
    "Ctrl/K F  Ctrl/L  find a text, find it again",
    "Ctrl/W            draw the screen again",
    "Ctrl/K S          save",
    "Ctrl/K X          save and leave",
    "Ctrl/K Q  Ctrl/C  leave without saving",
    "Ctrl/K H          this help",
    "",
    "Press any key",
};

}  // namespace

ScreenEditor::ScreenEditor(std::string name, std::string_view text, Save save)
    : name_(std::move(name)), save_(std::move(save)), as_read_(text) {
  const std::vector<std::string_view> parts = split(text, '\n');
  const auto ended = std::span(parts).first(parts.size() - 1);
  const bool by_windows =
      !ended.empty() && std::ranges::all_of(ended, [](std::string_view part) { return part.ends_with('\r'); });
  if (by_windows) line_end_ = "\r\n";
  for (std::string_view part : ended) {
    if (by_windows) part.remove_suffix(1);
    lines_.emplace_back(part);
  }
  lines_.emplace_back(parts.back());  // where the next line would begin, when the text ends as it should
}

std::string ScreenEditor::text() const {
  if (!touched_) return as_read_;
  std::string whole = fmt::format("{}", fmt::join(lines_, line_end_));
  if (!lines_.back().empty()) whole += line_end_;
  return whole;
}

std::string ScreenEditor::redraw() {
  shown_.assign(rows + 1, {});
  return "\x1b[H\x1b[2J" + draw();
}

std::string ScreenEditor::typed(char c) {
  message_.clear();
  switch (wait_) {
    case Wait::key:
      key(c);
      break;
    case Wait::escape:
      wait_ = c == '[' || c == 'O' ? Wait::sequence : Wait::key;
      parameters_.clear();
      break;
    case Wait::sequence:
      if (c >= '0' && c <= ';') {
        if (parameters_.size() < most_parameters) parameters_ += c;
        break;
      }
      wait_ = Wait::key;
      sequence(c);
      break;
    case Wait::command:
      wait_ = Wait::key;
      command(c);
      break;
    case Wait::quit:
      answer_quit(c);
      break;
    case Wait::search:
      search_key(c);
      break;
    case Wait::help:
      wait_ = Wait::key;
      break;
  }
  if (ended_) return "\x1b[H\x1b[2J";
  return c == control_key('W') && wait_ == Wait::key ? redraw() : draw();
}

void ScreenEditor::key(char c) {
  switch (c) {
    case '\x1b':
      wait_ = Wait::escape;
      return;
    case control_key('K'):
      wait_ = Wait::command;
      return;
    case control_key('C'):
      return ask_quit();
    case control_key('A'):
      column_ = 0;
      return;
    case control_key('E'):
      column_ = line().size();
      return;
    case control_key('U'):
      return up(rows - 1);
    case control_key('V'):
      return down(rows - 1);
    case control_key('B'):
      row_ = column_ = 0;
      return;
    case control_key('D'):
      row_ = lines_.size() - 1;
      column_ = line().size();
      return;
    case control_key('O'):
      overstrike_ = true;
      return;
    case control_key('I'):
      overstrike_ = false;
      return;
    case control_key('Y'):
      return erase_line();
    case control_key('L'):
      return find_next();
    case '\r':
      return break_line();
    case control_key('H'):
    case 0x7f:
      return erase_before();
    default:
      if (writable(c)) insert(c);
  }
}

void ScreenEditor::command(char c) {
  // Ctrl/K Ctrl/X is as good as Ctrl/K X.
  switch (c < ' ' ? static_cast<char>(c + '@') : to_upper(std::string(1, c)).front()) {
    case 'H':
      wait_ = Wait::help;
      return;
    case 'X':
      ended_ = save();
      return;
    case 'S':
      if (save()) message_ = "Saved";
      return;
    case 'Q':
      return ask_quit();
    case 'F':
      wanted_.clear();
      wait_ = Wait::search;
      return;
    default:
      return;
  }
}

void ScreenEditor::sequence(char final) {
  switch (final) {
    case 'A':
      return up(1);
    case 'B':
      return down(1);
    case 'C':
      return right();
    case 'D':
      return left();
    case 'H':
      column_ = 0;
      return;
    case 'F':
      column_ = line().size();
      return;
    case '~':
      if (parameters_ == "1") column_ = 0;
      if (parameters_ == "3") erase_at();
      if (parameters_ == "4") column_ = line().size();
      if (parameters_ == "5") up(rows - 1);
      if (parameters_ == "6") down(rows - 1);
      return;
    default:
      return;
  }
}

void ScreenEditor::ask_quit() {
  if (changed_) {
    wait_ = Wait::quit;
  } else {
    ended_ = true;
  }
}

void ScreenEditor::answer_quit(char c) {
  wait_ = Wait::key;
  ended_ = c == 'y' || c == 'Y';
}

void ScreenEditor::search_key(char c) {
  if (c == '\r') {
    wait_ = Wait::key;
    find_next();
  } else if (c == control_key('C')) {
    wait_ = Wait::key;
  } else if (c == control_key('H') || c == 0x7f) {
    if (!wanted_.empty()) wanted_.pop_back();
  } else if (writable(c) && wanted_.size() < longest_search) {
    wanted_ += c;
  }
}

void ScreenEditor::find_next() {
  if (wanted_.empty()) return;
  const std::string wanted = to_upper(wanted_);
  for (std::size_t step = 0; step <= lines_.size(); ++step) {
    const std::size_t at = (row_ + step) % lines_.size();
    const std::size_t found = to_upper(lines_[at]).find(wanted, step == 0 ? column_ + 1 : 0);
    if (found == std::string::npos) continue;
    row_ = at;
    column_ = found;
    return;
  }
  message_ = "Not found";
}

bool ScreenEditor::save() {
  const auto saved = save_(text());
  if (saved) {
    changed_ = false;
  } else {
    message_ = "Not saved: " + saved.error().text;
  }
  return saved.has_value();
}

// ---- the text -----------------------------------------------------------------------------------------------------

void ScreenEditor::insert(char c) {
  const bool over = overstrike_ && column_ < line().size();
  if (!over && line().size() >= longest_line) {
    message_ = "The line is too long";
    return;
  }
  if (over) {
    line()[column_] = c;
  } else {
    line().insert(column_, 1, c);
  }
  ++column_;
  note_change();
}

void ScreenEditor::break_line() {
  std::string rest = line().substr(column_);
  line().erase(column_);
  ++row_;
  lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(row_), std::move(rest));
  column_ = 0;
  note_change();
}

void ScreenEditor::erase_before() {
  if (row_ == 0 && column_ == 0) return;
  left();
  erase_at();
}

void ScreenEditor::erase_at() {
  if (column_ < line().size()) {
    line().erase(column_, 1);
  } else if (row_ + 1 < lines_.size()) {
    line() += lines_[row_ + 1];
    lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(row_ + 1));
  } else {
    return;
  }
  note_change();
}

void ScreenEditor::erase_line() {
  if (lines_.size() == 1) {
    line().clear();
  } else {
    lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(row_));
    row_ = std::min(row_, lines_.size() - 1);
  }
  column_ = 0;
  note_change();
}

void ScreenEditor::up(std::size_t count) {
  row_ -= std::min(row_, count);
  column_ = std::min(column_, line().size());
}

void ScreenEditor::down(std::size_t count) {
  row_ = std::min(row_ + count, lines_.size() - 1);
  column_ = std::min(column_, line().size());
}

void ScreenEditor::left() {
  if (column_ > 0) {
    --column_;
  } else if (row_ > 0) {
    --row_;
    column_ = line().size();
  }
}

void ScreenEditor::right() {
  if (column_ < line().size()) {
    ++column_;
  } else if (row_ + 1 < lines_.size()) {
    ++row_;
    column_ = 0;
  }
}

// ---- the screen ---------------------------------------------------------------------------------------------------

void ScreenEditor::follow_cursor() {
  top_ = std::clamp(top_, row_ < rows ? std::size_t{0} : row_ - rows + 1, row_);
  left_ = std::clamp(left_, column_ < columns ? std::size_t{0} : column_ - columns + 1, column_);
}

std::string ScreenEditor::status() const {
  if (!message_.empty()) return message_;
  if (wait_ == Wait::quit) return "Lose changes ( y/n ) ? ";
  if (wait_ == Wait::search) return "Find: " + wanted_;
  return fmt::format("Ctrl+K+H = Help | File = {} | {} | {} | {}:{}", name_, overstrike_ ? "Overstrike" : "Insert",
                     changed_ ? "Modified" : "", row_ + 1, column_ + 1);
}

std::vector<std::string> ScreenEditor::picture() const {
  std::vector<std::string> wanted(rows + 1);
  for (std::size_t i = 0; i < rows; ++i) {
    if (wait_ == Wait::help) {
      if (i < std::size(help_lines)) wanted[i] = help_lines[i];
      continue;
    }
    if (top_ + i >= lines_.size() || lines_[top_ + i].size() <= left_) continue;
    wanted[i] = lines_[top_ + i].substr(left_, columns);
    std::ranges::replace_if(
        wanted[i], [](char c) { return !printable(c); }, '.');
  }
  wanted[rows] = status().substr(0, columns - 1);
  return wanted;
}

std::string ScreenEditor::draw() {
  follow_cursor();
  std::vector<std::string> wanted = picture();
  std::string bytes;
  for (std::size_t i = 0; i <= rows; ++i) {
    if (wanted[i] != shown_[i]) bytes += fmt::format("\x1b[{};1H{}\x1b[K", i + 1, wanted[i]);
  }
  // A row as wide as the screen has no room for the erasure behind it.
  for (std::size_t i = 0; i <= rows; ++i) {
    if (wanted[i].size() == columns && wanted[i] != shown_[i]) {
      bytes += fmt::format("\x1b[{};{}H{}", i + 1, columns, wanted[i].back());
    }
  }
  shown_ = std::move(wanted);
  const bool asks = wait_ == Wait::quit || wait_ == Wait::search;
  bytes += asks ? fmt::format("\x1b[{};{}H", rows + 1, shown_[rows].size() + 1)
                : fmt::format("\x1b[{};{}H", row_ - top_ + 1, column_ - left_ + 1);
  return bytes;
}

}  // namespace arrouter
