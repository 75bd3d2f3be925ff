// EDIT: a full-screen editor for text files on a VT100. Sans-IO: keys in, screen bytes out; saving is its owner's.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "os/base/result.h"

namespace arrouter {

class ScreenEditor {
 public:
  /// Stores the text; says why it cannot.
  using Save = std::function<Result<void>(const std::string& text)>;

  ScreenEditor(std::string name, std::string_view text, Save save);

  /// Draws everything, whatever is on the screen.
  std::string redraw();
  /// What a key (a byte of the terminal) changes on the screen.
  std::string typed(char key);
  /// The editor was left; the screen is clear again.
  bool ended() const { return ended_; }
  /// Something was typed since the file was read or saved.
  bool changed() const { return changed_; }
  /// The text as it stands: as it was read until something is changed, then each line ended as the file's lines were.
  std::string text() const;

 private:
  enum class Wait : unsigned char { key, escape, sequence, command, quit, search, help };

  void key(char c);
  void command(char c);
  void sequence(char final);
  void answer_quit(char c);
  void search_key(char c);
  void note_change() { changed_ = touched_ = true; }
  void insert(char c);
  void break_line();
  void erase_before();
  void erase_at();
  void erase_line();
  void up(std::size_t count);
  void down(std::size_t count);
  void left();
  void right();
  void find_next();
  bool save();
  void ask_quit();
  void follow_cursor();
  std::vector<std::string> picture() const;
  std::string status() const;
  std::string draw();
  std::string& line() { return lines_[row_]; }

  std::string name_;
  Save save_;
  std::string as_read_;
  std::string_view line_end_ = "\n";
  std::vector<std::string> lines_;
  bool touched_ = false;              // since the file was read
  std::size_t row_ = 0, column_ = 0;  // of the cursor in the text
  std::size_t top_ = 0, left_ = 0;    // first line and column on the screen
  bool overstrike_ = false, changed_ = false, ended_ = false;
  Wait wait_ = Wait::key;
  std::string parameters_;          // of a control sequence
  std::string wanted_;              // what is searched for
  std::string message_;             // stands in the status line until the next key
  std::vector<std::string> shown_;  // what is on the screen, row by row
};

}  // namespace arrouter
