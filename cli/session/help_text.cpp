#include "cli/session/help_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "os/base/text.h"

namespace arrouter {

namespace {

/// Capitals are the shortest form of the topic's name.
struct Topic {
  std::string_view name, about;
  std::string_view modules;  // blank-separated
};
constexpr std::array topics = {
    Topic{"OPeration", "system, users, files, sessions, scripts, triggers",
          "asyn system user radius tacacs tacplus install file load script trigger"},
    Topic{"INterfaces", "Ethernet and switch ports", "interface switch"},
    Topic{"LOGging", "log outputs and messages", "log"},
    Topic{"NETwork", "SNMP, network time, mail", "snmp ntp mail"},
    Topic{"REMote", "Telnet and Secure Shell", "telnet ssh"},
    Topic{"PPp", "Point-to-Point Protocol, over Ethernet and L2TP", "ppp l2tp"},
    Topic{"IP", "Internet Protocol", "ip tcp"},
    Topic{"FIrewall", "stateful inspection firewall", "firewall"},
    Topic{"IPSec", "IP security, ISAKMP, ENCO", "enco isakmp ipsec"},
    Topic{"LAB", "commands no real router has", "lab"},
};

bool belongs(const Topic& topic, std::string_view module) {
  return std::ranges::any_of(split(topic.modules, ' '), [&](std::string_view name) { return name == module; });
}

/// Anybody may read about what anybody with this right may do.
bool visible(const CommandRow& row, Access allowed) { return row.access <= allowed; }

/// The help is one for a series, by whose name its file begins: 400-291a.hlp (reference/cli.md 6).
std::string series(const Model& model) {
  const std::string_view stem = std::string_view(model.help_file).substr(0, model.help_file.find('-'));
  if (stem == "400" || stem == "700") return fmt::format("AR{} Series", stem);
  if (stem == "rp") return "Rapier Series";
  return stem == "88" ? "AT-8800 Series" : model.board_name;
}

std::string title(const Model& model) {
  const std::string version = model.release.substr(0, model.release.find('-'));
  return fmt::format("{} Online Help - V{}", series(model), version);
}

void show_topics(Screen& screen, const CommandTable& table, const Model& model, Access allowed) {
  screen.line(title(model));
  screen.line();
  screen.line("Help is available on the following topics. Only the capital letters of a topic");
  screen.line("need be typed (for example \"HELP OPERATION\" can be shortened to \"H OP\").");
  screen.line();
  const auto entries = table.entries();
  for (const Topic& topic : topics) {
    const bool any = std::ranges::any_of(
        entries, [&](const auto& entry) { return belongs(topic, entry.module) && visible(*entry.row, allowed); });
    if (!any) continue;
    const auto scope = screen.item("topics");
    screen.line(fmt::format("Help {:<19}{}", topic.name, topic.about));
    screen.set("topic", topic.name);
    screen.set("about", topic.about);
  }
}

}  // namespace

std::string help_topics() {
  std::string names;
  for (const Topic& topic : topics) names += (names.empty() ? "" : "|") + std::string(topic.name);
  return names;
}

void show_help(Screen& screen, const CommandTable& table, const Model& model, std::string_view typed, Access allowed) {
  if (typed.empty()) return show_topics(screen, table, model, allowed);
  const auto topic =
      std::ranges::find_if(topics, [&](const Topic& each) { return equal_ignoring_case(each.name, typed); });
  if (topic == topics.end()) return;
  screen.line(fmt::format("Help {}: {}", to_upper(topic->name), topic->about));
  for (const auto& entry : table.entries()) {
    if (!belongs(*topic, entry.module) || !visible(*entry.row, allowed)) continue;
    const auto scope = screen.item("commands");
    screen.line();
    for (const std::string& part : wrap(entry.row->syntax, 79)) screen.line(part);
    for (const std::string& part : wrap(entry.row->summary, 74)) screen.line("     " + part);
    screen.set("syntax", entry.row->syntax);
    screen.set("summary", entry.row->summary);
  }
}

}  // namespace arrouter
