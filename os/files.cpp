#include "os/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "netdev/descriptor.h"
#include "os/base/limits.h"
#include "os/base/text.h"
#include "os/flash_book.h"

namespace arrouter {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view private_prefix = ".private-";  // files of modules, in nvs/
constexpr std::size_t longest_base = 16, longest_extension = 3;

bool disk_full(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

std::unexpected<Failure> full(std::string_view name, std::string_view device) {
  return failure(fmt::format("cannot write {}: {} full", name, device));
}

std::unexpected<Failure> system_failure(std::string_view what, std::string_view name, int error) {
  if (disk_full(error)) return failure(fmt::format("{} {}: no space left", what, name));
  return failure(fmt::format("{} {}: {}", what, name, std::strerror(error)));
}

Result<void> outcome_of_write(int error, std::string_view name, std::string_view device) {
  if (error == 0) return {};
  return disk_full(error) ? full(name, device) : system_failure("cannot write", name, error);
}

Result<std::string> read_file(const fs::path& path, std::string_view shown) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_failure("cannot read", shown, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return system_failure("cannot read", shown, errno);
  if (!S_ISREG(status.st_mode)) return failure(fmt::format("cannot read {}: not a file", shown));
  if (static_cast<std::uint64_t>(status.st_size) > limits::file_size) {
    return failure(fmt::format("cannot read {}: longer than {} bytes", shown, limits::file_size));
  }
  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t have = 0;
  while (have < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + have, content.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure("cannot read", shown, errno);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  content.resize(have);
  return content;
}

// A directory that cannot be listed, read or written is found at start, not by the first command that needs it.
Result<void> check_access(const fs::path& directory) {
  if (::access(directory.c_str(), R_OK | W_OK | X_OK) == 0) return {};
  return system_failure("cannot use the directory", directory.string(), errno);
}

// Makes what is missing of the path and notes it in `made`.
Result<void> make_directory(const fs::path& directory, std::vector<fs::path>& made) {
  fs::path so_far;
  for (const fs::path& part : directory) {
    so_far /= part;
    std::error_code error;
    if (fs::create_directory(so_far, error)) made.push_back(so_far);
    if (error) return system_failure("cannot make the directory", directory.string(), error.value());
  }
  return {};
}

// reference/operations.md 3.1: everything but these.
bool good_characters(std::string_view text) {
  return std::ranges::all_of(text, [](char character) {
    return character > ' ' && character < 0x7f &&
           std::string_view("*+=\"|\\[];:?/,<>.").find(character) == std::string_view::npos;
  });
}

bool good_key(std::string_view key) {
  return !key.empty() && key.size() <= 32 && std::ranges::all_of(key, [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') || character == '-' ||
           character == '.';
  });
}

Result<void> lock(const Descriptor& file, const fs::path& directory) {
  if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return {};
  if (errno == EWOULDBLOCK) return failure(fmt::format("another router uses the directory {}", directory.string()));
  return system_failure("cannot lock the directory", directory.string(), errno);
}

std::string memory_key(const FileName& name) { return name.device + ":" + name.name; }
std::string private_memory_key(std::string_view key) { return "private:" + std::string(key); }

}  // namespace

Result<FileName> parse_file_name(std::string_view text, std::string_view default_extension) {
  FileName result{"flash", to_lower(text)};
  if (const std::size_t colon = text.find(':'); colon != text.npos) {
    result.device = to_lower(text.substr(0, colon));
    result.name = to_lower(text.substr(colon + 1));
  }
  if (result.device != "flash" && result.device != "nvs") {
    return failure(fmt::format("device \"{}\" does not exist", result.device));
  }
  if (!result.name.contains('.') && !default_extension.empty()) result.name += "." + to_lower(default_extension);
  const std::size_t dot = result.name.find('.');
  const std::string_view base = std::string_view(result.name).substr(0, dot);
  const std::string_view extension =
      dot == result.name.npos ? std::string_view{} : std::string_view(result.name).substr(dot + 1);
  if (base.empty() || base.size() > longest_base || extension.empty() || extension.size() > longest_extension ||
      !good_characters(base) || !good_characters(extension)) {
    return failure(fmt::format("\"{}\" is not a file name", text));
  }
  return result;
}

// Two routers on one flash would overwrite each other's files. The lock ends with the last copy of the store, and with
// the process at the latest.
struct FileStore::Claim {
  ~Claim() {
    for (auto directory = made.rbegin(); directory != made.rend(); ++directory) ::rmdir(directory->c_str());
  }
  std::optional<Descriptor> lock;
  std::vector<fs::path> made;  // in order, the deepest last
};

FileStore::FileStore(fs::path directory, std::uint64_t flash_bytes, const WallClock* clock, std::shared_ptr<Disk> disk,
                     std::shared_ptr<Claim> claim)
    : directory_(std::move(directory)),
      flash_bytes_(flash_bytes),
      clock_(clock),
      disk_(std::move(disk)),
      claim_(std::move(claim)),
      book_(std::make_shared<FlashBook>()) {}

Result<FileStore> FileStore::open(fs::path directory, std::uint64_t flash_bytes, const WallClock* clock,
                                  std::shared_ptr<Disk> disk) {
  if (directory.empty()) return FileStore({}, flash_bytes, clock, nullptr, nullptr);
  const auto claim = std::make_shared<Claim>();
  auto done = make_directory(directory, claim->made);
  if (done) done = check_access(directory);
  if (done) {
    claim->lock.emplace(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    done = lock(*claim->lock, directory);
  }
  if (done) done = make_directory(directory / "nvs", claim->made);
  if (done) done = check_access(directory / "nvs");
  for (const fs::path& part : {directory, directory / "nvs"}) {
    if (!done) break;
    disk->sweep(part);
    // A full disk, or one that turned read-only, is found at start too.
    const int error = disk->probe(part);
    if (error != 0) done = system_failure("cannot write into the directory", part.string(), error);
  }
  if (!done) return std::unexpected(done.error());
  return FileStore(std::move(directory), flash_bytes, clock, std::move(disk), claim);
}

void FileStore::keep() {
  if (claim_) claim_->made.clear();
}

fs::path FileStore::path_of(const FileName& name) const {
  return name.device == "nvs" ? directory_ / "nvs" / name.name : directory_ / name.name;
}

fs::path FileStore::private_path(std::string_view key) const {
  return directory_ / "nvs" / (std::string(private_prefix) + std::string(key));
}

const FileStore::MemoryFile* FileStore::in_memory(std::string_view key) const {
  const auto found = std::ranges::find(memory_, key, &std::pair<std::string, MemoryFile>::first);
  return found == memory_.end() ? nullptr : &found->second;
}

void FileStore::put_in_memory(std::string key, std::string_view content) {
  std::erase_if(memory_, [&key](const auto& entry) { return entry.first == key; });
  memory_.emplace_back(std::move(key), MemoryFile{std::string(content), clock_->now()});
}

Result<void> FileStore::erase_in_memory(std::string_view key, std::string_view shown) {
  if (std::erase_if(memory_, [key](const auto& entry) { return entry.first == key; }) == 0) {
    return failure(fmt::format("{} does not exist", shown));
  }
  return {};
}

void FileStore::count(FileTally FileCounters::*operation, const FileName& name, bool good) const {
  if (name.device != "flash") return;
  FileTally& tally = counters_.*operation;
  ++(good ? tally.successes : tally.failures);
}

Result<std::string> FileStore::read(const FileName& given) const {
  const FileName name = resolve(given);
  auto content = read_content(name);
  count(&FileCounters::read, name, content.has_value());
  return content;
}

Result<void> FileStore::write(const FileName& given, std::string_view content) {
  const FileName name = resolve(given);
  const auto old_size = size_of(name);
  const auto written = write_content(name, content);
  count(&FileCounters::write, name, written.has_value());
  if (!old_size) count(&FileCounters::create, name, written.has_value());
  // The file is as it was asked for; a book that cannot be kept only forgets some garbage.
  if (written && name.device == "flash") static_cast<void>(discard(name, old_size.value_or(0)));
  return written;
}

Result<void> FileStore::remove(const FileName& given) {
  const FileName name = resolve(given);
  const auto removed = remove_file(name);
  count(&FileCounters::remove, name, removed.has_value());
  return removed;
}

Result<std::string> FileStore::read_content(const FileName& name) const {
  if (stored(name)) {
    return directory_.empty() ? in_memory(memory_key(name))->content : read_file(path_of(name), name.name);
  }
  if (auto own = own_content(name)) return std::move(*own);
  return failure(fmt::format("{} does not exist", name.name));
}

bool FileStore::stored(const FileName& name) const {
  if (directory_.empty()) return in_memory(memory_key(name)) != nullptr;
  std::error_code error;
  return fs::is_regular_file(path_of(name), error);
}

bool FileStore::exists(const FileName& name) const { return size_of(resolve(name)).has_value(); }

std::optional<std::uint64_t> FileStore::size_of(const FileName& name) const {
  for (const FileInfo& file : list()) {
    if (file.device == name.device && file.name == name.name) return file.size;
  }
  return std::nullopt;
}

std::uint64_t FileStore::used(std::string_view device) const {
  std::uint64_t sum = 0;
  for (const FileInfo& file : list()) {
    if (file.device == device) sum += file.size;
  }
  return sum;
}

Result<void> FileStore::has_room(const FileName& name, std::uint64_t size) const {
  if (size > limits::file_size) return full(name.name, name.device);
  if (name.device == "flash") {
    const FlashUse use = flash_use();
    if (size <= use.free) return {};
    book_->in_the_way = size <= use.free + use.garbage;
    flash_changed();
    return full(name.name, name.device);
  }
  const std::uint64_t others = used(name.device) - size_of(name).value_or(0);
  if (others > limits::nvs_bytes || size > limits::nvs_bytes - others) return full(name.name, name.device);
  return {};
}

Result<void> FileStore::write_content(const FileName& name, std::string_view content) {
  if (const auto may = may_change("write", name); !may) return may;
  if (const auto room = has_room(name, content.size()); !room) return room;
  if (!directory_.empty()) {
    return outcome_of_write(disk_->replace(path_of(name), content, 0644, clock_->now()), name.name, name.device);
  }
  put_in_memory(memory_key(name), content);
  return {};
}

Result<void> FileStore::remove_file(const FileName& name) {
  if (const auto may = may_change("delete", name); !may) return may;
  const auto size = size_of(name);
  if (!size) return failure(fmt::format("{} does not exist", name.name));
  if (!stored(name)) return discard(name, *size);
  if (directory_.empty()) {
    static_cast<void>(erase_in_memory(memory_key(name), name.name));
  } else if (const int error = disk_->remove(path_of(name)); error != 0) {
    return system_failure("cannot delete", name.name, error);
  }
  if (name.device == "flash") static_cast<void>(discard(name, *size));
  return {};
}

Result<void> FileStore::rename(const FileName& given, const FileName& to) {
  const FileName from = resolve(given);
  if (!exists(from)) return failure(fmt::format("{} does not exist", from.name));
  if (exists(to)) return failure(fmt::format("{} already exists", to.name));
  if (const auto may = may_change("rename", from); !may) return may;
  // A delivered file has only its name: under another it is written for the first time.
  if (from.device != to.device || !stored(from)) {
    const auto copied = copy(from, to);
    return copied ? remove(from) : copied;
  }
  if (directory_.empty()) {
    const std::string content = in_memory(memory_key(from))->content;
    put_in_memory(memory_key(to), content);
    static_cast<void>(erase_in_memory(memory_key(from), from.name));
  } else if (const int error = disk_->move(path_of(from), path_of(to)); error != 0) {
    return system_failure("cannot rename", from.name, error);
  }
  if (from.device == "flash") static_cast<void>(discard(from, 0));
  return {};
}

Result<void> FileStore::copy(const FileName& from, const FileName& to) {
  const auto content = read(from);
  if (!content) return std::unexpected(content.error());
  return write(to, *content);
}

void FileStore::list_directory(const fs::path& directory, std::string_view device, std::vector<FileInfo>& files) const {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    const auto parsed = parse_file_name(name);
    struct stat status {};
    // Files that no command could name (upper case, long names) are the host's own.
    if (!parsed || parsed->name != name || ::stat(entry.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode))
      continue;
    const auto modified =
        std::chrono::seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec);
    files.push_back({name, std::string(device), static_cast<std::uint64_t>(status.st_size),
                     WallTime(std::chrono::duration_cast<std::chrono::milliseconds>(modified))});
  }
}

std::vector<FileInfo> FileStore::list() const {
  std::vector<FileInfo> files;
  if (!directory_.empty()) {
    list_directory(directory_, "flash", files);
    list_directory(directory_ / "nvs", "nvs", files);
  }
  for (const auto& [key, file] : memory_) {
    const std::size_t colon = key.find(':');
    if (key.starts_with("private:")) continue;
    files.push_back({key.substr(colon + 1), key.substr(0, colon), file.content.size(), file.created});
  }
  add_own_files(files);
  std::ranges::sort(files, {}, [](const FileInfo& file) { return std::pair(file.name, file.device); });
  return files;
}

Result<std::string> FileStore::read_private(std::string_view key) const {
  if (!good_key(key)) return failure(fmt::format("bad key {}", key));
  if (!directory_.empty()) return read_file(private_path(key), key);
  const MemoryFile* const file = in_memory(private_memory_key(key));
  if (file == nullptr) return failure(fmt::format("{} does not exist", key));
  return file->content;
}

Result<void> FileStore::write_private(std::string_view key, std::string_view content) {
  if (!good_key(key)) return failure(fmt::format("bad key {}", key));
  if (content.size() > limits::nvs_bytes) return full(key, "nvs");
  if (!directory_.empty()) {
    return outcome_of_write(disk_->replace(private_path(key), content, 0600, clock_->now()), key, "nvs");
  }
  put_in_memory(private_memory_key(key), content);
  return {};
}

Result<void> FileStore::remove_private(std::string_view key) {
  if (!good_key(key)) return failure(fmt::format("bad key {}", key));
  if (directory_.empty()) return erase_in_memory(private_memory_key(key), key);
  const int error = disk_->remove(private_path(key));
  return error == 0 ? Result<void>{} : system_failure("cannot delete", key, error);
}

}  // namespace arrouter
