#include "modules/firewall/keywords.h"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "netdev/wire/ipv4.h"
#include "os/base/text.h"

namespace arrouter::firewall {
namespace {

namespace protocol = wire::protocol;

struct Named {
  std::string_view word;
  std::uint32_t value;
};

// reference/firewall.md 2.4
constexpr Named protocols[] = {{"EGP", protocol::egp},   {"ESP", protocol::esp},   {"GRE", protocol::gre},
                               {"ICMP", protocol::icmp}, {"OSPF", protocol::ospf}, {"SA", protocol::esp},
                               {"TCP", protocol::tcp},   {"UDP", protocol::udp}};

constexpr Named services[] = {{"ECHO", 7},       {"DISCARD", 9}, {"FTPDATA", 20},  {"FTP", 21},      {"SSH", 22},
                              {"TELNET", 23},    {"SMTP", 25},   {"TIME", 37},     {"DNS", 53},      {"DOMAIN", 53},
                              {"BOOTPS", 67},    {"BOOTPC", 68}, {"TFTP", 69},     {"GOPHER", 70},   {"FINGER", 79},
                              {"WWW", 80},       {"HTTP", 80},   {"KERBEROS", 88}, {"RTELNET", 107}, {"POP2", 109},
                              {"POP3", 110},     {"IDENT", 113}, {"NNTP", 119},    {"NTP", 123},     {"SNMP", 161},
                              {"SNMPTRAP", 162}, {"BGP", 179},   {"HTTPS", 443},   {"ISAKMP", 500},  {"SYSLOG", 514},
                              {"RIP", 520},      {"L2TP", 1701}, {"PPTP", 1723},   {"SIP", 5060}};

constexpr std::array<std::string_view, 7> day_words{"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"};

template <std::size_t count>
std::optional<std::uint32_t> value_of(const Named (&table)[count], std::string_view word) {
  for (const Named& entry : table) {
    if (equal_ignoring_case(entry.word, word)) return entry.value;
  }
  return std::nullopt;
}

template <class Owner>
struct Switch {
  std::string_view word;
  bool Owner::*place;
};

constexpr Switch<IcmpForwarding> icmp_switches[] = {{"UNREACHABLE", &IcmpForwarding::unreachable},
                                                    {"TIMEEXCEEDED", &IcmpForwarding::time_exceeded},
                                                    {"PARAMETER", &IcmpForwarding::parameter},
                                                    {"SOURCEQUENCH", &IcmpForwarding::source_quench},
                                                    {"PING", &IcmpForwarding::ping},
                                                    {"TIMESTAMP", &IcmpForwarding::timestamp}};
// Several manuals, several spellings of one option: the first is written.
constexpr Switch<IpOptionsAllowed> option_switches[] = {{"ROUTER_ALERT", &IpOptionsAllowed::router_alert},
                                                        {"RECORD_ROUTE", &IpOptionsAllowed::record_route},
                                                        {"SECURITY", &IpOptionsAllowed::security},
                                                        {"SOURCEROUTE", &IpOptionsAllowed::source_route},
                                                        {"TIMESTAMP", &IpOptionsAllowed::timestamp}};
constexpr Switch<DebugOptions> debug_switches[] = {
    {"HTTP", &DebugOptions::http},   {"PKT", &DebugOptions::packet}, {"PROCESS", &DebugOptions::process},
    {"PROXY", &DebugOptions::proxy}, {"SMTP", &DebugOptions::smtp},  {"LIMITRULE", &DebugOptions::limit_rule}};
constexpr Switch<PolicySettings> fragment_switches[] = {{"UDP", &PolicySettings::fragment_udp},
                                                        {"ICMP", &PolicySettings::fragment_icmp},
                                                        {"OTHER", &PolicySettings::fragment_other}};
constexpr Switch<NotifySettings> notify_switches[] = {{"MAIL", &NotifySettings::mail},
                                                      {"MANAGER", &NotifySettings::manager},
                                                      {"PORT", &NotifySettings::port},
                                                      {"SNMP", &NotifySettings::snmp}};

template <class Owner, std::size_t count>
void set_switches(const Switch<Owner> (&table)[count], Owner& owner, std::string_view words, bool on) {
  for (std::string_view word : split(words, ',')) {
    if (word == "PACKET") word = "PKT";
    if (word == "SOURCEROUTING") word = "SOURCEROUTE";
    for (const Switch<Owner>& entry : table) {
      if (word == "ALL" || word == entry.word) owner.*entry.place = on;
    }
  }
}

template <class Owner, std::size_t count>
std::string switches_text(const Switch<Owner> (&table)[count], const Owner& owner, std::string_view separator) {
  std::string text;
  for (const Switch<Owner>& entry : table) {
    if (!(owner.*entry.place)) continue;
    if (!text.empty()) text += separator;
    text += to_lower(entry.word);
  }
  return text.empty() ? "none" : text;
}

constexpr std::string_view log_words[] = {
#define LOG_OPTION(id, keyword, subtype) keyword,
#include "modules/firewall/texts.def"
};
constexpr std::string_view log_subtypes[] = {
#define LOG_OPTION(id, keyword, subtype) subtype,
#include "modules/firewall/texts.def"
};

/// A group of options: four by protocol from `first` on.
constexpr LogOptions four(LogOption first) { return LogOptions{15} << static_cast<unsigned>(first); }

constexpr std::pair<std::string_view, LogOptions> log_groups[] = {
    {"ALLOW", four(LogOption::in_allow_icmp) | four(LogOption::out_allow_icmp)},
    {"DENY", four(LogOption::in_deny_icmp) | four(LogOption::out_deny_icmp)},
    {"DENYDUMP", four(LogOption::in_dump_icmp) | four(LogOption::out_dump_icmp)},
    {"INALLOW", four(LogOption::in_allow_icmp)},
    {"INDENY", four(LogOption::in_deny_icmp)},
    {"INDDUMP", four(LogOption::in_dump_icmp)},
    {"OUTALLOW", four(LogOption::out_allow_icmp)},
    {"OUTDENY", four(LogOption::out_deny_icmp)},
    {"OUTDDUMP", four(LogOption::out_dump_icmp)}};

}  // namespace

Action action_of(std::string_view word) {
  if (word == "ALLOW") return Action::allow;
  if (word == "DENY") return Action::deny;
  return word == "NAT" ? Action::nat : Action::nonat;
}

NatType nat_type_of(std::string_view word) {
  if (word == "DOUBLE") return NatType::double_nat;
  if (word == "ENHANCED") return NatType::enhanced;
  if (word == "REVERSE") return NatType::reverse;
  if (word == "NAPT") return NatType::napt;
  return word == "ENAPT" ? NatType::enapt : NatType::standard;
}

NatKind nat_kind_of(std::string_view word) {
  if (word == "ENHANCED") return NatKind::enhanced;
  if (word == "NAPT") return NatKind::napt;
  return word == "ENAPT" ? NatKind::enapt : NatKind::standard;
}

Monitor::Side monitor_side_of(std::string_view word) {
  if (word == "PRIVATE") return Monitor::Side::private_side;
  return word == "PUBLIC" ? Monitor::Side::public_side : Monitor::Side::both;
}

std::optional<std::uint8_t> protocol_of(const Value& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return static_cast<std::uint8_t>(*number);
  const auto found = value_of(protocols, std::get<Choice>(value).word);
  return found ? std::optional(static_cast<std::uint8_t>(*found)) : std::nullopt;
}

bool read_ports(std::string_view text, std::optional<PortRange>& range) {
  if (equal_ignoring_case(text, "ALL")) {
    range.reset();
    return true;
  }
  const auto port = [](std::string_view part) -> std::optional<std::uint32_t> {
    if (const auto number = parse_number(part, 65535)) return static_cast<std::uint32_t>(*number);
    return value_of(services, part);
  };
  const auto parts = split(text, '-');
  const auto first = port(parts.front()), last = port(parts.back());
  if (parts.size() > 2 || !first || !last || *first > *last) return false;
  range = PortRange{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
  return true;
}

std::uint8_t days_of(std::string_view words) {
  std::uint8_t days = 0;
  for (const std::string_view word : split(words, ',')) {
    if (word == "ALL") days |= all_days;
    if (word == "WEEKDAY") days |= weekdays;
    if (word == "WEEKEND") days |= weekend;
    for (std::size_t day = 0; day < day_words.size(); ++day) {
      if (word == day_words[day]) days |= static_cast<std::uint8_t>(1U << day);
    }
  }
  return days;
}

LogOptions log_options_of(std::string_view words) {
  LogOptions options = 0;
  for (const std::string_view word : split(words, ',')) {
    for (const auto& [group, members] : log_groups) {
      if (word == group) options |= members;
    }
    for (std::size_t i = 0; i < std::size(log_words); ++i) {
      if (word == log_words[i]) options |= bit(static_cast<LogOption>(i));
    }
  }
  return options;
}

std::optional<std::uint32_t> session_id_of(std::string_view text) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(id) : std::nullopt;
}

std::string session_id_text(std::uint32_t id) { return fmt::format("{:04x}", id); }

std::string_view text_of(Action action) {
  constexpr std::string_view words[] = {"allow", "deny", "nat", "nonat"};
  return words[static_cast<std::size_t>(action)];
}

std::string_view text_of(NatType type) {
  constexpr std::string_view words[] = {"standard", "enhanced", "reverse", "double", "napt", "enapt"};
  return words[static_cast<std::size_t>(type)];
}

std::string_view text_of(NatKind kind) {
  constexpr std::string_view words[] = {"standard", "enhanced", "napt", "enapt"};
  return words[static_cast<std::size_t>(kind)];
}

std::string_view text_of(Side side) { return side == Side::private_side ? "private" : "public"; }

std::string_view text_of(Method method) { return method == Method::dynamic ? "dynamic" : "passall"; }

std::string_view text_of(TcpState state) {
  constexpr std::string_view words[] = {"closed", "synsent", "synReceived", "established", "finWait", "timeWait"};
  return words[static_cast<std::size_t>(state)];
}

std::string_view text_of(Monitor::Side side) {
  constexpr std::string_view words[] = {"both", "private", "public"};
  return words[static_cast<std::size_t>(side)];
}

std::string_view text_of(Direction direction) { return direction == Direction::in ? "IN" : "OUT"; }

std::string protocol_text(std::uint8_t number) {
  for (const Named& entry : protocols) {
    if (entry.value == number) return std::string(entry.word);
  }
  return std::to_string(number);
}

std::string port_text(const std::optional<PortRange>& range) {
  if (!range) return "all";
  if (range->first == range->last) return std::to_string(range->first);
  return fmt::format("{}-{}", range->first, range->last);
}

std::string range_text(const Ipv4Range& range) {
  if (range.first == range.last) return to_string(range.first);
  return to_string(range.first) + " - " + to_string(range.last);
}

std::string endpoint_text(const Endpoint& endpoint, std::uint8_t number) {
  const bool identifier = number == protocol::icmp && endpoint.port != 0;
  const bool ports = number == protocol::tcp || number == protocol::udp || identifier;
  return ports ? fmt::format("{}:{}", to_string(endpoint.address), endpoint.port) : to_string(endpoint.address);
}

std::string days_text(std::uint8_t days) {
  if (days == all_days) return "all";
  std::string text;
  for (std::size_t day = 0; day < day_words.size(); ++day) {
    if ((days >> day & 1) == 0) continue;
    if (!text.empty()) text += ",";
    text += to_lower(day_words[day]);
  }
  return text;
}

std::string time_text(unsigned minutes) { return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60); }

