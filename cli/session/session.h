// A session: one person (or one terminal line) talking to the router. Sans-IO: a front end feeds lines and keys and
// shows what the session writes, so console, telnet and ssh differ only in how bytes travel.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/language/command_table.h"
#include "netdev/tcp_table.h"
#include "os/base/scheduler.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter {

/// The person's screen and keyboard, as a front end offers them. Text has "\n" line ends; the front end makes them
/// "\r\n" where its medium wants that. Enter always ends the line on the screen. Text written while a line is being
/// edited goes below it; then prompt and typed text are drawn again.
class Display {
 public:
  virtual ~Display() = default;
  virtual void write(std::string_view text) = 0;
  /// The prompt of the line being edited; empty while no line is wanted. The front end draws it.
  virtual void set_prompt(std::string_view prompt) = 0;
  /// False while a password is typed.
  virtual void set_echo(bool on) = 0;
  /// True: every key goes to Session::key() at once (pager, yes/no questions); false: lines to Session::line().
  virtual void set_key_mode(bool on) = 0;
  /// In key mode: control sequences are keys too, byte by byte.
  virtual void set_raw_keys(bool) {}
  /// TYPE=DUMB: the screen knows no cursor movement but backspace and carriage return.
  virtual void set_dumb(bool) {}
  /// The session is over; let go of it. A console opens a new one soon (not inside this call), telnet hangs up.
  virtual void close() = 0;
};

/// Terminal settings (SET ASYN, SET TTY).
struct TerminalSettings {
  unsigned page = 22;  // lines; 0: off
  unsigned history = 30;
  std::uint32_t idle_s = 0;  // 0: never logged off
  std::optional<std::string> prompt;
  bool secure = true;  // a login is asked for
  bool dumb = false;   // TYPE=DUMB: no VT100
  bool echo = true;    // of what is typed at the prompt
  std::uint32_t speed = 9600;  // bits a second; shown, for there is no serial line
  /// Comes back from an outgoing connection. A break, where the medium has one, arrives as this key too.
  std::optional<char> attention = break_key;
  static constexpr char break_key = '\x10';
};

class Session;

/// Somebody who takes the keyboard over from a session for a while: an outgoing connection.
class Relay {
 public:
  virtual ~Relay() = default;
  virtual void typed(char key) = 0;
  /// It has the keyboard again.
  virtual void resumed() {}
  /// Whom it leads to, for SHOW SESSIONS.
  virtual std::string remote() const = 0;
  /// Where that is; none of somebody within the router.
  virtual std::optional<TcpEndpoint> endpoint() const { return std::nullopt; }
  virtual bool established() const { return true; }
};

/// What has passed through a terminal port since the router started.
struct TerminalTraffic {
  std::uint64_t in_octets = 0, out_octets = 0;
};

/// The sessions of one Router, and what is set for its asynchronous ports. Made anew when the router restarts.
class SessionRegistry {
 public:
  /// Session::make() does this.
  void add(std::weak_ptr<Session> session);
  /// Those that still exist, in order of opening.
  std::vector<std::shared_ptr<Session>> live() const;
  /// Names for another session of a kind ("Telnet", "SSH"): the lowest free number of the kind and the lowest free TTY
  /// instance. nullopt when limits::sessions of them come from outside already.
  struct RemoteNames {
    std::string device, port_name;
  };
  std::optional<RemoteNames> remote_names(std::string_view kind) const;
  /// SET ASYN: kept for the next session of that port ("Asyn 0"); a live one is changed at once.
  const TerminalSettings& port_settings(std::string_view device) const;
  void set_port(std::string_view device, TerminalSettings settings);
  const std::map<std::string, TerminalSettings, std::less<>>& ports() const { return ports_; }
  /// By device ("Asyn 0", "Telnet 1").
  TerminalTraffic& traffic(const std::string& device) { return traffic_[device]; }

 private:
  std::vector<std::weak_ptr<Session>> sessions_;
  std::map<std::string, TerminalSettings, std::less<>> ports_;
  std::map<std::string, TerminalTraffic, std::less<>> traffic_;
};

/// What a session needs of its Router.
struct SessionHost {
  const CommandTable& table;
  UserDatabase& users;
  SystemIdentity& system;
  Log& log;
  Scheduler& scheduler;
  const Clock& clock;
  const WallClock& wall;
  RouterControl& control;
  SessionRegistry& sessions;
};

class Session final : public Terminal, public std::enable_shared_from_this<Session> {
 public:
  /// `device` is "Asyn 0", "Telnet 1"; `location` "local" or the peer's address; `port_name` what the log calls it
  /// ("port0", "TTY17").
  static std::shared_ptr<Session> make(SessionHost host, Display& display, std::string device, std::string location,
                                       std::string port_name);
  ~Session() override;

  /// Shows the login prompt.
  void start();
  /// Instead of start(): somebody who has logged in already (SSH); `server` as in LoginVerdict.
  void start_as(std::string user, Privilege privilege, std::string server);
  /// Enter was pressed.
  void line(std::string_view text);
  /// A key while in key mode.
  void key(char key);
  /// `?` was typed with `typed` left of it: shows the options; the front end then draws prompt and text again. False:
  /// nothing was shown, the key is an ordinary character here (a password, a quoted string).
  bool help(std::string_view typed);
  /// The link is gone.
  void hang_up();

  void print(std::string_view text) override;
  void hold() override;
  void release() override;
  /// Nothing more will be typed: the session ends once what was begun has ended.
  void end_of_input();

  bool logged_in() const;
  ActiveSession description() const;
  /// What the log calls it: "port0", "TTY17".
  const std::string& port_name() const;
  const std::string& prompt() const;
  /// The history key was pressed: shows the list where `?` would show its help. False as with help().
  bool show_history();
  /// Earlier lines, oldest first, for the front end's editor.
  const std::deque<std::string>& history() const;
  void clear_history();
  /// LOGIN: asks who is there once the present command has ended; an empty name is asked for too.
  void log_in_as(std::string name);
  /// LOGOFF: back to the login before, or the end of the session, once the present command has ended.
  void log_off();
  /// Outgoing connections, which end with the session at the latest; oldest first.
  const std::vector<std::shared_ptr<Relay>>& relays() const;
  /// Gives the keyboard to an outgoing connection, new or not, as soon as the present command has ended. The attention
  /// key takes it back.
  void connect(std::shared_ptr<Relay> relay);
  bool has_keyboard(const Relay& relay) const;
  /// The connection has ended.
  void disconnect(const Relay& relay);
  /// What the connection that has the keyboard shows.
  void show(std::string_view bytes);
  /// A record of the USER type; `text` is a format for the user's name and the port ("{} login on {}").
  void log_event(LogSeverity severity, std::string_view subtype, std::string_view text) const;
  TerminalSettings settings;

 private:
  struct State;
  Session(SessionHost host, Display& display, std::string device, std::string location, std::string port_name);
  std::unique_ptr<State> state_;
};

/// The screen of SHOW ASYN HISTORY.
void print_history(Screen& screen, const Session& session);

}  // namespace arrouter
