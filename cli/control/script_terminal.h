// A script's end of a session: one command line at a time, and everything that belongs to its answer, background work
// included, until the answer is complete. The control socket and the program's own --command are two of these.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cli/control/frames.h"
#include "os/router_control.h"

namespace arrouter::control {

/// Runs a line for a caller; `later` gets the outcome of a pending command.
using Execute = std::function<RouterControl::Executed(std::string_view line, const Caller& caller,
                                                      std::function<void(const Outcome&)> later)>;

class ScriptTerminal final : public Terminal, public std::enable_shared_from_this<ScriptTerminal> {
 public:
  /// `out` gets the frames in order; the end frame is the last of an answer and the next line may be run from there.
  static std::shared_ptr<ScriptTerminal> make(Execute execute, std::function<void(const Frame&)> out);

  /// Starts a command; only while not busy(). Its end frame may come within the call.
  void run(std::string_view line, bool json);
  bool busy() const { return busy_; }
  /// The router goes down: what the command waits for will not come.
  void give_up();

  void print(std::string_view text) override;
  void hold() override { ++holds_; }
  void release() override;

 private:
  ScriptTerminal(Execute execute, std::function<void(const Frame&)> out)
      : execute_(std::move(execute)), out_(std::move(out)) {}
  void settle(const Outcome& outcome);
  void finish_if_complete();

  Execute execute_;
  std::function<void(const Frame&)> out_;
  bool busy_ = false, json_ = false;
  std::uint64_t serial_ = 0;  // of the command: a late outcome of an earlier one is not this one's
  std::string line_, printed_;
  RouterControl::Executed answer_;
  unsigned holds_ = 0;
};

/// The JSON view of a whole answer: command, screen, output (what was printed later), outcome.
Json answer_json(std::string_view line, const RouterControl::Executed& answer, std::string_view printed);

}  // namespace arrouter::control
