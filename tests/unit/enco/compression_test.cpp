// LZS and DEFLATE of single datagrams: known streams, round trips, and what a peer may send instead.
#include <catch2/catch.hpp>

#include "modules/enco/enco.h"
#include "modules/enco/enco_module.h"
#include "tests/support/test_services.h"

using namespace arrouter;
using enco::Compression;

namespace {

struct Compressing {
  explicit Compressing(Compression compression) : made(make_enco(services.services)) {
    enco::ChannelSpec spec;
    spec.compression = compression;
    channel = made.api.open_channel(spec);
    REQUIRE(channel != 0);
  }
  std::optional<Bytes> compress(ByteView in, std::size_t room) {
    Bytes out(room);
    const auto length = made.api.compress(channel, in, out);
    if (!length) return std::nullopt;
    out.resize(*length);
    return out;
  }
  std::optional<Bytes> expand(ByteView in, std::size_t room) {
    Bytes out(room);
    const auto length = made.api.expand(channel, in, out);
    if (!length) return std::nullopt;
    out.resize(*length);
    return out;
  }
  test::TestServices services;
  MadeEnco made;
  enco::ChannelId channel = 0;
};

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

/// Text with repetitions near and far, and stretches of noise.
Bytes mixed(Random& random, std::size_t length) {
  Bytes made;
  while (made.size() < length) {
    const std::size_t part = 1 + random.below(300);
    const std::size_t back = made.empty() ? 0 : random.below(std::min<std::size_t>(made.size(), 5000));
    for (std::size_t i = 0; i < part && made.size() < length; ++i) {
      made.push_back(back == 0 ? static_cast<std::uint8_t>(random.u32()) : made[made.size() - back]);
    }
  }
  return made;
}

}  // namespace

TEST_CASE("LZS: the standard's example stream") {
  Compressing lzs(Compression::lzs);
  const Bytes text = bytes_of("ABAAAAAACABABABA");
  const Bytes stream{0x20, 0x90, 0x88, 0x38, 0x1c, 0x21, 0xe2, 0x5c, 0x15, 0x80};
  CHECK(lzs.expand(stream, 100) == text);
  CHECK(lzs.compress(text, 100) == stream);
  CHECK(lzs.expand(stream, text.size()) == text);
  CHECK_FALSE(lzs.expand(stream, text.size() - 1));
  CHECK_FALSE(lzs.compress(text, stream.size() - 1));
  for (std::size_t length = 0; length < stream.size(); ++length) {
    CHECK_FALSE(lzs.expand(ByteView(stream).first(length), 100));
  }
}

TEST_CASE("LZS: lengths and offsets at their bounds") {
  Compressing lzs(Compression::lzs);
  for (const std::size_t length : {1, 2, 3, 4, 5, 6, 7, 8, 9, 22, 23, 24, 37, 38, 39, 1400}) {
    Bytes text{'x'};
    text.resize(1 + length, 'x');
    const auto stream = lzs.compress(text, 2000);
    REQUIRE(stream);
    CHECK(lzs.expand(*stream, 2000) == text);
  }
  SeededRandom random(3);
  for (const std::size_t distance : {1, 2, 126, 127, 128, 129, 2046, 2047, 2048, 2049}) {
    Bytes text = random.bytes(distance);
    for (int i = 0; i < 20; ++i) text.push_back(text[text.size() - distance]);
    const auto stream = lzs.compress(text, 4000);
    REQUIRE(stream);
    CHECK(lzs.expand(*stream, 4000) == text);
  }
}

TEST_CASE("LZS: what no compressor makes is refused") {
  Compressing lzs(Compression::lzs);
  const auto refused = [&](const Bytes& stream) { return !lzs.expand(stream, 1000); };
  CHECK(refused({}));
  CHECK(refused({0xc0, 0x80, 0x00, 0x00}));        // a copy before anything stands there
  CHECK(refused({0x20, 0x80, 0x08, 0x00, 0x00}));  // an 11-bit offset of 0
  CHECK(refused(Bytes(64, 0xff)));                 // a length without end
  Bytes bomb{0x20, 0xe0, 0x7f};                    // "A", then a copy from one byte back of thousands
  bomb.resize(200, 0xff);
  bomb.push_back(0);
  CHECK(refused(bomb));
}

TEST_CASE("DEFLATE: streams of each kind of block") {
  // RFC 1951 3.2.4 to 3.2.7; the last two are Python's zlib's of one text, the second with Huffman codes alone.
  const std::string_view text = "the quick brown fox, the quick brown dog, the lazy brown fox, the lazy brown dog";
  Compressing deflate(Compression::deflate);
  const auto expanded = [&](std::string_view hex) { return deflate.expand(*from_hex(hex), 200); };
  CHECK(expanded("010500faff68656c6c6f") == bytes_of("hello"));
  CHECK(expanded("cb48cdc9c90700") == bytes_of("hello"));
  CHECK(expanded("0300") == Bytes());
  CHECK(expanded("2bc94855282ccd4cce56482aca2fcf5348cbafd0512841134cc94f8708e6245655a22b441203aa0300") ==
        bytes_of(text));
  CHECK(expanded("05c1870d00210c04b0556e0096a284a24739118128d3bf3dab60ac163f04e356641e87590563b5f82118b722b138cc2a"
                 "e8fe5d04e356641e875905ddbf8b60dc8ac4f203") == bytes_of(text));
  CHECK_FALSE(expanded("07"));                    // block type 3
  CHECK_FALSE(expanded("010500fafe68656c6c6f"));  // the stored length and its complement differ
  CHECK_FALSE(expanded("cb48cdc9c907"));          // no end
  CHECK_FALSE(expanded("6300"));                  // cut off
}

