// What a session shows, and what it waits for next.
#include "cli/session/session_state.h"
#include "cli/session/texts.h"
#include "os/base/limits.h"

namespace arrouter {

void Session::State::output(std::string text) {
  write(pager.begin(std::move(text), session.settings.page));
  if (!pager.active()) return proceed();
  wait_for_keys(SessionMode::paging, Pager::more);
}

void Session::State::write(std::string_view text) {
  host.sessions.traffic(device).out_octets += text.size();
  display.write(text);
}

void Session::State::page_key(char key) {
  const bool quit = key == 'q' || key == 'Q';
  const std::string shown = pager.key(key);
  if (shown.empty() && !quit) return;
  // The question goes, whatever the terminal can do: blanks over it.
  write("\r" + std::string(Pager::more.size(), ' ') + "\r");
  write(quit ? "\n" : shown);
  if (pager.active()) return write(Pager::more);
  mode = SessionMode::idle;
  proceed();
}

void Session::State::proceed() {
  if (mode == SessionMode::closed) return;
  if (leave_due) {
    leave_due = false;
    do leave();
    while (input_over && logged_in());
    if (!logged_in()) return end();
  }
  if (!questions.empty()) return next_question();
  if (login_due || !logged_in()) return ask_login_name();
  if (relay) {
    wait_for_keys(SessionMode::relaying, {});
    display.set_raw_keys(true);
    return relay->resumed();
  }
  flush_held();
  prompt = make_prompt();
  wait_for_line(SessionMode::command, prompt, session.settings.echo);
}

void Session::State::relay_key(char key) {
  if (key != session.settings.attention) return std::shared_ptr<Relay>(relay)->typed(key);
  write("\n");
  take_keyboard_back();
}

void Session::State::take_keyboard_back() {
  // Whoever calls may be the relay itself.
  const auto former = std::exchange(relay, nullptr);
  if (mode != SessionMode::relaying) return;
  display.set_raw_keys(false);
  proceed();
}

void Session::State::next_question() {
  const Question& question = questions.front();
  if (question.single_key) return wait_for_keys(SessionMode::question, question.prompt);
  wait_for_line(SessionMode::question, question.prompt, question.echo);
}

void Session::State::wait_for_line(SessionMode next, std::string_view shown, bool echo) {
  mode = next;
  display.set_key_mode(false);
  display.set_echo(echo);
  display.set_dumb(session.settings.dumb);
  display.set_prompt(shown);
}

void Session::State::wait_for_keys(SessionMode next, std::string_view shown) {
  mode = next;
  display.set_prompt({});
  display.set_key_mode(true);
  write(shown);
}

void Session::State::print(std::string_view text) {
  std::string whole(text);
  if (!whole.ends_with('\n')) whole += '\n';
  const bool busy = mode == SessionMode::paging || mode == SessionMode::question || mode == SessionMode::proof ||
                    mode == SessionMode::relaying;
  if (!busy) return write(whole);
  if (held.size() + whole.size() > limits::terminal_backlog) {
    lost += whole.size();
  } else {
    held += whole;
  }
}

void Session::State::flush_held() {
  if (!held.empty()) write(std::exchange(held, {}));
  if (lost == 0) return;
  write(fmt::format(fmt::runtime(session_texts::messages_lost), std::exchange(lost, 0)) + "\n");
}

}  // namespace arrouter
