// Any file and any keys for the full-screen editor: what it sends stays on the screen, and drawing bit by bit shows
// what drawing anew shows. The input is the file's text, a NUL, and the keys.
#include <cstdlib>

#include "cli/session/screen_editor.h"
#include "os/base/text.h"

namespace {

using namespace arrouter;

/// A VT100 of 24 rows and 80 columns that knows cursor addressing, clearing and erasing to the end of a line.
class Terminal {
 public:
  void show(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] != '\x1b') {
        if (column_ >= 80) std::abort();
        rows[line_][column_++] = bytes[i];
        continue;
      }
      const std::size_t end = bytes.find_first_not_of("0123456789;", i + 2);
      if (bytes[i + 1] != '[' || end == std::string_view::npos) std::abort();
      sequence(bytes.substr(i + 2, end - i - 2), bytes[end]);
      i = end;
    }
  }
  std::vector<std::string> rows = std::vector<std::string>(24, std::string(80, ' '));

 private:
  void sequence(std::string_view parameters, char final) {
    const auto parts = split(parameters, ';');
    switch (final) {
      case 'H':
        line_ = parameters.empty() ? 0 : parse_number(parts[0], 24).value() - 1;
        column_ = parameters.empty() ? 0 : parse_number(parts[1], 80).value() - 1;
        return;
      case 'J':
        for (std::string& row : rows) row.assign(80, ' ');
        return;
      case 'K':
        for (std::size_t i = std::min<std::size_t>(column_, 79); i < 80; ++i) rows[line_][i] = ' ';
        return;
      default:
        std::abort();
    }
  }
  std::size_t line_ = 0, column_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\0'), input.size());
  ScreenEditor editor("a.txt", input.substr(0, end), [](const std::string& text) -> Result<void> {
    if (text.size() % 2 != 0) return failure("odd");
    return {};
  });
  if (editor.text() != input.substr(0, end)) std::abort();
  Terminal terminal;
  terminal.show(editor.redraw());
  for (const char key : input.substr(std::min(end + 1, input.size()))) {
    terminal.show(editor.typed(key));
    if (editor.ended()) return 0;
  }
  Terminal anew;
  anew.show(editor.redraw());
  if (anew.rows != terminal.rows) std::abort();
  return 0;
}
