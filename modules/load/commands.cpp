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

std::string_view word(Method method) {
  switch (method) {
    case Method::tftp: return "TFTP";
    case Method::http: return "HTTP";
    case Method::scp: return "SCP";
  }
  return "";
}

Method method_of(std::string_view choice) {
  if (choice == "SCP") return Method::scp;
  return choice == "TFTP" || choice == "DEFAULT" ? Method::tftp : Method::http;
}

/// A text; DEFAULT, like nothing at all, is none.
void take_text(const Args& args, std::string_view name, std::string& to) {
  if (!args.has(name)) return;
  to = args.text(name);
  if (equal_ignoring_case(to, "DEFAULT")) to.clear();
}

void take(Settings& settings, const Args& args) {
  if (args.has("METHOD")) settings.method = method_of(args.choice("METHOD"));
  settings.file = args.text_or("FILE", settings.file);
  settings.destination_file = args.text_or("DESTFILE", settings.destination_file);
  take_text(args, "SERVER", settings.server);
  take_text(args, "HTTPPROXY", settings.proxy);
  take_text(args, "USERNAME", settings.user);
  take_text(args, "PASSWORD", settings.password);
  const auto number = [&args](std::string_view name) -> std::optional<std::uint64_t> {
    return args.holds<std::uint64_t>(name) ? std::optional(args.number(name)) : std::nullopt;
  };
  if (args.has("PASSWORD")) settings.key_id.reset();
  if (args.has("KEYID")) {
    settings.key_id = number("KEYID");
    settings.password.clear();
  }
  if (args.has("SERVPORT")) settings.server_port = number("SERVPORT");
  if (args.has("PROXYPORT")) settings.proxy_port = static_cast<std::uint16_t>(number("PROXYPORT").value_or(http_port));
  if (args.has("DESTINATION")) {
    settings.destination = args.choice("DESTINATION") == "NVS" ? "nvs" : "flash";
  }
  if (args.has("DELAY")) settings.delay_s = static_cast<unsigned>(number("DELAY").value_or(0));
}

/// The last part of a path at the server.
std::string base_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

std::string port_text(std::uint16_t port) {
  return port == http_port ? fmt::format("Default ( {} )", port) : std::to_string(port);
}

HttpRequest request_of(const Settings& settings) {
  return {.host = settings.server,
          .port = settings.server_port.value_or(http_port),
          .path = (settings.file.starts_with('/') ? "" : "/") + settings.file,
          .through_proxy = !settings.proxy.empty(),
          .user = settings.user,
          .password = settings.password};
}

constexpr std::string_view server_parameters =
    "[HTTPproxy=<text:0-63>] [{PASSword=<text:0-60>|KEYid={DEFault|<0-65535>}}] [PROxyport={DEFault|<1-65535>}] "
    "[SERVPort={DEFault|<1-65535>}] [USERName=<text:0-60>]";

}  // namespace

