// The loader: self tests, and the seconds in which a key at a console changes how the software starts.
#pragma once

#include <functional>
#include <string_view>

#include "os/base/scheduler.h"
#include "os/model.h"

namespace arrouter {

/// How the software starts.
struct StartUp {
  bool boot_block = false;  // with the release of the boot block (EPROM) instead of the installed one
  bool stored_keys = true;  // false: ENCO's keys in NVS are neither read nor written
  bool script = true;       // false: without a boot configuration
};

/// Consoles, as far as the loader knows them.
class Keyboard {
 public:
  virtual ~Keyboard() = default;
  /// From now on every key goes to `pressed`. False: nobody is at a console.
  virtual bool listen(std::function<void(char)> pressed) = 0;
  /// Keys belong to sessions again.
  virtual void hush() = 0;
};

class Loader {
 public:
  Loader(const Model& model, const Clock& clock, Scheduler& scheduler, std::function<void(std::string_view)> print)
      : model_(model), clock_(clock), print_(std::move(print)), timer_(scheduler, [this] { go_on(); }) {}

  void set_keyboard(Keyboard* keyboard) { keyboard_ = keyboard; }
  /// Prints what a cold start prints and calls `done`: at once when nobody is at a console, else after a key or
  /// the time for one.
  void run(std::function<void(StartUp)> done);
  /// No more is wanted of it.
  void stop();

 private:
  void pressed(char key);
  void go_on();

  const Model& model_;
  const Clock& clock_;
  std::function<void(std::string_view)> print_;
  Keyboard* keyboard_ = nullptr;
  std::function<void(StartUp)> done_;
  StartUp start_up_;
  Timer timer_;
};

}  // namespace arrouter
