// The router's files: FLASH and NVS are one host directory. Every write is temporary file, fsync, rename, so a power
// cut leaves the old content or the new, never half.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
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
};

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
  std::uint64_t flash_total() const { return flash_bytes_; }
  std::uint64_t flash_used() const { return used("flash"); }
  /// What can still be written: less than the FLASH has when the host's disk has less.
  std::uint64_t flash_free() const;
  const FileCounters& flash_counters() const { return counters_; }

  /// Private data of modules (ENCO keys, counters over restart): mode 0600, in NVS, never listed.
  Result<std::string> read_private(std::string_view key) const;
  Result<void> write_private(std::string_view key, std::string_view content);
  Result<void> remove_private(std::string_view key);

 private:
  struct Claim;  // on the directory
  FileStore(std::filesystem::path directory, std::uint64_t flash_bytes, const WallClock* clock,
            std::shared_ptr<Disk> disk, std::shared_ptr<Claim> claim)
      : directory_(std::move(directory)),
        flash_bytes_(flash_bytes),
        clock_(clock),
        disk_(std::move(disk)),
        claim_(std::move(claim)) {}
  std::filesystem::path path_of(const FileName& name) const;
  std::filesystem::path private_path(std::string_view key) const;
  struct MemoryFile {
    std::string content;
    WallTime created{};
  };
  Result<std::string> read_content(const FileName& name) const;
  Result<void> write_content(const FileName& name, std::string_view content);
  Result<void> remove_file(const FileName& name);
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
  mutable FileCounters counters_;
  std::vector<std::pair<std::string, MemoryFile>> memory_;  // "device:name" or "private:key" -> content
};

}  // namespace arrouter
