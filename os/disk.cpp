#include "os/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "netdev/descriptor.h"

namespace arrouter {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view temporary_prefix = ".new-";
constexpr std::size_t probe_bytes = 8192;

timespec to_timespec(WallTime time) {
  const auto ms = time.time_since_epoch().count();
  return {static_cast<time_t>(ms / 1000), static_cast<long>(ms % 1000 * 1000000)};
}

}  // namespace

int Disk::create(const fs::path& path, mode_t mode) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
}

ssize_t Disk::write(int file, std::string_view content) { return ::write(file, content.data(), content.size()); }

int Disk::sync(int file) { return ::fsync(file); }

int Disk::rename(const fs::path& from, const fs::path& to) { return ::rename(from.c_str(), to.c_str()); }

int Disk::unlink(const fs::path& path) { return ::unlink(path.c_str()); }

int Disk::sync_directory(const fs::path& directory) {
  const Descriptor handle(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return handle ? ::fsync(handle.get()) : -1;
}

bool Disk::write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(file, content);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

int Disk::replace(const fs::path& path, std::string_view content, mode_t mode, WallTime created) {
  const fs::path temporary = path.parent_path() / (std::string(temporary_prefix) + path.filename().string());
  const auto fail = [&] {
    const int error = errno;
    unlink(temporary);
    return error;
  };
  unlink(temporary);
  {
    const Descriptor file(create(temporary, mode));
    if (!file) return fail();
    const timespec times[2] = {to_timespec(created), to_timespec(created)};
    if (!write_all(file.get(), content) || ::futimens(file.get(), times) != 0 || sync(file.get()) != 0) return fail();
  }
  if (rename(temporary, path) != 0) return fail();
  return sync_directory(path.parent_path()) == 0 ? 0 : errno;
}

// Losing the power right after a deletion or a new name may bring the old state back: either is a whole one.

int Disk::remove(const fs::path& path) {
  if (unlink(path) != 0) return errno;
  sync_directory(path.parent_path());
  return 0;
}

int Disk::move(const fs::path& from, const fs::path& to) {
  if (rename(from, to) != 0) return errno;
  sync_directory(to.parent_path());
  return 0;
}

int Disk::probe(const fs::path& directory) {
  const fs::path path = directory / (std::string(temporary_prefix) + "probe");
  const Descriptor file(create(path, 0600));
  const bool written = file && write_all(file.get(), std::string(probe_bytes, '\0')) && sync(file.get()) == 0;
  const int error = errno;
  unlink(path);
  return written ? 0 : error;
}

void Disk::sweep(const fs::path& directory) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().filename().string().starts_with(temporary_prefix)) unlink(entry.path());
  }
}

}  // namespace arrouter
