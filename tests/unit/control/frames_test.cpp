// What goes over the control socket, in pieces of any size.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "cli/control/frames.h"

namespace arrouter::control {
namespace {

TEST_CASE("Frames are read from pieces, and what is no frame is noticed") {
  FrameReader reader;
  const std::string bytes = encode({FrameKind::screen, "a\nb"}) + encode({FrameKind::end, "1"});
  std::vector<Frame> frames;
  for (const char byte : bytes) {
    reader.add({&byte, 1});
    while (auto frame = reader.next()) frames.push_back(*frame);
  }
  CHECK(frames == std::vector<Frame>{{FrameKind::screen, "a\nb"}, {FrameKind::end, "1"}});
  CHECK_FALSE(reader.broken());
  for (const char* bad : {"hello\n", "screen x\n", "screen -1\n", "screen 99999999999\n", "\n",
                          "a line much too long for a header, and no end"}) {
    FrameReader other;
    other.add(bad);
    CHECK_FALSE(other.next());
    CHECK(other.broken());
  }
}

}  // namespace
}  // namespace arrouter::control
