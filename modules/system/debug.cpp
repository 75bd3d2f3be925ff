// SHOW DEBUG: the screens that support asks for, one after the other (How-To Note "Troubleshoot a VPN", step 3).
#include <fmt/format.h>

#include <span>

#include "modules/system/system.h"

namespace arrouter::system {

namespace {

/// A command of the list, given once, or once for each row of another screen: {} is the row's value.
struct Step {
  std::string_view command;
  std::string_view list = {};   // the screen with the rows
  std::string_view rows = {};   // its JSON array
  std::string_view value = {};  // what of a row goes into the command
  std::string_view only = {};   // "action=IPSEC": rows with that value alone
};

constexpr Step system_part[] = {
    {"show system"}, {"show file"}, {"show install"}, {"show feature"}, {"show release"}, {"show config dynamic"},
    {"show buffer scan"}, {"show cpu"}, {"show log"}, {"show exception"}, {"show ffile check"},
};

// In the How-To's order: down the left column, then down the right one.
constexpr Step ipsec_part[] = {
    {"show system"},
    {"show file"},
    {"show install"},
    {"show feature"},
    {"show release"},
    {"show config dynamic"},
    {"show buffer scan"},
    {"show cpu"},
    {"show log"},
    {"show exception"},
    {"show ipsec policy sabundle"},
    {"show ipsec sa={}", "show ipsec sa", "sas", "saId"},
    {"show ipsec sa counters"},
    {"show ipsec counters"},
    {"show ipsec policy=\"{}\" counters", "show ipsec policy", "policies", "name", "action=IPSEC"},
    {"show enco"},
    {"show enco channel"},
    {"show enco channel={}", "show enco channel", "channels", "channel"},
    {"show enco channel={} counters", "show enco channel", "channels", "channel"},
    {"show enco counters"},
    {"show isakmp sa"},
    {"show isakmp exchange"},
    {"show isakmp exchange detail"},
    {"show isakmp sa detail"},
    {"show isakmp counters"},
    {"show ffile check"},
};

bool wanted(const Json& row, std::string_view only) {
  if (only.empty()) return true;
  const auto equals = only.find('=');
  return row.text(only.substr(0, equals)) == only.substr(equals + 1);
}

/// The command lines a step stands for at this moment.
std::vector<std::string> lines_of(const Step& step, RouterControl& control, const Caller& caller) {
  if (step.list.empty()) return {std::string(step.command)};
  std::vector<std::string> lines;
  const RouterControl::Executed listed = control.execute(step.list, caller);
  for (const Json& row : listed.screen.json().elements(step.rows))
    if (wanted(row, step.only)) lines.push_back(fmt::format(fmt::runtime(step.command), row.text(step.value)));
  return lines;
}

void print(Screen& screen, const std::string& line, const RouterControl::Executed& executed) {
  screen.line(fmt::format("{:-<79}", "--- " + line + " "));
  screen.line();
  std::string text = executed.screen.body();
  if (text.empty() && !executed.outcome.text.empty()) text = executed.outcome.line() + "\n";
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    screen.line(text.substr(at, end - at));
    at = end + 1;
  }
  screen.line();
  const auto item = screen.item("commands");
  screen.set("command", line);
  screen.set("screen", executed.screen.json());
}

}  // namespace

Outcome SystemModule::show_debug(Invocation& invocation, bool ipsec) {
  const std::span<const Step> steps = ipsec ? std::span<const Step>(ipsec_part) : std::span<const Step>(system_part);
  for (const Step& step : steps)
    for (const std::string& line : lines_of(step, control_, invocation.caller))
      print(invocation.screen, line, control_.execute(line, invocation.caller));
  return Outcome::screen();
}

}  // namespace arrouter::system
