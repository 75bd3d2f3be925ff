// Writes pcapng (draft-ietf-opsawg-pcapng): one section, one Ethernet interface, Enhanced Packet Blocks with
// nanosecond timestamps and directions. libpcap writes neither comments nor directions, hence our own.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "os/base/bytes.h"
#include "os/base/result.h"

namespace arrouter {

class PcapngWriter {
 public:
  using Time = std::chrono::sys_time<std::chrono::nanoseconds>;
  enum class Direction : std::uint8_t { in = 1, out = 2 };  // as in the flags option
  struct Interface {
    std::string name;     // "eth0"
    std::string comment;  // empty for none
    std::string filter;   // as the user wrote it; empty for none
    std::uint32_t snap_length = 0;  // bytes kept of each frame; 0: all
  };

  /// Makes the file, or replaces a pcapng file; anything else that stands there is left alone and is a failure.
  static Result<PcapngWriter> create(const std::filesystem::path& path, const Interface& interface);
  /// Appends a frame; what exceeds the snap length is cut. False once the disk refuses.
  bool write(Time time, Direction direction, ByteView frame);
  /// Hands everything to the operating system.
  bool flush();
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  explicit PcapngWriter(std::FILE* file, std::uint32_t snap_length) : file_(file), snap_length_(snap_length) {}
  void put_header(const Interface& interface);
  bool put_block(std::uint32_t type, ByteView body);

  std::unique_ptr<std::FILE, Closer> file_;
  std::uint32_t snap_length_;
  std::uint64_t bytes_ = 0;
  Bytes block_;
};

}  // namespace arrouter
