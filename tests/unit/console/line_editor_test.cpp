#include "cli/console/line_editor.h"

#include <catch2/catch.hpp>

#include "os/base/limits.h"

using namespace arrouter;

namespace {

/// A VT100 as far as the editor uses one: 80 columns, no scrolling. What a person would see.
class Vt100 {
 public:
  void show(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const char c = bytes[i];
      if (c == '\x1b') {
        i += 2;
        std::size_t count = 0;
        for (; bytes[i] >= '0' && bytes[i] <= '9'; ++i) count = count * 10 + static_cast<std::size_t>(bytes[i] - '0');
        if (bytes[i] == 'A') row_ -= count;
        if (bytes[i] == 'B') row_ += count;
        if (bytes[i] == 'C') column_ += count;
        continue;
      }
      if (c == '\r') {
        column_ = 0;
      } else if (c == '\n') {
        ++row_;
      } else if (c == '\b') {
        --column_;
      } else {
        if (column_ == 80) {
          column_ = 0;
          ++row_;
        }
        if (rows_.size() <= row_) rows_.resize(row_ + 1);
        if (rows_[row_].size() <= column_) rows_[row_].resize(column_ + 1, ' ');
        rows_[row_][column_++] = c;
      }
    }
  }
  std::string text() const {
    std::string text;
    for (std::string row : rows_) {
      while (row.ends_with(' ')) row.pop_back();
      text += row + "\n";
    }
    return text;
  }
  std::pair<std::size_t, std::size_t> cursor() const { return {row_, column_}; }

 private:
  std::vector<std::string> rows_;
  std::size_t row_ = 0, column_ = 0;
};

struct Desk final : LineEditor::Owner {
  Desk() { editor.set_prompt("> "); }
  void show(std::string_view bytes) override {
    screen += bytes;
    terminal.show(bytes);
  }
  void line(std::string_view text) override {
    lines.emplace_back(text);
    if (prompting) editor.set_prompt("> ");
  }
  void key(char key) override { keys += key; }
  bool help(std::string_view typed) override {
    if (!has_help) return false;
    editor.write("\nOptions : " + std::string(typed) + "...\n\n");
    return true;
  }
  bool show_history() override { return false; }
  const std::deque<std::string>& history() const override { return past; }
  void closed() override {}

  /// Feeds keys and returns the line they make.
  std::string typed(std::string_view bytes) {
    editor.feed(bytes);
    editor.feed("\r");
    return lines.back();
  }

  LineEditor editor{*this};
  Vt100 terminal;
  std::string screen, keys;
  std::vector<std::string> lines;
  std::deque<std::string> past;
  bool has_help = true, prompting = true;
};

}  // namespace

TEST_CASE("a typed line is echoed and delivered") {
  Desk desk;
  desk.editor.feed("show ti\r");
  CHECK(desk.screen == "> show ti\r\n> ");
  CHECK(desk.lines == std::vector<std::string>{"show ti"});
}

TEST_CASE("every kind of Enter ends one line") {
  Desk desk;
  desk.editor.feed("a\rb\nc\r\nd\r");
  desk.editor.feed(std::string_view("\0e\r", 3));
  desk.editor.feed("f\r");
  desk.editor.feed("\ng\n\nh\r\r");
  CHECK(desk.lines == std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "", "h", ""});
}

TEST_CASE("keys edit the line") {
  CHECK(Desk().typed("abc\x7f") == "ab");
  CHECK(Desk().typed("abc\b\b\b\b\bx") == "x");
  CHECK(Desk().typed("ac\x1b[Db") == "abc");
  CHECK(Desk().typed("bc\x01"
                     "a") == "abc");
  CHECK(Desk().typed("bc\x01"
                     "a\x05"
                     "d") == "abcd");
  CHECK(Desk().typed("abc\x01\x04") == "bc");
  CHECK(Desk().typed("abc\x1b[D\x1b[3~") == "ab");
  CHECK(Desk().typed("abc\x1b[D\x1b[D\x0b") == "a");
  CHECK(Desk().typed("show user  \x17x") == "show x");
  CHECK(Desk().typed("rubbish\x15ok") == "ok");
  CHECK(Desk().typed("abc\x01\x0fXY\x0fz") == "XYzc");
  CHECK(Desk().typed("ab\x1bOD\x1bOC\x1b[H1\x1b[F2\x1b[1~3\x1b[4~4") == "31ab24");
  CHECK(Desk().typed("a\x1b[C\x1b[C\x1b[Cb") == "ab");
}

