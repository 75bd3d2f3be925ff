// A filter in libpcap's language ("udp port 500 or esp"), compiled once and run on Ethernet frames.
#pragma once

#include <memory>
#include <string>

#include "os/base/bytes.h"
#include "os/base/result.h"

namespace arrouter {

class PacketFilter {
 public:
  /// The failure is libpcap's own sentence about the expression.
  static Result<PacketFilter> compile(const std::string& expression);
  PacketFilter(PacketFilter&&) noexcept;
  PacketFilter& operator=(PacketFilter&&) noexcept;
  ~PacketFilter();
  bool matches(ByteView frame) const;

 private:
  struct Program;
  explicit PacketFilter(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program_;
};

}  // namespace arrouter
