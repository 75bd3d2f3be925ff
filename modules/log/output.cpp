#include "modules/log/output.h"

#include <fmt/format.h>

#include <algorithm>

#include "os/base/text.h"
#include "os/module.h"

namespace arrouter::logging {

namespace {

constexpr std::string_view destination_titles[] = {"Email", "Memory", "NVS", "Port", "Router", "Syslog"};
constexpr std::string_view destination_words[] = {"email", "memory", "nvs", "port", "router", "syslog"};
constexpr std::string_view format_titles[] = {"Full", "MsgOnly", "Summary"};
constexpr std::size_t permanent_messages = 20;

/// The number of the word in a list, without regard to case; the row has checked that it is there.
template <std::size_t count>
std::size_t place(const std::string_view (&words)[count], std::string_view wanted) {
  return static_cast<std::size_t>(
      std::find_if(std::begin(words), std::end(words),
                   [&](std::string_view word) { return equal_ignoring_case(word, wanted); }) -
      std::begin(words));
}

std::string facility_word(unsigned facility) { return facility == 0 ? "default" : fmt::format("local{}", facility); }

Filter severity_above(unsigned severity) {
  Filter filter;
  filter.set(*parse_condition(Field::severity, fmt::format(">{}", severity)));
  return filter;
}

}  // namespace

std::string output_word(OutputId id) {
  if (id == OutputId::temporary) return "temporary";
  if (id == OutputId::permanent) return "permanent";
  return std::to_string(static_cast<int>(id));
}

std::string output_title(OutputId id) {
  std::string text = output_word(id);
  text[0] = to_upper(text)[0];
  return text;
}

OutputId output_id(const Args& args, std::string_view parameter) {
  if (!args.holds<Choice>(parameter)) return static_cast<OutputId>(args.number(parameter));
  return args.choice(parameter) == "TEMPORARY" ? OutputId::temporary : OutputId::permanent;
}

std::string password_of(const Args& args) {
  return args.holds<Choice>("PASSWORD") ? std::string() : args.text("PASSWORD");
}

bool Output::wants(const Entry& entry) const {
  const auto first =
      std::find_if(filters.begin(), filters.end(), [&](const Filter& filter) { return filter.matches(entry); });
  return first != filters.end() && first->action == Action::process;
}

bool Output::add(const Entry& entry) {
  messages.push_back(entry);
  if (messages.size() <= settings.messages) return false;
  messages.pop_front();
  return true;
}

bool Output::due(LogSeverity latest) const {
  if (!sends()) return false;
  if (static_cast<unsigned>(latest) >= settings.max_queue_severity) return true;
  return !settings.queue_only && (passes_on() || messages.size() >= settings.messages);
}

void Output::shrink() {
  while (messages.size() > settings.messages) messages.pop_front();
}

Output default_temporary() {
  Output output;
  output.filters.push_back(severity_above(2));
  return output;
}

Output default_permanent() {
  Output output;
  output.settings.destination = Destination::nvs;
  output.settings.messages = permanent_messages;
  output.filters.push_back(severity_above(5));
  return output;
}

void apply(OutputSettings& settings, const Args& args) {
  if (args.has("DESTINATION")) {
    const std::string& chosen = args.choice("DESTINATION");
    settings.destination =
        chosen == "ASYN" ? Destination::port : static_cast<Destination>(place(destination_words, chosen));
  }
  settings.messages = args.number_or("MESSAGES", settings.messages);
  if (args.has("SERVER")) settings.server = args.address("SERVER");
  if (args.has("FACILITY")) {
    const std::string& chosen = args.choice("FACILITY");  // DEFAULT, LOCAL1 …
    settings.facility = chosen == "DEFAULT" ? 0 : static_cast<unsigned>(chosen.back() - '0');
  }
  if (args.has("SYSLOGFORMAT")) settings.extended_syslog = args.choice("SYSLOGFORMAT") == "EXTENDED";
  if (args.has("FORMAT")) settings.format = static_cast<Format>(place(format_titles, args.choice("FORMAT")));
  if (args.has("QUEUEONLY")) settings.queue_only = args.boolean("QUEUEONLY");
  if (args.has("MAXQUEUESEVERITY"))
    settings.max_queue_severity = static_cast<unsigned>(args.number("MAXQUEUESEVERITY"));
  if (args.has("SECURE")) settings.secure = args.boolean("SECURE");
  if (args.has("PASSWORD")) settings.password = password_of(args);
  settings.to = args.text_or("TO", settings.to);
  settings.zone = to_upper(args.text_or("ZONE", settings.zone));
  settings.asyn = static_cast<unsigned>(args.number_or("ASYN", settings.asyn));
}

std::string parameters(const OutputSettings& settings, const OutputSettings& usual) {
  std::string text;
  const auto add = [&](bool differs, std::string_view name, const std::string& value) {
    if (differs) text += fmt::format(" {}={}", name, value);
  };
  const auto yes_no = [](bool value) { return std::string(value ? "yes" : "no"); };
  add(settings.asyn != usual.asyn || settings.destination == Destination::port, "asyn", std::to_string(settings.asyn));
  add(settings.server != usual.server, "server", to_string(settings.server));
  add(settings.to != usual.to, "to", arrouter::quoted(settings.to));
  add(settings.facility != usual.facility, "facility", facility_word(settings.facility));
  add(settings.extended_syslog != usual.extended_syslog, "syslogformat",
      settings.extended_syslog ? "extended" : "normal");
  add(settings.format != usual.format, "format", to_lower(title(settings.format)));
  add(settings.messages != usual.messages, "messages", std::to_string(settings.messages));
  add(settings.queue_only != usual.queue_only, "queueonly", yes_no(settings.queue_only));
  add(settings.max_queue_severity != usual.max_queue_severity, "maxqueueseverity",
      std::to_string(settings.max_queue_severity));
  add(settings.secure != usual.secure, "secure", yes_no(settings.secure));
  add(settings.password != usual.password, "password", arrouter::quoted(settings.password));
  add(settings.zone != usual.zone, "zone", settings.zone);
  return text;
}

std::string parameters(const Filter& filter) {
  std::string text = filter.conditions.empty() ? " all" : "";
  for (const Condition& condition : filter.conditions) text += " " + to_parameter(condition);
  if (filter.action == Action::ignore) text += " action=ignore";
  return text;
}

std::string_view title(Destination destination) { return destination_titles[static_cast<std::size_t>(destination)]; }
std::string_view word(Destination destination) { return destination_words[static_cast<std::size_t>(destination)]; }
std::string_view title(Format format) { return format_titles[static_cast<std::size_t>(format)]; }

}  // namespace arrouter::logging
