// Readline's call-back interface, with the real router's keys instead of readline's: Tab recalls a matching command, ?
// helps at once, Ctrl/O toggles overstrike, Ctrl/C lists the history. Passwords and single keys do not go through
// readline: its terminal mode is left and bytes are read as they come. The terminal gets its old settings back whenever
// this object goes.
//
// Readline has one state for the process and its call-backs carry no context, hence `active`, the only mutable static
// of the program.
#include "cli/console/readline_console.h"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <optional>

// After <cstdio>: readline's headers use FILE without including it.
#include <readline/history.h>
#include <readline/readline.h>

#include "cli/console/session_slot.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter {

namespace {

constexpr cc_t no_key = 0xff;  // in no text, whatever its encoding

constexpr int control_key(char letter) { return letter - '@'; }

class ReadlineConsole final : public Console, private Display {
 public:
  ReadlineConsole(unsigned number, EventLoop& loop, SessionOpener opener, std::function<void()> ended)
      : loop_(loop), ended_(std::move(ended)), slot_(number, loop, loop.scheduler(), loop, std::move(opener)) {
    ::tcgetattr(STDIN_FILENO, &found_);
    active = this;
    set_up_readline();
  }
  ~ReadlineConsole() override {
    watch_.reset();
    stop_line();
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &found_);
    std::fputs("\n", stdout);
    std::fflush(stdout);
    active = nullptr;
  }

  void print(std::string_view text) override { write(text); }
  bool listen(std::function<void(char)> pressed) override {
    pressed_ = std::move(pressed);
    if (!pressed_) return true;
    plain_keys(false);
    watch();
    return watch_ != nullptr;
  }
  void start() override {
    slot_.open(*this);
    watch();
  }

 private:
  enum class Mode { none, line, secret, keys };

  // ---- readline -------------------------------------------------------------------------------------------------

  static void set_up_readline() {
    ::setenv("INPUTRC", "/dev/null", 1);  // the router's keys, not the host user's
    rl_readline_name = "arrouter";
    rl_catch_signals = 0;
    rl_initialize();
    rl_variable_bind("bind-tty-special-chars", "off");
    rl_variable_bind("enable-bracketed-paste", "off");
    rl_variable_bind("bell-style", "none");
    rl_prep_term_function = [](int meta) {
      rl_prep_terminal(meta);
      plain_keys(true);
    };
    rl_bind_key(control_key('B'), rl_get_previous_history);
    rl_bind_key(control_key('F'), rl_get_next_history);
    rl_bind_key(control_key('U'), rl_kill_full_line);
    rl_bind_key(control_key('W'), rl_unix_word_rubout);
    rl_bind_key(control_key('K'), rl_kill_line);
    rl_bind_key(control_key('D'), rl_delete);
    rl_bind_key(control_key('O'), rl_overwrite_mode);
    rl_bind_key(control_key('C'), [](int, int) { return active->history_key(); });
    rl_bind_key(control_key('I'), [](int, int) { return active->recall_matching(); });
    rl_bind_key('?', [](int, int) { return active->question_mark(); });
    rl_bind_key(control_key('\\'), [](int, int) { return active->end_key(); });
  }

