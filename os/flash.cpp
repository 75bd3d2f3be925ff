// FLASH as FileStore keeps it (reference/operations.md 3): what is deleted or replaced becomes garbage, compaction wins
// its room back, long names have short twins, and the files of the factory are there until somebody deletes them.
//
// Invariants
// - files + garbage + free + reserve = total, unless the host's disk has less room than FLASH.
// - The book is written after the file it speaks of. A power cut in between loses some bytes of garbage or the twin of
//   one name (which then gets another), never a file; a delivered file is deleted by the book alone.
#include <fmt/format.h>

#include <algorithm>

#include "os/files.h"
#include "os/flash_book.h"

namespace arrouter {

namespace {

constexpr std::string_view book_key = "flash";
constexpr std::string_view security_marker = "enabled.sec", long_names = "longname.lfn";
constexpr unsigned garbage_limit = 4;  // a quarter of FLASH
constexpr std::chrono::seconds block_erase_time{1};

std::uint64_t blocks(std::uint64_t bytes) { return (bytes + flash_erase_block - 1) / flash_erase_block; }

}  // namespace

void FileStore::lay_out(FlashLayout layout) {
  book_->layout = std::move(layout);
  const auto text = read_private(book_key);
  if (text) book_->read(*text);
  book_->garbage = std::min(book_->garbage, flash_bytes_);
  note_names();
  if (!text && !book_->layout.delivered.empty()) book_->twins_changed = book_->layout.delivered.front().created;
}

bool FileStore::reserved(const FileName& name) {
  return name.device == "flash" && (name.name == security_marker || name.name == long_names);
}

FileName FileStore::resolve(const FileName& name) const {
  if (name.device != "flash" || !name.name.contains('~') || stored(name)) return name;
  note_names();  // a file that the host put there has its twin from now on
  const std::string whole = book_->long_name(name.name);
  return whole.empty() ? name : FileName{name.device, whole};
}

std::shared_ptr<const FileName> FileStore::hold(const FileName& name) const {
  std::erase_if(book_->held, [](const auto& held) { return held.expired(); });
  auto holder = std::make_shared<const FileName>(resolve(name));
  book_->held.push_back(holder);
  return holder;
}

void FileStore::add_own_files(std::vector<FileInfo>& files) const {
  const auto add = [&](std::string_view name, std::uint64_t size, WallTime created) {
    const auto same = [&](const FileInfo& file) { return file.device == "flash" && file.name == name; };
    if (std::ranges::none_of(files, same)) files.push_back({std::string(name), "flash", size, created});
  };
  for (const DeliveredFile& file : book_->layout.delivered) {
    if (book_->delivered(file.name) != nullptr) add(file.name, file.size, file.created);
  }
  if (const std::string table = book_->twin_table(); !table.empty())
    add(long_names, table.size(), book_->twins_changed);
  for (const auto& held : book_->held) {
    const auto holder = held.lock();
    for (FileInfo& file : files) file.locks += holder && holder->device == file.device && holder->name == file.name;
  }
}

std::optional<std::string> FileStore::own_content(const FileName& name) const {
  if (name.device != "flash") return std::nullopt;
  if (const DeliveredFile* const file = book_->delivered(name.name)) return delivered_content(*file);
  std::string table = book_->twin_table();
  if (name.name != long_names || table.empty()) return std::nullopt;
  return table;
}

void FileStore::note_names() const {
  std::vector<std::string> names;
  for (FileInfo& file : list()) {
    if (file.device == "flash") names.push_back(std::move(file.name));
  }
  const std::string before = book_->twin_table();
  book_->note_names(names);
  if (book_->twin_table() != before) book_->twins_changed = clock_->now();
}

Result<void> FileStore::may_change(std::string_view what, const FileName& name) const {
  if (name.device != "flash") return {};
  if (name.name == long_names) return failure(fmt::format("cannot {} {}: it belongs to the system", what, name.name));
  if (book_->compacting) return failure(fmt::format("cannot {} {}: flash is being compacted", what, name.name));
  return {};
}

Result<void> FileStore::discard(const FileName& name, std::uint64_t size) {
  const bool was_delivered = book_->delivered(name.name) != nullptr;
  const std::string before = book_->text();
  book_->forget_delivered(name.name);
  book_->garbage += size;
  note_names();
  const std::string after = book_->text();
  const auto kept = after == before ? Result<void>{} : write_private(book_key, after);
  if (!kept && was_delivered && !stored(name)) {
    book_->bring_back(name.name);
    book_->garbage -= size;
    note_names();
    return kept;
  }
  flash_changed();
  return {};
}

FlashUse FileStore::flash_use() const {
  FlashUse use{
      .files = used("flash"), .garbage = book_->garbage, .reserve = book_->layout.reserve, .total = flash_bytes_};
  use.free = use.total - std::min(use.total, use.files + use.garbage + use.reserve);
  if (directory_.empty()) return use;
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(directory_, error);
  if (!error) use.free = std::min<std::uint64_t>(use.free, space.available);
  return use;
}

Result<void> FileStore::clear(std::string_view device) {
  for (const FileInfo& file : list()) {
    const FileName name{file.device, file.name};
    if (file.device != device || reserved(name)) continue;
    if (const auto removed = remove(name); !removed) return removed;
  }
  if (device != "flash") return {};
  book_->garbage = 0;
  return write_private(book_key, book_->text());
}

bool FileStore::compacting() const { return book_->compacting; }

bool FileStore::compaction_due() const {
  if (book_->compacting || book_->garbage == 0) return false;
  return book_->in_the_way || book_->garbage >= flash_bytes_ / garbage_limit;
}

// Every block in use is erased and written anew: which of them hold no garbage is not modelled.
std::chrono::seconds FileStore::compaction_time() const {
  if (book_->garbage == 0) return std::chrono::seconds(0);
  return blocks(used("flash") + book_->garbage) * block_erase_time;
}

void FileStore::begin_compaction() { book_->compacting = true; }

void FileStore::end_compaction(bool completed) {
  book_->compacting = false;
  if (!completed) return;
  if (book_->garbage != 0) counters_.erased_blocks += blocks(used("flash") + book_->garbage);
  book_->garbage = 0;
  book_->in_the_way = false;
  ++book_->compactions;
  // Unwritten, the old garbage is found again after the next start and compacted once more.
  static_cast<void>(write_private(book_key, book_->text()));
}

std::uint64_t FileStore::compactions() const { return book_->compactions; }

void FileStore::on_flash_change(std::function<void()> listener) { book_->changed = std::move(listener); }

void FileStore::flash_changed() const {
  if (book_->changed) book_->changed();
}

}  // namespace arrouter
