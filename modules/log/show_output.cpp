// SHOW LOG OUTPUT, COUNTERS, STATUS, QUEUE and RECEIVE (reference/logging.md 5).
#include <algorithm>

#include "modules/log/log.h"
#include "modules/log/replies.h"
#include "os/base/calendar.h"
#include "os/base/text.h"
#include "os/base/zone.h"

namespace arrouter::logging {

namespace {

constexpr int values = 30;

std::string yes_no(bool value) { return value ? "Yes" : "No"; }

std::string details(const Output& output) {
  const OutputSettings& settings = output.settings;
  if (output.networked()) return to_string(settings.server);
  if (output.email()) return settings.to;
  if (settings.destination == Destination::port) return fmt::format("Asyn {}", settings.asyn);
  return "-";
}

void show_row(Screen& screen, OutputId id, const Output& output) {
  const OutputSettings& settings = output.settings;
  const std::string secure = output.networked() ? yes_no(settings.secure) : "-";
  const std::string kept = output.passes_on() ? "-" : std::to_string(settings.messages);
  screen.line(fmt::format("{:<10} {:<12} {:<8} {:<7} {:>8}  {:>7}  {}", output_title(id), title(settings.destination),
                          yes_no(settings.enabled), secure, kept, output.filters.size(), details(output)));
  screen.set("output", output_title(id));
  screen.set("destination", title(settings.destination));
  screen.set("enabled", settings.enabled);
  screen.set("messages", settings.messages);
  screen.set("filters", output.filters.size());
  screen.set("details", details(output));
}

std::string facility_text(unsigned facility) { return facility == 0 ? "DEFAULT" : fmt::format("LOCAL{}", facility); }

void show_destination(Screen& screen, const Output& output) {
  const OutputSettings& settings = output.settings;
  const auto field = [&](std::string_view label, Json value) { screen.field(0, values, label, std::move(value)); };
  if (output.networked()) field("Server", to_string(settings.server));
  if (settings.destination == Destination::syslog) {
    field("Facility", facility_text(settings.facility));
    field("Syslog format", settings.extended_syslog ? "EXTENDED" : "NORMAL");
  }
  if (settings.destination == Destination::router) field("Password", settings.password.empty() ? "Not set" : "Set");
  if (settings.secure) field("Secure", "Yes");
  if (output.email()) field("To", settings.to);
  if (settings.destination == Destination::port) field("Asyn port", settings.asyn);
  // What is sent at once is not kept.
  if (!output.passes_on()) field("Messages", settings.messages);
}

void show_filters(Screen& screen, const std::vector<Filter>& filters) {
  screen.line("Filters:");
  screen.table("filters", {}, true);
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const auto item = screen.item("filters");
    std::string words;
    for (const Condition& condition : filters[i].conditions) words += (words.empty() ? "" : ", ") + to_words(condition);
    if (words.empty()) words = "All";
    const std::string_view action = filters[i].action == Action::process ? "PROCESS" : "IGNORE";
    screen.line(fmt::format("{:>3}  {:<7}  {}", i + 1, action, words));
    screen.set("filter", i + 1);
    screen.set("action", action);
    screen.set("conditions", words);
  }
}

void show_whole(Screen& screen, OutputId id, const Output& output) {
  const OutputSettings& settings = output.settings;
  const auto field = [&](std::string_view label, Json value) { screen.field(0, values, label, std::move(value)); };
  screen.line();
  field("Output", output_title(id));
  field("Destination", title(settings.destination));
  field("Status", settings.enabled ? "Enabled" : "Disabled");
  show_destination(screen, output);
  field("Message format", title(settings.format));
  field("Queue only", yes_no(settings.queue_only));
  field("Maximum queue severity", settings.max_queue_severity);
  field("Zone", settings.zone.empty() ? "LOCAL" : settings.zone);
  show_filters(screen, output.filters);
  screen.line();
}

}  // namespace

std::vector<CommandRow> LogModule::show_rows() {
  return {
      {"SHow LOG[={TEmporary|PErmanent|<1-20>}] [FULL] [REVerse[=<1-3000>]] [TAIL[=<1-3000>]] [DATE=<filter:date>] "
       "[DEVice=<filter:device>] [FIle=<filter:filename>] [MODule=<filter:module>] [MSGText=<filter:string>] "
       "[ORIgin=<filter:ipadd>] [REFerence=<filter:string>] [SEVerity=<filter:severity>] [SOUrceline=<filter:line>] "
       "[SUBtype=<filter:subtype>] [TIme=<filter:time>] [TYpe=<filter:type>] [ZONE=<name:1-9>]",
       Access::manager, "Shows the messages of an output", [this](Invocation& call) { return show_log(call); }},
      {"SHow LOG OUTPut[={TEmporary|PErmanent|<1-20>}] [FULL]", Access::manager, "Shows the output definitions",
       [this](Invocation& call) { return show_outputs(call); }},
      {"SHow LOG COUnters", Access::manager, "Shows the counters of the log",
       [this](Invocation& call) { return show_counters(call); }},
      {"SHow LOG STATus", Access::manager, "Shows how logging is set up",
       [this](Invocation& call) { return show_status(call); }},
      {"SHow LOG QUEue", Access::manager, "Shows the queues of the outputs",
       [this](Invocation& call) { return show_queue(call); }},
      {"SHow LOG RECeive[={<ipv4>|ANY}]", Access::manager, "Shows whose messages are accepted",
       [this](Invocation& call) { return show_receivers(call); }},
  };
}

