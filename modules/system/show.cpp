// Screens of the system (reference/operations.md 2.3-2.7).
#include "modules/system/system.h"

#include <algorithm>
#include <array>

#include "os/base/calendar.h"
#include "os/config_files.h"

namespace arrouter::system {

namespace {

constexpr int wide_rule = 80;

// Free buffers below which the real router stops doing things (SHOW BUFFER's lower half).
struct BufferLevel {
  unsigned level, buffers;
  std::string_view meaning;
};
constexpr std::array buffer_levels = {BufferLevel{3, 125, "don't process input frames"},
                                      BufferLevel{2, 250, "don't do monitor or command output"},
                                      BufferLevel{1, 500, "don't buffer up log messages"}};

// "router" on a router, "switch" on a switch.
std::string capitalised(std::string_view kind) {
  std::string word(kind);
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

bool is_patch(std::string_view name) { return name.ends_with(".paz") || name.ends_with(".pat"); }

std::string start_reason(std::string_view last_end) {
  if (last_end == "router") return "RESTART ROUTER";
  if (last_end == "reboot") return "RESTART REBOOT";
  return last_end == "running" ? "Unexpected restart" : "Power on";
}

}  // namespace

Outcome SystemModule::show_system(Invocation& invocation) const {
  // It names the configuration files, so in security mode it is for the security officer alone.
  if (services_.users.security_mode() && invocation.caller.privilege != Privilege::security_officer) {
    return Outcome::screen();
  }
  Screen& screen = invocation.screen;
  const Model& model = services_.model;
  const WallTime now = services_.wall.now();
  screen.line(fmt::format("{:<50}Time {} Date {}.", capitalised(model.kind) + " System Status", time_of_day_text(now),
                          date_text(now)));
  screen.line("Board      ID  Bay Board Name                    Host Id Rev    Serial number");
  screen.rule(wide_rule);
  screen.line(fmt::format("{:<9} {:>3}      {:<30}{:>7} {:<6}{:>15}", "Base", model.board_id, model.board_name, 0,
                          model.revision, model.serial));
  screen.rule(wide_rule);
  screen.line(fmt::format("Memory -   DRAM : {} kB      FLASH : {} kB", model.dram_kb, model.flash_kb));
  screen.rule(wide_rule);
  const SystemIdentity& identity = services_.system;
  screen.line("SysDescription");
  screen.line(model.description);
  screen.line("SysContact");
  screen.line(identity.contact);
  screen.line("SysLocation");
  screen.line(identity.location);
  screen.line("SysName");
  screen.line(identity.name);
  screen.line("SysDistName");
  screen.line(identity.distinguished_name);
  screen.line("SysUpTime");
  const Duration up = services_.clock.now() - control_.started();
  const auto hundredths = std::chrono::duration_cast<std::chrono::duration<std::uint64_t, std::centi>>(up).count();
  screen.line(fmt::format("{} ( {} )", hundredths, elapsed_text(up)));
  screen.set("time", time_of_day_text(now));
  screen.set("date", date_text(now));
  screen.set("boardId", model.board_id);
  screen.set("boardName", model.board_name);
  screen.set("revision", model.revision);
  screen.set("serialNumber", model.serial);
  screen.set("dramKb", model.dram_kb);
  screen.set("flashKb", model.flash_kb);
  screen.set("sysDescription", model.description);
  screen.set("sysContact", identity.contact);
  screen.set("sysLocation", identity.location);
  screen.set("sysName", identity.name);
  screen.set("sysDistName", identity.distinguished_name);
  screen.set("sysUpTime", hundredths);
  show_software(screen);
  screen.line();
  screen.line("Configuration");
  show_config_files(screen, control_, services_.files);
  screen.line();
  screen.line(fmt::format("Security Mode   : {}", services_.users.security_mode() ? "Enabled" : "Disabled"));
  screen.set("securityMode", services_.users.security_mode());
  show_patches(screen);
  return Outcome::screen();
}

void SystemModule::show_software(Screen& screen) const {
  const Model& model = services_.model;
  const auto fact = [&screen](std::string_view label, std::string_view key, const std::string& value) {
    screen.line(fmt::format("{}: {}", label, value));
    screen.set(key, value);
  };
  fact("Boot Image        ", "bootImage", model.boot_image);
  fact("Software Version", "softwareVersion", model.release);
  fact("Release Version ", "releaseVersion", model.release);
  fact("Patch Installed ", "patchInstalled", install_.running_patch().empty() ? "NONE" : install_.running_patch());
  fact("Territory       ", "territory", services_.system.territory);
  fact("Country         ", "country", country_.empty() ? "none" : country_);
  fact("Help File       ", "helpFile", help_file_.empty() ? model.help_file : help_file_);
}

void SystemModule::show_patches(Screen& screen) const {
  screen.line();
  screen.line("Patch files");
  screen.table("patchFiles", {{"Name", 13}, {"Device", 10}, {"Size", 9}, {"Version", 0}});
  screen.rule(wide_rule);
  for (const FileInfo& file : services_.files.list()) {
    if (is_patch(file.name)) screen.row({file.name, file.device, file.size, "-"});
  }
  screen.rule(wide_rule);
}

Outcome SystemModule::show_time(Screen& screen) const {
  const WallTime now = services_.wall.now();
  screen.line(fmt::format("System time is {} on {} {}.", time_of_day_text(now), weekday_text(now), date_text(now)));
  screen.set("time", time_of_day_text(now));
  screen.set("date", date_text(now));
  return Outcome::screen();
}

Outcome SystemModule::show_buffers(Screen& screen, bool scan) const {
  const std::uint64_t dram_kb = services_.model.dram_kb;
  const std::uint64_t used_kb = std::min(control_.memory_used_kb(), dram_kb);
  const std::size_t total = services_.pool.small_total();
  const std::size_t free = services_.pool.small_available();
  const auto fact = [&screen](std::string_view dotted, std::string_view key, std::uint64_t value,
                              std::string_view unit) {
    screen.line(fmt::format("{} {:>5}{}{}", dotted, value, unit.empty() ? "" : " ", unit));
    screen.set(key, value);
  };
  fact("Memory ( DRAM ) ............", "memoryDramKb", dram_kb, "kB");
  fact("Free Memory ................", "freeMemoryPercent", (dram_kb - used_kb) * 100 / dram_kb, "%");
  fact("Free fast buffers ..........", "freeFastBuffers", 0, "");
  fact("Total fast buffers .........", "totalFastBuffers", 0, "");
  fact("Free buffers ...............", "freeBuffers", free, "");
  fact("Total buffers ..............", "totalBuffers", total, "");
  for (const BufferLevel& level : buffer_levels) {
    fact(fmt::format("Buffer level {} .............", level.level), fmt::format("bufferLevel{}", level.level),
         level.buffers, fmt::format("({})", level.meaning));
  }
  if (!scan) return Outcome::screen();
  screen.line();
  screen.table("scan", {{"Address", 9}, {"Count", -6}});
  screen.rule(15);
  if (free < total) screen.row({"00000000", total - free});
  screen.rule(15);
  return Outcome::screen();
}

Outcome SystemModule::show_exceptions(Screen& screen) const {
  screen.line("Exception list");
  screen.line(fmt::format("Number of exceptions ... {}", exceptions_.size()));
  screen.set("numberOfExceptions", exceptions_.size());
  screen.rule();
  screen.table("exceptions",
               {{"No", 4}, {"Date", 13}, {"Time", 10}, {"Vector", 8}, {"Type", 21}, {"PC", 10}, {"Address", 0}});
  screen.rule();
  unsigned number = 0;
  for (const Exception& exception : exceptions_) {
    screen.row({++number, date_text(exception.time), time_of_day_text(exception.time), "-", exception.type, "-", "-"});
  }
  screen.rule();
  return Outcome::screen();
}

Outcome SystemModule::show_startup(Screen& screen) const {
  constexpr int value_column = 30;
  const std::string config = control_.current_config();
  screen.line("Startup information");
  screen.rule();
  screen.field(0, value_column, "Reason",
               services_.model.kind == "switch" && last_end_ == "router" ? "RESTART SWITCH" : start_reason(last_end_));
  screen.field(0, value_column, "Started",
               fmt::format("{} on {}", time_of_day_text(started_at_), date_text(started_at_)));
  screen.field(0, value_column, "Release", services_.model.release_file);
  screen.field(0, value_column, "Configuration", config.empty() ? "None" : config);
  screen.rule();
  return Outcome::screen();
}

}  // namespace arrouter::system
