// FILE: the flat file system in FLASH and NVS (Software Reference, chapter Operation; reference/operations.md 3).
//
// The store itself is os/files.h; here are its commands. Every command that changes a file leaves the old content or
// the new, whatever happens in between.
//
// Invariants
// - The marker enabled.sec and the table longname.lfn are the system's: no command makes, copies or removes them, CLEAR
//   FLASH TOTALLY neither the marker.
// - While FLASH is compacted its files can be read and nothing in it changes. It is compacted on demand, when a quarter
//   of it is garbage, and when garbage is why a file finds no room. That takes one second (the FLASH's block erase
//   time) for each block in use.
// - In security mode configuration scripts are read, copied, renamed and deleted by security officers alone.
// - CREATE FILE and ADD FILE record SHOW commands only, so no change slips past the questions and passwords of a
//   session.
//
// Not modelled: headers of FLASH files (a file takes as many bytes as it has), blocks of NVS beside its files,
// CompactFlash. EDIT is a session's (cli/session/edit.cpp).
#include "modules/file/file.h"

#include <algorithm>

#include "modules/file/file_module.h"
#include "os/base/text.h"

namespace arrouter {

std::unique_ptr<Module> make_file(Services& services, RouterControl& control) {
  return std::make_unique<file::FileModule>(services, control);
}

namespace file {

namespace {

constexpr std::chrono::seconds shortest_compaction{1};

bool is_script(std::string_view name) { return name.ends_with(".cfg") || name.ends_with(".scp"); }

bool is_show_command(std::string_view line) {
  const std::string_view text = trim(line);
  const std::string_view verb = text.substr(0, text.find(' '));
  return verb.size() >= 2 && starts_with_ignoring_case("show", verb);
}

}  // namespace

bool FilePattern::matches(const FileInfo& file) const {
  const auto dot = file.name.find('.');
  const auto fits = [](std::string_view field, std::string_view value) { return field == "*" || field == value; };
  return fits(device, file.device) && fits(base, std::string_view(file.name).substr(0, dot)) &&
         fits(extension, std::string_view(file.name).substr(dot + 1));
}

bool FilePattern::single() const { return device != "*" && base != "*" && extension != "*"; }

FilePattern FilePattern::of(const FileName& name) {
  const auto dot = name.name.find('.');
  return {name.device, name.name.substr(0, dot), name.name.substr(dot + 1)};
}

std::expected<FilePattern, Outcome> parse_pattern(std::string_view text) {
  FilePattern pattern{"flash", to_lower(text), {}};
  if (const auto colon = pattern.base.find(':'); colon != std::string::npos) {
    pattern.device = pattern.base.substr(0, colon);
    pattern.base.erase(0, colon + 1);
  }
  if (const auto dot = pattern.base.find('.'); dot != std::string::npos) {
    pattern.extension = pattern.base.substr(dot + 1);
    pattern.base.erase(dot);
  }
  const auto field = [](const std::string& value, const char* any) { return value == "*" ? any : value; };
  const auto checked = parse_file_name(
      fmt::format("{}:{}.{}", field(pattern.device, "flash"), field(pattern.base, "a"), field(pattern.extension, "a")));
  if (!checked) return std::unexpected(say(texts::bad_file_name, text));
  return pattern;
}

std::vector<CommandRow> FileModule::commands() {
  std::vector<CommandRow> rows = file_rows();
  for (CommandRow& row : memory_rows()) rows.push_back(std::move(row));
  return rows;
}

std::vector<CommandRow> FileModule::file_rows() {
  return {
      {"SHow FILe[=<text:1-40>] [DEVice={FLash|NVs|ALL}]", Access::manager, "Displays the files, or a file's content.",
       [this](Invocation& invocation) { return show_files(invocation, "FILE", "*"); }},
      {"CREate FILe=<file> COMmand=<text:1-900>", Access::manager, "Writes the output of a SHOW command to a new file.",
       [this](Invocation& invocation) { return record_output(invocation.args, invocation.caller, false); }},
      {"ADD FILe=<file> COMmand=<text:1-900>", Access::manager, "Appends the output of a SHOW command to a file.",
       [this](Invocation& invocation) { return record_output(invocation.args, invocation.caller, true); }},
      {"DELete FILe=<text:1-40>", Access::manager, "Deletes files.",
       [this](Invocation& invocation) { return delete_files(invocation.args, "FILE", "*", invocation.caller); }},
      {"REName [SRCFile=]<file> [DESTFile=]<file>", Access::manager, "Renames a file.",
       [this](Invocation& invocation) { return pass_on(invocation.args, invocation.caller, false); }},
      {"COPy [SRCFile=]<file> [DESTFile=]<file>", Access::manager, "Copies a file.",
       [this](Invocation& invocation) { return pass_on(invocation.args, invocation.caller, true); }},
      {"DUMP FILe=<file> [OFFset=<0-33554432>] [LENgth=<1-65536>]", Access::security, "Displays the bytes of a file.",
       [this](Invocation& invocation) { return dump_file(invocation); }},
      {"DUMP ADDress=<name:1-10> [LENgth=<1-65536>]", Access::security, "Displays bytes of FLASH or NVS.",
       [this](Invocation& invocation) { return dump_memory(invocation); }, Coverage::partial,
       "DRAM cannot be read: what this process has in its memory is not what the router had."},
  };
}

std::vector<CommandRow> FileModule::memory_rows() {
  return {
      {"SHow FFIle[=<text:1-40>]", Access::manager, "Displays the files in FLASH, or a file's content.",
       [this](Invocation& invocation) { return show_files(invocation, "FFILE", "flash"); }},
      {"SHow NFIle[=<text:1-40>]", Access::manager, "Displays the files in NVS, or a file's content.",
       [this](Invocation& invocation) { return show_files(invocation, "NFILE", "nvs"); }},
      {"DELete FFIle=<text:1-40>", Access::manager, "Deletes files in FLASH.",
       [this](Invocation& invocation) { return delete_files(invocation.args, "FFILE", "flash", invocation.caller); }},
      {"DELete NFIle=<text:1-40>", Access::manager, "Deletes files in NVS.",
       [this](Invocation& invocation) { return delete_files(invocation.args, "NFILE", "nvs", invocation.caller); }},
      {"SHow FFIle CHEck", Access::manager, "Reads every FLASH file and displays its checksum.",
       [this](Invocation& invocation) { return check_files(invocation.screen); }},
      {"SHow FLash [FFS]", Access::manager, "Displays how full the FLASH is.",
       [this](Invocation& invocation) { return show_flash(invocation.screen); }},
      {"SHow FLash PHYsical", Access::manager, "Displays the FLASH devices.",
       [this](Invocation& invocation) { return show_flash_physical(invocation.screen); }},
      {"ACTivate FLash COMPAction", Access::manager, "Wins back the room of deleted files.",
       [this](Invocation& invocation) { return compact(invocation); }},
      {"CLEar FLash TOTally", Access::security, "Deletes every file in FLASH.",
       [this](Invocation& invocation) { return clear(invocation, "flash"); }},
      {"CLEar NVs TOTally", Access::security, "Deletes every file in NVS.",
       [this](Invocation& invocation) { return clear(invocation, "nvs"); }, Coverage::partial,
       "What is no file there stays: keys, licences, the install table."},
      {"SHow CFLash", Access::manager, "Displays the CompactFlash card.",
       [](Invocation&) { return say(texts::no_card); }},
      {"SHow NVs [FREe]", Access::manager, "Displays how full the non-volatile storage is.",
       [this](Invocation& invocation) { return show_nvs(invocation.screen, invocation.args.has("FREE")); }},
  };
}

FileModule::FileModule(Services& services, RouterControl& control)
    : services_(services),
      control_(control),
      compaction_(services.scheduler, [this] { compacted(); }),
      due_(services.scheduler, [this] { compact_by_itself(); }) {
  services_.files.on_flash_change([this] {
    if (services_.files.compaction_due()) due_.arm(services_.clock.now());
  });
}

FileModule::~FileModule() {
  services_.files.on_flash_change({});
  if (compaction_.armed()) services_.files.end_compaction(false);
}

Outcome FileModule::may_touch(const FileName& name, const Caller& caller) const {
  return FileStore::reserved(name) ? say(texts::reserved, name.name) : may_read(name, caller);
}

Outcome FileModule::may_read(const FileName& name, const Caller& caller) const {
  const bool secret = services_.users.security_mode() && is_script(name.name);
  if (secret && caller.privilege != Privilege::security_officer) {
    return Outcome::error(module_number::command, 266, "Insufficient privilege for this command.");
  }
  return {};
}

std::expected<FileName, Outcome> FileModule::named(const Args& args, std::string_view parameter,
                                                   const Caller& caller) const {
  const auto name = parse_file_name(args.text(parameter));
  if (!name) return std::unexpected(say(texts::bad_file_name, args.text(parameter)));
  if (const Outcome outcome = may_touch(*name, caller); outcome.failed()) return std::unexpected(outcome);
  return *name;
}

Outcome FileModule::record_output(const Args& args, const Caller& caller, bool append) {
  const auto name = named(args, "FILE", caller);
  if (!name) return name.error();
  const bool exists = services_.files.exists(*name);
  if (exists && !append) return say(texts::file_exists, name->name);
  if (!exists && append) return say(texts::unknown_file, name->name);
  const std::string& command = args.text("COMMAND");
  if (!is_show_command(command)) return say(texts::only_show);

  std::string content;
  if (append) {
    const auto old = services_.files.read(*name);
    if (!old) return say(texts::refused, old.error().text);
    content = *old;
  }
  const RouterControl::Executed executed = control_.execute(command, caller);
  if (executed.outcome.failed()) return executed.outcome;
  content += "\n" + executed.screen.body();
  if (const std::string line = executed.outcome.line(); !line.empty()) content += line + "\n";
  if (const auto written = services_.files.write(*name, content); !written) {
    return say(texts::refused, written.error().text);
  }
  return Outcome::successful(module_number::file);
}

Outcome FileModule::delete_files(const Args& args, std::string_view parameter, std::string_view device,
                                 const Caller& caller) {
  const std::string& asked = args.text(parameter);
  auto pattern = parse_pattern(asked);
  if (!pattern) return pattern.error();
  if (device != "*") pattern->device = device;
  if (pattern->single()) pattern = FilePattern::of(services_.files.resolve(pattern->name()));
  std::vector<FileName> chosen;
  for (const FileInfo& file : services_.files.list()) {
    const FileName name{file.device, file.name};
    if (!pattern->matches(file)) continue;
    if (const Outcome outcome = may_touch(name, caller); outcome.failed()) {
      if (pattern->single()) return outcome;
      continue;
    }
    chosen.push_back(name);
  }
  if (chosen.empty()) return say(pattern->single() ? texts::unknown_file : texts::no_match, asked);
  for (const FileName& name : chosen) {
    if (const auto removed = services_.files.remove(name); !removed) return say(texts::refused, removed.error().text);
  }
  return Outcome::successful(module_number::file);
}

void FileModule::log_compaction(std::string_view what) const {
  services_.log.record({.severity = LogSeverity::notice,
                        .module = module_number::flash,
                        .type = "FFS",
                        .subtype = "COMP",
                        .message = fmt::format("Flash compaction {}", what)});
}

void FileModule::begin_compaction() {
  services_.files.begin_compaction();
  log_compaction("started");
  compaction_.arm(services_.clock.now() + std::max(services_.files.compaction_time(), shortest_compaction));
}

Outcome FileModule::compact(Invocation& invocation) {
  if (compaction_.armed()) return say(texts::compacting_already);
  invocation.screen.line(say(texts::compacting).line());
  invocation.screen.line(texts::do_not_restart);
  compacting_for_ = invocation.caller.terminal;
  if (const auto terminal = compacting_for_.lock()) terminal->hold();
  begin_compaction();
  return Outcome::screen();
}

void FileModule::compact_by_itself() {
  if (!services_.files.compaction_due()) return;
  compacting_for_.reset();
  begin_compaction();
  control_.broadcast(fmt::format("{}\n{}\n", say(texts::compacting).line(), texts::do_not_restart), Privilege::manager);
}

void FileModule::compacted() {
  ++compactions_;
  services_.files.end_compaction(true);
  log_compaction("completed");
  const std::string done = say(texts::compacted).line() + "\n";
  const auto terminal = compacting_for_.lock();
  if (!terminal) return control_.broadcast(done, Privilege::manager);
  terminal->print(done);
  terminal->release();
}

Outcome FileModule::clear(Invocation& invocation, std::string_view device) {
  Question question;
  question.prompt = fmt::format("All files in {} will be deleted. Are you sure (y/n)? ", to_upper(device));
  question.single_key = true;
  question.answered = [this, device, finish = invocation.finish](const std::string& answer) {
    if (!starts_with_ignoring_case(answer, "y")) return finish(Outcome::screen());
    const auto cleared = services_.files.clear(device);
    if (!cleared) return finish(say(texts::refused, cleared.error().text));
    finish(Outcome::successful(device == "flash" ? module_number::flash : module_number::file));
  };
  invocation.ask(std::move(question));
  return Outcome::wait();
}

Outcome FileModule::pass_on(const Args& args, const Caller& caller, bool keep) {
  const auto from = named(args, "SRCFILE", caller);
  if (!from) return from.error();
  const auto to = named(args, "DESTFILE", caller);
  if (!to) return to.error();
  if (!services_.files.exists(*from)) return say(texts::unknown_file, from->name);
  if (services_.files.exists(*to)) return say(texts::file_exists, to->name);
  const auto done = keep ? services_.files.copy(*from, *to) : services_.files.rename(*from, *to);
  return done ? Outcome::successful(module_number::file) : say(texts::refused, done.error().text);
}

}  // namespace file
}  // namespace arrouter
