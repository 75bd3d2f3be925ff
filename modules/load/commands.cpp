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
    case Status::idle:
      return "Idle";
    case Status::wait:
      return "Wait";
    case Status::loading:
      return "Loading";
    case Status::complete:
      return "Complete";
    case Status::reset:
      return "Reset";
  }
  return "";
}

std::string server_of(const Args& args) {
  return args.holds<Ipv4Address>("SERVER") ? to_string(args.address("SERVER")) : args.text("SERVER");
}

void take(Settings& settings, const Args& args) {
  settings.file = args.text_or("FILE", settings.file);
  settings.destination_file = args.text_or("DESTFILE", settings.destination_file);
  if (args.has("SERVER")) settings.server = server_of(args);
  if (args.has("DESTINATION")) settings.destination = to_lower(args.choice("DESTINATION"));
  settings.delay_s = static_cast<unsigned>(args.number_or("DELAY", settings.delay_s));
}

/// The last part of a path at the server.
std::string base_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

}  // namespace

std::vector<CommandRow> LoadModule::commands() {
  return {
      {"LOAd [METhod=TFtp] [DELay=<0-65535>] [DESTFile=<name:1-28>] [DEStination={FLash|NVs}] "
       "[{FIle|SRCFile}=<name:1-100>] [SErver={<ipv4>|<name:1-60>}]",
       Access::manager, "Loads a file from a server.", [this](Invocation& call) { return load(call); },
       Coverage::partial, "TFTP only: no HTTP, LDAP or ZMODEM."},
      {"UPLoad [METhod=TFtp] {FIle|SRCFile}=<file> [DESTFile=<name:1-100>] [SErver={<ipv4>|<name:1-60>}]",
       Access::security, "Sends a file to a server.", [this](Invocation& call) { return upload(call); },
       Coverage::partial, "TFTP only."},
      {"SET LOAder [METhod=TFtp] [DELay=<0-65535>] [DESTFile=<text:0-28>] [DEStination={FLash|NVs}] "
       "[{FIle|SRCFile}=<text:0-100>] [SErver={<ipv4>|<name:1-60>}]",
       Access::manager, "Sets what LOAD takes when it is not told.",
       [this](Invocation& call) { return set(call.args); }, Coverage::partial, "TFTP only."},
      {"RESET LOAder", Access::manager, "Gives up the transfer in progress.", [this](Invocation&) { return reset(); }},
      {"SHow LOAder", Access::manager, "Displays the defaults and the transfer in progress.",
       [this](Invocation& call) { return show(call.screen); }},
  };
}

Outcome LoadModule::load(Invocation& invocation) {
  if (transfer_) return say(texts::busy);
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
  return begin(settings, TftpTransfer::get(settings.file, limits::file_size), invocation.caller);
}

Outcome LoadModule::upload(Invocation& invocation) {
  if (transfer_) return say(texts::busy);
  Settings settings;
  settings.server = defaults_.server;
  if (invocation.args.has("SERVER")) settings.server = server_of(invocation.args);
  if (settings.server.empty()) return missing("SERVER");
  const auto source = parse_file_name(invocation.args.text("FILE"));
  if (!source) return say(texts::bad_file_name, invocation.args.text("FILE"));
  auto content = services_.files.read(*source);
  if (!content) return say(texts::unknown_file, source->name);
  settings.file = source->name;
  target_.reset();
  return begin(settings, TftpTransfer::put(invocation.args.text_or("DESTFILE", source->name), std::move(*content)),
               invocation.caller);
}

Outcome LoadModule::set(const Args& args) {
  take(defaults_, args);
  return Outcome::successful(module_number::load);
}

Outcome LoadModule::reset() {
  if (transfer_) finish(say(texts::was_reset), Status::reset);
  return Outcome::successful(module_number::load);
}

Outcome LoadModule::show(Screen& screen) {
  const auto field = [&screen](std::string_view label, Json value) { screen.field(0, value_column, label, value); };
  const auto settings = [&](const Settings& shown_settings) {
    field("Method", "TFTP");
    field("File", shown_settings.file);
    field("Server", shown_settings.server);
    field("Destination", shown_settings.destination == "nvs" ? "NVS" : "Flash");
    field("Delay (sec)", shown_settings.delay_s);
  };
  screen.line();
  screen.line("Loader Information");
  screen.rule();
  screen.line("Defaults:");
  {
    const auto scope = screen.object("defaults");
    settings(defaults_);
  }
  screen.line();
  screen.line("Current Load:");
  {
    const auto scope = screen.object("currentLoad");
    settings(transfer_ ? current_ : Settings{});
    field("Status", word(status_));
    if (transfer_ && transfer_->size() != 0 && !target_)
      field("Load Level", fmt::format("{}%", transfer_->moved() * 100 / transfer_->size()));
    if (transfer_ && target_) field("Load Level", fmt::format("{} bytes", transfer_->moved()));
  }
  screen.line();
  screen.line(fmt::format("Last Message: \"{}\"", last_message_));
  screen.set("lastMessage", last_message_);
  screen.rule();
  screen.line();
  if (!transfer_) status_ = Status::idle;
  return Outcome::screen();
}

void LoadModule::dump(ConfigWriter& writer) const {
  writer.section("LOADER", {"LOADER", "LOAD"});
  std::string text;
  if (!defaults_.file.empty()) text += " file=" + arrouter::quoted(defaults_.file);
  if (!defaults_.destination_file.empty()) text += " destfile=" + arrouter::quoted(defaults_.destination_file);
  if (!defaults_.server.empty())
    text += " server=" + (parse_ipv4(defaults_.server) ? defaults_.server : arrouter::quoted(defaults_.server));
  if (defaults_.destination != "flash") text += " destination=" + defaults_.destination;
  if (defaults_.delay_s != 0) text += fmt::format(" delay={}", defaults_.delay_s);
  if (!text.empty()) writer.line("set loader" + text);
}

}  // namespace arrouter::load
