// Rows and handlers of LOAD, UPLOAD and the loader's defaults, and their screen.
#include <fmt/format.h>

#include "modules/load/loader.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::load {

namespace {

constexpr int value_column = 32;

Outcome missing(std::string_view parameter) {
  return Outcome::error(module_number::command, 261, fmt::format("Required parameter \"{}\" missing.", parameter));
}

std::string_view word(Status status) {
  switch (status) {
    case Status::idle: return "Idle";
    case Status::wait: return "Wait";
    case Status::loading: return "Loading";
    case Status::complete: return "Complete";
    case Status::reset: return "Reset";
  }
  return "";
}

void take(Settings& settings, const Args& args) {
  if (args.has("METHOD")) settings.http = args.choice("METHOD") != "TFTP";
  settings.file = args.text_or("FILE", settings.file);
  settings.destination_file = args.text_or("DESTFILE", settings.destination_file);
  settings.server = args.text_or("SERVER", settings.server);
  settings.proxy = args.text_or("HTTPPROXY", settings.proxy);
  settings.user = args.text_or("USERNAME", settings.user);
  settings.password = args.text_or("PASSWORD", settings.password);
  const auto port = [&args](std::string_view name, std::uint16_t& to) {
    if (args.has(name)) to = args.holds<std::uint64_t>(name) ? static_cast<std::uint16_t>(args.number(name)) : http_port;
  };
  port("SERVPORT", settings.server_port);
  port("PROXYPORT", settings.proxy_port);
  if (args.has("DESTINATION")) settings.destination = to_lower(args.choice("DESTINATION"));
  settings.delay_s = static_cast<unsigned>(args.number_or("DELAY", settings.delay_s));
}

/// The last part of a path at the server.
std::string base_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

std::string port_text(std::uint16_t port) {
  return port == http_port ? fmt::format("Default ( {} )", port) : std::to_string(port);
}

constexpr std::string_view http_parameters =
    "[HTTPproxy=<text:0-63>] [PASSword=<text:0-60>] [PROxyport={DEFault|<1-65535>}] [SERVPort={DEFault|<1-65535>}] "
    "[USERName=<text:0-60>]";

}  // namespace

std::vector<CommandRow> LoadModule::commands() {
  static const std::string load_syntax = fmt::format(
      "LOAd [METhod={{TFtp|HTTP|WEB|WWW}}] [DELay=<0-65535>] [DESTFile=<name:1-28>] [DEStination={{FLash|NVs}}] "
      "[{{FIle|SRCFile}}=<name:1-200>] [SErver=<name:1-63>] {}",
      http_parameters);
  static const std::string set_syntax = fmt::format(
      "SET LOAder [METhod={{TFtp|HTTP|WEB|WWW}}] [DELay=<0-65535>] [DESTFile=<text:0-28>] [DEStination={{FLash|NVs}}] "
      "[{{FIle|SRCFile}}=<text:0-200>] [SErver=<text:0-63>] {}",
      http_parameters);
  return {
      {load_syntax, Access::manager, "Loads a file from a server.", [this](Invocation& call) { return load(call); },
       Coverage::partial, "By TFTP and HTTP, not by LDAP or ZMODEM."},
      {"UPLoad [METhod=TFtp] {FIle|SRCFile}=<file> [DESTFile=<name:1-100>] [SErver=<name:1-63>]", Access::security,
       "Sends a file to a server.", [this](Invocation& call) { return upload(call); }, Coverage::partial,
       "By TFTP, not by ZMODEM."},
      {set_syntax, Access::manager, "Sets what LOAD takes when it is not told.",
       [this](Invocation& call) { return set(call.args); }, Coverage::partial, "For TFTP and HTTP."},
      {"RESET LOAder", Access::manager, "Gives up the transfer in progress.", [this](Invocation&) { return reset(); }},
      {"SHow LOAder", Access::manager, "Displays the defaults and the transfer in progress.",
       [this](Invocation& call) { return show(call.screen); }},
  };
}

