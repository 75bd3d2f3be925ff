// ASYN: the terminal side of a session as commands (Software Reference, chapters Operation and Interfaces;
// reference/cli.md 3, operations.md 6).
//
// Invariants
// - A row that speaks of the caller's own session (LOGIN, SET TTY, history …) finds it through the caller's terminal;
//   a script has none and is refused.
// - SET ASYN=n is kept for the port, survives a logoff and is part of the configuration; SET TTY lives with its
// session.
//
// Not modelled: parity and signals of the serial line, for there is none.
#include "cli/session/asyn_module.h"

#include "cli/session/alias_rows.h"
#include "cli/session/asyn_show.h"
#include "cli/session/dispatch.h"
#include "cli/session/edit.h"
#include "cli/session/help_text.h"
#include "cli/session/host_names.h"
#include "cli/session/texts.h"
#include "os/base/text.h"

namespace arrouter {

namespace {

constexpr Message no_session{MessageClass::error, module_number::tty, 256, "There is no session to act on."};
constexpr Message no_help_file{MessageClass::error, module_number::tty, 257, "The help file was not found."};
constexpr Message wrong_password{MessageClass::error, module_number::user, 269, "The old password is wrong."};
constexpr Message not_confirmed{MessageClass::error, module_number::user, 270, "The new passwords are not the same."};
constexpr Message short_password{MessageClass::error, module_number::user, 259,
                                 "Password must be at least {} characters long."};
constexpr Message long_password{MessageClass::error, module_number::user, 260,
                                "Password must be at most {} characters long."};
constexpr Message no_key{MessageClass::error, module_number::command, 263,
                         "Parameter \"ATTENTION\" has an invalid value."};
constexpr std::size_t longest_password = 32;

std::string asyn_name(std::uint64_t number) { return fmt::format("Asyn {}", number); }

/// "^P" or a character; nullopt for what is no single key.
std::optional<char> key_of(std::string_view text) {
  if (text.size() == 1) return text.front();
  if (text.size() != 2 || text.front() != '^' || text.back() < '@') return std::nullopt;
  return static_cast<char>(text.back() & 0x1f);
}

/// Puts the parameters of SET ASYN and SET TTY into `settings`; false when ATTENTION is no key.
bool apply(const Args& args, TerminalSettings& settings) {
  const auto number_or_off = [&args](std::string_view name, auto& value) {
    if (!args.has(name)) return;
    using Number = std::remove_reference_t<decltype(value)>;
    value = args.holds<std::uint64_t>(name) ? static_cast<Number>(args.number(name)) : Number{0};
  };
  number_or_off("PAGE", settings.page);
  number_or_off("IDLETIME", settings.idle_s);
  if (args.has("HISTORY")) settings.history = static_cast<unsigned>(args.number("HISTORY"));
  if (args.has("TYPE")) settings.dumb = args.choice("TYPE") == "DUMB";
  if (args.has("SECURE")) settings.secure = args.boolean("SECURE");
  if (args.has("ECHO")) settings.echo = args.boolean("ECHO");
  if (args.has("SPEED")) settings.speed = static_cast<std::uint32_t>(args.number("SPEED"));
  if (args.holds<Choice>("ATTENTION")) {
    settings.attention.reset();
    if (args.choice("ATTENTION") == "BREAK") settings.attention = TerminalSettings::break_key;
  } else if (args.has("ATTENTION")) {
    settings.attention = key_of(args.text("ATTENTION"));
    if (!settings.attention) return false;
  }
  if (!args.has("PROMPT")) return true;
  const std::string& prompt = args.text("PROMPT");
  const bool standard = prompt.empty() || equal_ignoring_case(prompt, "DEFAULT") || equal_ignoring_case(prompt, "OFF");
  settings.prompt.reset();
  if (!standard) settings.prompt = prompt;
  return true;
}

class AsynModule final : public Module {
 public:
  AsynModule(Services& services, CommandTable& table, SessionRegistry& sessions, std::function<std::string()> help_file)
      : services_(services),
        table_(table),
        sessions_(sessions),
        help_file_(std::move(help_file)),
        started_(services.clock.now()) {}
  std::string_view name() const override { return "asyn"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;

 private:
  std::vector<CommandRow> login_rows();
  std::vector<CommandRow> terminal_rows();
  std::vector<CommandRow> history_rows();

  Outcome login(Invocation& invocation);
  Outcome logoff(Invocation& invocation);
  Outcome set_password(Invocation& invocation);
  Outcome new_password(std::string_view user, const std::string& password, const std::string& again,
                       const Caller& caller);
  std::map<unsigned, std::shared_ptr<Session>> ports() const;
  Outcome set_asyn(Invocation& invocation);
  Outcome set_tty(Invocation& invocation);
  Outcome show_asyns(Invocation& invocation) const;
  Outcome show_own_tty(Invocation& invocation) const;
  Outcome show_history(Invocation& invocation) const;
  Outcome reset_history(Invocation& invocation);
  Outcome help(Invocation& invocation) const;

  Services& services_;
  CommandTable& table_;
  SessionRegistry& sessions_;
  std::function<std::string()> help_file_;
  Instant started_;
};

std::vector<CommandRow> AsynModule::commands() {
  std::vector<CommandRow> rows = alias_rows(table_.aliases);
  for (CommandRow& row : edit_rows(services_)) rows.push_back(std::move(row));
  for (auto more : {&AsynModule::login_rows, &AsynModule::terminal_rows, &AsynModule::history_rows}) {
    for (CommandRow& row : (this->*more)()) rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<CommandRow> AsynModule::login_rows() {
  static const std::string help_syntax = "Help {" + help_topics() + "}";
  const auto logging_in = [this](Invocation& invocation) { return login(invocation); };
  const auto logging_off = [this](Invocation& invocation) { return logoff(invocation); };
  return {
      {"LOGIn [NAme=]<name:1-64>", Access::user, "Logs in as somebody else.", logging_in},
      {"LOGIn", Access::user, "Logs in as somebody else; asks for the name.", logging_in},
      {"LOGON", Access::user, "Logs in as somebody else; asks for the name.", logging_in},
      {"LOgoff", Access::user, "Ends the session.", logging_off},
      {"LOGOUT", Access::user, "Ends the session.", logging_off},
      {"SET PASSword", Access::user, "Changes your own password.",
       [this](Invocation& invocation) { return set_password(invocation); }},
      {help_syntax, Access::user, "Displays the commands of a topic.",
       [this](Invocation& invocation) { return help(invocation); }},
      {"Help", Access::user, "Displays the topics of the help.",
       [this](Invocation& invocation) { return help(invocation); }},
  };
}

std::vector<CommandRow> AsynModule::terminal_rows() {
  constexpr std::string_view terminal_note =
      "There is no serial line: SPEED is kept and shown, parity and signals have no parameters.";
  return {
      {"SET ASYn[={<0-9>|ALL}] [PAGe={OFF|<4-99>}] [HIStory=<0-99>] [IDLEtime={OFF|<10-4294967294>}] "
       "[PROMpt=<text:0-64>] [SECure=<bool>] [ECHo=<bool>] [ATTEntion={BREAK|NONE|<name:1-2>}] [TYpe={DUMB|VT100}] "
       "[SPEed=<75-115200>]",
       Access::manager, "Sets how a terminal port behaves.",
       [this](Invocation& invocation) { return set_asyn(invocation); }, Coverage::partial, terminal_note},
      {"SET TTY [PAGe={OFF|<4-99>}] [HIStory=<0-99>] [IDLEtime={OFF|<10-4294967294>}] [PROMpt=<text:0-64>] "
       "[ECHo=<bool>] [ATTEntion={BREAK|NONE|<name:1-2>}] [TYpe={DUMB|VT100}]",
       Access::manager, "Sets how the present session behaves.",
       [this](Invocation& invocation) { return set_tty(invocation); }},
      {"SHow ASYn[={<0-9>|ALL}] [{SUMmary|COUnters}]", Access::user,
       "Displays asynchronous ports and the terminals at them.",
       [this](Invocation& invocation) { return show_asyns(invocation); }, Coverage::partial,
       "There is no serial line: its speed and signals are shown as delivered."},
      {"SHow TTY", Access::user, "Displays the terminal of the present session.",
       [this](Invocation& invocation) { return show_own_tty(invocation); }},
  };
}

std::vector<CommandRow> AsynModule::history_rows() {
  const auto showing = [this](Invocation& invocation) { return show_history(invocation); };
  const auto resetting = [this](Invocation& invocation) { return reset_history(invocation); };
  return {
      {"SHow ASYn HIStory", Access::user, "Displays the commands given before.", showing},
      {"SHow TTY HIStory", Access::user, "Displays the commands given before.", showing},
      {"SHow POrt HIStory", Access::user, "Displays the commands given before.", showing},
      {"RESET ASYn HIStory", Access::user, "Forgets the commands given before.", resetting},
      {"RESET TTY HIStory", Access::user, "Forgets the commands given before.", resetting},
  };
}

void AsynModule::dump(ConfigWriter& writer) const {
  dump_aliases(table_.aliases, writer);
  writer.section("TTY", {"TTY"});
  writer.section("ASYN", {"ASYN"});
  const TerminalSettings delivered;
  for (const auto& [device, settings] : sessions_.ports()) {
    const std::string number = device.substr(device.find(' ') + 1);
    std::string line;
    const auto number_or_off = [](std::uint32_t value) { return value == 0 ? "off" : std::to_string(value); };
    if (settings.page != delivered.page) line += " page=" + number_or_off(settings.page);
    if (settings.history != delivered.history) line += fmt::format(" history={}", settings.history);
    if (settings.idle_s != delivered.idle_s) line += " idletime=" + number_or_off(settings.idle_s);
    if (settings.prompt) line += " prompt=" + arrouter::quoted(*settings.prompt);
    if (!settings.attention) line += " attention=none";
    if (settings.attention && settings.attention != delivered.attention) {
      line += " attention=" + arrouter::quoted(key_text(*settings.attention));
    }
    if (settings.dumb) line += " type=dumb";
    if (!settings.echo) line += " echo=off";
    if (settings.speed != delivered.speed) line += fmt::format(" speed={}", settings.speed);
    if (!settings.secure) line += " secure=off";
    if (!line.empty()) writer.line(fmt::format("set asyn={}{}", number, line));
  }
}

Outcome AsynModule::login(Invocation& invocation) {
  const auto session = session_of(invocation.caller);
  if (!session) return say(no_session);
  session->log_in_as(invocation.args.text_or("NAME", {}));
  return Outcome::screen();
}

Outcome AsynModule::logoff(Invocation& invocation) {
  const auto session = session_of(invocation.caller);
  if (!session) return say(no_session);
  session->log_off();
  return Outcome::screen();
}

Outcome AsynModule::new_password(std::string_view user, const std::string& password, const std::string& again,
                                 const Caller& caller) {
  const User* const found = services_.users.find(user);
  if (found == nullptr) return say(no_session);
  if (password != again) return say(not_confirmed);
  const std::uint32_t least = services_.users.settings.min_password;
  if (password.size() < least) return say(short_password, least);
  if (password.size() > longest_password) return say(long_password, longest_password);
  User changed = *found;
  changed.digest = services_.users.digest_of(password);
  if (changed.privilege != Privilege::user) ++services_.users.counters.manager_password_changes;
  services_.users.put(std::move(changed));
  if (const auto session = session_of(caller)) {
    session->log_event(LogSeverity::info, "PWDCH", session_texts::log_password);
  }
  return Outcome::successful(module_number::user);
}

// Three questions, one after the other; the last one's answer decides.
Outcome AsynModule::set_password(Invocation& invocation) {
  const Caller caller = invocation.caller;
  if (!session_of(caller) || caller.user.empty()) return say(no_session);
  const auto ask = invocation.ask;
  const auto finish = invocation.finish;
  const auto hidden = [](std::string_view prompt, std::function<void(std::string)> answered) {
    Question question;
    question.prompt = prompt;
    question.echo = false;
    question.answered = std::move(answered);
    return question;
  };
  ask(hidden(session_texts::old_password_prompt, [=, this](const std::string& old) {
    if (!services_.users.verify(caller.user, old)) return finish(say(wrong_password));
    ask(hidden(session_texts::new_password_prompt, [=, this](const std::string& password) {
      ask(hidden(session_texts::confirm_prompt,
                 [=, this](const std::string& again) { finish(new_password(caller.user, password, again, caller)); }));
    }));
  }));
  return Outcome::wait();
}

Outcome AsynModule::set_asyn(Invocation& invocation) {
  std::vector<std::string> devices;
  if (invocation.args.holds<std::uint64_t>("ASYN")) {
    devices.push_back(asyn_name(invocation.args.number("ASYN")));
  } else if (invocation.args.has_value("ASYN")) {
    for (const auto& [number, session] : ports()) devices.push_back(asyn_name(number));
  } else {
    const auto session = session_of(invocation.caller);
    if (!session) return say(no_session);
    devices.push_back(session->description().device);
  }
  for (const std::string& device : devices) {
    TerminalSettings settings = sessions_.port_settings(device);
    if (!apply(invocation.args, settings)) return say(no_key);
    sessions_.set_port(device, std::move(settings));
  }
  return Outcome::successful(module_number::tty);
}

Outcome AsynModule::set_tty(Invocation& invocation) {
  const auto session = session_of(invocation.caller);
  if (!session) return say(no_session);
  TerminalSettings settings = session->settings;
  if (!apply(invocation.args, settings)) return say(no_key);
  session->settings = std::move(settings);
  return Outcome::successful(module_number::tty);
}

/// Port 0, which every router has, and those somebody has set or is at.
std::map<unsigned, std::shared_ptr<Session>> AsynModule::ports() const {
  std::map<unsigned, std::shared_ptr<Session>> ports = {{0, nullptr}};
  const auto number_of = [](std::string_view device) {
    constexpr std::string_view kind = "Asyn ";
    return device.starts_with(kind) ? parse_number(device.substr(kind.size()), 9) : std::nullopt;
  };
  for (const auto& [device, settings] : sessions_.ports()) {
    if (const auto number = number_of(device)) ports[static_cast<unsigned>(*number)];
  }
  for (const auto& session : sessions_.live()) {
    if (const auto number = number_of(session->description().device)) ports[static_cast<unsigned>(*number)] = session;
  }
  return ports;
}

/// All of them, or one number.
Outcome AsynModule::show_asyns(Invocation& invocation) const {
  std::map<unsigned, std::shared_ptr<Session>> ports = this->ports();
  if (invocation.args.holds<std::uint64_t>("ASYN")) {
    const auto only = static_cast<unsigned>(invocation.args.number("ASYN"));
    const std::shared_ptr<Session> at = ports.contains(only) ? ports[only] : nullptr;
    ports = {{only, at}};
  }
  Screen& screen = invocation.screen;
  const std::uint64_t up_s = whole_seconds(services_.clock.now() - started_);
  const bool summary = invocation.args.has("SUMMARY");
  if (summary) asyn_summary_heading(screen);
  for (const auto& [number, session] : ports) {
    const TerminalSettings& settings = session ? session->settings : sessions_.port_settings(asyn_name(number));
    if (summary) {
      asyn_summary_row(screen, number, settings, session.get());
      continue;
    }
    if (number != ports.begin()->first) screen.line();
    if (invocation.args.has("COUNTERS")) {
      show_asyn_counters(screen, number, sessions_.traffic(asyn_name(number)), up_s);
    } else {
      show_asyn(screen, number, settings, session.get(), up_s);
    }
  }
  if (summary) screen.rule();
  return Outcome::screen();
}

Outcome AsynModule::show_own_tty(Invocation& invocation) const {
  const auto session = session_of(invocation.caller);
  if (!session) return say(no_session);
  show_tty(invocation.screen, *session);
  return Outcome::screen();
}

Outcome AsynModule::show_history(Invocation& invocation) const {
  const auto session = session_of(invocation.caller);
  if (!session) return say(no_session);
  print_history(invocation.screen, *session);
  return Outcome::screen();
}

Outcome AsynModule::reset_history(Invocation& invocation) {
  const auto session = session_of(invocation.caller);
  if (!session) return say(no_session);
  session->clear_history();
  return Outcome::successful(module_number::tty);
}

Outcome AsynModule::help(Invocation& invocation) const {
  const std::string& delivered = services_.model.help_file;
  if (help_file_().empty() && !delivered.empty() && !services_.files.exists({"flash", delivered})) {
    return say(no_help_file);
  }
  if (const std::string own = help_file_(); !own.empty() && invocation.args.all().empty()) {
    const auto text = services_.files.read(*parse_file_name(own));  // SET HELP has checked the name
    if (!text) return say(no_help_file);
    for (const std::string_view line : split(*text, '\n')) invocation.screen.line(printable(line));
    return Outcome::screen();
  }
  const Access allowed = highest_access(invocation.caller.privilege, services_.users.security_mode());
  // The topic, if any, is the one keyword that was chosen.
  const auto& given = invocation.args.all();
  show_help(invocation.screen, table_, services_.model, given.empty() ? std::string() : given.begin()->first, allowed);
  return Outcome::screen();
}

}  // namespace

std::unique_ptr<Module> make_asyn(Services& services, CommandTable& table, SessionRegistry& sessions,
                                  std::function<std::string()> help_file) {
  return std::make_unique<AsynModule>(services, table, sessions, std::move(help_file));
}

}  // namespace arrouter
