// A disk whose power goes after so many system calls, and what may be found on it afterwards.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "os/disk.h"

namespace arrouter::test {

/// Does everything on the host's disk and keeps book of what a power cut would leave: contents are safe from fsync on,
/// names from the fsync of their directory on. What is not safe may be there or not.
class CuttingDisk final : public Disk {
 public:
  /// The power goes instead of call number `calls` from now on (0: the next one).
  void cut_after(std::size_t calls) { calls_left_ = calls; }
  bool cut() const { return calls_left_ == 0 && attempted_; }

  /// What became of names and contents that were not safe.
  enum class Names { lost, kept };
  enum class Contents { lost, half, kept };
  /// What the disk has after the cut: path -> content.
  std::map<std::filesystem::path, std::string> survivors(Names names, Contents contents) const;

 protected:
  int create(const std::filesystem::path& path, mode_t mode) override;
  ssize_t write(int file, std::string_view content) override;
  int sync(int file) override;
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  int unlink(const std::filesystem::path& path) override;
  int sync_directory(const std::filesystem::path& directory) override;

 private:
  struct Inode {
    std::string written, safe;
  };
  using Tree = std::map<std::filesystem::path, std::shared_ptr<Inode>>;
  /// False, with errno, when the power is off.
  bool powered();

  std::optional<std::size_t> calls_left_;
  bool attempted_ = false;  // a call came when none was left
  std::map<int, std::shared_ptr<Inode>> open_;
  Tree names_, safe_names_;
};

}  // namespace arrouter::test
