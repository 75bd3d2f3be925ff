// DUMP: bytes of a file, or of the address space (the manual's command; layout and addresses are this program's own).
//
// The address space is a model of the router's, never memory of this process, so any address may be asked for:
//   e0000000  NVS: its files one after another
//   f0000000  FLASH: the boot block, erased; then the files in the order of their creation, the garbage (zeroes: what
//   was
//             deleted is not kept), and erased bytes (ff) up to the end
// Everywhere else there is nothing to read, DRAM at 00000000 included.
#include <algorithm>
#include <array>
#include <charconv>

#include "modules/file/file.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::file {

namespace {

constexpr std::size_t bytes_a_line = 16, default_length = 256;
constexpr std::uint64_t nvs_base = 0xe0000000, flash_base = 0xf0000000;

/// Address, sixteen bytes, the same as text.
void print_bytes(Screen& screen, std::uint64_t address, std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += bytes_a_line) {
    std::string hex, text;
    for (const char byte : bytes.substr(at, bytes_a_line)) {
      hex += fmt::format("{:02x} ", static_cast<std::uint8_t>(byte));
      text += byte >= ' ' && byte < 0x7f ? byte : '.';
    }
    screen.line(fmt::format("{:08x}  {:<48} {}", address + at, hex, text));
  }
  screen.set("bytes", to_hex(as_bytes(bytes)));
}

std::optional<std::uint32_t> parse_address(std::string_view text) {
  if (starts_with_ignoring_case(text, "0x")) text.remove_prefix(2);
  std::uint32_t address = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), address, 16);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return address;
}

/// The part of an address space that is asked for, filled piece by piece from its beginning.
class Window {
 public:
  Window(std::uint64_t first, std::size_t length) : first_(first), bytes_(length, '\xff') {}
  /// Whether the next `size` bytes reach into the window.
  bool wants(std::uint64_t size) const { return at_ + size > first_ && at_ < first_ + bytes_.size(); }
  void skip(std::uint64_t size) { at_ += size; }
  void put(std::string_view content) {
    const std::uint64_t begin = std::max(at_, first_), end = std::min(at_ + content.size(), first_ + bytes_.size());
    if (begin < end) content.substr(begin - at_, end - begin).copy(bytes_.data() + (begin - first_), end - begin);
    at_ += content.size();
  }
  std::string bytes() && { return std::move(bytes_); }

 private:
  std::uint64_t first_, at_ = 0;
  std::string bytes_;
};

}  // namespace

Outcome FileModule::dump_file(Invocation& invocation) const {
  const auto name = named(invocation.args, "FILE", invocation.caller);
  if (!name) return name.error();
  if (!services_.files.exists(*name)) return say(texts::unknown_file, name->name);
  const auto content = services_.files.read(*name);
  if (!content) return say(texts::refused, content.error().text);
  const std::size_t first = std::min<std::size_t>(invocation.args.number_or("OFFSET", 0), content->size());
  invocation.screen.set("file", name->name);
  invocation.screen.set("offset", first);
  print_bytes(invocation.screen, first,
              std::string_view(*content).substr(first, invocation.args.number_or("LENGTH", limits::dumped_bytes)));
  return Outcome::screen();
}

Outcome FileModule::dump_memory(Invocation& invocation) const {
  const auto address = parse_address(invocation.args.text("ADDRESS"));
  if (!address) return say(texts::bad_address, invocation.args.text("ADDRESS"));
  const auto bytes = memory(*address, invocation.args.number_or("LENGTH", default_length));
  if (!bytes) return say(texts::unreadable, *address);
  invocation.screen.set("address", *address);
  print_bytes(invocation.screen, *address, *bytes);
  return Outcome::screen();
}

std::optional<std::string> FileModule::memory(std::uint64_t address, std::size_t length) const {
  const FlashUse use = services_.files.flash_use();
  const std::uint64_t flash_bytes = std::uint64_t{services_.model.flash_kb} << 10;
  const bool flash = address >= flash_base;
  const std::uint64_t first = address - (flash ? flash_base : nvs_base);
  if (address < nvs_base || first + length > (flash ? flash_bytes : limits::nvs_bytes)) return std::nullopt;
  Window window(first, length);
  if (flash) window.skip(flash_bytes - use.total);
  auto files = services_.files.list();
  std::ranges::stable_sort(files, {}, &FileInfo::created);
  for (const FileInfo& file : files) {
    if (file.device != (flash ? "flash" : "nvs")) continue;
    if (window.wants(file.size)) {
      window.put(services_.files.read({file.device, file.name}).value_or(std::string(file.size, '\0')));
    } else {
      window.skip(file.size);
    }
  }
  if (flash && window.wants(use.garbage)) window.put(std::string(use.garbage, '\0'));
  return std::move(window).bytes();
}

}  // namespace arrouter::file
