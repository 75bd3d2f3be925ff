// Putting a Router together, booting it, restarting it.
//
// RESTART on a real router loses everything but flash, NVS and the clock. Here it destroys the Software object and
// makes another from the same list of modules, so that nothing can survive by accident. The order on the way down:
// modules say goodbye, front ends let go (on_going_down), sessions end, ports lose their receivers, modules are
// destroyed in reverse order. A restart asked for by a command happens from the event loop, after the command's answer.
//
// The boot configuration is applied line by line; a refused line is reported and the rest is applied, as the real
// router does (reference/cli.md 9).
//
// A cold start may wait for a key (loader.h). Between end_software() and start() there is no software and nobody but
// the front ends to miss it: they ask running() first, and on_booted() tells them.
#include "os/assembly/router.h"

#include <fmt/format.h>

#include <utility>

#include "cli/session/dispatch.h"
#include "os/assembly/config_sections.h"
#include "os/assembly/factory.h"
#include "os/assembly/software.h"
#include "os/base/calendar.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter {

namespace {

constexpr std::string_view default_script = "boot.cfg";
constexpr std::string_view boot_config_key = "config";  // private data: the name SET CONFIG gave
constexpr unsigned deepest_script = 8;                  // scripts that run scripts
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";  // what Windows' editors put in front

std::string_view kind_word(const Model& model) { return model.kind == "switch" ? "Switch" : "Router"; }

}  // namespace

Result<std::unique_ptr<Router>> Router::make(const Surroundings& surroundings, RouterOptions options) {
  auto wall = std::make_unique<WallClock>(surroundings.clock, options.wall_time);
  auto disk = options.disk ? options.disk : std::make_shared<Disk>();
  auto files = FileStore::open(options.flash, file_system_bytes(options.model), wall.get(), disk);
  if (!files) return std::unexpected(files.error());
  files->lay_out(factory_flash(options.model));
  return std::unique_ptr<Router>(new Router(surroundings, std::move(options), std::move(wall), std::move(*files)));
}

Router::Router(const Surroundings& surroundings, RouterOptions options, std::unique_ptr<WallClock> wall,
               FileStore files)
    : surroundings_(surroundings),
      options_(std::move(options)),
      wall_(std::move(wall)),
      files_(std::move(files)),
      loader_(options_.model, surroundings.clock, surroundings.scheduler,
              [this](std::string_view text) { boot_text(text); }) {}

Router::~Router() { shut_down(); }

void Router::set_startup_script(std::string name, std::string text) {
  startup_script_ = Script{std::move(name), std::move(text)};
}

void Router::on_boot_text(std::function<void(std::string_view)> listener) {
  boot_listeners_.push_back(std::move(listener));
}

void Router::on_booted(std::function<void()> listener) { booted_.push_back(std::move(listener)); }

void Router::on_going_down(std::function<void()> listener) { going_down_.push_back(std::move(listener)); }

void Router::boot_text(std::string_view text) const {
  for (const auto& listener : boot_listeners_) listener(text);
}

void Router::boot() {
  files_.keep();
  loader_.run([this](const StartUp& how) { start(how, std::nullopt); });
}

void Router::start(const StartUp& how, const std::optional<std::string>& config) {
  start_software(how);
  run_boot_script(how.script ? config : "none");
}

void Router::start_software(const StartUp& how) {
  boot_text("INFO: Initialising Flash File System.\n");
  started_ = surroundings_.clock.now();
  software_ = std::make_unique<Software>(*this, how);
  const std::string_view release = options_.model.release;  // "2.9.1-00 16-Oct-2006"
  const std::string_view version = release.substr(0, release.find(' '));
  software_->log.record({.severity = LogSeverity::critical,
                         .module = module_number::system,
                         .type = "REST",
                         .subtype = "NORM",
                         .message = fmt::format("{} startup, ver {},{}, Clock Log: {} on {}", kind_word(options_.model),
                                                version, release.substr(version.size()), time_of_day_text(wall_->now()),
                                                date_text(wall_->now()))});
  software_->start();
}

Result<Router::Script> Router::script_in_flash(std::string_view name) const {
  const auto file = parse_file_name(name, "cfg");
  if (!file) return std::unexpected(file.error());
  auto text = files_.read(*file);
  if (!text) return std::unexpected(text.error());
  return Script{file->name, std::move(*text), file->device};
}

std::optional<Router::Script> Router::find_script(const std::optional<std::string>& wanted) {
  if (wanted && equal_ignoring_case(*wanted, "none")) return std::nullopt;
  if (!wanted && startup_script_) return startup_script_;
  std::string name = wanted ? *wanted : boot_config();
  if (name.empty()) {
    if (!files_.exists({"flash", std::string(default_script)})) return std::nullopt;
    name = default_script;
  }
  auto script = script_in_flash(name);
  if (script) return std::move(*script);
  const std::string text = fmt::format("cannot execute {}: {}", name, script.error().text);
  boot_text(fmt::format("ERROR: {}\n", text));
  software_->log.record({.severity = LogSeverity::important,
                         .module = module_number::install,
                         .type = "MSG",
                         .subtype = "ERROR",
                         .message = "Boot configuration: " + text});
  return std::nullopt;
}

