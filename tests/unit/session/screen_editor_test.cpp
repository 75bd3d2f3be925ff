// The editor as a VT100 shows it: a small terminal reads what it sends.
#include <catch2/catch.hpp>

#include "cli/session/screen_editor.h"
#include "os/base/text.h"

namespace arrouter {
namespace {

/// 24 rows of 80 columns; knows what the editor uses: cursor, clear screen, erase to the end of the line.
class Terminal {
 public:
  void show(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] != '\x1b') {
        put(bytes[i]);
        continue;
      }
      REQUIRE(bytes.substr(i + 1, 1) == "[");
      const std::size_t end = bytes.find_first_not_of("0123456789;", i + 2);
      REQUIRE(end != std::string_view::npos);
      sequence(bytes.substr(i + 2, end - i - 2), bytes[end]);
      i = end;
    }
  }
  std::string row(std::size_t number) const {
    const std::string& whole = rows[number - 1];
    return whole.substr(0, whole.find_last_not_of(' ') + 1);
  }
  std::size_t line = 0, column = 0;
  std::vector<std::string> rows = std::vector<std::string>(24, std::string(80, ' '));

 private:
  void put(char c) {
    REQUIRE(column < 80);
    rows[line][column] = c;
    ++column;
  }
  void sequence(std::string_view parameters, char final) {
    const auto parts = split(parameters, ';');
    if (final == 'H') {
      line = parameters.empty() ? 0 : static_cast<std::size_t>(*parse_number(parts[0])) - 1;
      column = parameters.empty() ? 0 : static_cast<std::size_t>(*parse_number(parts[1])) - 1;
    } else if (final == 'J') {
      for (std::string& each : rows) each.assign(80, ' ');
    } else if (final == 'K') {
      const std::size_t from = std::min<std::size_t>(column, 79);  // a full row's cursor stands on its last character
      std::fill(rows[line].begin() + static_cast<std::ptrdiff_t>(from), rows[line].end(), ' ');
    } else {
      FAIL("unknown sequence");
    }
  }
};

struct Desk {
  explicit Desk(std::string_view text)
      : editor("boot.cfg", text, [this](const std::string& now) -> Result<void> {
          if (disk_full) return failure("cannot write boot.cfg: flash full");
          saved = now;
          return {};
        }) {
    terminal.show(editor.redraw());
  }
  void type(std::string_view keys) {
    for (const char key : keys) terminal.show(editor.typed(key));
  }
  std::string status() const { return terminal.row(24); }
  bool disk_full = false;
  std::string saved = "nothing";
  ScreenEditor editor;
  Terminal terminal;
};

#define CTRL_K "\x0b"
#define DOWN "\x1b[B"
#define RIGHT "\x1b[C"

TEST_CASE("the editor shows the file, its name and the place of the cursor") {
  Desk desk("one\r\ntwo\tthree\r\n");
  CHECK(desk.terminal.row(1) == "one");
  CHECK(desk.terminal.row(2) == "two.three");
  CHECK(desk.terminal.row(3).empty());
  CHECK(desk.status() == "Ctrl+K+H = Help | File = boot.cfg | Insert |  | 1:1");
  desk.type(DOWN RIGHT RIGHT);
  CHECK(desk.status().ends_with("| 2:3"));
  CHECK(desk.terminal.line == 1);
  CHECK(desk.terminal.column == 2);
  desk.type("\x1b[D\x1b[D\x1b[D\x1b[D");
  CHECK(desk.status().ends_with("| 1:3"));  // over the line's beginning
}

TEST_CASE("what is typed is inserted or written over, split and joined, and saved") {
  Desk desk("abc\ndef\n");
  desk.type("x");
  CHECK(desk.terminal.row(1) == "xabc");
  CHECK(desk.status() == "Ctrl+K+H = Help | File = boot.cfg | Insert | Modified | 1:2");
  desk.type("\x0fYZ");
  CHECK(desk.terminal.row(1) == "xYZc");
  CHECK(desk.status().find("| Overstrike |") != std::string::npos);
  desk.type("\t\r");
  CHECK(desk.terminal.row(1) == "xYZ");
  CHECK(desk.terminal.row(2) == "c");
  CHECK(desk.terminal.row(3) == "def");
  desk.type("\b");
  CHECK(desk.terminal.row(1) == "xYZc");
  desk.type("\x05\x1b[3~");
  CHECK(desk.terminal.row(1) == "xYZcdef");
  CHECK(desk.terminal.row(2).empty());
  desk.type(CTRL_K "s");
  CHECK(desk.saved == "xYZcdef\n");
  CHECK(desk.status() == "Saved");
  desk.type("\x19" CTRL_K "x");
  CHECK(desk.saved.empty());
  CHECK(desk.editor.ended());
  CHECK(desk.terminal.row(24).empty());
}