Outcome LogModule::show_outputs(Invocation& call) const {
  std::vector<std::pair<OutputId, const Output*>> meant;
  const bool one = call.args.has_value("OUTPUT");
  for (const auto& [id, output] : outputs_)
    if (!one || id == output_id(call.args, "OUTPUT")) meant.emplace_back(id, &output);
  if (one && meant.empty()) return reply(message::output_unknown);
  Screen& screen = call.screen;
  screen.table("outputs", {}, true);
  if (!call.args.has("FULL")) {
    screen.line();
    screen.line("Output     Destination  Enabled  Secure  Messages  Filters  Details");
    screen.rule();
  }
  for (const auto& [id, output] : meant) {
    const auto item = screen.item("outputs");
    call.args.has("FULL") ? show_whole(screen, id, *output) : show_row(screen, id, *output);
  }
  if (!call.args.has("FULL")) {
    screen.rule();
    screen.line();
  }
  return Outcome::screen();
}

Outcome LogModule::show_counters(Invocation& call) const {
  Screen& screen = call.screen;
  const auto pair = [&](std::string_view left, std::uint64_t left_value, std::string_view right,
                        std::uint64_t right_value) {
    const auto dotted = [](std::string_view label) { return fmt::format("{:.<29}", fmt::format("{} ", label)); };
    screen.line(fmt::format("{}{:>11}   {}{:>7}", dotted(left), left_value, dotted(right), right_value));
    screen.set(json_key(left), left_value);
    screen.set(json_key(right), right_value);
  };
  screen.line();
  screen.line("Log counters");
  screen.rule();
  pair("Messages generated", counters_.generated, "Messages received", counters_.received);
  pair("Messages processed", counters_.processed, "Messages discarded", counters_.discarded);
  pair("Syslog messages sent", counters_.syslog_sent, "Emails sent", counters_.emails_sent);
  pair("Router messages sent", counters_.router_sent, "Queue overflows", counters_.overflows);
  pair("Datagrams refused", counters_.refused, "Datagrams malformed", counters_.malformed);
  screen.rule();
  screen.line();
  return Outcome::screen();
}

Outcome LogModule::show_status(Invocation& call) const {
  Screen& screen = call.screen;
  const auto field = [&](std::string_view label, std::string_view value) { screen.field(0, values, label, value); };
  const auto state = [](bool on) { return on ? "ENABLED" : "DISABLED"; };
  screen.line();
  screen.line("Log module configuration");
  screen.rule();
  field("Status", state(enabled_));
  field("Message generation", state(generation_));
  field("Message reception", state(reception_));
  field("Local time UTC offset", zone_text(utc_offset_.value_or(std::chrono::seconds(0))));
  screen.line(fmt::format("Number of output definitions  {}", outputs_.size()));
  screen.set("numberOfOutputDefinitions", outputs_.size());
  screen.rule();
  screen.line();
  return Outcome::screen();
}

Outcome LogModule::show_queue(Invocation& call) const {
  Screen& screen = call.screen;
  screen.line();
  screen.table("queues", {{"Output", 12}, {"Queued", -8, "queued"}, {"Maximum", -9}, {"  Oldest", 22, "oldest"}});
  screen.rule();
  for (const auto& [id, output] : outputs_) {
    std::string oldest = "-";
    if (!output.messages.empty()) {
      const WallTime time = output.messages.front().time;
      oldest = fmt::format("{} {}", date_text(time), time_of_day_text(time));
    }
    screen.line(fmt::format("{:<12}{:>8} {:>9}   {}", output_title(id), output.messages.size(),
                            output.settings.messages, oldest));
    const auto item = screen.item("queues");
    screen.set("output", output_title(id));
    screen.set("queued", output.messages.size());
    screen.set("maximum", output.settings.messages);
    screen.set("oldest", oldest);
  }
  screen.rule();
  screen.line();
  return Outcome::screen();
}

Outcome LogModule::show_receivers(Invocation& call) const {
  std::optional<Ipv4Address> one;
  if (call.args.has_value("RECEIVE"))
    one = call.args.holds<Choice>("RECEIVE") ? Ipv4Address() : call.args.address("RECEIVE");
  if (one && !receivers_.contains(*one)) return reply(message::receiver_unknown);
  Screen& screen = call.screen;
  screen.line();
  screen.table("receivers", {{"Address", 17}, {"Mask", 17}, {"Allow", 7}, {"Protocol", 10}, {"Password", 8}});
  screen.rule();
  for (const auto& [address, receiver] : receivers_) {
    if (one && address != *one) continue;
    screen.row({address.unset() ? "Any" : to_string(address), to_string(receiver.mask), yes_no(receiver.allow),
                title(receiver.protocol), yes_no(!receiver.password.empty())});
  }
  screen.rule();
  screen.line();
  return Outcome::screen();
}

}  // namespace arrouter::logging
