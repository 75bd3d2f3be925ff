#include "tests/support/cutting_disk.h"

#include <cerrno>

namespace arrouter::test {

namespace fs = std::filesystem;

bool CuttingDisk::powered() {
  if (!calls_left_) return true;
  if (*calls_left_ > 0) return --*calls_left_, true;
  attempted_ = true;
  errno = EIO;
  return false;
}

int CuttingDisk::create(const fs::path& path, mode_t mode) {
  if (!powered()) return -1;
  const int file = Disk::create(path, mode);
  if (file >= 0) open_[file] = names_[path] = std::make_shared<Inode>();
  return file;
}

ssize_t CuttingDisk::write(int file, std::string_view content) {
  if (!powered()) return -1;
  const ssize_t written = Disk::write(file, content);
  if (written > 0) open_[file]->written += content.substr(0, static_cast<std::size_t>(written));
  return written;
}

int CuttingDisk::sync(int file) {
  if (!powered()) return -1;
  open_[file]->safe = open_[file]->written;
  return Disk::sync(file);
}

int CuttingDisk::rename(const fs::path& from, const fs::path& to) {
  if (!powered()) return -1;
  const int done = Disk::rename(from, to);
  if (done == 0) {
    names_[to] = names_[from];
    names_.erase(from);
  }
  return done;
}

int CuttingDisk::unlink(const fs::path& path) {
  if (!powered()) return -1;
  const int done = Disk::unlink(path);
  if (done == 0) names_.erase(path);
  return done;
}

int CuttingDisk::sync_directory(const fs::path& directory) {
  if (!powered()) return -1;
  const auto inside = [&directory](const auto& entry) { return entry.first.parent_path() == directory; };
  std::erase_if(safe_names_, inside);
  for (const auto& entry : names_)
    if (inside(entry)) safe_names_.insert(entry);
  return Disk::sync_directory(directory);
}

std::map<fs::path, std::string> CuttingDisk::survivors(Names names, Contents contents) const {
  std::map<fs::path, std::string> files;
  for (const auto& [path, inode] : names == Names::kept ? names_ : safe_names_) {
    const std::string& written = inode->written;
    files[path] = written == inode->safe || contents == Contents::kept ? written
                  : contents == Contents::half                         ? written.substr(0, written.size() / 2)
                                                                       : inode->safe;
  }
  return files;
}

}  // namespace arrouter::test