TEST_CASE("leaving asks when something would be lost") {
  Desk desk("abc\n");
  SECTION("nothing was changed") {
    desk.type("\x03");
    CHECK(desk.editor.ended());
  }
  SECTION("something was") {
    desk.type("x" CTRL_K "q");
    CHECK(desk.status() == "Lose changes ( y/n ) ?");
    desk.type("n");
    CHECK_FALSE(desk.editor.ended());
    desk.type("\x03y");
    CHECK(desk.editor.ended());
    CHECK(desk.saved == "nothing");
  }
  SECTION("the file cannot be written") {
    desk.disk_full = true;
    desk.type("x" CTRL_K "x");
    CHECK_FALSE(desk.editor.ended());
    CHECK(desk.status() == "Not saved: cannot write boot.cfg: flash full");
  }
}

TEST_CASE("long files and long lines scroll") {
  std::string text;
  for (int i = 1; i <= 100; ++i) text += "line " + std::to_string(i) + "\n";
  Desk desk(text);
  desk.type("\x16");
  CHECK(desk.status().ends_with("| 23:1"));
  desk.type("\x04");
  CHECK(desk.status().ends_with("| 101:1"));  // behind the last line's end
  CHECK(desk.terminal.row(22) == "line 100");
  CHECK(desk.terminal.row(1) == "line 79");
  desk.type("\x02");
  CHECK(desk.terminal.row(1) == "line 1");
  desk.type("\x05" + std::string(100, 'x'));
  CHECK(desk.terminal.row(1) == std::string(80, 'x').substr(0, 79));
  CHECK(desk.terminal.column == 79);
  desk.type("\x01");
  CHECK(desk.terminal.row(1) == "line 1" + std::string(74, 'x'));
  CHECK(desk.terminal.row(2) == "line 2");
}

TEST_CASE("a text is found again and again, and help goes with a key") {
  Desk desk("alpha\nBeta alpha\ngamma\n");
  desk.type(CTRL_K "falpha\r");
  CHECK(desk.status().ends_with("| 2:6"));
  desk.type("\x0c");
  CHECK(desk.status().ends_with("| 1:1"));
  desk.type(CTRL_K "fdelta\r");
  CHECK(desk.status() == "Not found");
  desk.type(CTRL_K "h");
  CHECK(desk.terminal.row(1) == "Editor keys");
  desk.type(" ");
  CHECK(desk.terminal.row(1) == "alpha");
}

TEST_CASE("an empty file has one line, and bytes that mean nothing do nothing") {
  Desk desk("");
  CHECK(desk.editor.text().empty());
  desk.type(std::string("\x00\x1bZ\x1b[99;99;99;99Z\x01\x02" DOWN, 22));
  CHECK(desk.editor.text().empty());
  desk.type("\b\x1b[3~\x19");
  CHECK(desk.editor.text().empty());
  desk.type("a");
  CHECK(desk.editor.text() == "a\n");
}

TEST_CASE("a text comes back as it was, whatever bytes it has") {
  SECTION("until it is changed") {
    const std::string text =
        GENERATE(std::string("a\r\nb\nc"), std::string("\n"), std::string("\n\n"), std::string("a\0b\n", 4),
                 std::string("caf\xc3\xa9 \xff\n\n"), std::string(5000, 'x'));
    Desk desk(text);
    desk.type("\x04\x05" CTRL_K "x");
    CHECK(desk.saved == text);
  }
  SECTION("and its lines end as they did") {
    Desk desk("a\r\n\r\nb\r\n");
    desk.type("x");
    CHECK(desk.editor.text() == "xa\r\n\r\nb\r\n");
    Desk mixed("a\r\nb\n\n");
    mixed.type("x");
    CHECK(mixed.editor.text() == "xa\r\nb\n\n");
    CHECK(mixed.terminal.row(1) == "xa.");
  }
  SECTION("what is typed in another alphabet is kept and shown as dots") {
    Desk desk("");
    desk.type("caf\xc3\xa9");
    CHECK(desk.terminal.row(1) == "caf..");
    CHECK(desk.editor.text() == "caf\xc3\xa9\n");
    CHECK(desk.editor.changed());
    desk.type(CTRL_K "s");
    CHECK_FALSE(desk.editor.changed());
  }
}

}  // namespace
}  // namespace arrouter