TEST_CASE("datagrams come back as they went, and do not end in more room than they took") {
  const Compression algorithm = GENERATE(Compression::lzs, Compression::deflate);
  Compressing pair(algorithm);
  SeededRandom random(11);
  for (int i = 0; i < 300; ++i) {
    const Bytes text = mixed(random, random.below(3000));
    const auto stream = pair.compress(text, text.size() + 2000);
    REQUIRE(stream);
    CHECK(pair.expand(*stream, text.size()) == text);
    if (!text.empty()) CHECK_FALSE(pair.expand(*stream, text.size() - 1));
    CHECK_FALSE(pair.compress(text, stream->size() - 1));
    Bytes damaged = *stream;
    damaged[random.below(damaged.size())] ^= static_cast<std::uint8_t>(1 + random.below(255));
    const auto other = pair.expand(damaged, text.size() + 100);  // anything, inside its room
    if (other) CHECK(other->size() <= text.size() + 100);
  }
  const Bytes zeros(1400);
  CHECK(pair.compress(zeros, 1400)->size() < 120);
  CHECK_FALSE(pair.compress(random.bytes(1000), 1000));  // noise does not shrink
}

TEST_CASE("a compression channel has no keys and is no cipher") {
  Compressing lzs(Compression::lzs);
  enco::ChannelSpec both;
  both.compression = Compression::lzs;
  both.hash = enco::Hash::md5;
  both.in_key = both.out_key = SecretBytes(16);
  CHECK(lzs.made.api.open_channel(both) == 0);
  Packet packet = lzs.services.pool.allocate(100);
  packet->put(100);
  enco::Job job{.packet = &*packet, .encryption = lzs.channel, .cipher_begin = 16, .cipher_end = 96};
  lzs.made.api.run(enco::Direction::encode, std::span(&job, 1));
  CHECK(job.result == enco::JobResult::failed);
  lzs.made.api.close_channel(lzs.channel);
  CHECK_FALSE(lzs.compress(Bytes(200), 200));
}

namespace {

/// Loses the last byte of what it expands, or of what it compresses.
struct Lossy final : enco::Compressor {
  Lossy(std::unique_ptr<enco::Compressor> right, bool expanding) : right(std::move(right)), expanding(expanding) {}
  std::optional<std::size_t> compress(ByteView in, ByteSpan out) override {
    return right->compress(expanding ? in : in.first(in.size() - 1), out);
  }
  std::optional<std::size_t> expand(ByteView in, ByteSpan out) override {
    const auto length = right->expand(in, out);
    return expanding && length ? *length - 1 : length;
  }
  std::unique_ptr<enco::Compressor> right;
  bool expanding;
};

}  // namespace

TEST_CASE("compression passes its self test, at every speed; what loses a byte does not") {
  for (unsigned speed = 0; speed <= enco::fastest_lzs; ++speed)
    CHECK(enco::passes_self_test(Compression::lzs, *enco::make_lzs(speed)));
  CHECK(enco::passes_self_test(Compression::deflate, *enco::make_deflate()));
  CHECK_FALSE(enco::passes_self_test(Compression::lzs, *enco::make_deflate()));
  CHECK_FALSE(enco::passes_self_test(Compression::deflate, *enco::make_lzs()));
  for (const bool expanding : {false, true}) {
    Lossy lzs(enco::make_lzs(), expanding), deflate(enco::make_deflate(), expanding);
    CHECK_FALSE(enco::passes_self_test(Compression::lzs, lzs));
    CHECK_FALSE(enco::passes_self_test(Compression::deflate, deflate));
  }
}

TEST_CASE("a router whose compression fails says so in its log and does without") {
  const auto broken = GENERATE(Compression::lzs, Compression::deflate);
  test::TestServices world;
  enco::Enco router(world.services, {}, {}, [&](Compression algorithm, std::unique_ptr<enco::Compressor> right) {
    return algorithm == broken ? std::make_unique<Lossy>(std::move(right), true) : std::move(right);
  });
  const std::string name(enco::name(broken));
  REQUIRE_FALSE(world.records.empty());
  CHECK(world.records.front().subtype == "TEST");
  CHECK(world.records.front().message == name + " is not available");
  CHECK(world.records.size() == (broken == Compression::lzs ? 1 : 2));  // "STAC SW Initialised" would be untrue
  for (const Compression algorithm : {Compression::lzs, Compression::deflate}) {
    CHECK(router.available(algorithm) == (algorithm != broken));
    CHECK((router.open_channel({.compression = algorithm}) != 0) == (algorithm != broken));
  }
  CHECK(router.available(Compression::none));
}
