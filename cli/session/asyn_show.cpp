// A console is a socket or the terminal the program runs on, so the line itself (its speed, its signals) is shown as a
// port has it when delivered; what belongs to the terminal is as set.
#include "cli/session/asyn_show.h"

#include <fmt/format.h>

#include "os/base/text.h"

namespace arrouter {

namespace {

constexpr int value_column = 31;

class Block {
 public:
  explicit Block(Screen& screen) : screen_(screen) {}
  void operator()(std::string_view label, Json value) const { screen_.field(3, value_column, label, std::move(value)); }

 private:
  Screen& screen_;
};

void heading(Screen& screen, unsigned number, std::uint64_t up_s) {
  screen.set("port", number);
  screen.line(fmt::format("ASYN {}  :  {:010} seconds   Last change at: {:010} seconds", number, up_s, 0));
  screen.line();
}

std::string_view yes_no(bool value) { return value ? "yes" : "no"; }
Json or_off(std::uint32_t value) { return value == 0 ? Json("off") : Json(value); }

/// "Asyn 0" is instance 16, "Telnet 1" on TTY17 is 17.
unsigned instance_of(std::string_view device, std::string_view port_name) {
  constexpr unsigned first = 16;
  const std::string_view digits =
      port_name.starts_with("TTY") ? port_name.substr(3) : device.substr(device.rfind(' ') + 1);
  const auto number = static_cast<unsigned>(parse_number(digits, 9999).value_or(0));
  return port_name.starts_with("TTY") ? number : first + number;
}

void show_terminal(Screen& screen, const std::string& device, std::string_view port_name,
                   const TerminalSettings& settings, const Session* session) {
  const ActiveSession who = session == nullptr ? ActiveSession{} : session->description();
  screen.line("TTY information");
  const auto scope = screen.object("tty");
  const Block field(screen);
  field("Instance", instance_of(device, port_name));
  field("Login Name", who.user.empty() ? "none" : who.user);
  field("Description", device);
  field("Secure", yes_no(settings.secure));
  std::string connections;
  if (session != nullptr) {
    for (const auto& relay : session->relays()) connections += (connections.empty() ? "" : ", ") + relay->remote();
  }
  field("Connections to", connections.empty() ? "none" : connections);
  field("Current connection", "none");
  field("In flow state", "on");
  field("Out flow state", "on");
  field("Type", settings.dumb ? "Dumb" : "VT100");
  field("Service", "none");
  field("Prompt", settings.prompt.value_or("default"));
  field("Echo", yes_no(settings.echo));
  const bool is_break = settings.attention == TerminalSettings::break_key;
  field("Attention", is_break ? "break" : settings.attention ? key_text(*settings.attention) : "none");
  field("Manager", yes_no(session != nullptr && session->logged_in() && who.privilege != Privilege::user));
  field("Edit", "insert");
  field("History length", settings.history);
  field("Page size", or_off(settings.page));
  field("Idle timeout (sec)", settings.idle_s);
}

}  // namespace

std::string key_text(char key) {
  return key < ' ' ? fmt::format("^{}", static_cast<char>(key + '@')) : std::string(1, key);
}

void asyn_summary_heading(Screen& screen) {
  screen.table("ports", {{"Port", 6},
                         {"Name", 12},
                         {"Status", 10},
                         {"Mode", 6},
                         {"Data rate", 11},
                         {"Type", 8},
                         {"Login Name", 0}});
  screen.rule();
}

void asyn_summary_row(Screen& screen, unsigned number, const TerminalSettings& settings, const Session* session) {
  const std::string user = session == nullptr ? std::string() : session->description().user;
  screen.row({number, fmt::format("Asyn {}", number), "enabled", "Ten", settings.speed, settings.dumb ? "Dumb" : "VT100",
              user.empty() ? "none" : user});
}

void show_asyn_counters(Screen& screen, unsigned number, const TerminalTraffic& traffic, std::uint64_t up_s) {
  const auto scope = screen.item("ports");
  heading(screen, number, up_s);
  screen.line("ASYN counters");
  screen.counters({{"inOctets", traffic.in_octets},
                   {"outOctets", traffic.out_octets},
                   {"parityErrors", 0},
                   {"framingErrors", 0},
                   {"overrunErrors", 0}});
}

void show_asyn(Screen& screen, unsigned number, const TerminalSettings& settings, const Session* session,
               std::uint64_t up_s) {
  const std::string device = fmt::format("Asyn {}", number);
  const auto scope = screen.item("ports");
  heading(screen, number, up_s);
  screen.line("ASYN information");
  const Block field(screen);
  field("Name", device);
  field("Status", "enabled");
  field("Mode", "Ten");
  field("Data rate", settings.speed);
  field("Parity", "none");
  field("Data bits", 8);
  field("Stop bits", 1);
  field("Test mode", "no");
  field("In flow state (mode)", "on (Hardware)");
  field("Out flow state (mode)", "on (Hardware)");
  field("Autobaud mode", "disabled");
  field("Max tx queue length", 16);
  field("Transmit queue length", 0);
  field("Transmit frame", "none");
  field("RX character map", "none");
  screen.line();
  screen.line("Control signals");
  field("DTR (out)", "on");
  field("RTS (out)", "on");
  field("CTS (in)", "off");
  field("CD (in, ignore)", "off");
  field("RNG (in, ignore)", "off");
  screen.line();
  show_terminal(screen, device, fmt::format("port{}", number), settings, session);
}

void show_tty(Screen& screen, const Session& session) {
  const std::string device = session.description().device;
  show_terminal(screen, device, session.port_name(), session.settings, &session);
}

}  // namespace arrouter