Outcome LoadModule::load(Invocation& invocation) {
  if (transfer() != nullptr) return say(texts::busy);
  Settings settings = defaults_;
  take(settings, invocation.args);
  if (settings.file.empty()) return missing("FILE");
  if (settings.server.empty()) return missing("SERVER");
  const std::string wanted = settings.destination_file.empty() ? base_name(settings.file) : settings.destination_file;
  const auto target = parse_file_name(wanted);
  if (!target) return say(texts::bad_file_name, wanted);
  const FileName place{settings.destination, target->name};
  if (services_.files.exists(place)) return say(texts::file_exists, place.name);
  target_ = place;
  if (!settings.http) {
    tftp_ = TftpTransfer::get(settings.file, limits::file_size);
  } else {
    const std::string path = (settings.file.starts_with('/') ? "" : "/") + settings.file;
    const HttpRequest request{.host = settings.server,
                              .port = settings.server_port,
                              .path = path,
                              .through_proxy = !settings.proxy.empty(),
                              .user = settings.user,
                              .password = settings.password};
    http_ = std::make_shared<HttpLoad>(request, limits::file_size);
  }
  return begin(settings, invocation.caller);
}

Outcome LoadModule::upload(Invocation& invocation) {
  if (transfer() != nullptr) return say(texts::busy);
  Settings settings;
  settings.server = invocation.args.text_or("SERVER", defaults_.server);
  if (settings.server.empty()) return missing("SERVER");
  const auto source = parse_file_name(invocation.args.text("FILE"));
  if (!source) return say(texts::bad_file_name, invocation.args.text("FILE"));
  auto content = services_.files.read(*source);
  if (!content) return say(texts::unknown_file, source->name);
  settings.file = source->name;
  target_.reset();
  tftp_ = TftpTransfer::put(invocation.args.text_or("DESTFILE", source->name), std::move(*content));
  return begin(settings, invocation.caller);
}

Outcome LoadModule::set(const Args& args) {
  take(defaults_, args);
  return Outcome::successful(module_number::load);
}

Outcome LoadModule::reset() {
  if (transfer() != nullptr) finish(say(texts::was_reset), Status::reset);
  return Outcome::successful(module_number::load);
}

Outcome LoadModule::show(Screen& screen) {
  const auto field = [&screen](std::string_view label, Json value) { screen.field(0, value_column, label, value); };
  const auto settings = [&](const Settings& shown_settings, bool with_proxy) {
    field("Method", shown_settings.http ? "HTTP" : "TFTP");
    field("File", shown_settings.file);
    field("Server", shown_settings.server);
    if (with_proxy || !shown_settings.proxy.empty()) {
      field("HTTP Proxy", shown_settings.proxy);
      field("Proxy Port", port_text(shown_settings.proxy_port));
    }
    field("Destination", shown_settings.destination == "nvs" ? "NVS" : "Flash");
    field("Delay (sec)", shown_settings.delay_s);
  };
  screen.line();
  screen.line("Loader Information");
  screen.rule();
  screen.line("Defaults:");
  {
    const auto scope = screen.object("defaults");
    settings(defaults_, true);
  }
  screen.line();
  screen.line("Current Load:");
  {
    const auto scope = screen.object("currentLoad");
    const Transfer* const present = transfer();
    settings(present != nullptr ? current_ : Settings{}, false);
    field("Status", word(status_));
    if (present != nullptr && present->size() != 0) {
      field("Load Level", fmt::format("{}%", present->moved() * 100 / present->size()));
    } else if (present != nullptr) {
      field("Load Level", fmt::format("{} bytes", present->moved()));
    }
  }
  screen.line();
  screen.line(fmt::format("Last Message: \"{}\"", last_message_));
  screen.set("lastMessage", last_message_);
  screen.rule();
  screen.line();
  if (transfer() == nullptr) status_ = Status::idle;
  return Outcome::screen();
}

void LoadModule::dump(ConfigWriter& writer) const {
  writer.section("LOADER", {"LOADER", "LOAD"});
  std::string text;
  if (defaults_.http) text += " method=http";
  if (!defaults_.file.empty()) text += " file=" + arrouter::quoted(defaults_.file);
  if (!defaults_.destination_file.empty()) text += " destfile=" + arrouter::quoted(defaults_.destination_file);
  const auto setting = [&text](std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format(" {}={}", name, arrouter::quoted(value));
  };
  const auto port = [&text](std::string_view name, std::uint16_t value) {
    if (value != http_port) text += fmt::format(" {}={}", name, value);
  };
  setting("server", defaults_.server);
  setting("httpproxy", defaults_.proxy);
  port("proxyport", defaults_.proxy_port);
  port("servport", defaults_.server_port);
  setting("username", defaults_.user);
  setting("password", defaults_.password);
  if (defaults_.destination != "flash") text += " destination=" + defaults_.destination;
  if (defaults_.delay_s != 0) text += fmt::format(" delay={}", defaults_.delay_s);
  if (!text.empty()) writer.line("set loader" + text);
}

}  // namespace arrouter::load
