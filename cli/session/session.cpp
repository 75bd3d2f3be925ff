// A session's commands and output.
//
// Whatever the person types arrives as a line or as a key; `mode` says what it means. Everything shown goes through
// output(), which pages, and ends in proceed(), which looks what is due next. So a command, its question, its last line
// and a prompt follow each other the same way whether they happen at once or minutes apart, and no front end is ever
// blocked: a screen that is too long for the page simply waits in the pager.
#include "cli/session/session.h"

#include <algorithm>

#include "cli/session/dispatch.h"
#include "cli/session/session_state.h"
#include "cli/session/texts.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter {

namespace {

constexpr std::size_t message_width = 80;

/// Blank line, screen, numbered line, blank line.
std::string compose(const std::string& screen, const Outcome& outcome) {
  std::string text = "\n" + screen;
  if (const std::string line = outcome.line(); !line.empty()) {
    if (!screen.empty()) text += '\n';
    for (const std::string& part : wrap(line, message_width)) text += part + "\n";
  }
  if (text.size() > 1) text += '\n';
  return text;
}

bool inside_quotes(std::string_view text) { return std::ranges::count(text, '"') % 2 != 0; }

}  // namespace

// ---- the face -----------------------------------------------------------------------------------------------------

std::shared_ptr<Session> Session::make(SessionHost host, Display& display, std::string device, std::string location,
                                       std::string port_name) {
  const std::shared_ptr<Session> session(
      new Session(host, display, std::move(device), std::move(location), std::move(port_name)));
  host.sessions.add(session);
  return session;
}

Session::Session(SessionHost host, Display& display, std::string device, std::string location, std::string port_name)
    : settings(host.sessions.port_settings(device)),
      state_(std::make_unique<State>(*this, host, display, std::move(device), std::move(location),
                                     std::move(port_name))) {}

Session::~Session() = default;

void Session::start() { state_->start(); }
void Session::start_as(std::string user, Privilege privilege, std::string server) {
  state_->enter(std::move(user), privilege, std::move(server));
  state_->write("\n");
  state_->proceed();
}

void Session::line(std::string_view text) {
  const auto alive = shared_from_this();
  state_->touch();
  state_->typed(text.size() + 1);  // and Enter
  switch (state_->mode) {
    case SessionMode::login_name:
      return state_->login_name(text);
    case SessionMode::login_password:
      return state_->login_password(text);
    case SessionMode::command:
      return state_->command_line(std::string(text));
    case SessionMode::question:
      return state_->answer(std::string(text));
    case SessionMode::proof:
      return state_->proof(text);
    case SessionMode::paging:
      return state_->page_key(text.empty() ? '\r' : text.front());
    case SessionMode::relaying:
    case SessionMode::verdict:
    case SessionMode::idle:
    case SessionMode::closed:
      return;
  }
}

void Session::key(char key) {
  const auto alive = shared_from_this();
  state_->touch();
  state_->typed(1);
  if (state_->mode == SessionMode::paging) return state_->page_key(key);
  if (state_->mode == SessionMode::relaying) return state_->relay_key(key);
  if (state_->mode == SessionMode::question && state_->questions.front().single_key) {
    const bool shown = key > ' ' && key < 0x7f;
    state_->write(shown ? std::string(1, key) + "\n" : std::string("\n"));
    state_->answer(std::string(1, key));
  }
}

bool Session::help(std::string_view typed) {
  if (state_->mode != SessionMode::command || inside_quotes(typed)) return false;
  const Access allowed = highest_access(state_->privilege(), state_->host.users.security_mode());
  state_->touch();
  std::string text = state_->host.table.help(typed, allowed);
  if (!text.ends_with('\n')) text += '\n';
  state_->write("\n" + text + "\n");
  return true;
}

bool Session::show_history() {
  if (state_->mode != SessionMode::command) return false;
  state_->touch();
  Screen screen;
  print_history(screen, *this);
  state_->write("\n" + screen.body() + "\n");
  return true;
}

void print_history(Screen& screen, const Session& session) {
  screen.line("Command history");
  screen.rule();
  Json lines = Json::array();
  unsigned number = 0;
  for (const std::string& line : session.history()) {
    screen.line(fmt::format("{:>3}  {}", ++number, line));
    lines.append(line);
  }
  screen.rule();
  screen.set("history", std::move(lines));
}

void Session::hang_up() {
  const auto alive = shared_from_this();
  if (state_->mode == SessionMode::closed) return;
  while (state_->logged_in()) state_->leave();
  state_->end();
}

void Session::print(std::string_view text) {
  if (state_->mode != SessionMode::closed && state_->logged_in()) state_->print(text);
}

bool Session::logged_in() const { return state_->logged_in(); }

ActiveSession Session::description() const {
  ActiveSession description;
  if (state_->logged_in()) {
    const State::Login& login = state_->logins.back();
    description.user = login.user;
    description.since = login.since;
    description.privilege = login.privilege;
  }
  description.device = state_->device;
  description.location = state_->location;
  return description;
}

const std::string& Session::port_name() const { return state_->port_name; }
const std::string& Session::prompt() const { return state_->prompt; }
const std::deque<std::string>& Session::history() const { return state_->history; }
void Session::clear_history() { state_->history.clear(); }

void Session::log_in_as(std::string name) {
  state_->login_due = std::move(name);
  if (!state_->running) state_->proceed();
}

void Session::log_off() {
  state_->leave_due = true;
  if (!state_->running) state_->proceed();
}

void Session::hold() { ++state_->holds; }