TEST_CASE("unknown sequences and bytes leave no trace") {
  CHECK(Desk()
            .typed("a\x1b[15~\x1b[200;1Rb\x1bxc\x80\xff\x02"
                   "d\x1b[99999999999999999999~e")
            .starts_with("abc"));
  CHECK(Desk().typed("\x1b[") == "");
}

TEST_CASE("history is walked both ways, and the half-typed line comes back") {
  Desk desk;
  desk.past = {"show user", "show time"};
  CHECK(desk.typed("\x1b[A") == "show time");
  CHECK(desk.typed("\x1b[A\x1b[A") == "show user");
  CHECK(desk.typed("\x02\x02\x02\x06") == "show time");
  CHECK(desk.typed("half\x1b[A\x1b[B") == "half");
  CHECK(desk.typed("\x1b[B") == "");
  CHECK(desk.typed("\x1b[A!\x1b[A") == "show user");
}

TEST_CASE("Tab recalls the latest command that begins with the typed text") {
  Desk desk;
  desk.past = {"show user", "show time", "set time=10:00"};
  CHECK(desk.typed("sh\t") == "show time");
  CHECK(desk.typed("SHOW U\t") == "show user");
  CHECK(desk.typed("x\t") == "x");
  CHECK(desk.typed("\t") == "");
}

TEST_CASE("? helps and goes on with the line; without help it is a character") {
  Desk desk;
  desk.editor.feed("show ?");
  CHECK(desk.screen == "> show \r\n\r\nOptions : show ...\r\n\r\n> show ");
  desk.editor.feed("x\r");
  CHECK(desk.lines.back() == "show x");
  desk.has_help = false;
  CHECK(desk.typed("a?b") == "a?b");
}

TEST_CASE("a password shows nothing, edits all the same, and knows no history") {
  Desk desk;
  desk.past = {"show user"};
  desk.editor.set_echo(false);
  desk.editor.set_prompt("Password: ");
  desk.screen.clear();
  desk.editor.feed(
      "fr\x1b[Aienx\x7f"
      "d?");
  CHECK(desk.screen.empty());
  desk.editor.feed("\r");
  CHECK(desk.lines.back() == "friend?");
  CHECK(desk.screen.starts_with("\r\n"));
}

TEST_CASE("keys go straight to the owner, arrows are no letters") {
  Desk desk;
  desk.editor.set_prompt({});
  desk.editor.set_key_mode(true);
  desk.editor.feed(std::string_view(" \r\nQ\x1b[C\0y", 9));
  CHECK(desk.keys == " \rQy");
}

TEST_CASE("output while typing goes below the line and draws it again") {
  Desk desk;
  desk.editor.feed("show\x1b[D\x1b[D");
  desk.screen.clear();
  desk.editor.write("news\n");
  CHECK(desk.screen == "ow\r\nnews\r\n> show\b\b");
  CHECK(desk.typed("X") == "shXow");
}

TEST_CASE("output while nothing is typed takes the prompt's row") {
  Desk desk;
  desk.editor.write("Echo reply 1\n");
  desk.editor.write("Echo reply 2\n");
  CHECK(desk.screen == "> \r  \rEcho reply 1\r\n> \r  \rEcho reply 2\r\n> ");
}

TEST_CASE("a new screen is given the present line") {
  Desk desk;
  desk.editor.feed("show\x1b[D");
  CHECK(desk.editor.redraw() == "> show\b");
  desk.editor.set_prompt({});
  desk.editor.set_key_mode(true);
  desk.editor.write("page one\n--More--");
  CHECK(desk.editor.redraw() == "--More--");
  desk.editor.write("\r        \rnext\n");
  CHECK(desk.editor.redraw().empty());
}

