// The router's files: FLASH and NVS are one host directory. Every write is temporary file, fsync, rename, so a power
// cut leaves the old content or the new, never half. What FLASH keeps beside its files (garbage, short twins of long
// names, delivered files that were deleted) is a file of NVS, os/flash_book.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/base/bytes.h"
#include "os/base/result.h"
#include "os/base/time.h"
#include "os/disk.h"

namespace arrouter {

struct FileInfo {
  std::string name;    // "boot.cfg"
  std::string device;  // "flash" or "nvs"
  std::uint64_t size = 0;
  WallTime created{};
  unsigned locks = 0;  // who works with it: hold()
};

/// A name checked by reference/operations.md 3.1: "[device:]name.ext" -> device, lower-cased name.
struct FileName {
  std::string device;
  std::string name;
};
Result<FileName> parse_file_name(std::string_view text, std::string_view default_extension = {});

/// What was done with FLASH files since the store was opened (SHOW FLASH).
struct FileTally {
  std::uint64_t successes = 0, failures = 0;
};
struct FileCounters {
  FileTally read, write, create, remove;
  std::uint64_t erased_blocks = 0;  // by compaction
};

inline constexpr std::uint64_t flash_erase_block = 128U << 10;  // bytes; of a 28F640

/// A file that a router has when it leaves the factory. Its content stands for what this program is itself.
struct DeliveredFile {
  std::string name;
  std::uint64_t size = 0;
  WallTime created{};
};

/// What is in the FLASH besides the files that were written.
struct FlashLayout {
  std::uint64_t reserve = 0;  // bytes kept free for compaction
  std::vector<DeliveredFile> delivered;
};

/// Bytes of FLASH; all but the total add up to it (less where the host's disk is nearly full).
struct FlashUse {
  std::uint64_t files = 0, garbage = 0, free = 0, reserve = 0, total = 0;
};

class FlashBook;

class FileStore {
 public:
  /// `directory` holds FLASH files at its top and NVS files in nvs/; made when absent. An empty path keeps everything
  /// in memory (simulation). `flash_bytes` is the model's flash size; writes beyond it fail. A directory that cannot be
  /// listed, read and written, or that another router uses, is refused. Directories that were made go again, when
  /// they are empty, with the last copy of a store that was not kept.
  static Result<FileStore> open(std::filesystem::path directory, std::uint64_t flash_bytes, const WallClock* clock,
                                std::shared_ptr<Disk> disk = std::make_shared<Disk>());

  /// The start succeeded: the directory stays.
  void keep();

  Result<std::string> read(const FileName& name) const;
  /// Replaces or makes; the failure text is the router's: "flash full" also when it is the host's disk that is.
  Result<void> write(const FileName& name, std::string_view content);
  Result<void> remove(const FileName& name);
  Result<void> rename(const FileName& from, const FileName& to);
  Result<void> copy(const FileName& from, const FileName& to);
  bool exists(const FileName& name) const;
  /// Sorted by name; hidden private files are not among them.
  std::vector<FileInfo> list() const;

  /// Once, before the first file is asked for: without it FLASH holds what was written, and nothing is reserved.
  void lay_out(FlashLayout layout);
  /// A FLASH file whose name is longer than 8.3 has a short twin too, by which every function here knows it; this gives
  /// the name that SHOW FILE lists.
  FileName resolve(const FileName& name) const;
  /// Files that no command makes, changes or deletes: the marker of security mode, the table of long names.
  static bool reserved(const FileName& name);
  /// Somebody works with the file as long as the result lives.
  std::shared_ptr<const FileName> hold(const FileName& name) const;
  FlashUse flash_use() const;
  const FileCounters& flash_counters() const { return counters_; }
  /// All files of the device but the marker of security mode; FLASH is erased, so no garbage is left either.
  Result<void> clear(std::string_view device);

  // What is deleted or replaced in FLASH stays there as garbage until it is compacted; meanwhile FLASH files can be
  // read, and every change is refused. A compaction that was cut short leaves everything as it was.
  bool compacting() const;
  /// Garbage has passed its limit, or stood in the way of a file.
  bool compaction_due() const;
  std::chrono::seconds compaction_time() const;
  void begin_compaction();
  void end_compaction(bool completed);
  std::uint64_t compactions() const;  // in this FLASH's life
  /// Called when FLASH has changed or had no room; there is one listener.
  void on_flash_change(std::function<void()> listener);

  /// Private data of modules (ENCO keys, counters over restart): mode 0600, in NVS, never listed.
  Result<std::string> read_private(std::string_view key) const;
  Result<void> write_private(std::string_view key, std::string_view content);
  Result<void> remove_private(std::string_view key);

 private:
  struct Claim;  // on the directory
  FileStore(std::filesystem::path directory, std::uint64_t flash_bytes, const WallClock* clock,
            std::shared_ptr<Disk> disk, std::shared_ptr<Claim> claim);
  std::filesystem::path path_of(const FileName& name) const;
  std::filesystem::path private_path(std::string_view key) const;
  struct MemoryFile {
    std::string content;
    WallTime created{};
  };
  Result<std::string> read_content(const FileName& name) const;
  Result<void> write_content(const FileName& name, std::string_view content);
  Result<void> remove_file(const FileName& name);
  /// A file of the host or of the memory, no delivered one.
  bool stored(const FileName& name) const;
  std::optional<std::uint64_t> size_of(const FileName& name) const;
  Result<void> may_change(std::string_view what, const FileName& name) const;
  /// The FLASH file `name` with `size` bytes was deleted or replaced.
  Result<void> discard(const FileName& name, std::uint64_t size);
  /// The delivered files and the table of long names.
  void add_own_files(std::vector<FileInfo>& files) const;
  std::optional<std::string> own_content(const FileName& name) const;
  void note_names() const;
  void flash_changed() const;
  void count(FileTally FileCounters::*operation, const FileName& name, bool good) const;
  std::uint64_t used(std::string_view device) const;
  Result<void> has_room(const FileName& name, std::uint64_t size) const;
  void list_directory(const std::filesystem::path& directory, std::string_view device,
                      std::vector<FileInfo>& files) const;
  const MemoryFile* in_memory(std::string_view key) const;
  void put_in_memory(std::string key, std::string_view content);
  Result<void> erase_in_memory(std::string_view key, std::string_view shown);
  std::filesystem::path directory_;  // empty: in memory
  std::uint64_t flash_bytes_ = 0;
  const WallClock* clock_ = nullptr;
  std::shared_ptr<Disk> disk_;
  std::shared_ptr<Claim> claim_;
  std::shared_ptr<FlashBook> book_;
  mutable FileCounters counters_;
  std::vector<std::pair<std::string, MemoryFile>> memory_;  // "device:name" or "private:key" -> content
};

}  // namespace arrouter
