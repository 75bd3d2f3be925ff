#include "modules/log/lines.h"

#include <fmt/format.h>

#include "os/base/calendar.h"
#include "os/base/text.h"

namespace arrouter::logging {

namespace {

constexpr std::size_t message_column = 31, screen_width = 79;

void set_json(Screen& screen, const Entry& entry) {
  screen.set("date", date_text(entry.time));
  screen.set("time", time_of_day_text(entry.time));
  screen.set("severity", static_cast<int>(entry.severity));
  screen.set("module", log_module_name(entry.module));
  screen.set("type", entry.type);
  screen.set("subtype", entry.subtype);
  screen.set("message", entry.message);
}

}  // namespace

void print_line(Screen& screen, const Entry& entry) {
  const std::string head =
      fmt::format("{} {} {} {:<4.4} {:<5.5} {:<5.5} ", date_text(entry.time).substr(0, 2), time_of_day_text(entry.time),
                  static_cast<int>(entry.severity), log_module_short_name(entry.module), entry.type, entry.subtype);
  bool first = true;
  for (const std::string& part : wrap(entry.message, screen_width - message_column)) {
    screen.line((first ? head : std::string(message_column, ' ')) + part);
    first = false;
  }
  set_json(screen, entry);
}

void print_block(Screen& screen, const Entry& entry) {
  constexpr int values = 19;
  const auto field = [&](std::string_view label, const std::string& value) { screen.field(0, values, label, value); };
  field("Date/Time", fmt::format("{} {}", date_text(entry.time), time_of_day_text(entry.time)));
  field("Origin", origin_text(entry.origin));
  field("Severity", fmt::format("{} ({})", static_cast<int>(entry.severity), severity_name(entry.severity)));
  field("Module", std::string(log_module_name(entry.module)));
  field("Type / Subtype", fmt::format("{} / {}", entry.type, entry.subtype));
  field("Device", std::to_string(entry.device));
  field("Source", fmt::format("{} : {}", entry.file, entry.line));
  field("Reference", entry.reference);
  field("Message", entry.message);
  screen.line();
}

std::string port_text(const Entry& entry, Format format) {
  if (format == Format::msgonly) return entry.message + "\n";
  Screen screen;
  format == Format::full ? print_block(screen, entry) : print_line(screen, entry);
  return screen.text();
}

std::string mail_line(const Entry& entry, Format format) {
  if (format == Format::msgonly) return entry.message;
  const std::string date = date_text(entry.time);
  return fmt::format("{} {} {} {:<4.4} {:<5.5} {:<5.5} {}", format == Format::full ? date : date.substr(0, 2),
                     time_of_day_text(entry.time), static_cast<int>(entry.severity),
                     log_module_short_name(entry.module), entry.type, entry.subtype, entry.message);
}

}  // namespace arrouter::logging