TEST_CASE("what is typed ahead waits until a line is wanted") {
  Desk desk;
  desk.prompting = false;
  desk.editor.feed("one\rtwo\rthr");
  CHECK(desk.lines == std::vector<std::string>{"one"});
  desk.editor.set_prompt("> ");
  desk.editor.resume();
  CHECK(desk.lines.back() == "two");
  desk.prompting = true;
  desk.editor.set_prompt("> ");
  desk.editor.resume();
  desk.editor.feed("ee\r");
  CHECK(desk.lines.back() == "three");
}

TEST_CASE("a long line wraps, and editing in the middle of it keeps the screen right") {
  Desk desk;
  std::string text;
  for (int i = 0; i < 190; ++i) text += static_cast<char>('a' + i % 26);
  desk.editor.feed(text);
  const auto rows = [](const std::string& line) {
    const std::string all = "> " + line;
    return all.substr(0, 80) + "\n" + all.substr(80, 80) + "\n" + all.substr(160) + "\n";
  };
  CHECK(desk.terminal.text() == rows(text));
  desk.editor.feed("\x01");
  CHECK(desk.terminal.cursor() == std::pair<std::size_t, std::size_t>{0, 2});
  desk.editor.feed("XY");
  text.insert(0, "XY");
  CHECK(desk.terminal.text() == rows(text));
  CHECK(desk.terminal.cursor() == std::pair<std::size_t, std::size_t>{0, 4});
  for (int i = 0; i < 100; ++i) desk.editor.feed("\x1b[C");
  CHECK(desk.terminal.cursor() == std::pair<std::size_t, std::size_t>{1, 24});
  desk.editor.feed("\x7f\x7f");
  text.erase(100, 2);
  CHECK(desk.terminal.text() == rows(text));
  desk.editor.feed("\x05");
  CHECK(desk.terminal.cursor() == std::pair<std::size_t, std::size_t>{2, 32});
  desk.editor.feed("\r");
  CHECK(desk.lines.back() == text);
}

TEST_CASE("the last column is settled at once") {
  for (const int length : {77, 78, 79}) {
    Desk desk;
    desk.editor.feed(std::string(static_cast<std::size_t>(length), 'x'));
    const std::size_t end = static_cast<std::size_t>(length) + 2;
    CHECK(desk.terminal.cursor() == std::pair<std::size_t, std::size_t>{end / 80, end % 80});
    desk.editor.feed("\b\by\r");
    CHECK(desk.lines.back() == std::string(static_cast<std::size_t>(length) - 2, 'x') + "y");
  }
}

TEST_CASE("a dumb terminal is sent backspaces and line ends, no cursor movements") {
  Desk desk;
  desk.editor.set_dumb(true);
  desk.past = {"show time"};
  CHECK(desk.typed("showx\b ti\x1b[D\x01\x04me") == "show time");
  CHECK(desk.screen.find("showx\b \b ti") != std::string::npos);
  CHECK(desk.typed("\x02") == "show time");
  CHECK(desk.typed("sh\t") == "show time");
  CHECK(desk.typed("nonsense\x15show cpu") == "show cpu");
  // Over the edge of the screen and back again: what is left is drawn on a line of its own.
  desk.screen.clear();
  const std::string whole(78, 'x');
  CHECK(desk.typed(whole + "yz\b\b\b") == std::string(77, 'x'));
  CHECK(desk.screen.ends_with("\r\n> " + std::string(77, 'x') + "\r\n> "));
  CHECK(desk.screen.find('\x1b') == std::string::npos);
}

TEST_CASE("a line longer than a command may be stays longer, so that it is refused") {
  const std::string most(limits::command_line, 'x');
  CHECK(Desk().typed(most) == most);
  CHECK(Desk().typed(most + "y") == most + "y");
  CHECK(Desk().typed(most + "yz").size() == limits::command_line + 1);
}
