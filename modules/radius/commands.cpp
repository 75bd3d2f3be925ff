// Rows and handlers of RADIUS, and its debugging.
#include <algorithm>

#include "modules/radius/radius.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::radius {

namespace {

enum Debug : unsigned { decode = 1, error = 2, packet = 4, everything = 7 };

struct Option {
  std::string_view word;
  unsigned flags;
};
constexpr Option options[] = {{"DECODE", decode}, {"ERROR", error}, {"PACKET", packet}, {"ALL", everything}};

unsigned flags_of(const Args& args) {
  if (!args.has_value("DEBUG")) return everything;
  unsigned flags = 0;
  for (const std::string_view word : split(args.text("DEBUG"), ',')) {
    for (const Option& option : options) flags |= option.word == word ? option.flags : 0U;
  }
  return flags;
}

std::string words_of(unsigned flags) {
  std::string words;
  for (const Option& option : options) {
    if (option.flags == everything || (flags & option.flags) == 0) continue;
    if (!words.empty()) words += ", ";
    words += option.word;
  }
  return words.empty() ? "NONE" : words;
}

std::string hex_dump(ByteView bytes) {
  constexpr std::size_t bytes_per_line = 16;
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += bytes_per_line) {
    text += "  " + to_hex(bytes.subspan(at, std::min(bytes_per_line, bytes.size() - at))) + "\n";
  }
  return text;
}

}  // namespace

std::vector<CommandRow> RadiusModule::commands() {
  return {
      {"ADD RADius SERver=<ipv4> SECret=<text:1-63> [POrt=<0-65535>] [ACCport=<0-65535>]", Access::security,
       "Adds a RADIUS server; servers are asked in this order.",
       [this](Invocation& call) { return add_server(call.args); }, Coverage::partial,
       "There is no accounting: ACCPORT is kept and shown."},
      {"DELete RADius SERver=<ipv4>", Access::security, "Deletes a RADIUS server.",
       [this](Invocation& call) { return delete_server(call.args); }},
      {"SET RADius [TIMeout=<1-15>] [RETransmitcount=<1-5>] [DEAdtime=<0-1440>]", Access::security,
       "Sets how long a server is waited for, how often it is asked again, and for how many minutes a silent one is "
       "left alone.",
       [this](Invocation& call) { return set(call.args); }},
      {"SHow RADius", Access::manager, "Displays the RADIUS servers.",
       [this](Invocation& call) { return show(call.screen); }},
      {"SHow RADius COUnter", Access::manager, "Displays what was sent to the RADIUS servers and came back.",
       [this](Invocation& call) { return show_counters(call.screen); }},
      {"SHow RADius DEBug", Access::manager, "Displays who debugs RADIUS.",
       [this](Invocation& call) { return show_debug(call.screen); }},
      {"ENAble RADius DEBug[={ALL|DECode|ERRor|PACket}[,...]]", Access::security,
       "Prints RADIUS packets on this terminal.", [this](Invocation& call) { return set_debug(call, true); }},
      {"DISable RADius DEBug[={ALL|DECode|ERRor|PACket}[,...]]", Access::security,
       "Ends RADIUS debugging on this terminal.", [this](Invocation& call) { return set_debug(call, false); }},
  };
}

Outcome RadiusModule::add_server(const Args& args) {
  const Ipv4Address address = args.address("SERVER");
  if (client_.find(address) != nullptr) return say(texts::server_exists, to_string(address));
  if (client_.servers().size() >= limits::radius_servers) return say(texts::too_many_servers);
  Server server{.address = address};
  const ByteView secret = as_bytes(args.text("SECRET"));
  server.secret.assign(secret.begin(), secret.end());
  server.port = static_cast<std::uint16_t>(args.number_or("PORT", server.port));
  server.accounting_port = static_cast<std::uint16_t>(args.number_or("ACCPORT", server.accounting_port));
  client_.add(std::move(server));
  return Outcome::successful(module_number::radius);
}

Outcome RadiusModule::delete_server(const Args& args) {
  const Ipv4Address address = args.address("SERVER");
  if (client_.find(address) == nullptr) return say(texts::unknown_server, to_string(address));
  client_.remove(address);
  return Outcome::successful(module_number::radius);
}

Outcome RadiusModule::set(const Args& args) {
  const auto take = [&args](std::string_view name, unsigned& value) {
    value = static_cast<unsigned>(args.number_or(name, value));
  };
  take("TIMEOUT", client_.settings.timeout_s);
  take("RETRANSMITCOUNT", client_.settings.retransmissions);
  take("DEADTIME", client_.settings.dead_time_min);
  return Outcome::successful(module_number::radius);
}

Outcome RadiusModule::set_debug(Invocation& call, bool on) {
  if (!debuggers_.set(call.caller.terminal, flags_of(call.args), on)) return say(texts::no_terminal);
  return Outcome::successful(module_number::radius);
}

Outcome RadiusModule::show_debug(Screen& screen) const {
  screen.field(0, 32, "RADIUS debugging", words_of(debuggers_.flags()));
  return Outcome::screen();
}

void RadiusModule::tell_packet(const std::string& heading, ByteView bytes) const {
  if ((debuggers_.flags() & (decode | packet)) == 0) return;
  debuggers_.tell(decode | packet, "RADIUS: " + heading + "\n");
  debuggers_.tell(decode, describe(bytes));
  debuggers_.tell(packet, hex_dump(bytes));
}

void RadiusModule::sent(const Server& server, unsigned attempt, ByteView bytes) {
  tell_packet(fmt::format("sent to {} port {}, attempt {}", to_string(server.address), server.port, attempt), bytes);
}

void RadiusModule::received(Ipv4Address from, ByteView bytes) {
  tell_packet(fmt::format("received from {}", to_string(from)), bytes);
}

void RadiusModule::refused(Ipv4Address from, std::string_view why) {
  debuggers_.tell(error, fmt::format("RADIUS: dropped packet from {}: {}\n", to_string(from), why));
}

void RadiusModule::silent(const Server& server) {
  const std::string text = fmt::format(fmt::runtime(texts::log_silent), to_string(server.address));
  debuggers_.tell(error, "RADIUS: " + text + "\n");
  log(LogSeverity::important, "FAIL", text);
}

}  // namespace arrouter::radius