std::string icmp_text(const IcmpForwarding& icmp, std::string_view separator) {
  return switches_text(icmp_switches, icmp, separator);
}
std::string options_text(const IpOptionsAllowed& options, std::string_view separator) {
  return switches_text(option_switches, options, separator);
}
std::string debug_text(const DebugOptions& debug, std::string_view separator) {
  return switches_text(debug_switches, debug, separator);
}
std::string fragment_text(const PolicySettings& policy, std::string_view separator) {
  return switches_text(fragment_switches, policy, separator);
}
std::string notify_text(const NotifySettings& notify, std::string_view separator) {
  return switches_text(notify_switches, notify, separator);
}

std::string log_text(LogOptions options, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < std::size(log_words); ++i) {
    if ((options & bit(static_cast<LogOption>(i))) == 0) continue;
    if (!text.empty()) text += separator;
    text += to_lower(log_words[i]);
  }
  return text.empty() ? "none" : text;
}

std::string_view log_subtype(LogOption option) { return log_subtypes[static_cast<std::size_t>(option)]; }

void switch_icmp(IcmpForwarding& icmp, std::string_view words, bool on) {
  set_switches(icmp_switches, icmp, words, on);
}
void switch_options(IpOptionsAllowed& options, std::string_view words, bool on) {
  set_switches(option_switches, options, words, on);
}
void switch_debug(DebugOptions& debug, std::string_view words, bool on) {
  set_switches(debug_switches, debug, words, on);
}
void switch_fragment(PolicySettings& policy, std::string_view words, bool on) {
  set_switches(fragment_switches, policy, words, on);
}
void switch_notify(NotifySettings& notify, std::string_view words, bool on) {
  set_switches(notify_switches, notify, words, on);
}

}  // namespace arrouter::firewall
