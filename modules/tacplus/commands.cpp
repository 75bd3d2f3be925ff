// Rows and handlers of TACACS+, its debugging, and its part of the configuration script.
#include <algorithm>

#include "modules/tacplus/tacplus.h"
#include "os/base/limits.h"

namespace arrouter::tacplus {

namespace {

constexpr unsigned debugging = 1;

#define SETTINGS                                                                                        \
  " [KEY=<text:1-64>] [POrt=<1-65535>] [RETries=<0-10>] [TIMeout=<1-60>] [SINGLEconnection[={ON|OFF}]]" \
  " [AUTHENtication={ON|OFF}] [AUTHORization={ON|OFF}]"

void take(const Args& args, std::string_view name, bool& setting) {
  if (args.has(name)) setting = !args.has_value(name) || args.choice(name) == "ON";
}

void apply(Server& server, const Args& args) {
  if (args.has("KEY")) {
    const ByteView key = as_bytes(args.text("KEY"));
    server.key.assign(key.begin(), key.end());
  }
  server.port = static_cast<std::uint16_t>(args.number_or("PORT", server.port));
  server.retries = static_cast<unsigned>(args.number_or("RETRIES", server.retries));
  server.timeout_s = static_cast<unsigned>(args.number_or("TIMEOUT", server.timeout_s));
  take(args, "SINGLECONNECTION", server.single_connection);
  take(args, "AUTHENTICATION", server.authenticates);
  take(args, "AUTHORIZATION", server.authorizes);
}

}  // namespace

std::vector<CommandRow> TacplusModule::commands() {
  return {
      {"ENAble TACPlus", Access::security, "Asks TACACS+ servers about users.",
       [this](Invocation&) { return set_enabled(true); }},
      {"DISable TACPlus", Access::security, "Asks TACACS+ servers no more.",
       [this](Invocation&) { return set_enabled(false); }},
      {"ADD TACPlus SERver=<ipv4>" SETTINGS, Access::security,
       "Adds a TACACS+ server; servers are asked in this order.",
       [this](Invocation& call) { return add_server(call.args); }},
      {"SET TACPlus SERver={<ipv4>|ALL}" SETTINGS, Access::security, "Changes a TACACS+ server, or all.",
       [this](Invocation& call) { return set_server(call.args); }},
      {"DELete TACPlus SERver=<ipv4>", Access::security, "Deletes a TACACS+ server.",
       [this](Invocation& call) { return delete_server(call.args); }},
      {"SHow TACPlus", Access::manager, "Displays the TACACS+ servers.",
       [this](Invocation& call) { return show(call.screen); }},
      {"SHow TACPlus SERver[=<ipv4>]", Access::manager, "Displays a TACACS+ server, or all, and what it was asked.",
       [this](Invocation& call) { return show_servers(call); }},
      {"ENAble TACPlus DEBug", Access::security, "Prints TACACS+ packets on this terminal.",
       [this](Invocation& call) { return set_debug(call, true); }},
      {"DISable TACPlus DEBug", Access::security, "Ends TACACS+ debugging on this terminal.",
       [this](Invocation& call) { return set_debug(call, false); }},
  };
}

Outcome TacplusModule::set_enabled(bool on) {
  if (on == enabled_) return say(on ? texts::already_enabled : texts::already_disabled);
  enabled_ = on;
  if (!on) client_.give_up();
  return say(on ? texts::enabled : texts::disabled);
}

Outcome TacplusModule::set_debug(Invocation& call, bool on) {
  if (!debuggers_.set(call.caller.terminal, debugging, on)) return say(texts::no_terminal);
  return Outcome::successful(module_number::tacplus);
}

void TacplusModule::tell(std::string_view text) const {
  debuggers_.tell(debugging, fmt::format("TACACS+: {}\n", text));
}

Outcome TacplusModule::add_server(const Args& args) {
  Server server{.address = args.address("SERVER")};
  if (client_.find(server.address) != nullptr) return say(texts::server_exists, to_string(server.address));
  if (client_.servers().size() >= limits::tacplus_servers) return say(texts::too_many_servers);
  apply(server, args);
  client_.servers().push_back(std::move(server));
  return Outcome::successful(module_number::tacplus);
}

Outcome TacplusModule::set_server(const Args& args) {
  const bool all = !args.holds<Ipv4Address>("SERVER");
  if (!all && client_.find(args.address("SERVER")) == nullptr)
    return say(texts::unknown_server, to_string(args.address("SERVER")));
  for (Server& server : client_.servers()) {
    if (!all && server.address != args.address("SERVER")) continue;
    apply(server, args);
    client_.hang_up(server.address);
  }
  return Outcome::successful(module_number::tacplus);
}

Outcome TacplusModule::delete_server(const Args& args) {
  const Ipv4Address address = args.address("SERVER");
  if (client_.find(address) == nullptr) return say(texts::unknown_server, to_string(address));
  client_.remove(address);
  return Outcome::successful(module_number::tacplus);
}

void TacplusModule::dump(ConfigWriter& writer) const {
  writer.section("TACPLUS", {"TACPLUS"});
  for (const Server& server : client_.servers()) {
    const Server delivered;
    std::string line = "add tacplus server=" + to_string(server.address);
    const auto add = [&line](std::string_view name, const auto& value, bool differs) {
      if (differs) line += fmt::format(" {}={}", name, value);
    };
    const auto word = [](bool on) { return on ? "on" : "off"; };
    const std::string_view key(reinterpret_cast<const char*>(server.key.data()), server.key.size());
    add("key", arrouter::quoted(key), !key.empty());
    add("port", server.port, server.port != delivered.port);
    add("retries", server.retries, server.retries != delivered.retries);
    add("timeout", server.timeout_s, server.timeout_s != delivered.timeout_s);
    add("singleconnection", word(server.single_connection), server.single_connection);
    add("authentication", word(server.authenticates), !server.authenticates);
    add("authorization", word(server.authorizes), !server.authorizes);
    writer.line(line);
  }
  if (enabled_) writer.line("enable tacplus");
}

}  // namespace arrouter::tacplus
