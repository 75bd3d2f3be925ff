// Keystrokes as any client may send them: Telnet filter, line editor, and the session's switching between lines,
// passwords and single keys.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "cli/console/line_editor.h"
#include "cli/console/telnet_filter.h"
#include "os/base/limits.h"

namespace {

using namespace arrouter;

/// Answers every line with another kind of prompt, chosen by the line itself.
class Owner final : public LineEditor::Owner {
 public:
  Owner() { editor.set_prompt("Manager > "); }
  void show(std::string_view bytes) override { shown_ += bytes.size(); }
  void line(std::string_view text) override {
    if (text.size() > limits::command_line + 1) std::abort();
    if (text.find_first_of("\r\n\x1b") != std::string_view::npos) std::abort();
    history_.emplace_back(text);
    if (history_.size() > 5) history_.pop_front();
    if (text.starts_with("p")) return prompt("Password: ", false);
    if (text.starts_with("k")) {
      editor.set_prompt({});
      editor.set_key_mode(true);
      return editor.write("--More--");
    }
    if (text.starts_with("c")) return editor.close();
    prompt("Manager > ", true);
  }
  void key(char key) override {
    if (key == 'q') prompt("Manager > ", true);
  }
  bool help(std::string_view typed) override {
    if (typed.size() % 2 != 0) return false;
    editor.write("\nOptions :\n\n");
    return true;
  }
  bool show_history() override {
    editor.write("\nhistory\n");
    return true;
  }
  const std::deque<std::string>& history() const override { return history_; }
  void closed() override { closed_ = true; }

  void reopen() {
    if (!closed_) return;
    closed_ = false;
    prompt("login: ", true);
    editor.resume();
  }
  LineEditor editor{*this};

 private:
  void prompt(std::string_view text, bool echo) {
    editor.set_key_mode(false);
    editor.set_echo(echo);
    editor.set_prompt(text);
  }
  std::deque<std::string> history_;
  std::size_t shown_ = 0;
  bool closed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Owner owner;
  TelnetFilter filter;
  std::string reply;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  while (!bytes.empty()) {
    // Cut as a network would, by the bytes themselves.
    const std::size_t count = 1 + static_cast<unsigned char>(bytes.front()) % 16;
    owner.editor.feed(filter.typed(bytes.substr(0, count), reply));
    bytes.remove_prefix(std::min(count, bytes.size()));
    owner.reopen();
    if (owner.editor.redraw().size() > 8 * limits::command_line) std::abort();
  }
  return 0;
}
