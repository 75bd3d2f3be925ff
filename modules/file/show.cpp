// Screens of files and memories (reference/operations.md 3.3).
#include <algorithm>

#include "modules/file/file.h"
#include "netdev/wire/checksum.h"
#include "os/base/calendar.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::file {

namespace {

constexpr std::uint64_t device_bytes = 8U << 20;  // of a 28F640
constexpr std::uint64_t block_erase_ms = 1000;    // the same, typical

}  // namespace

Outcome FileModule::show_files(Invocation& invocation, std::string_view parameter, std::string_view device) const {
  FilePattern pattern{std::string(device), "*", "*"};
  if (invocation.args.has_value(parameter)) {
    auto given = parse_pattern(invocation.args.text(parameter));
    if (!given) return given.error();
    if (device != "*") given->device = device;
    if (given->single()) {
      return show_content(invocation, given->name());
    }
    pattern = *given;
  }
  if (invocation.args.has("DEVICE")) {
    const std::string device = to_lower(invocation.args.choice("DEVICE"));
    pattern.device = device == "all" ? "*" : device;
  }
  Screen& screen = invocation.screen;
  screen.line("Filename             Device      Size     Created                  Locks");
  screen.rule();
  screen.table("files", {}, true);
  for (const FileInfo& file : services_.files.list()) {
    if (!pattern.matches(file)) continue;
    const std::string created = fmt::format("{} {}", date_text(file.created), time_of_day_text(file.created));
    const auto scope = screen.item("files");
    screen.line(fmt::format("{:<20} {:<6} {:>12}  {:<28}{}", file.name, file.device, file.size, created, file.locks));
    screen.set("filename", file.name);
    screen.set("device", file.device);
    screen.set("size", file.size);
    screen.set("created", created);
    screen.set("locks", file.locks);
  }
  screen.rule();
  return Outcome::screen();
}

