// Who is at the other end: login, lock-out, logoff, the password asked again before a security command.
#include "cli/session/dispatch.h"
#include "cli/session/session_state.h"
#include "cli/session/texts.h"
#include "os/base/text.h"

namespace arrouter {

namespace {

constexpr std::chrono::seconds remote_login_time{60};  // a remote session with nobody logged in ends (cli.md 1)
constexpr std::size_t longest_name = 64;

std::string fill(std::string_view text, std::string_view user, std::string_view port) {
  return fmt::format(fmt::runtime(text), user.empty() ? "-" : user, port);
}

}  // namespace

void Session::State::log_user(LogSeverity severity, std::string_view subtype, std::string_view text) const {
  LogRecord record;
  record.severity = severity;
  record.module = module_number::user;
  record.type = "USER";
  record.subtype = subtype;
  record.message = fill(text, logged_in() ? logins.back().user : entered_name, port_name);
  host.log.record(std::move(record));
}

void Session::State::log_security_command(const CommandRow& row) const {
  const std::string_view user = logged_in() ? std::string_view(logins.back().user) : std::string_view();
  const std::string_view keywords = row.syntax.substr(0, row.syntax.find_first_of("=[{<"));
  host.log.record({.severity = LogSeverity::info,
                   .module = module_number::command,
                   .type = "CMD",
                   .subtype = "SEC",
                   .message = fmt::format(fmt::runtime(session_texts::log_security_command), user.empty() ? "-" : user,
                                          to_upper(trim(keywords)), port_name)});
}

std::string Session::State::make_prompt() const {
  if (session.settings.prompt) return *session.settings.prompt;
  const std::string& name = host.system.name;
  switch (privilege()) {
    case Privilege::user:
      break;
    case Privilege::manager:
      return name.empty() ? "Manager > " : fmt::format("Manager {}> ", name);
    case Privilege::security_officer:
      return name.empty() ? "SecOff > " : fmt::format("SecOff {}> ", name);
  }
  return name.empty() ? "> " : fmt::format("{}> ", name);
}

void Session::State::start() {
  const auto& manager_port = host.users.settings.manager_port;
  if (manager_port && device == fmt::format("Asyn {}", *manager_port)) {
    enter({}, Privilege::manager);
  } else if (is_asynchronous() && !session.settings.secure) {
    enter({}, Privilege::user);
  } else if (!is_asynchronous()) {
    login_timer.arm(host.clock.now() + remote_login_time);
  }
  proceed();
}

void Session::State::ask_login_name() {
  entered_name = login_due.value_or("");
  login_due.reset();
  if (!entered_name.empty()) {
    return wait_for_line(SessionMode::login_password, session_texts::password_prompt, false);
  }
  prompt = host.system.name.empty() ? std::string(session_texts::login_prompt)
                                    : fmt::format("{} {}", host.system.name, session_texts::login_prompt);
  wait_for_line(SessionMode::login_name, prompt, true);
}

void Session::State::login_name(std::string_view text) {
  entered_name = trim(text).substr(0, longest_name);
  if (entered_name.empty()) return logged_in() ? proceed() : ask_login_name();
  wait_for_line(SessionMode::login_password, session_texts::password_prompt, false);
}

LoginRequest Session::State::login_request(std::string_view name, std::string_view password) const {
  LoginRequest request{.name = std::string(name), .password = {}, .device = device, .remote_from = {}};
  const ByteView bytes = as_bytes(password);
  request.password.assign(bytes.begin(), bytes.end());
  if (!is_asynchronous()) request.remote_from = parse_ipv4(location).value_or(Ipv4Address());
  request.secure_line = device.starts_with("SSH");
  return request;
}

void Session::State::login_password(std::string_view text) {
  mode = SessionMode::verdict;
  log_in(host.users, login_request(entered_name, text), session.weak_from_this(), [this](const LoginVerdict& verdict) {
    const auto alive = session.shared_from_this();
    if (mode == SessionMode::verdict) login_verdict(verdict);
  });
  // A server may take its time: no line is wanted, and nothing that is typed meanwhile counts.
  if (mode == SessionMode::verdict) display.set_prompt({});
}

void Session::State::login_verdict(const LoginVerdict& verdict) {
  mode = SessionMode::idle;
  if (verdict.result != LoginResult::good) return refused(verdict);
  session.start_as(verdict.user, verdict.privilege, verdict.server);
}

void Session::State::refused(const LoginVerdict& verdict) {
  // The record names who tried, not who is logged in already.
  std::vector<Login> present;
  present.swap(logins);
  if (verdict.result == LoginResult::locked_out && !verdict.locked_now) {
    log_user(LogSeverity::important, "LFAIL", session_texts::log_locked);
  } else {
    log_user(LogSeverity::important, "LFAIL", session_texts::log_failed);
    if (verdict.locked_now) log_user(LogSeverity::important, "LOCK", session_texts::log_lockout);
  }
  present.swap(logins);
  write(fmt::format("\n{}\n\n", session_texts::access_denied));
  const bool no_more = verdict.result == LoginResult::locked_out || login_time_over;
  if (no_more && !is_asynchronous() && !logged_in()) return end();
  proceed();
}

void Session::State::enter(std::string user, Privilege privilege, std::string server) {
  Login login;
  login.user = std::move(user);
  login.server = std::move(server);
  login.privilege = privilege;
  login.since = host.wall.now();
  login.timer.authenticated(host.clock.now());
  logins.push_back(std::move(login));
  login_timer.disarm();
  touch();
  if (!logins.back().user.empty()) log_user(LogSeverity::info, "LON", session_texts::log_login);
}

void Session::State::leave() {
  if (!logged_in()) return;
  if (!logins.back().user.empty()) log_user(LogSeverity::info, "LOFF", session_texts::log_logoff);
  logins.pop_back();
}

void Session::State::end() {
  if (mode == SessionMode::closed) return;
  mode = SessionMode::closed;
  idle_timer.disarm();
  login_timer.disarm();
  questions.clear();
  relay.reset();
  relays.clear();
  held.clear();
  display.close();
}

bool Session::State::ask_proof(const CommandTable::Match& match, const std::string& line) {
  Login& login = logins.back();
  const bool user_command = changes_users(*match.row);
  const Instant now = host.clock.now();
  // Ports without a login have nobody whose password could be asked.
  const bool needed =
      !login.user.empty() && login.timer.password_needed(login.privilege, match.row->access == Access::security,
                                                         user_command, now, secure_delay());
  if (!needed) {
    if (user_command) login.timer.user_command(now);
    return false;
  }
  guarded_line = line;
  proof_failures = 0;
  write(fmt::format("\n{}\n\n", session_texts::secure_command));
  wait_for_line(SessionMode::proof, session_texts::password_prompt, false);
  return true;
}

void Session::State::proof(std::string_view password) {
  const Login& login = logins.back();
  if (login.server.empty()) {
    mode = SessionMode::idle;
    return proven(host.users.verify(login.user, password));
  }
  mode = SessionMode::verdict;
  confirm_by_servers(host.users, login_request(login.user, password), session.weak_from_this(), [this](bool right) {
    const auto alive = session.shared_from_this();
    if (mode != SessionMode::verdict) return;
    mode = SessionMode::idle;
    proven(right);
  });
  if (mode == SessionMode::verdict) display.set_prompt({});
}

void Session::State::proven(bool right) {
  if (right) {
    logins.back().timer.authenticated(host.clock.now());
    const auto match = find_command(host.table, guarded_line, privilege(), host.users.security_mode());
    guarded_line.clear();
    if (match) return run(*match);
    return finished_with({}, match.error());
  }
  ++host.users.counters.total_password_fails;
  ++host.users.counters.manager_password_fails;
  log_user(LogSeverity::important, "LFAIL", session_texts::log_secure_failed);
  if (++proof_failures < host.users.settings.manager_fail) {
    return wait_for_line(SessionMode::proof, session_texts::password_prompt, false);
  }
  ++host.users.counters.security_command_logoffs;
  log_user(LogSeverity::important, "LFAIL", session_texts::log_secure_logoff);
  write(fmt::format("\n{}\n\n", say(session_texts::logging_off).line()));
  while (logged_in()) leave();
  end();
}

}  // namespace arrouter
