// SHOW PPP and its shorter sisters (reference/links.md 5.4 to 5.6).
#include <fmt/format.h>

#include "modules/ppp/ppp.h"
#include "os/base/text.h"

namespace arrouter::ppp {
namespace {

constexpr unsigned tcp_ip_headers = 40;
constexpr std::uint64_t megabyte = 1024 * 1024;
constexpr int rule_width = 77;
const std::string limits_rule = "  " + std::string(76, '-');

std::string hours_minutes(Duration duration) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(duration).count();
  return fmt::format("{}:{:02}", minutes / 60, minutes % 60);
}

std::string megabytes(std::uint64_t bytes) { return fmt::format("{:.1f}", static_cast<double>(bytes) / megabyte); }

}  // namespace

std::vector<CommandRow> PppModule::show_rows() {
  const auto row = [this](std::string_view syntax, std::string_view summary, View view,
                          void (PppModule::*heading)(Screen&) const, void (PppModule::*end)(Screen&) const) {
    return CommandRow{syntax, Access::manager, summary,
                      [=, this](Invocation& call) { return show_each(call, view, heading, end); }};
  };
  std::vector<CommandRow> rows{
      row("SHow PPP[=<0-511>]", "Displays the PPP interfaces and the states of their protocols.",
          &PppModule::show_interface, &PppModule::heading, &PppModule::end),
      row("SHow PPP[=<0-511>] CONFig", "Displays the settings of PPP interfaces and what was negotiated.",
          &PppModule::show_config, &PppModule::config_heading, &PppModule::config_end),
      row("SHow PPP[=<0-511>] COUnt", "Displays the counters of PPP interfaces.", &PppModule::show_counters, nullptr,
          nullptr),
      row("SHow PPP[=<0-511>] LIMits", "Displays the use of PPP interfaces against their limits.",
          &PppModule::show_limits, nullptr, nullptr),
      row("SHow PPP[=<0-511>] IDLEtimer", "Displays when idle links will be closed.", &PppModule::show_idle,
          &PppModule::idle_heading, nullptr),
      row("SHow PPP[=<0-511>] NAMEServers", "Displays the name servers that peers have told.",
          &PppModule::show_name_servers, nullptr, nullptr),
      row("SHow PPP[=<0-511>] MULTIlink", "Displays the bundles of PPP interfaces.", &PppModule::show_multilink,
          nullptr, nullptr),
      row("SHow PPP[=<0-511>] UTILisation", "Displays how busy the links of PPP interfaces are.",
          &PppModule::show_utilisation, nullptr, nullptr),
      row("SHow PPP[=<0-511>] TXStatus", "Displays what PPP interfaces have to send.", &PppModule::show_transmit,
          nullptr, nullptr),
  };
  rows.push_back({"SHow PPP[=<0-511>] PPPOE", Access::manager, "Displays PPPoE sessions and services.",
                  [this](Invocation& call) { return show_pppoe(call); }});
  rows.push_back({"SHow PPP TEMPLate[=<0-31>]", Access::manager, "Displays the PPP templates.",
                  [this](Invocation& call) { return show_templates(call); }});
  return rows;
}

Outcome PppModule::show_each(Invocation& call, View view, void (PppModule::*heading)(Screen&) const,
                             void (PppModule::*end)(Screen&) const) {
  const bool one = call.args.has_value("PPP");
  if (one && find(call.args.number("PPP")) == nullptr) return say(texts::interface_unknown, call.args.number("PPP"));
  if (interfaces_.empty()) return say(texts::no_interfaces);
  if (heading != nullptr) (this->*heading)(call.screen);
  for (const auto& [number, interface] : interfaces_) {
    if (one && number != call.args.number("PPP")) continue;
    const auto scope = call.screen.item("interfaces");
    call.screen.set("name", interface->name);
    (this->*view)(call.screen, *interface);
  }
  if (end != nullptr) (this->*end)(call.screen);
  return Outcome::screen();
}

unsigned PppModule::if_index(const Interface& interface) const {
  unsigned index = 1;
  for (const auto& [name, port] : services_.ports) {
    if (!port->point_to_point()) ++index;
  }
  for (const auto& [number, other] : interfaces_) {
    if (number < interface.number) ++index;
  }
  return index;
}

