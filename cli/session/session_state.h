// The inside of a Session: one state machine from login prompt to logoff. Private to cli/session.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/session/pager.h"
#include "cli/session/security_timer.h"
#include "cli/session/session.h"
#include "os/login.h"

namespace arrouter {

/// What the next line or key means.
enum class SessionMode : std::uint8_t {
  idle,            // not started, or between two steps
  login_name,      // "login: "
  login_password,  // "Password: " of a login
  command,         // the prompt
  paging,          // --More--
  question,        // a command's own question
  proof,           // "Password: " of the security timer
  verdict,         // a server is asked about the password that was typed
  relaying,        // an outgoing connection has the keyboard
  closed,
};

struct Session::State {
  State(Session& session, SessionHost host, Display& display, std::string device, std::string location,
        std::string port_name);

  // session.cpp: commands and output
  void command_line(const std::string& text);
  void run(const CommandTable::Match& match);
  void finished_with(const std::string& screen, const Outcome& outcome);
  void finished(const Outcome& outcome);
  void ask(Question question);
  void next_question();
  void answer(std::string text);
  /// Prints through the pager, then goes on with what is due: question, login, logoff or prompt.
  void output(std::string text);
  /// Puts text on the screen; what passes either way is counted for the port.
  void write(std::string_view text);
  void typed(std::size_t octets) { host.sessions.traffic(device).in_octets += octets; }
  void page_key(char key);
  void relay_key(char key);
  void take_keyboard_back();
  void proceed();
  void wait_for_line(SessionMode mode, std::string_view prompt, bool echo);
  void wait_for_keys(SessionMode mode, std::string_view shown);
  /// Output nobody asked for just now; kept back while the screen is busy.
  void print(std::string_view text);
  void flush_held();
  void touch();

  // login.cpp: who is there
  void start();
  void ask_login_name();
  void login_name(std::string_view text);
  void login_password(std::string_view text);
  void login_verdict(const LoginVerdict& verdict);
  void refused(const LoginVerdict& verdict);
  void enter(std::string user, Privilege privilege, std::string server = {});
  LoginRequest login_request(std::string_view name, std::string_view password) const;
  void leave();
  void end();
  bool ask_proof(const CommandTable::Match& match, const std::string& line);
  void proof(std::string_view password);
  void proven(bool right);
  void log_user(LogSeverity severity, std::string_view subtype, std::string_view text) const;
  /// Its keywords alone: what follows may be a password.
  void log_security_command(const CommandRow& row) const;
  std::string make_prompt() const;

  struct Login {
    std::string user;
    std::string server;  // that let the user in; empty: the User Authentication Database
    Privilege privilege = Privilege::user;
    WallTime since{};
    SecurityTimer timer;
  };
  bool logged_in() const { return !logins.empty(); }
  Privilege privilege() const { return logged_in() ? logins.back().privilege : Privilege::user; }
  Duration secure_delay() const { return std::chrono::seconds(host.users.settings.secure_delay_s); }
  bool is_asynchronous() const { return device.starts_with("Asyn"); }
  bool changes_users(const CommandRow& row) const;
  Caller caller() const;

  Session& session;
  SessionHost host;
  Display& display;
  std::string device, location, port_name;

  SessionMode mode = SessionMode::idle;
  std::string prompt;
  std::vector<Login> logins;  // LOGIN puts another on top for a while
  std::string entered_name;
  std::deque<std::string> history;
  Pager pager;
  std::deque<Question> questions;
  std::vector<std::shared_ptr<Relay>> relays;
  std::shared_ptr<Relay> relay;  // that has the keyboard, or is to have it
  std::string held;  // asynchronous output while the screen is busy
  std::size_t lost = 0;
  std::string guarded_line;  // the command that waits for the security timer's password
  unsigned proof_failures = 0;
  bool running = false;  // a handler is being called
  bool leave_due = false;
  unsigned holds = 0;       // commands at work in the background
  bool input_over = false;  // nothing more will be typed
  std::optional<std::string> login_due;  // LOGIN was given; the name, if any
  Timer idle_timer;
  Timer login_timer;
  bool login_time_over = false;  // while a server was being asked
};

}  // namespace arrouter
