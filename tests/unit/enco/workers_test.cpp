// Bursts split among threads: the same results whoever works them.
#include <catch2/catch.hpp>

#include <atomic>

#include "modules/enco/channels.h"
#include "tests/support/test_services.h"

using namespace arrouter;
using namespace arrouter::enco;

namespace {

/// Refuses the buffers whose IV ends so, which no vector of the self test does.
constexpr std::uint8_t refused_iv = 0x5a;
struct Refusing final : CipherEngine {
  explicit Refusing(std::shared_ptr<const CipherEngine> right) : right(std::move(right)) {}
  std::string_view name() const override { return right->name(); }
  std::size_t lanes() const override { return right->lanes(); }
  std::unique_ptr<CipherKey> make_key(ByteView key, Direction direction) const override {
    return right->make_key(key, direction);
  }
  void run(std::span<CipherTask> tasks) const override {
    right->run(tasks);
    for (CipherTask& task : tasks) task.good = task.good && task.iv[7] != refused_iv;
  }
  std::shared_ptr<const CipherEngine> right;
};
std::shared_ptr<const CipherEngine> refuse_some(Cipher, std::shared_ptr<const CipherEngine> engine) {
  return std::make_shared<Refusing>(std::move(engine));
}

/// Channels of every algorithm with keys that are the same for every Site, and some workers.
struct Site {
  explicit Site(std::size_t workers) {
    open();
    REQUIRE(suite.set_workers(workers) == workers);  // half of the channels is older than the workers
    open();
  }
  void open() {
    SeededRandom keys(ciphers.size() + 1);
    for (const Cipher cipher : real_ciphers) {
      const Bytes key = keys.bytes(traits(cipher).key_bytes);
      ciphers.push_back(channels.open({.cipher = cipher, .out_key = {key.begin(), key.end()}, .in_key = {key.begin(), key.end()}}));
      REQUIRE(ciphers.back() != 0);
    }
    for (const Hash hash : real_hashes) {
      const Bytes key = keys.bytes(traits(hash).key_bytes);
      hashes.push_back(channels.open({.hash = hash, .out_key = {key.begin(), key.end()}, .in_key = {key.begin(), key.end()}}));
      REQUIRE(hashes.back() != 0);
    }
  }
  Suite suite{nullptr, refuse_some};
  Channels channels{suite};
  std::vector<ChannelId> ciphers, hashes;
};

/// One burst, the same for the same seed: stretches of packets of one SA, some of them damaged, misfits or of no channel.
struct TestBurst {
  TestBurst(const Site& site, PacketPool& pool, std::uint64_t seed) {
    SeededRandom random(seed);
    const std::size_t size = 1 + random.below(2 * limits::burst);
    jobs.resize(size);
    ChannelId cipher = 0, hash = 0;
    std::size_t left = 0;
    for (Job& job : jobs) {
      if (left-- == 0) {
        left = random.below(100);
        cipher = random.below(9) == 0 ? 0 : site.ciphers[random.below(site.ciphers.size())];
        hash = random.below(5) == 0 ? 0 : site.hashes[random.below(site.hashes.size())];
      }
      const std::uint32_t text = 16 * static_cast<std::uint32_t>(random.below(random.below(4) == 0 ? 90 : 8));
      packets.push_back(pool.copy(random.bytes(24 + text + 20)));
      job = {.packet = &*packets.back(),
             .encryption = random.below(40) == 0 ? 9999 : cipher,
             .authentication = hash,
             .cipher_begin = 24,
             .cipher_end = 24 + text + (random.below(30) == 0 ? 3U : 0U),
             .auth_end = 24 + text,
             .icv_at = 24 + text};
      if (random.below(10) == 0) packets.back()->data()[23] = packets.back()->data()[15] = refused_iv;
    }
  }
  void damage(std::uint64_t seed) {
    SeededRandom random(seed);
    for (Packet& packet : packets)
      if (random.below(6) == 0) packet->data()[random.below(packet->size())] ^= 1;
  }
  std::vector<Bytes> texts() const {
    std::vector<Bytes> all;
    for (const Packet& packet : packets) all.emplace_back(packet->view().begin(), packet->view().end());
    return all;
  }
  std::vector<JobResult> results() const {
    std::vector<JobResult> all;
    for (const Job& job : jobs) all.push_back(job.result);
    return all;
  }
  std::vector<Packet> packets;
  std::vector<Job> jobs;
};

bool same(const FlowCounters& a, const FlowCounters& b) {
  return a.octets == b.octets && a.good == b.good && a.discards == b.discards && a.errors == b.errors &&
         a.bad_icv == b.bad_icv;
}
bool same(const TwoWayCounters& a, const TwoWayCounters& b) {
  return same(a.encode, b.encode) && same(a.decode, b.decode);
}

/// Remembers how its bursts were cut.
struct Recording final : CipherEngine {
  struct OneKey final : CipherKey {};
  Recording(std::size_t lanes, std::array<std::atomic<int>, limits::burst + 1>& sizes) : lanes_(lanes), sizes(sizes) {}
  std::string_view name() const override { return "recording"; }
  std::size_t lanes() const override { return lanes_; }
  std::unique_ptr<CipherKey> make_key(ByteView, Direction) const override { return std::make_unique<OneKey>(); }
  void run(std::span<CipherTask> tasks) const override {
    ++sizes[tasks.size()];
    for (CipherTask& task : tasks) task.good = true;
  }
  std::size_t lanes_;
  std::array<std::atomic<int>, limits::burst + 1>& sizes;
};

/// The sizes of the pieces that a burst of buffers of one length is cut into.
std::map<std::size_t, int> pieces_of(std::size_t tasks, std::size_t length, std::size_t lanes, std::size_t workers) {
  std::array<std::atomic<int>, limits::burst + 1> sizes{};
  const auto make = [&] { return std::make_shared<const Recording>(lanes, sizes); };
  const auto threads = std::make_shared<Workers>();
  REQUIRE(threads->threads.resize(workers) == workers);
  SplitCipher split(make(), make, threads);
  split.equip();
  const auto key = split.make_key({}, Direction::encode);
  Bytes text(length);
  std::vector<CipherTask> burst(tasks, CipherTask{key.get(), text.data(), length, text.data(), false});
  split.run(burst);
  CHECK(std::ranges::all_of(burst, [](const CipherTask& task) { return task.good; }));
  std::map<std::size_t, int> found;
  for (std::size_t size = 0; size < sizes.size(); ++size)
    if (sizes[size] != 0) found[size] = sizes[size];
  CHECK(threads->bursts == (found.size() > 1 || (found.size() == 1 && found.begin()->second > 1) ? 1U : 0U));
  CHECK(threads->packets[0] <= (threads->bursts != 0 ? tasks : 0));
  return found;
}

}  // namespace