void PppModule::heading(Screen& screen) const {
  screen.line("Name            Enabled  ifIndex  Over             CP         State");
  screen.rule(rule_width);
}

void PppModule::end(Screen& screen) const { screen.rule(rule_width); }

void PppModule::show_interface(Screen& screen, const Interface& interface) const {
  const Session* const session = interface.session();
  const std::string_view ipcp = session == nullptr ? to_string(State::closed) : to_string(session->ipcp().state());
  const State without = interface.enabled() ? State::starting : State::initial;
  const std::string_view lcp = session == nullptr ? to_string(without) : to_string(session->lcp().state());
  const std::string index = fmt::format("{:02}", if_index(interface));
  screen.line(fmt::format("{:<16}{:<9}{:<9}{:<17}{:<11}{}", interface.name, interface.enabled() ? "YES" : "NO", index,
                          "", "IPCP", session != nullptr && session->phase() != Phase::network ? "CLOSED" : ipcp));
  screen.line(fmt::format("{:<34}{:<17}{:<11}{}", "", interface.over(), "LCP", lcp));
  screen.set("enabled", interface.enabled());
  screen.set("ifIndex", index);
  screen.set("over", interface.over());
  screen.set("ipcp", ipcp);
  screen.set("lcp", lcp);
  for (std::size_t i = 1; i < interface.links.size(); ++i) {
    screen.line(fmt::format("{:<34}{:<17}{:<11}{}", "", interface.links[i].over, "LCP", to_string(State::initial)));
  }
}

void PppModule::show_limits(Screen& screen, const Interface& interface) const {
  const Usage now = interface.usage(), before = interface.previous();
  const bool any_before = before.online.count() != 0 || before.in_bytes != 0 || before.out_bytes != 0;
  screen.line(fmt::format("{}:", interface.name));
  screen.line("  Limit Counter           Current     Limit       Remaining   Previous");
  screen.line(limits_rule);
  const auto row = [&](std::string_view name, std::string_view unit, const std::string& current,
                       const std::string& previous, const std::string& limit, const std::string& remaining) {
    std::string line = fmt::format("  {:<20}{:>9}{:<7}{:<12}{:<12}{}", name, current, unit, limit, remaining,
                                   any_before ? previous : "");
    line.erase(line.find_last_not_of(' ') + 1);
    screen.line(line);
    const auto scope = screen.object(json_key(name));
    screen.set("current", current);
    screen.set("limit", limit);
    screen.set("remaining", remaining);
    screen.set("previous", previous);
  };
  const auto hours = interface.settings.number("ONLINELIMIT");
  const Duration most = std::chrono::hours(hours.value_or(0));
  row("Connection Time", "", hours_minutes(now.online), hours_minutes(before.online),
      hours ? hours_minutes(most) : "Unlimited", !hours              ? "--"
                                                 : now.online < most ? hours_minutes(most - now.online)
                                                                     : "EXCEEDED");
  const auto data = [&](std::string_view name, std::string_view parameter, std::uint64_t bytes,
                        std::uint64_t previous) {
    const auto limit = interface.settings.number(parameter);
    const std::uint64_t whole = std::uint64_t{limit.value_or(0)} * megabyte;
    row(name, " MB", megabytes(bytes), megabytes(previous) + " MB", limit ? fmt::format("{} MB", *limit) : "Unlimited",
        !limit ? "--" : bytes < whole ? megabytes(whole - bytes) + " MB" : "EXCEEDED");
  };
  data("In Data", "INDATALIMIT", now.in_bytes, before.in_bytes);
  data("Out Data", "OUTDATALIMIT", now.out_bytes, before.out_bytes);
  data("Total Data", "TOTALDATALIMIT", now.in_bytes + now.out_bytes, before.in_bytes + before.out_bytes);
  screen.line(limits_rule);
}

void PppModule::idle_heading(Screen& screen) const { screen.line("Interface    Idle timer (s)   Time left (s)"); }

