// SHOW IP FILTER (reference/ip.md 5), and the same filters as lines of the configuration script.
#include <fmt/format.h>

#include "modules/ip/rows.h"
#include "os/base/text.h"

namespace arrouter::ip {
namespace {

constexpr int rule_width = 80;

std::string_view kind_word(FilterKind kind) {
  constexpr std::string_view words[] = {"Traffic", "Policy", "Priority", "Routing"};
  return words[static_cast<std::size_t>(kind)];
}
std::string_view session_word(FilterSession session) {
  constexpr std::string_view words[] = {"Any", "Established", "Start"};
  return words[static_cast<std::size_t>(session)];
}
std::string ports_text(const PortRange& ports) { return ports.any() ? "Any" : to_string(ports); }
std::string number_text(const std::optional<std::uint8_t>& number) { return number ? std::to_string(*number) : "Any"; }

std::string verdict_text(FilterKind kind, const FilterEntry& entry) {
  if (kind == FilterKind::policy) return std::to_string(entry.policy);
  if (kind == FilterKind::priority) return fmt::format("P{}", entry.priority);
  return entry.include ? "Include" : "Exclude";
}

std::string log_text(const FilterEntry& entry) {
  if (entry.log == FilterLog::bytes) return std::to_string(entry.log_bytes);
  constexpr std::string_view words[] = {"Off", "Header", "Dump"};
  return std::string(words[static_cast<std::size_t>(entry.log)]);
}

/// "ICMP(Any/8)": code and type.
std::string protocol_text(const FilterEntry& entry) {
  const std::string name = protocol_name(entry.protocol);
  if (!entry.icmp_type && !entry.icmp_code) return name;
  return fmt::format("{}({}/{})", name, number_text(entry.icmp_code), number_text(entry.icmp_type));
}

void print_entry(Screen& screen, unsigned number, std::size_t position, FilterKind kind, const FilterEntry& entry) {
  const std::string options = entry.options ? (*entry.options ? "Yes" : "No") : "Any";
  const std::string size = entry.size ? std::to_string(*entry.size) : "Any";
  screen.line(fmt::format("{:<4}{:<5}{:<14}{:<18}{:<17}{:<13}{}", fmt::format("{:2}", number), position,
                          ports_text(entry.source_ports), to_string(entry.source), to_string(entry.source_mask),
                          session_word(entry.session), size));
  screen.line(fmt::format("         {:<14}{:<18}{:<17}{:<13}{}", ports_text(entry.destination_ports),
                          to_string(entry.destination), to_string(entry.destination_mask), protocol_text(entry),
                          options));
  screen.line(fmt::format("         {:<14}{:<18}{:<17}{}", kind_word(kind), verdict_text(kind, entry), log_text(entry),
                          entry.matches));
  const auto scope = screen.item("entries");
  screen.set("entry", position);
  screen.set("sourcePort", ports_text(entry.source_ports));
  screen.set("sourceAddress", to_string(entry.source));
  screen.set("sourceMask", to_string(entry.source_mask));
  screen.set("session", session_word(entry.session));
  screen.set("size", size);
  screen.set("destinationPort", ports_text(entry.destination_ports));
  screen.set("destinationAddress", to_string(entry.destination));
  screen.set("destinationMask", to_string(entry.destination_mask));
  screen.set("protocol", protocol_text(entry));
  screen.set("options", options);
  screen.set("action", verdict_text(kind, entry));
  screen.set("logging", log_text(entry));
  screen.set("matches", entry.matches);
}

std::string_view type_word(unsigned number, const Filter& filter) {
  // What ADD IP FILTER makes of POLICY= and PRIORITY= needs no TYPE, nor does an ACTION below 100.
  if (filter.kind == FilterKind::policy || filter.kind == FilterKind::priority) return {};
  if (number < 100 && filter.kind == FilterKind::traffic) return {};
  return filter.kind == FilterKind::traffic ? "traffic" : "routing";
}

std::string dump_line(unsigned number, const Filter& filter, const FilterEntry& entry) {
  std::string line = fmt::format("add ip fil={} so={}", number, to_string(entry.source));
  const auto mask = [&](std::string_view name, Ipv4Address address, Ipv4Address value) {
    if (value != (address.unset() ? Ipv4Address() : mask_of(32))) line += fmt::format(" {}={}", name, to_string(value));
  };
  const auto ports = [&](std::string_view name, const PortRange& value) {
    if (!value.any()) line += fmt::format(" {}={}", name, to_string(value));
  };
  mask("sm", entry.source, entry.source_mask);
  ports("sp", entry.source_ports);
  if (!entry.destination.unset()) line += fmt::format(" des={}", to_string(entry.destination));
  mask("dm", entry.destination, entry.destination_mask);
  ports("dp", entry.destination_ports);
  if (entry.protocol) line += fmt::format(" prot={}", to_lower(protocol_name(entry.protocol)));
  if (entry.icmp_type) line += fmt::format(" ic={}", *entry.icmp_type);
  if (entry.icmp_code) line += fmt::format(" icmpc={}", *entry.icmp_code);
  if (entry.session != FilterSession::any) line += fmt::format(" se={}", to_lower(session_word(entry.session)));
  if (entry.options) line += *entry.options ? " op=yes" : " op=no";
  if (entry.size) line += fmt::format(" si={}", *entry.size);
  if (entry.log != FilterLog::none) line += fmt::format(" lo={}", to_lower(log_text(entry)));
  if (const std::string_view type = type_word(number, filter); !type.empty()) line += fmt::format(" ty={}", type);
  switch (filter.kind) {
    case FilterKind::policy:
      return line + fmt::format(" poli={}", entry.policy);
    case FilterKind::priority:
      return line + fmt::format(" prio=p{}", entry.priority);
    case FilterKind::traffic:
    case FilterKind::routing:
      break;
  }
  return line + (entry.include ? " ac=incl" : " ac=excl");
}

}  // namespace

void show_filters(const Engine& engine, Screen& screen, std::optional<unsigned> only) {
  screen.line("IP Filters");
  screen.rule(rule_width);
  screen.line("No. Ent. Source Port   Source Address    Source Mask      Session      Size");
  screen.line("         Dest. Port    Dest. Address     Dest. Mask       Prot.(C/T)   Options");
  screen.line("         Type          Act/Pol/Pri       Logging          Matches");
  screen.rule(rule_width);
  for (const auto& [number, filter] : engine.state.filters.all()) {
    if (only && number != *only) continue;
    const auto scope = screen.item("filters");
    screen.set("filter", number);
    screen.set("type", kind_word(filter.kind));
    for (std::size_t i = 0; i < filter.entries.size(); ++i) {
      print_entry(screen, number, i + 1, filter.kind, filter.entries[i]);
    }
    screen.line();
    screen.line(
        fmt::format("    Requests: {:<13} Passes: {:<13} Fails: {}", filter.requests, filter.passes, filter.fails));
    screen.set("requests", filter.requests);
    screen.set("passes", filter.passes);
    screen.set("fails", filter.fails);
    screen.rule(rule_width);
  }
}

void dump_filters(const FilterTable& filters, ConfigWriter& config) {
  for (const auto& [number, filter] : filters.all()) {
    for (const FilterEntry& entry : filter.entries) config.line(dump_line(number, filter, entry));
  }
}

}  // namespace arrouter::ip
