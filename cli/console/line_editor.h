// The command line editor for a VT100 (or a dumb terminal) at the other end of a byte stream. Sans-IO: keystrokes in,
// screen bytes out, lines to its owner. Keys: reference/cli.md 4.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "cli/session/session.h"

namespace arrouter {

class LineEditor final : public Display {
 public:
  /// Who gets what was typed, and carries bytes to the screen.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void show(std::string_view bytes) = 0;
    virtual void line(std::string_view text) = 0;
    virtual void key(char key) = 0;
    virtual bool help(std::string_view typed) = 0;
    virtual bool show_history() = 0;
    /// Earlier lines, oldest first.
    virtual const std::deque<std::string>& history() const = 0;
    virtual void closed() = 0;
  };

  explicit LineEditor(Owner& owner, std::size_t width = 80) : owner_(owner), width_(width) {}

  /// Takes what was typed; lines and keys reach the owner inside the call. Typed ahead is kept while nobody waits.
  void feed(std::string_view bytes);
  /// Goes on with what was typed ahead; after a new session has started.
  void resume() { feed({}); }
  /// What draws the present line again on another, empty screen.
  std::string redraw() const;

  void write(std::string_view text) override;
  void set_prompt(std::string_view prompt) override;
  void set_echo(bool on) override { echo_ = on; }
  void set_key_mode(bool on) override { keys_ = on; }
  void set_raw_keys(bool on) override { raw_ = on; }
  /// The cursor then stays at the end of the line, and what a backspace cannot reach is drawn anew below.
  void set_dumb(bool on) override { dumb_ = on; }
  /// What was typed ahead stays, as in the buffer of a serial line.
  void close() override;

 private:
  enum class Escape : std::uint8_t { none, escape, csi, ss3 };

  bool waited_for() const { return editing_ || keys_; }
  void byte(char c);
  bool escape_byte(char c);
  void arrow(char final);
  void control(char c);
  void enter();
  void insert(char c);
  void erase_before();
  void erase_at();
  void erase_word();
  void erase_to_end();
  void replace(std::string text);
  void recall(int step);
  void recall_matching();
  void question_mark();
  void place(std::size_t cursor);

  void show(std::string_view bytes) { owner_.show(bytes); }
  /// Draws text_ from `from` to its end and `blanks` blanks, then puts the cursor where it belongs.
  void draw_from(std::size_t from, std::size_t blanks);
  std::string printed(std::string_view text, std::size_t from_offset) const;
  std::string moved(std::size_t from_offset, std::size_t to_offset) const;
  std::size_t offset(std::size_t position) const { return prompt_.size() + position; }

  Owner& owner_;
  std::size_t width_;
  std::string ahead_;  // typed while nobody waited
  bool feeding_ = false;
  std::string prompt_, text_;
  std::size_t cursor_ = 0;
  bool editing_ = false, echo_ = true, keys_ = false, raw_ = false, dumb_ = false, overstrike_ = false;
  bool after_cr_ = false;  // a line feed or NUL now belongs to the Enter before
  Escape escape_ = Escape::none;
  std::string parameters_;    // of a control sequence
  std::string tail_;          // output since the last line end, while no line is edited
  std::size_t recalled_ = 0;  // 0: the line being typed; n: the nth last of the history
  std::string draft_;         // what was typed before walking through the history
};

}  // namespace arrouter