void Router::run_boot_script(const std::optional<std::string>& wanted) {
  refused_.clear();
  current_config_.clear();
  booting_ = true;
  if (const auto script = find_script(wanted)) {
    current_config_ = script->name;
    boot_text(fmt::format("INFO: Executing configuration script <{}:{}>\n", script->device, script->name));
    run_script(script->text, Caller{}, [&](std::size_t number, std::string_view line, const Outcome& outcome) {
      report_refused(*script, number, line, outcome);
    });
  }
  booting_ = false;
  software_->booted();
  boot_text(fmt::format("INFO: {} startup complete\n\n", kind_word(options_.model)));
  for (const auto& listener : booted_) listener();
}

void Router::report_refused(const Script& script, std::size_t number, std::string_view line, const Outcome& outcome) {
  refused_.push_back({script.name, number, std::string(line), outcome});
  boot_text(fmt::format("{}\n{}\n", printable(line), outcome.line()));
  // The line itself may hold a password, so the log has its number alone.
  software_->log.record({.severity = LogSeverity::important,
                         .module = module_number::command,
                         .type = "MSG",
                         .subtype = "ERROR",
                         .message = fmt::format("{} line {}: {}", script.name, number, outcome.line()),
                         .reference = script.name});
}

void Router::report_fault(std::string_view what) {
  if (!software_) return;
  software_->log.record({.severity = LogSeverity::critical,
                         .module = module_number::system,
                         .type = "MSG",
                         .subtype = "ERROR",
                         .message = fmt::format("Internal fault: {}", what)});
  software_->system_module->record_exception("Fatal exception");
}

void Router::shut_down() {
  loader_.stop();
  end_software(Ending::process_end);
}

void Router::end_software(Ending ending) {
  if (!software_) return;
  software_->stop(ending);
  for (const auto& listener : going_down_) listener();
  software_->let_go();
  software_.reset();
}

void Router::restart(RestartKind kind, std::optional<std::string> config) {
  if (booting_) {
    software_->log.record({.severity = LogSeverity::important,
                           .module = module_number::system,
                           .type = "REST",
                           .subtype = "NORM",
                           .message = "Restart ignored: a boot configuration must not restart the router"});
    return;
  }
  if (std::exchange(restarting_, true)) return;
  surroundings_.reactor.post([this, kind, config = std::move(config), alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) restart_now(kind, config);
  });
}

void Router::restart_now(RestartKind kind, const std::optional<std::string>& config) {
  restarting_ = false;
  end_software(Ending::restart);
  boot_text("\n");
  if (kind == RestartKind::router) return start({}, config);
  loader_.run([this, config](const StartUp& how) { start(how, config); });
}

RouterControl::Executed Router::execute(std::string_view line, const Caller& caller,
                                        std::function<void(const Outcome&)> later) {
  return run_unattended(software_->table, software_->users, software_->log, line, caller, std::move(later));
}

RouterControl::Executed Router::execute(std::string_view line, const Caller& caller) {
  return execute(line, caller, [terminal = caller.terminal](const Outcome& outcome) {
    const auto open = terminal.lock();
    if (open && !outcome.text.empty()) open->print(outcome.line() + "\n");
  });
}

void Router::run_script(std::string_view script, const Caller& caller, const Refused& refused) {
  if (script_depth_ == deepest_script) {
    refused(0, {}, Outcome::error(module_number::script, 256, "Scripts are nested too deeply."));
    return;
  }
  ++script_depth_;
  if (script.starts_with(byte_order_mark)) script.remove_prefix(byte_order_mark.size());
  std::size_t number = 0;
  for (const std::string_view raw : split(script, '\n')) {
    if (++number > limits::script_lines) {
      refused(number, {}, Outcome::error(module_number::script, 257, "The script has too many lines."));
      break;
    }
    const std::string_view line = trim(raw);
    const Executed executed = execute(line, caller);
    if (executed.outcome.failed()) refused(number, line, executed.outcome);
  }
  --script_depth_;
}

ConfigWriter Router::configuration() const {
  ConfigWriter written;
  for (const auto& module : software_->modules) module->dump(written);
  return in_section_order(written);
}

std::string Router::boot_config() const { return files_.read_private(boot_config_key).value_or(""); }

Result<void> Router::set_boot_config(std::string_view name) {
  startup_script_.reset();  // from now on flash decides
  if (!name.empty()) return files_.write_private(boot_config_key, name);
  return boot_config().empty() ? Result<void>{} : files_.remove_private(boot_config_key);
}

RouterControl::CpuLoad Router::cpu_load() const {
  return surroundings_.cpu_load ? surroundings_.cpu_load() : CpuLoad{};
}

void Router::reset_cpu_load() {
  if (surroundings_.reset_cpu_load) surroundings_.reset_cpu_load();
}

std::uint64_t Router::memory_used_kb() const {
  return surroundings_.memory_used_kb ? surroundings_.memory_used_kb() : 0;
}

const CommandTable& Router::table() const { return software_->table; }

Log& Router::log() { return software_->log; }

}  // namespace arrouter
