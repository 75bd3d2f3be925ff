#include "cli/control/script_terminal.h"

#include <fmt/format.h>

#include "os/base/limits.h"

namespace arrouter::control {

namespace {

std::string_view class_word(MessageClass message_class) {
  switch (message_class) {
    case MessageClass::info:
      return "info";
    case MessageClass::warning:
      return "warning";
    case MessageClass::error:
      break;
  }
  return "error";
}

}  // namespace

Json answer_json(std::string_view line, const RouterControl::Executed& answer, std::string_view printed) {
  Json json;
  json.set("command", line);
  if (!answer.screen.empty()) {
    json.set("screen", answer.screen.json());
    json.set("text", answer.screen.body());
  }
  if (!printed.empty()) json.set("output", printed);
  Json outcome;
  outcome.set("class", class_word(answer.outcome.message_class));
  if (!answer.outcome.text.empty()) {
    outcome.set("module", answer.outcome.module);
    outcome.set("number", answer.outcome.number);
    outcome.set("text", answer.outcome.text);
  }
  json.set("outcome", std::move(outcome));
  return json;
}

std::shared_ptr<ScriptTerminal> ScriptTerminal::make(Execute execute, std::function<void(const Frame&)> out) {
  return std::shared_ptr<ScriptTerminal>(new ScriptTerminal(std::move(execute), std::move(out)));
}

void ScriptTerminal::run(std::string_view line, bool json) {
  busy_ = true;
  json_ = json;
  line_ = line;
  printed_.clear();
  holds_ = 0;
  ++serial_;
  // Held by the call itself, so that what the handler releases at once does not end the answer too early.
  hold();
  Caller caller;
  caller.device = "Control";
  caller.terminal = weak_from_this();
  answer_ = execute_(line_, caller, [weak = weak_from_this(), serial = serial_](const Outcome& outcome) {
    const auto self = weak.lock();
    if (self && self->busy_ && self->serial_ == serial) self->settle(outcome);
  });
  if (!json_ && !answer_.screen.empty()) out_({FrameKind::screen, answer_.screen.body()});
  if (!answer_.outcome.pending) settle(answer_.outcome);
  release();
}

void ScriptTerminal::settle(const Outcome& outcome) {
  answer_.outcome = outcome;
  answer_.outcome.pending = false;
  if (!json_ && !outcome.text.empty()) out_({FrameKind::outcome, outcome.line()});
  finish_if_complete();
}

void ScriptTerminal::print(std::string_view text) {
  if (!json_ || !busy_) {
    out_({FrameKind::print, std::string(text)});
  } else if (printed_.size() < limits::terminal_backlog) {
    printed_ += text;
  }
}

void ScriptTerminal::release() {
  if (holds_ > 0) --holds_;
  finish_if_complete();
}

void ScriptTerminal::finish_if_complete() {
  if (!busy_ || holds_ > 0 || answer_.outcome.pending) return;
  busy_ = false;
  if (json_) out_({FrameKind::json, answer_json(line_, answer_, printed_).dump()});
  out_({FrameKind::end, fmt::format("{}", static_cast<int>(answer_.outcome.message_class))});
}

void ScriptTerminal::give_up() {
  if (!busy_) return;
  holds_ = 0;
  if (answer_.outcome.pending) {
    settle(Outcome::warning(module_number::system, 256, "The router restarts before the command has ended."));
  } else {
    finish_if_complete();
  }
}

}  // namespace arrouter::control
