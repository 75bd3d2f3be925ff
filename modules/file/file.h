// The FILE module's inside: shared by its commands and its screens.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/message.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter::file {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::file, number, text};
#include "modules/file/texts.def"
#undef MESSAGE
// Of module 31, which owns the FLASH (reference/cli.md 7.2; recalled).
inline constexpr Message compacting{MessageClass::info, module_number::flash, 260, "Flash compacting..."};
inline constexpr Message compacted{MessageClass::info, module_number::flash, 261,
                                   "Flash compaction successfully completed."};
inline constexpr Message compacting_already{MessageClass::error, module_number::flash, 262,
                                            "Flash compaction is already in progress."};
inline constexpr std::string_view do_not_restart = "DO NOT restart the router until compaction is completed.";
}  // namespace texts

/// "[device:]name.ext" where a whole field may be "*" (reference/operations.md 3.1).
struct FilePattern {
  std::string device, base, extension;
  bool matches(const FileInfo& file) const;
  bool single() const;                                                // names one file: no "*"
  FileName name() const { return {device, base + "." + extension}; }  // of a single one
  static FilePattern of(const FileName& name);
};
std::expected<FilePattern, Outcome> parse_pattern(std::string_view text);

class FileModule final : public Module {
 public:
  FileModule(Services& services, RouterControl& control);
  ~FileModule() override;
  std::string_view name() const override { return "file"; }
  std::vector<CommandRow> commands() override;

 private:
  std::vector<CommandRow> file_rows();
  std::vector<CommandRow> memory_rows();

  Outcome record_output(const Args& args, const Caller& caller, bool append);
  /// Those that `parameter` names, wherever that is, or in `device` alone.
  Outcome delete_files(const Args& args, std::string_view parameter, std::string_view device, const Caller& caller);
  /// CLEAR FLASH TOTALLY, CLEAR NVS TOTALLY.
  Outcome clear(Invocation& invocation, std::string_view device);
  Outcome dump_file(Invocation& invocation) const;
  Outcome dump_memory(Invocation& invocation) const;
  /// What is at these addresses; nullopt unless all of them can be read.
  std::optional<std::string> memory(std::uint64_t address, std::size_t length) const;
  Outcome compact(Invocation& invocation);
  void begin_compaction();
  void log_compaction(std::string_view what) const;
  void compact_by_itself();
  void compacted();
  /// RENAME and COPY (`keep`): the content of one file under a new name.
  Outcome pass_on(const Args& args, const Caller& caller, bool keep);
  /// Configuration scripts hold passwords and tunnels: in security mode they are the security officer's.
  Outcome may_read(const FileName& name, const Caller& caller) const;
  Outcome may_touch(const FileName& name, const Caller& caller) const;
  std::expected<FileName, Outcome> named(const Args& args, std::string_view parameter, const Caller& caller) const;

  /// Those that `parameter` names, in `device` ("*": wherever the name says, FLASH if it does not; all without a name).
  Outcome show_files(Invocation& invocation, std::string_view parameter, std::string_view device) const;
  Outcome show_content(Invocation& invocation, const FileName& name) const;
  Outcome check_files(Screen& screen);
  Outcome show_flash(Screen& screen) const;
  Outcome show_flash_physical(Screen& screen) const;
  Outcome show_nvs(Screen& screen, bool free_only) const;

  Services& services_;
  RouterControl& control_;
  FileTally checks_;
  std::uint64_t compactions_ = 0;           // since the start
  std::weak_ptr<Terminal> compacting_for_;  // who asked; nobody: FLASH itself
  Timer compaction_;                        // armed while it lasts
  Timer due_;                               // after the command that made it due has ended
};

}  // namespace arrouter::file
