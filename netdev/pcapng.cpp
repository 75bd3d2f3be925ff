#include "netdev/pcapng.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace arrouter {
namespace {

constexpr std::uint32_t section_header = 0x0a0d0d0a, interface_description = 1, enhanced_packet = 6;
constexpr std::uint16_t end_of_options = 0, comment_option = 1;
constexpr std::uint16_t section_application = 4;
constexpr std::uint16_t interface_name = 2, interface_time_resolution = 9, interface_filter = 11;
constexpr std::uint16_t packet_flags = 2;

/// Fields in the machine's own byte order, as the section's byte-order magic announces them.
class BlockWriter {
 public:
  explicit BlockWriter(Bytes& out) : out_(out) { out_.clear(); }
  template <class T>
  void number(T value) {
    const auto* at = reinterpret_cast<const std::uint8_t*>(&value);
    out_.insert(out_.end(), at, at + sizeof value);
  }
  void bytes(ByteView value) {
    out_.insert(out_.end(), value.begin(), value.end());
    out_.resize((out_.size() + 3) & ~std::size_t{3});
  }
  void option(std::uint16_t code, ByteView value) {
    number(code);
    number(static_cast<std::uint16_t>(value.size()));
    bytes(value);
  }
  void text_option(std::uint16_t code, std::string_view text) {
    if (!text.empty()) option(code, as_bytes(text.substr(0, 0xffff)));
  }

 private:
  Bytes& out_;
};

/// An empty file or one that begins like a pcapng section.
bool replaceable(int fd, const struct stat& status) {
  std::uint32_t magic = 0;
  if (!S_ISREG(status.st_mode)) return false;
  return status.st_size == 0 || (pread(fd, &magic, sizeof magic, 0) == sizeof magic && magic == section_header);
}

}  // namespace

Result<PcapngWriter> PcapngWriter::create(const std::filesystem::path& path, const Interface& interface) {
  const auto refused = [&](std::string_view why) { return failure(fmt::format("{}: {}", path.string(), why)); };
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
  if (fd < 0) return refused(std::strerror(errno));
  struct stat status {};
  if (fstat(fd, &status) != 0 || !replaceable(fd, status)) {
    close(fd);
    return refused("exists and is not a capture file");
  }
  std::FILE* const file = ftruncate(fd, 0) == 0 ? fdopen(fd, "w") : nullptr;
  if (file == nullptr) {
    const int error = errno;
    close(fd);
    return refused(std::strerror(error));
  }
  setvbuf(file, nullptr, _IOFBF, 1 << 18);
  PcapngWriter writer(file, interface.snap_length);
  writer.put_header(interface);
  if (!writer.flush()) return refused(std::strerror(errno));
  return writer;
}

void PcapngWriter::put_header(const Interface& interface) {
  Bytes body;
  BlockWriter section(body);
  section.number(std::uint32_t{0x1a2b3c4d});  // byte order
  section.number(std::uint16_t{1});           // version 1.0
  section.number(std::uint16_t{0});
  section.number(~std::uint64_t{0});          // section length unknown
  section.text_option(section_application, "arrouter");
  section.option(end_of_options, {});
  put_block(section_header, body);

  BlockWriter description(body);
  description.number(std::uint16_t{1});  // LINKTYPE_ETHERNET
  description.number(std::uint16_t{0});
  description.number(interface.snap_length);
  description.text_option(interface_name, interface.name);
  description.text_option(comment_option, interface.comment);
  constexpr std::array<std::uint8_t, 1> nanoseconds = {9};
  description.option(interface_time_resolution, nanoseconds);
  if (!interface.filter.empty()) {
    description.option(interface_filter, as_bytes('\0' + interface.filter.substr(0, 0xfffe)));  // 0: libpcap language
  }
  description.option(end_of_options, {});
  put_block(interface_description, body);
}

bool PcapngWriter::write(Time time, Direction direction, ByteView frame) {
  const ByteView kept = snap_length_ == 0 ? frame : frame.first(std::min<std::size_t>(frame.size(), snap_length_));
  const auto stamp = static_cast<std::uint64_t>(time.time_since_epoch().count());
  BlockWriter packet(block_);
  packet.number(std::uint32_t{0});  // the one interface
  packet.number(static_cast<std::uint32_t>(stamp >> 32));
  packet.number(static_cast<std::uint32_t>(stamp));
  packet.number(static_cast<std::uint32_t>(kept.size()));
  packet.number(static_cast<std::uint32_t>(frame.size()));
  packet.bytes(kept);
  const auto flags = static_cast<std::uint32_t>(direction);
  packet.option(packet_flags, {reinterpret_cast<const std::uint8_t*>(&flags), sizeof flags});
  packet.option(end_of_options, {});
  return put_block(enhanced_packet, block_);
}

bool PcapngWriter::put_block(std::uint32_t type, ByteView body) {
  const auto length = static_cast<std::uint32_t>(body.size() + 12);
  const std::array<std::uint32_t, 2> head = {type, length};
  std::FILE* const file = file_.get();
  bytes_ += length;
  return std::fwrite(head.data(), sizeof head, 1, file) == 1 && std::fwrite(body.data(), body.size(), 1, file) == 1 &&
         std::fwrite(&length, sizeof length, 1, file) == 1;
}

bool PcapngWriter::flush() { return std::fflush(file_.get()) == 0; }

}  // namespace arrouter
