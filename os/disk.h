// The host's file system, as FileStore changes it. Each system call that changes anything is a virtual function, so that
// a test can cut the power between any two of them.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>

#include "os/base/time.h"

namespace arrouter {

class Disk {
 public:
  virtual ~Disk() = default;

  // These return 0, or errno.

  /// Temporary file, fsync, rename, fsync of the directory: at every moment `path` has the old content or the new.
  int replace(const std::filesystem::path& path, std::string_view content, mode_t mode, WallTime created);
  int remove(const std::filesystem::path& path);
  /// Within one directory.
  int move(const std::filesystem::path& from, const std::filesystem::path& to);
  /// Whether something can be written into the directory at all.
  int probe(const std::filesystem::path& directory);
  /// Removes what a power cut left half-written.
  void sweep(const std::filesystem::path& directory);

 protected:
  // As the system calls do it: -1 and errno.
  virtual int create(const std::filesystem::path& path, mode_t mode);
  virtual ssize_t write(int file, std::string_view content);
  virtual int sync(int file);
  virtual int rename(const std::filesystem::path& from, const std::filesystem::path& to);
  virtual int unlink(const std::filesystem::path& path);
  virtual int sync_directory(const std::filesystem::path& directory);

 private:
  bool write_all(int file, std::string_view content);
};

}  // namespace arrouter