void Session::release() {
  if (state_->holds > 0) --state_->holds;
  if (state_->input_over && state_->holds == 0) log_off();
}

void Session::end_of_input() {
  state_->input_over = true;
  if (state_->holds == 0) log_off();
}

const std::vector<std::shared_ptr<Relay>>& Session::relays() const { return state_->relays; }

void Session::connect(std::shared_ptr<Relay> relay) {
  auto& known = state_->relays;
  if (std::ranges::find(known, relay) == known.end()) known.push_back(relay);
  state_->relay = std::move(relay);
}

bool Session::has_keyboard(const Relay& relay) const {
  return state_->mode == SessionMode::relaying && state_->relay.get() == &relay;
}

void Session::disconnect(const Relay& relay) {
  std::erase_if(state_->relays, [&relay](const auto& known) { return known.get() == &relay; });
  if (state_->relay.get() == &relay) state_->take_keyboard_back();
}

void Session::show(std::string_view bytes) {
  if (state_->mode == SessionMode::relaying) state_->write(bytes);
}

void Session::log_event(LogSeverity severity, std::string_view subtype, std::string_view text) const {
  state_->log_user(severity, subtype, text);
}

// ---- commands -----------------------------------------------------------------------------------------------------

Session::State::State(Session& session, SessionHost host, Display& display, std::string device, std::string location,
                      std::string port_name)
    : session(session),
      host(host),
      display(display),
      device(std::move(device)),
      location(std::move(location)),
      port_name(std::move(port_name)),
      idle_timer(host.scheduler,
                 [this] {
                   const auto alive = this->session.shared_from_this();
                   while (logged_in()) leave();
                   end();
                 }),
      login_timer(host.scheduler, [this] {
        const auto alive = this->session.shared_from_this();
        login_time_over = true;
        if (mode != SessionMode::verdict) end();
      }) {}

void Session::State::touch() {
  if (!logged_in()) return;
  const Instant now = host.clock.now();
  logins.back().timer.activity(now, secure_delay());
  if (session.settings.idle_s == 0) return idle_timer.disarm();
  idle_timer.arm(now + std::chrono::seconds(session.settings.idle_s));
}

Caller Session::State::caller() const {
  Caller caller;
  caller.user = logged_in() ? logins.back().user : std::string();
  caller.privilege = privilege();
  caller.interactive = true;
  caller.device = device;
  caller.terminal = session.weak_from_this();
  return caller;
}

bool Session::State::changes_users(const CommandRow& row) const {
  if (row.access != Access::security) return false;
  // Servers that let users in are part of it (reference/cli.md 8).
  constexpr std::string_view guarded_modules[] = {"user", "radius", "tacacs", "tacplus"};
  const auto entries = host.table.entries();
  return std::ranges::any_of(entries, [&](const auto& entry) {
    return entry.row == &row && std::ranges::find(guarded_modules, entry.module) != std::end(guarded_modules);
  });
}

void Session::State::command_line(const std::string& text) {
  mode = SessionMode::idle;
  if (is_comment(text)) return proceed();
  history.push_back(text);
  while (history.size() > session.settings.history) history.pop_front();

  const auto match = find_command(host.table, text, privilege(), host.users.security_mode());
  if (!match) return output(compose({}, match.error()));
  if (ask_proof(*match, text)) return;
  run(*match);
}

void Session::State::run(const CommandTable::Match& match) {
  if (match.row->access == Access::security) log_security_command(*match.row);
  Screen screen;
  const Caller who = caller();
  // The handler may end the command inside the call, later, or never; what counts is the first time.
  struct Ending {
    bool returned = false;
    std::optional<Outcome> outcome;
  };
  const auto ending = std::make_shared<Ending>();
  const std::weak_ptr<Session> weak = session.weak_from_this();
  Invocation invocation{match.args, who, screen,
                        [weak](Question question) {
                          if (const auto alive = weak.lock()) alive->state_->ask(std::move(question));
                        },
                        [weak, ending](Outcome outcome) {
                          if (ending->outcome) return;
                          ending->outcome = outcome;
                          const auto alive = weak.lock();
                          if (alive && ending->returned) alive->state_->finished(outcome);
                        }};
  running = true;
  Outcome outcome = run_command(*match.row, invocation, host.log);
  running = false;
  ending->returned = true;
  if (outcome.pending && ending->outcome) outcome = *ending->outcome;
  if (!outcome.pending) return finished_with(screen.body(), outcome);
  // A question follows its screen without a blank line between.
  output(screen.empty() && questions.empty() ? std::string() : "\n" + screen.body());
}

void Session::State::finished_with(const std::string& screen, const Outcome& outcome) {
  // The restart that was asked for ends the session; no prompt of it comes between.
  if (host.control.restarting()) return;
  touch();  // the command may have changed the idle time itself
  output(compose(screen, outcome));
}

// A command ended after its handler had returned: in answer to a question, or in the background.
void Session::State::finished(const Outcome& outcome) {
  if (outcome.line().empty()) {
    if (mode == SessionMode::idle && !running) proceed();
    return;
  }
  if (mode == SessionMode::idle) return output(compose({}, outcome));
  print(outcome.line());
}

void Session::State::ask(Question question) {
  questions.push_back(std::move(question));
  if (mode == SessionMode::idle && !running) proceed();
}

void Session::State::answer(std::string text) {
  Question question = std::move(questions.front());
  questions.pop_front();
  mode = SessionMode::idle;
  running = true;  // what the answer starts is shown when it returns
  if (question.answered) question.answered(std::move(text));
  running = false;
  if (mode == SessionMode::idle) proceed();
}

}  // namespace arrouter