Outcome FileModule::show_content(Invocation& invocation, const FileName& name) const {
  if (const Outcome outcome = may_read(name, invocation.caller); outcome.failed()) return outcome;
  if (!services_.files.exists(name)) return say(texts::unknown_file, name.name);
  const auto content = services_.files.read(name);
  if (!content) return say(texts::refused, content.error().text);
  if (content->contains('\0')) return say(texts::not_text, name.name);
  Screen& screen = invocation.screen;
  screen.line("File : " + name.name);
  screen.line();
  Json lines = Json::array();
  unsigned number = 0;
  for (std::string_view line : split(*content, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string shown = printable(line);
    screen.line(fmt::format("{}:{}", ++number, shown));
    lines.append(shown);
  }
  screen.set("file", name.name);
  screen.set("lines", std::move(lines));
  return Outcome::screen();
}

Outcome FileModule::check_files(Screen& screen) {
  screen.line("Flash file check");
  screen.rule();
  screen.line("Filename             Size      Checksum   Result");
  screen.rule();
  screen.table("files", {}, true);
  unsigned checked = 0, errors = 0;
  for (const FileInfo& file : services_.files.list()) {
    if (file.device != "flash") continue;
    const auto content = services_.files.read({file.device, file.name});
    const bool good = content && content->size() == file.size;
    const std::string sum = good ? fmt::format("{:04x}", wire::checksum(as_bytes(*content))) : "-";
    ++checked;
    ++(good ? checks_.successes : checks_.failures);
    if (!good) ++errors;
    const auto scope = screen.item("files");
    screen.line(fmt::format("{:<20} {:>8}  {:<11}{}", file.name, file.size, sum, good ? "OK" : "ERROR"));
    screen.set("filename", file.name);
    screen.set("size", file.size);
    screen.set("checksum", sum);
    screen.set("good", good);
  }
  screen.rule();
  screen.line(fmt::format("{} files checked, {} errors", checked, errors));
  screen.set("checked", checked);
  screen.set("errors", errors);
  return Outcome::screen();
}

Outcome FileModule::show_flash(Screen& screen) const {
  constexpr int value_column = 29;
  const FlashUse use = services_.files.flash_use();
  const auto files = services_.files.list();
  const auto count = std::ranges::count(files, "flash", &FileInfo::device);
  const auto bytes = [&screen](std::string_view label, std::uint64_t value) {
    screen.field(0, value_column, label, fmt::format("{} bytes", value));
  };
  screen.line("FFS info:");
  screen.field(0, value_column, "global operation", services_.files.compacting() ? "compacting" : "none");
  screen.field(0, value_column, "compaction count", services_.files.compactions());
  screen.field(0, value_column, "est compaction time",
               fmt::format("{} seconds", services_.files.compaction_time().count()));
  screen.field(0, value_column, "files", fmt::format("{} bytes   ({} files)", use.files, count));
  bytes("garbage", use.garbage);
  bytes("free", use.free);
  bytes("required free block", use.reserve);
  bytes("total", use.total);
  screen.line();
  screen.line("diagnostic counters:");
  screen.line("event     successes     failures");
  screen.rule(38);
  // A host file is opened, worked on and closed in one go, and a write is complete when it returns; nothing is got or
  // put by block or verified.
  const FileCounters& counters = services_.files.flash_counters();
  const FileTally closed{counters.read.successes + counters.write.successes, 0};
  const FileTally never;
  const auto tally = [&screen](std::string_view name, const FileTally& value) {
    const auto scope = screen.object(name);
    screen.line(fmt::format("{:<10}{:>9}{:>13}", name, value.successes, value.failures));
    screen.set("successes", value.successes);
    screen.set("failures", value.failures);
  };
  tally("get", never);
  tally("open", counters.read);
  tally("read", counters.read);
  tally("close", closed);
  tally("complete", counters.write);
  tally("write", counters.write);
  tally("create", counters.create);
  tally("put", never);
  tally("delete", counters.remove);
  tally("check", checks_);
  tally("erase", {counters.erased_blocks, 0});
  tally("compact", {compactions_, 0});
  tally("verify", never);
  screen.rule(38);
  return Outcome::screen();
}

Outcome FileModule::show_flash_physical(Screen& screen) const {
  const std::uint64_t bytes = std::uint64_t{services_.model.flash_kb} << 10;
  const std::uint64_t usable = services_.files.flash_use().total;
  const auto fact = [&screen](std::string_view dotted, std::string_view key, const std::string& value) {
    screen.line(fmt::format("{} {}", dotted, value));
    screen.set(key, value);
  };
  fact("total size ........", "totalSize", fmt::format("{} MBytes", bytes >> 20));
  fact("available to FFS ..", "availableToFfs", fmt::format("{} MBytes", usable >> 20));
  fact("device type .......", "deviceType", "28F640");
  fact("devices ...........", "devices", std::to_string(bytes / device_bytes));
  fact("location ..........", "location", "built in");
  fact("programming power .", "programmingPower", "off");
  fact("block erase time ..", "blockEraseTime", fmt::format("{} milliseconds", block_erase_ms));
  fact("total erase blocks ", "totalEraseBlocks", std::to_string(bytes / flash_erase_block));
  fact("FFS erase blocks ..", "ffsEraseBlocks", std::to_string(usable / flash_erase_block));
  fact("erase block size ..", "eraseBlockSize", fmt::format("{} kBytes", flash_erase_block >> 10));
  return Outcome::screen();
}

Outcome FileModule::show_nvs(Screen& screen, bool free_only) const {
  constexpr int value_column = 29;
  std::uint64_t used = 0;
  unsigned count = 0;
  for (const FileInfo& file : services_.files.list()) {
    if (file.device != "nvs") continue;
    used += file.size;
    ++count;
  }
  screen.line("NVS info:");
  if (!free_only) screen.field(0, value_column, "files", fmt::format("{} bytes   ({} files)", used, count));
  screen.field(0, value_column, "free",
               fmt::format("{} bytes", limits::nvs_bytes - std::min(used, std::uint64_t{limits::nvs_bytes})));
  if (!free_only) screen.field(0, value_column, "total", fmt::format("{} bytes", limits::nvs_bytes));
  return Outcome::screen();
}

}  // namespace arrouter::file