void PppModule::show_idle(Screen& screen, const Interface& interface) const {
  const auto seconds = [](std::optional<Duration> time, std::string_view otherwise) {
    return time ? std::to_string(whole_seconds(*time)) : std::string(otherwise);
  };
  const std::string timer = seconds(interface.idle_period(), "OFF"), left = seconds(interface.idle_left(), "-");
  screen.line(fmt::format("{:<13}{:<17}{}", interface.name, timer, left));
  screen.set("idleTimer", timer);
  screen.set("timeLeft", left);
}

void PppModule::show_name_servers(Screen& screen, const Interface& interface) const {
  const Addresses& learnt = interface.addresses();
  screen.line(fmt::format("{} Primary: {}  Secondary: {}", interface.name, to_string(learnt.primary_dns),
                          to_string(learnt.secondary_dns)));
  screen.set("primary", to_string(learnt.primary_dns));
  screen.set("secondary", to_string(learnt.secondary_dns));
}

Outcome PppModule::show_pppoe(Invocation& call) const {
  const bool one = call.args.has_value("PPP");
  if (one && find(call.args.number("PPP")) == nullptr) return say(texts::interface_unknown, call.args.number("PPP"));
  Screen& screen = call.screen;
  screen.line("PPPOE");
  screen.rule();
  for (const auto& [number, interface] : interfaces_) {
    const PppoeClient* const client = pppoe_.client(number);
    const auto* const line = dynamic_cast<const EthernetLine*>(interface->line());
    if ((one && number != call.args.number("PPP")) || (client == nullptr && line == nullptr)) continue;
    const auto scope = screen.item("interfaces");
    const std::string over = interface->over();
    const bool open = line != nullptr && line->registered();
    screen.line(to_upper(interface->name) + ":");
    screen.set("name", interface->name);
    screen.field(2, 35, "Service Name", over.substr(over.find('-') + 1));
    screen.field(2, 35, "Peer Mac Address", open ? to_string(line->peer()) : "-");
    screen.field(2, 35, "Session ID", open ? fmt::format("{:04x}", line->session()) : "-");
    screen.field(2, 35, "Maximum Segment Size", interface->mtu() - tcp_ip_headers);
  }
  screen.field(0, 35, "Access Concentrator Mode", pppoe_.concentrator.enabled ? "Enabled" : "Disabled");
  if (!pppoe_.concentrator.services.empty()) screen.line("Services:");
  for (const auto& [key, service] : pppoe_.concentrator.services) {
    const auto scope = screen.item("services");
    screen.line("  " + service.name);
    screen.set("name", service.name);
    screen.field(4, 35, "Max Sessions", service.max_sessions);
    screen.field(4, 35, "Current Sessions", pppoe_.sessions_of(service));
    screen.field(4, 35, "Template", service.template_number);
    screen.field(4, 35, "Interface", service.interface);
    screen.field(4, 35, "MAC RADIUS Authentication", service.radius ? "YES" : "NO");
  }
  screen.rule();
  return Outcome::screen();
}

Outcome PppModule::show_templates(Invocation& call) const {
  const bool one = call.args.has_value("TEMPLATE");
  if (one && !has_template(static_cast<unsigned>(call.args.number("TEMPLATE")))) {
    return say(texts::template_unknown, call.args.number("TEMPLATE"));
  }
  if (templates_.empty()) return say(texts::no_templates);
  Screen& screen = call.screen;
  for (const auto& [number, settings] : templates_) {
    if (one && number != call.args.number("TEMPLATE")) continue;
    const auto scope = screen.item("templates");
    screen.line(fmt::format("Template {} -{}{}", number, settings.text("DESCRIPTION").empty() ? "" : " ",
                            settings.text("DESCRIPTION")));
    screen.rule();
    screen.set("template", number);
    for (const Parameter& parameter : parameters()) {
      if ((parameter.places & in_template) == 0 || parameter.name == "PASSWORD") continue;
      const std::string& value = settings.text(parameter.name);
      screen.field(2, 35, label_of(parameter), value.empty() ? "NOT SET" : value);
    }
    screen.rule();
  }
  return Outcome::screen();
}

}  // namespace arrouter::ppp