std::vector<CommandRow> LoadModule::commands() {
  static const std::string load_syntax = fmt::format(
      "LOAd [METhod={{TFtp|HTTP|WEB|WWW|SCP}}] [DELay=<0-65535>] [DESTFile=<name:1-28>] [DEStination={{FLash|NVs}}] "
      "[{{FIle|SRCFile}}=<name:1-200>] [SErver=<name:1-63>] {}",
      server_parameters);
  static const std::string set_syntax = fmt::format(
      "SET LOAder [METhod={{TFtp|HTTP|WEB|WWW|SCP|DEFault}}] [DELay={{DEFault|<0-65535>}}] [DESTFile=<text:0-28>] "
      "[DEStination={{FLash|NVs|DEFault}}] [{{FIle|SRCFile}}=<text:0-200>] [SErver=<text:0-63>] {}",
      server_parameters);
  return {
      {load_syntax, Access::manager, "Loads a file from a server.", [this](Invocation& call) { return load(call); },
       Coverage::partial, "By TFTP, HTTP and SCP, not by LDAP or ZMODEM."},
      {"UPLoad [METhod={TFtp|SCP}] {FIle|SRCFile}=<file> [DESTFile=<name:1-100>] [SErver=<name:1-63>] "
       "[{PASSword=<text:0-60>|KEYid=<0-65535>}] [SERVPort=<1-65535>] [USERName=<text:0-60>]",
       Access::security, "Sends a file to a server.", [this](Invocation& call) { return upload(call); },
       Coverage::partial, "By TFTP and SCP, not by ZMODEM."},
      {set_syntax, Access::manager, "Sets what LOAD takes when it is not told.",
       [this](Invocation& call) { return set(call.args); }, Coverage::partial, "For TFTP, HTTP and SCP."},
      {"RESET LOAder", Access::manager, "Gives up the transfer in progress.", [this](Invocation& call) { return reset(call.caller); }},
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
  if (FileStore::reserved(place)) return say(texts::bad_file_name, wanted);
  if (services_.files.exists(place)) return say(texts::file_exists, place.name);
  target_ = place;
  switch (settings.method) {
    case Method::tftp:
      tftp_ = TftpTransfer::get(settings.file, limits::file_size);
      break;
    case Method::http:
      http_ = std::make_shared<HttpLoad>(request_of(settings), limits::file_size);
      break;
    case Method::scp:
      scp_ = std::make_shared<ScpLoad>(ScpTransfer::get(settings.file, limits::file_size));
      break;
  }
  return begin(settings, invocation.caller);
}

Outcome LoadModule::upload(Invocation& invocation) {
  const Args& args = invocation.args;
  if (transfer() != nullptr) return say(texts::busy);
  Settings settings = defaults_;
  settings.destination_file.clear();
  settings.delay_s = 0;
  take(settings, args);
  if (!args.has("METHOD") && settings.method == Method::http) settings.method = Method::tftp;
  if (settings.server.empty()) return missing("SERVER");
  const auto source = parse_file_name(args.text("FILE"));
  if (!source) return say(texts::bad_file_name, args.text("FILE"));
  auto content = services_.files.read(*source);
  if (!content) return say(texts::unknown_file, source->name);
  settings.file = source->name;
  source_ = services_.files.hold(*source);
  target_.reset();
  const std::string& name = settings.destination_file.empty() ? source->name : settings.destination_file;
  if (settings.method == Method::scp) {
    scp_ = std::make_shared<ScpLoad>(ScpTransfer::put(name, std::move(*content)));
  } else {
    tftp_ = TftpTransfer::put(name, std::move(*content));
  }
  return begin(settings, invocation.caller);
}

Outcome LoadModule::set(const Args& args) {
  take(defaults_, args);
  return Outcome::successful(module_number::load);
}

Outcome LoadModule::reset(const Caller& caller) {
  const auto terminal = terminal_.lock();
  if (terminal && terminal == caller.terminal.lock()) {
    // Who gives it up need not be told.
    terminal->release();
    terminal_.reset();
  }
  if (transfer() != nullptr) finish(say(texts::was_reset), Status::reset);
  return Outcome::successful(module_number::load);
}

Outcome LoadModule::show(Screen& screen) {
  const auto field = [&screen](std::string_view label, Json value) { screen.field(0, value_column, label, value); };
  const auto settings = [&](const Settings& shown_settings, bool with_proxy) {
    field("Method", word(shown_settings.method));
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
  if (defaults_.method != Method::tftp) text += fmt::format(" method={}", to_lower(word(defaults_.method)));
  if (!defaults_.file.empty()) text += " file=" + arrouter::quoted(defaults_.file);
  if (!defaults_.destination_file.empty()) text += " destfile=" + arrouter::quoted(defaults_.destination_file);
  const auto setting = [&text](std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format(" {}={}", name, arrouter::quoted(value));
  };
  setting("server", defaults_.server);
  setting("httpproxy", defaults_.proxy);
  if (defaults_.proxy_port != http_port) text += fmt::format(" proxyport={}", defaults_.proxy_port);
  if (defaults_.server_port) text += fmt::format(" servport={}", *defaults_.server_port);
  setting("username", defaults_.user);
  setting("password", defaults_.password);
  if (defaults_.key_id) text += fmt::format(" keyid={}", *defaults_.key_id);
  if (defaults_.destination != "flash") text += " destination=" + defaults_.destination;
  if (defaults_.delay_s != 0) text += fmt::format(" delay={}", defaults_.delay_s);
  if (!text.empty()) writer.line("set loader" + text);
}

}  // namespace arrouter::load
