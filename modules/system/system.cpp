// SYSTEM: identity, security mode, restart, clock and the router's own state (Software Reference, chapter Operation;
// reference/operations.md 2).
//
// Invariants
// - Security mode lives in the marker file flash:enabled.sec, which the Router reads before any module is made and
//   keeps in step. Security mode without a marker on FLASH would not survive a restart, so it is refused.
// - What SHOW EXCEPTION lists are ends of a run that nobody asked for, and faults that were caught on the way. A run
//   leaves the note "running" while it lives and replaces it when it ends properly; finding "running" at the start means
//   that the one before did not.
// - Setting the clock moves no timer: SysUpTime goes by the monotonic clock.
//
// Not modelled: redundant power supplies. An exception's vector, program counter and address are unknown, because a
// process that died cannot tell them; nor can SHOW CPU EXTENDED tell which code was running.
#include "modules/system/system.h"

#include "modules/system/system_module.h"
#include "os/base/text.h"

namespace arrouter {

MadeSystem make_system(Services& services, RouterControl& control, const install::InstallApi& install) {
  auto module = std::make_unique<system::SystemModule>(services, control, install);
  SystemApi& api = *module;
  return {std::move(module), api};
}

namespace system {

namespace {

constexpr std::string_view run_key = "system-run";
constexpr std::string_view exceptions_key = "system-exceptions";
constexpr std::size_t kept_exceptions = 10;

// run_endings: "running", "off" (ended by its owner), "router" and "reboot" (RESTART).
constexpr std::string_view running = "running";

const FileName security_marker{"flash", "enabled.sec"};

}  // namespace

SystemModule::SystemModule(Services& services, RouterControl& control, const install::InstallApi& install)
    : services_(services),
      control_(control),
      install_(install),
      this_end_("off"),
      started_at_(services.wall.now()),
      summer_time_(services),
      cpu_(services, control) {
  read_exceptions();
  last_end_ = services_.files.read_private(run_key).value_or("");
}

bool SystemModule::crashed_before() const { return last_end_ == running; }

bool SystemModule::warm_start() const { return last_end_ == "router"; }

void SystemModule::start() {
  if (crashed_before()) record_exception("Restart");
  // Without the note the next run only fails to see that this one died.
  static_cast<void>(services_.files.write_private(run_key, running));
}

void SystemModule::stop(Ending) { static_cast<void>(services_.files.write_private(run_key, this_end_)); }

void SystemModule::read_exceptions() {
  const auto text = services_.files.read_private(exceptions_key);
  if (!text) return;
  for (const std::string_view line : split(*text, '\n')) {
    const std::size_t blank = line.find(' ');
    const auto time = parse_number(line.substr(0, blank));
    if (blank != line.npos && time) {
      exceptions_.push_back({WallTime(std::chrono::milliseconds(*time)), std::string(line.substr(blank + 1))});
    }
  }
}

void SystemModule::record_exception(std::string_view type) {
  exceptions_.push_back({services_.wall.now(), std::string(type)});
  if (exceptions_.size() > kept_exceptions) exceptions_.erase(exceptions_.begin());
  std::string text;
  for (const Exception& exception : exceptions_) {
    text += fmt::format("{} {}\n", exception.time.time_since_epoch().count(), exception.type);
  }
  // A full NVS loses the history, never the present list.
  static_cast<void>(services_.files.write_private(exceptions_key, text));
}

void SystemModule::dump(ConfigWriter& writer) const {
  writer.section("System", {"SYSTEM", "SYS"});
  const SystemIdentity& identity = services_.system;
  const auto setting = [&writer](std::string_view name, const std::string& value) {
    if (!value.empty()) writer.line(fmt::format("set system {}={}", name, arrouter::quoted(value)));
  };
  setting("name", identity.name);
  setting("location", identity.location);
  setting("contact", identity.contact);
  setting("distinguishedname", identity.distinguished_name);
  if (identity.territory != services_.model.territory) {
    writer.line(fmt::format("set system territory={}", identity.territory));
  }
  setting("country", country_);
  if (!help_file_.empty()) writer.line("set help=" + help_file_);
  summer_time_.dump(writer);
}

std::vector<CommandRow> SystemModule::commands() {
  std::vector<CommandRow> rows = identity_rows();
  for (auto more : {&SystemModule::restart_rows, &SystemModule::clock_rows, &SystemModule::show_rows}) {
    for (CommandRow& row : (this->*more)()) rows.push_back(std::move(row));
  }
  for (CommandRow& row : summer_time_.rows()) rows.push_back(std::move(row));
  for (CommandRow& row : cpu_.rows()) rows.push_back(std::move(row));
  return rows;
}

Outcome SystemModule::enable_security_mode() {
  if (services_.users.security_mode()) return say(texts::security_already_on);
  if (!services_.users.has_security_officer()) return say(texts::no_security_officer);
  // The marker first: where it cannot be written nothing changes. Leaving the mode again would destroy all keys.
  if (!services_.files.write(security_marker, "\n")) return say(texts::not_written, security_marker.name);
  services_.users.set_security_mode(true);
  return Outcome::successful(module_number::system);
}

Outcome SystemModule::disable_security_mode(Invocation& invocation) {
  if (!services_.users.security_mode()) return say(texts::security_already_off);
  if (services_.files.compacting()) return say(texts::not_written, security_marker.name);
  invocation.screen.line(say(texts::security_deletes).line());
  Question question;
  question.prompt = "Are you sure (y/n)? ";
  question.single_key = true;
  question.answered = [this, finish = invocation.finish](const std::string& answer) {
    if (!starts_with_ignoring_case(answer, "y")) return finish(Outcome::screen());
    services_.users.set_security_mode(false);
    finish(Outcome::successful(module_number::system));
  };
  invocation.ask(std::move(question));
  return Outcome::wait();
}

Outcome SystemModule::restart(const Args& args, RestartKind kind) {
  std::optional<std::string> config;
  if (args.has("CONFIG")) {
    config = "none";
    if (args.holds<std::string>("CONFIG")) {
      const auto name = parse_file_name(args.text("CONFIG"), "cfg");
      if (!name) return say(texts::bad_file_name, args.text("CONFIG"));
      if (!services_.files.exists(*name)) return say(texts::unknown_config, name->name);
      config = name->device == "flash" ? name->name : fmt::format("{}:{}", name->device, name->name);
    }
  }
  this_end_ = kind == RestartKind::reboot ? "reboot" : "router";
  control_.restart(kind, std::move(config));
  return Outcome::screen();
}

}  // namespace system
}  // namespace arrouter