TEST_CASE("whatever comes, the number of workers changes neither packets nor results nor counters") {
  PacketPool pool;
  Site alone(0);
  std::vector<std::unique_ptr<Site>> others;
  for (const std::size_t workers : {1U, 2U, 5U}) others.push_back(std::make_unique<Site>(workers));
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    TestBurst expected(alone, pool, seed);
    alone.channels.run(Direction::encode, expected.jobs);
    const auto encoded = expected.texts();
    const auto encode_results = expected.results();
    expected.damage(seed);
    alone.channels.run(Direction::decode, expected.jobs);
    for (const auto& site : others) {
      TestBurst burst(*site, pool, seed);
      site->channels.run(Direction::encode, burst.jobs);
      CHECK(burst.texts() == encoded);
      CHECK(burst.results() == encode_results);
      burst.damage(seed);
      site->channels.run(Direction::decode, burst.jobs);
      CHECK(burst.texts() == expected.texts());
      CHECK(burst.results() == expected.results());
    }
  }
  for (const auto& site : others) {
    for (const Cipher cipher : real_ciphers) CHECK(same(site->channels.of(cipher), alone.channels.of(cipher)));
    for (const Hash hash : real_hashes) CHECK(same(site->channels.of(hash), alone.channels.of(hash)));
    CHECK(site->suite.workers().bursts == others.front()->suite.workers().bursts);
  }
  CHECK(alone.channels.of(Cipher::triple_des_outer).encode.errors > 0);
  CHECK(alone.channels.of(Cipher::des).decode.discards > 0);
  CHECK(alone.channels.of(Hash::sha).decode.bad_icv > 0);
  CHECK(alone.suite.workers().bursts == 0);
  CHECK(others.front()->suite.workers().bursts > 20);
}

TEST_CASE("workers may come and go while keys are in use") {
  PacketPool pool;
  Site alone(0), other(0);
  for (const std::size_t workers : {3U, 0U, 1U, 15U, 2U}) {
    REQUIRE(other.suite.set_workers(workers) == workers);
    for (std::uint64_t seed = 1000; seed < 1020; ++seed) {
      TestBurst expected(alone, pool, seed), burst(other, pool, seed);
      alone.channels.run(Direction::encode, expected.jobs);
      other.channels.run(Direction::encode, burst.jobs);
      CHECK(burst.texts() == expected.texts());
    }
  }
}

TEST_CASE("what is little work is not split, and what is split fills the lanes") {
  using Pieces = std::map<std::size_t, int>;
  CHECK(pieces_of(64, 1400, 1, 0) == Pieces{{64, 1}});
  CHECK(pieces_of(1, 60000, 1, 1) == Pieces{{1, 1}});
  // A buffer counts 64 bytes more than it has; 8192 are worth splitting.
  CHECK(pieces_of(64, 56, 1, 1) == Pieces{{64, 1}});
  CHECK(pieces_of(64, 64, 1, 1) == Pieces{{16, 4}});
  CHECK(pieces_of(64, 1400, 1, 1) == Pieces{{8, 8}});
  CHECK(pieces_of(64, 1400, 1, 3) == Pieces{{4, 16}});
  CHECK(pieces_of(64, 1400, 16, 1) == Pieces{{16, 4}});
  CHECK(pieces_of(64, 1400, 16, 15) == Pieces{{16, 4}});
  CHECK(pieces_of(40, 1400, 16, 1) == Pieces{{8, 1}, {16, 2}});
  CHECK(pieces_of(16, 1400, 16, 1) == Pieces{{16, 1}});
  CHECK(pieces_of(17, 1400, 16, 1) == Pieces{{1, 1}, {16, 1}});
  CHECK(pieces_of(64, 72, 16, 1) == Pieces{{16, 4}});
}

TEST_CASE("without a second engine the datapath works alone") {
  std::array<std::atomic<int>, limits::burst + 1> sizes{};
  const auto threads = std::make_shared<Workers>();
  threads->threads.resize(1);
  SplitCipher split(std::make_shared<const Recording>(1, sizes), [] { return nullptr; }, threads);
  split.equip();
  const auto key = split.make_key({}, Direction::encode);
  Bytes text(1400);
  std::vector<CipherTask> burst(64, CipherTask{key.get(), text.data(), text.size(), text.data(), false});
  split.run(burst);
  CHECK(sizes[64] == 1);
  CHECK(threads->bursts == 0);
}