  /// Ctrl/C, Ctrl/\ and Ctrl/S are keys of the router, not signals of the host.
  static void plain_keys(bool keep_canonical_bits) {
    termios settings{};
    if (::tcgetattr(STDIN_FILENO, &settings) != 0) return;
    settings.c_cc[VINTR] = settings.c_cc[VQUIT] = settings.c_cc[VEOF] = _POSIX_VDISABLE;
    settings.c_iflag &= ~static_cast<tcflag_t>(IXON);
    if (!keep_canonical_bits) {
      settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
      settings.c_cc[VMIN] = 1;
      settings.c_cc[VTIME] = 0;
    }
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &settings);
  }

  static void line_entered(char* text) {
    // Taken away here, or readline would draw the prompt again before the command has run.
    active->stop_line();
    active->entered_ = text == nullptr ? std::string() : std::string(text);
    std::free(text);
  }

  void start_line(const std::string& prompt) {
    clear_history();
    for (const std::string& line : slot_.history()) add_history(line.c_str());
    mode_ = Mode::line;
    // Readline echoes only where it finds the terminal echoing, and ends at the terminal's end-of-file key, Ctrl/D when
    // there is none; here Ctrl/D is just another key.
    termios settings = found_;
    settings.c_cc[VEOF] = no_key;
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &settings);
    rl_callback_handler_install(prompt.c_str(), line_entered);
  }
  void stop_line() {
    if (std::exchange(mode_, Mode::none) == Mode::line) rl_callback_handler_remove();
  }

  int question_mark() {
    const std::string typed(rl_line_buffer, static_cast<std::size_t>(rl_point));
    if (slot_.get() == nullptr || !slot_.get()->help(typed)) rl_insert(1, '?');
    return 0;
  }
  int history_key() {
    if (slot_.get() != nullptr) slot_.get()->show_history();
    return 0;
  }
  int recall_matching() {
    const std::string typed(rl_line_buffer, static_cast<std::size_t>(rl_end));
    const auto& lines = slot_.history();
    for (auto line = lines.rbegin(); !typed.empty() && line != lines.rend(); ++line) {
      if (line->size() <= typed.size() || !starts_with_ignoring_case(*line, typed)) continue;
      rl_replace_line(line->c_str(), 0);
      rl_point = rl_end;
      break;
    }
    return 0;
  }
  int end_key() {
    ended_();
    return 0;
  }

  // ---- input ----------------------------------------------------------------------------------------------------

  void watch() {
    if (!watch_ && ::isatty(STDIN_FILENO) != 0) watch_ = loop_.watch(STDIN_FILENO, [this] { readable(); });
  }
  void readable() {
    if (::isatty(STDIN_FILENO) == 0) return watch_.reset();  // the terminal has gone
    if (mode_ == Mode::line) {
      rl_callback_read_char();
      if (auto line = std::exchange(entered_, std::nullopt); line && slot_.get() != nullptr) slot_.get()->line(*line);
      return;
    }
    char c = 0;
    const ssize_t count = ::read(STDIN_FILENO, &c, 1);
    if (count == 0) return watch_.reset();
    if (count < 0) {
      if (errno != EINTR && errno != EAGAIN) watch_.reset();
      return;
    }
    if (c == control_key('\\')) return ended_();
    if (pressed_) return pressed_(c);
    if (slot_.get() == nullptr) return;
    if (mode_ == Mode::keys) return slot_.get()->key(c);
    if (mode_ == Mode::secret) secret_key(c);
  }

  void secret_key(char c) {
    if (c == '\r' || c == '\n') {
      put("\n");
      mode_ = Mode::none;
      slot_.get()->line(std::exchange(secret_, {}));
    } else if (c == 0x7f || c == control_key('H')) {
      if (!secret_.empty()) secret_.pop_back();
    } else if (c == control_key('U')) {
      secret_.clear();
    } else if (static_cast<unsigned char>(c) >= ' ' && secret_.size() < limits::command_line) {
      secret_ += c;
    }
  }

  // ---- Display --------------------------------------------------------------------------------------------------

  void write(std::string_view text) override {
    if (text.empty()) return;
    if (mode_ != Mode::line) {
      put(text);
      if (mode_ == Mode::secret) put(prompt_);
      return;
    }
    if (rl_end == 0 && !text.starts_with('\n')) {
      // Only the prompt stands there: the text takes its row, so that a ping's answers follow each other.
      put('\r' + std::string(prompt_.size(), ' ') + '\r');
    } else {
      // Below the line being edited, which readline then draws again.
      const int point = std::exchange(rl_point, rl_end);
      rl_redisplay();
      rl_point = point;
      put("\n");
    }
    put(text);
    rl_on_new_line();
    rl_forced_update_display();
  }
  void set_prompt(std::string_view prompt) override {
    stop_line();
    prompt_ = prompt;
    if (prompt.empty()) return;
    if (echo_) return start_line(prompt_);
    secret_.clear();
    plain_keys(false);  // before anybody sees that a password is wanted
    put(prompt_);
    mode_ = Mode::secret;
  }
  void set_echo(bool on) override { echo_ = on; }
  void set_key_mode(bool on) override {
    if (!on) {
      if (mode_ == Mode::keys) mode_ = Mode::none;
      return;
    }
    stop_line();
    plain_keys(false);
    mode_ = Mode::keys;
  }
  void close() override {
    stop_line();
    echo_ = true;
    slot_.closed(*this);
  }

  static void put(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  static inline ReadlineConsole* active = nullptr;

  EventLoop& loop_;
  std::function<void()> ended_;
  std::unique_ptr<Reactor::Watch> watch_;
  termios found_{};
  Mode mode_ = Mode::none;
  bool echo_ = true;
  std::string prompt_, secret_;
  std::optional<std::string> entered_;
  std::function<void(char)> pressed_;  // while there is no session
  SessionSlot slot_;
};

}  // namespace

std::unique_ptr<Console> make_readline_console(unsigned number, EventLoop& loop, SessionOpener opener,
                                               std::function<void()> ended) {
  return std::make_unique<ReadlineConsole>(number, loop, std::move(opener), std::move(ended));
}

}  // namespace arrouter
