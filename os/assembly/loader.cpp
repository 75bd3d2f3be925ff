// A cold start as the console shows it (reference/cli.md 9). The prompt stays for two seconds: Y takes the release of
// the boot block without its patch, N leaves the boot script out, S leaves out what NVS keeps too. Other keys are
// nothing.
//
// Two seconds matter to whoever starts routers by script, and a key needs somebody to press it. So they are spent only
// while somebody is at a console: the terminal the program was started on, or a client of a console's socket, whom
// RESTART REBOOT finds there. Otherwise the prompt is printed and the start goes on within the same call. RESTART
// ROUTER is a warm start, without the loader.
//
// Of what NVS keeps, the name of the boot script goes unread with N as well, and INSTALL's table is obeyed by all
// three; there remain ENCO's keys, which an S neither reads nor overwrites.
#include "os/assembly/loader.h"

#include <fmt/format.h>

#include <utility>

namespace arrouter {

namespace {

constexpr std::chrono::seconds time_for_a_key{2};

}  // namespace

void Loader::run(std::function<void(StartUp)> done) {
  done_ = std::move(done);
  start_up_ = {};
  const std::string_view battery =
      model_.battery.empty() ? "" : "INFO: BBR tests beginning.\nPASS: BBR test. Battery OK.\n";
  print_(
      fmt::format("INFO: Self tests beginning.\nINFO: RAM test beginning.\nPASS: RAM test, {}k bytes found.\n{}"
                  "INFO: Self tests complete.\nINFO: Downloading {} software.\nForce EPROM download (Y) ? ",
                  model_.dram_kb, battery, model_.kind == "switch" ? "switch" : "router"));
  if (keyboard_ == nullptr || !keyboard_->listen([this](char key) { pressed(key); })) return go_on();
  timer_.arm(clock_.now() + time_for_a_key);
}

void Loader::stop() {
  timer_.disarm();
  if (std::exchange(done_, {}) && keyboard_ != nullptr) keyboard_->hush();
}

void Loader::pressed(char key) {
  switch (key) {
    case 'Y':
    case 'y':
      start_up_ = {.boot_block = true};
      break;
    case 'S':
    case 's':
      start_up_ = {.stored_keys = false, .script = false};
      break;
    case 'N':
    case 'n':
      start_up_ = {.script = false};
      break;
    default:
      return;
  }
  timer_.arm(clock_.now());  // not from inside the console's own call
}

void Loader::go_on() {
  if (keyboard_ != nullptr) keyboard_->hush();
  print_("\nINFO: Initial download successful.\n");
  std::exchange(done_, {})(start_up_);
}

}  // namespace arrouter
