#include <catch2/catch.hpp>

#include <map>

#include "modules/firewall/line_stream.h"
#include "os/base/random.h"

namespace arrouter::firewall {
namespace {

ByteView bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

/// "PORT x" becomes "PORT <x twice>", "EPRT x" becomes "E".
const LineStream::Reader reader{
    [](std::string_view line) {
      const std::string_view head = line.substr(0, 4);
      return std::string_view("PORT").starts_with(head) || std::string_view("EPRT").starts_with(head);
    },
    [](std::string_view line) -> std::optional<std::string> {
      if (line.starts_with("PORT "))
        return "PORT " + std::string(line.substr(5, line.size() - 6)) + std::string(line.substr(5));
      if (line.starts_with("EPRT ")) return "E\n";
      return std::nullopt;
    }};

std::string told(const std::optional<LineStream::Segment>& segment) {
  return segment ? std::to_string(segment->sequence) + ":" + segment->text : "dropped";
}

struct Stream : LineStream {
  explicit Stream(std::uint32_t first = 1000) { start(first); }
  std::string send(std::uint32_t sequence, std::string_view text, bool last = false) {
    return told(pass(sequence, bytes(text), last, reader));
  }
};

TEST_CASE("a longer line moves what follows, there and in the acknowledgements") {
  Stream stream;
  CHECK(stream.send(1000, "USER a\n") == "1000:USER a\n");
  CHECK(stream.send(1007, "PORT 123\n") == "1007:PORT 123123\n");
  CHECK(stream.send(1016, "LIST\n") == "1019:LIST\n");
  CHECK(stream.acknowledged(1007) == 1007);
  CHECK(stream.acknowledged(1010) == 1007);  // a part of the line is nothing the sender knows
  CHECK(stream.acknowledged(1019) == 1016);
  CHECK(stream.acknowledged(1024) == 1021);
  CHECK(stream.send(1021, "") == "1024:");
}

TEST_CASE("a shorter line likewise, and the end of the stream has its number") {
  Stream stream(0xfffffffb);  // goes round
  CHECK(stream.send(0xfffffffb, "EPRT long\nQUIT\n", true) == "4294967291:E\nQUIT\n");
  CHECK(stream.acknowledged(0xfffffffd) == 5);  // behind the line
  CHECK(stream.acknowledged(3) == 11);          // and the end
  CHECK(stream.send(11, "") == "3:");
}

TEST_CASE("the beginning of a line waits for its end, and the sender is told that it arrived") {
  Stream stream;
  CHECK(stream.send(1000, "NOOP\nPO") == "1000:NOOP\n");
  CHECK_FALSE(stream.owes_acknowledgement());  // the answer to NOOP will tell
  CHECK(stream.acknowledged(1005) == 1007);
  CHECK(stream.send(1007, "R") == "1005:");
  CHECK(stream.owes_acknowledgement());
  CHECK(stream.next() == 1008);
  CHECK(stream.send(1008, "T 12") == "1005:");
  CHECK(stream.send(1012, "3\nNOOP\n") == "1005:PORT 123123\nNOOP\n");
  CHECK_FALSE(stream.owes_acknowledgement());
  // Whatever is sent again carries the whole line, where its end is.
  CHECK(stream.send(1012, "3\n") == "1005:PORT 123123\n");
  CHECK(stream.send(1008, "T 123\nNOOP\n") == "1005:PORT 123123\nNOOP\n");
  CHECK(stream.send(1005, "POR") == "1005:");
  CHECK(stream.acknowledged(1005) == 1012);  // as was said
  CHECK(stream.acknowledged(1022) == 1019);
}

TEST_CASE("a FIN by itself brings what was held of a line, each time it comes") {
  Stream stream;
  CHECK(stream.send(1000, "NOOP\nPO") == "1000:NOOP\n");
  CHECK(stream.acknowledged(1005) == 1007);
  CHECK(stream.send(1007, "", true) == "1005:PO");
  CHECK(stream.acknowledged(1005) == 1007);
  CHECK(stream.send(1007, "", true) == "1005:PO");
  CHECK(stream.acknowledged(1008) == 1008);
}

TEST_CASE("a line that turns out to be another goes as it was") {
  Stream stream;
  CHECK(stream.send(1000, "P") == "1000:");
  CHECK(stream.send(1001, "ASS x") == "1000:PASS x");
  CHECK(stream.send(1006, "\nPO", true) == "1006:\nPO");  // nothing more will come
  CHECK(stream.send(1001, "ASS x") == "1000:PASS x");
  Stream endless;
  const std::string line = "PORT " + std::string(600, '1');
  CHECK(endless.send(1000, line.substr(0, 300)) == "1000:");
  CHECK(endless.send(1300, line.substr(300)) == "1000:" + line);
}

TEST_CASE("what comes out of turn, or too much at once, comes again") {
  Stream stream;
  CHECK(stream.send(1001, "OOP\n") == "dropped");
  std::uint32_t at = 1000;
  for (std::size_t i = 0; i < LineStream::most_edits; ++i, at += 7) CHECK(stream.send(at, "PORT 1\n") != "dropped");
  CHECK(stream.send(at, "PORT 1\n") == "dropped");
  CHECK(stream.acknowledged(1008) == 1007);
  CHECK(stream.send(at, "PORT 1\n") == "1064:PORT 11\n");
  // What was acknowledged and forgotten makes the receiver say so again.
  CHECK(stream.send(1000, "PORT 1\n") == "1007:");
  CHECK(stream.send(1000, "PORT 1\nPORT 1\n") == "1008:PORT 11\n");
}

/// Both ends of a connection and the road between: whatever is cut, lost and sent again, the receiver ends with what
/// the reader makes of the text, and the sender learns it.
TEST_CASE("any segmentation, any loss: the receiver gets the edited text") {
  SeededRandom random(7);
  for (int round = 0; round < 300; ++round) {
    std::string text, expected;
    for (int i = 0; i < 6; ++i) {
      constexpr std::string_view lines[] = {"NOOP\n", "PORT 123\n", "EPRT 1234567\n", "PWD\n", "P\n", "PORTAL\n"};
      const std::string_view line = lines[random.below(std::size(lines))];
      text += line;
      const auto edited = reader.replace(line);
      expected += edited ? *edited : std::string(line);
    }
    const auto first = static_cast<std::uint32_t>(random.below(0x100000000));
    Stream stream(first);
    std::uint32_t sent = 0, acked = 0;  // of the sender, from `first` on
    std::string received;
    for (int step = 0; acked < text.size() && step < 5000; ++step) {
      if (random.below(4) == 0) sent = acked;  // a timer
      if (sent >= text.size()) sent = acked;
      const auto size = static_cast<std::uint32_t>(1 + random.below(std::min<std::size_t>(9, text.size() - sent)));
      const auto segment = stream.pass(first + sent, bytes(std::string_view(text).substr(sent, size)), false, reader);
      sent += size;
      if (!segment) {
        sent = acked;
        continue;
      }
      if (stream.owes_acknowledgement() && random.below(3) != 0) acked = std::max(acked, stream.next() - first);
      if (random.below(4) == 0) continue;  // lost
      const std::uint32_t at = segment->sequence - first;
      if (at <= received.size() && at + segment->text.size() > received.size()) {
        received += segment->text.substr(received.size() - at);
      }
      if (random.below(4) == 0) continue;  // the answer is lost
      const std::uint32_t meant = stream.acknowledged(first + static_cast<std::uint32_t>(received.size())) - first;
      REQUIRE(meant <= text.size());
      acked = std::max(acked, meant);
    }
    CHECK(acked == text.size());
    CHECK(received == expected);
  }
}

}  // namespace
}  // namespace arrouter::firewall
