// The end of the input ends nothing: a router started in the background reads /dev/null and has to go on.
#include "cli/console/plain_console.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "cli/console/session_slot.h"
#include "os/base/limits.h"

namespace arrouter {

namespace {

class PlainConsole final : public Console, private Display {
 public:
  PlainConsole(int input, int output, unsigned number, EventLoop& loop, SessionOpener opener)
      : input_(input),
        output_(output),
        loop_(loop),
        slot_(number, loop, loop.scheduler(), loop, std::move(opener), [this] {
          slot_.get()->settings.page = 0;
          deliver();
        }) {}

  void print(std::string_view text) override { write(text); }
  /// What comes are lines, made beforehand.
  bool listen(std::function<void(char)>) override { return false; }
  void start() override {
    slot_.open(*this);
    struct stat status {};
    // A file is always readable, which no event loop can wait for.
    if (::fstat(input_, &status) == 0 && S_ISREG(status.st_mode)) {
      while (read_some()) {
      }
      return;
    }
    watch_ = loop_.watch(input_, [this] {
      if (!read_some()) watch_.reset();
    });
  }

 private:
  /// False at the end of the input.
  bool read_some() {
    std::array<char, 4096> bytes{};
    const ssize_t count = ::read(input_, bytes.data(), bytes.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (count <= 0) return false;
    typed_.append(bytes.data(), static_cast<std::size_t>(count));
    deliver();
    return true;
  }

  // Lines to the session while there is one; it may close in the middle.
  void deliver() {
    if (delivering_) return;
    delivering_ = true;
    while (slot_.get() != nullptr) {
      const auto newline = typed_.find('\n');
      if (newline == std::string::npos) break;
      std::string line = typed_.substr(0, newline);
      typed_.erase(0, newline + 1);
      if (line.ends_with('\r')) line.pop_back();
      const std::string prompt = std::exchange(prompt_, {});
      write_now("\n");  // Enter always ends the line on the screen
      if (raw_) {
        for (const char c : line) press(c);
        press('\r');
      } else if (keys_) {
        slot_.get()->key(line.empty() ? '\r' : line.front());
      } else if (line.ends_with('?') && slot_.get()->help(std::string_view(line).substr(0, line.size() - 1))) {
        set_prompt(prompt);
      } else {
        slot_.get()->line(line);
      }
    }
    delivering_ = false;
    // A line without an end would grow for ever; what is too long for a command is refused as one.
    if (typed_.size() > 2 * limits::command_line && typed_.find('\n') == std::string::npos) {
      typed_.resize(2 * limits::command_line);
    }
  }

  void press(char key) {
    if (raw_ && slot_.get() != nullptr) slot_.get()->key(key);
  }

  void write(std::string_view text) override {
    if (prompt_.empty()) return write_now(text);
    write_now("\n" + std::string(text) + prompt_);
  }
  void set_prompt(std::string_view prompt) override {
    prompt_ = prompt;
    write_now(prompt);
  }
  void set_echo(bool) override {}
  void set_key_mode(bool on) override { keys_ = on; }
  void set_raw_keys(bool on) override { raw_ = on; }
  void close() override {
    prompt_.clear();
    slot_.closed(*this);
  }

  void write_now(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t count = ::write(output_, text.data(), text.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return;  // nobody reads any more
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  int input_, output_;
  EventLoop& loop_;
  std::unique_ptr<Reactor::Watch> watch_;
  std::string typed_, prompt_;
  bool keys_ = false, raw_ = false, delivering_ = false;
  SessionSlot slot_;
};

}  // namespace

std::unique_ptr<Console> make_plain_console(int input, int output, unsigned number, EventLoop& loop,
                                            SessionOpener opener) {
  return std::make_unique<PlainConsole>(input, output, number, loop, std::move(opener));
}

}  // namespace arrouter
