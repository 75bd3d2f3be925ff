// Both ends of the control socket: requests as the server reads them, answers as ctl reads them.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cli/control/frames.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace arrouter::control;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto request = parse_request(text); request && request->line.size() > text.size()) std::abort();
  FrameReader whole, pieces;
  whole.add(text);
  std::string again, again_in_pieces;
  while (const auto frame = whole.next()) again += encode(*frame);
  for (const char byte : text) {
    pieces.add({&byte, 1});
    while (const auto frame = pieces.next()) again_in_pieces += encode(*frame);
  }
  // How the bytes arrive does not matter, and what was read as frames is written as the same frames.
  if (again != again_in_pieces) std::abort();
  return 0;
}
