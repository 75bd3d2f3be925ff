// Channels: the keys of the SAs in use, ready for the datapath, and the bursts that run through them.
#pragma once

#include <array>
#include <memory>
#include <set>
#include <string>

#include "modules/enco/compression.h"
#include "modules/enco/compression_statistics.h"
#include "modules/enco/suite.h"
#include "os/base/packet_limits.h"

namespace arrouter::enco {

/// Counts of one direction of a channel, or of one algorithm. A packet ends in one of the last four.
struct FlowCounters {
  std::uint64_t octets = 0, good = 0, discards = 0, errors = 0, bad_icv = 0;
  std::uint64_t packets() const { return good + discards + errors + bad_icv; }
};
struct TwoWayCounters {
  FlowCounters encode, decode;
  FlowCounters& of(Direction direction) { return direction == Direction::encode ? encode : decode; }
};

/// One direction of a channel: all that a burst asks of it. With thousands of channels each line of the processor's
/// cache is a wait for memory; in this half of one, an SA's cipher and its hash share a line.
struct Lane {
  std::unique_ptr<EngineKey> key;  // of the cipher's engine or the hash's; none to compress
  std::uint64_t octets = 0, good = 0;
  Compression compression = Compression::none;  // of the three one
  Cipher cipher = Cipher::null;
  Hash hash = Hash::null;

  CipherKey* cipher_key() const { return static_cast<CipherKey*>(key.get()); }
  MacKey* mac_key() const { return static_cast<MacKey*>(key.get()); }
};
static_assert(sizeof(Lane) == 32);

/// What the packets of a channel do not ask of it.
struct Channel {
  ChannelId id = 0;  // 0: not in use
  std::uint32_t user_id = 0;
  std::string user;
  Compression compression = Compression::none;
  Cipher cipher = Cipher::null;
  Hash hash = Hash::null;
  TwoWayCounters failures;  // octets and good ones are counted in the lanes
};

struct ChannelCounters {
  std::uint64_t attached = 0, refused = 0, detached = 0, most = 0;
  std::uint64_t not_configured = 0;  // of those refused: no such algorithm, or a key that does not fit
};

/// What an algorithm did for all channels together.
struct AlgorithmCounters : TwoWayCounters {
  std::uint64_t bad_keys = 0;
};

class Channels {
 public:
  explicit Channels(const Suite& suite) : suite_(suite) {}

  /// See EncoApi.
  ChannelId open(const ChannelSpec& spec);
  void close(ChannelId id);
  void expect(Direction direction, std::span<const Job> jobs) const;
  void run(Direction direction, std::span<Job> jobs);
  std::optional<std::size_t> compress(Direction direction, ChannelId id, ByteView in, ByteSpan out);

  /// nullptr for an id that is not in use.
  const Channel* find(ChannelId id) const;
  std::vector<const Channel*> all() const;
  FlowCounters counters(const Channel& channel, Direction direction) const;
  std::size_t in_use() const { return in_use_; }

  const AlgorithmCounters& of(Cipher cipher) const { return by_cipher_[static_cast<std::size_t>(cipher)]; }
  const AlgorithmCounters& of(Hash hash) const { return by_hash_[static_cast<std::size_t>(hash)]; }
  const AlgorithmCounters& of(Compression compression) const {
    return by_compression_[static_cast<std::size_t>(compression)];
  }
  /// Channels of this compression in use.
  std::size_t in_use(Compression compression) const { return compressing_[static_cast<std::size_t>(compression)]; }
  const ChannelCounters& counters() const { return counters_; }
  CompressionStatistics& statistics() { return statistics_; }
  const CompressionStatistics& statistics() const { return statistics_; }
  /// STACSPEED, for the channels there are and those to come.
  void set_lzs_speed(unsigned speed);
  /// STACCHANNELS; those beyond the limit stay until they are closed.
  void limit_lzs(std::size_t most) { most_lzs_ = most; }
  /// RESET ENCO COUNTERS: of all channels and algorithms.
  void reset_counters();

 private:
  /// Channels made at a time.
  struct Block {
    static constexpr std::size_t size = 64;
    alignas(64) std::array<Lane, size> encode, decode;
    std::array<Channel, size> channels;
    std::array<Lane, size>& lanes(Direction direction) { return direction == Direction::encode ? encode : decode; }
  };
  static constexpr std::size_t slice = limits::burst;  // jobs worked on at a time
  static constexpr std::size_t few = 256;        // channels that stay near by themselves
  static constexpr std::size_t lanes_ahead = 6;  // jobs between asking for lanes and asking for the keys they name
  /// A job with what its channel ids stand for; nullptr: none.
  struct Work {
    Job* job = nullptr;
    Lane* cipher = nullptr;
    Lane* mac = nullptr;
  };

  bool exists(ChannelId id) const { return id != 0 && id <= table_.size() * Block::size; }
  Channel& at(ChannelId id) const { return table_[(id - 1) / Block::size]->channels[(id - 1) % Block::size]; }
  Lane* lane(Direction direction, ChannelId id) const {
    return exists(id) ? &table_[(id - 1) / Block::size]->lanes(direction)[(id - 1) % Block::size] : nullptr;
  }
  struct KeyPair {
    std::unique_ptr<EngineKey> encode, decode;
  };
  /// False: refused. Nothing is made to compress.
  bool make_keys(const ChannelSpec& spec, KeyPair& keys);
  void run_slice(Direction direction, std::span<Job> jobs);
  void fetch_keys(Direction direction, const Job& job) const;
  void check(Direction direction, const Work& work);
  void run_ciphers(Direction direction, std::span<const Work> work);
  void run_macs(Direction direction, std::span<const Work> work);
  void finish_mac(Direction direction, const Work& work, const MacTask& task);
  /// Counts a packet for its channel and for the algorithm; it ended as `end` says.
  void tally(Direction direction, ChannelId id, std::size_t octets, std::uint64_t FlowCounters::*end);
  AlgorithmCounters& algorithm(Compression compression, Cipher cipher, Hash hash);

  const Suite& suite_;
  std::vector<std::unique_ptr<Block>> table_;                       // by id - 1
  std::set<ChannelId> free_;                                        // of the table, lowest first
  std::size_t in_use_ = 0;
  std::array<AlgorithmCounters, cipher_count> by_cipher_{};
  std::array<AlgorithmCounters, hash_count> by_hash_{};
  std::array<AlgorithmCounters, compression_count> by_compression_{};
  std::array<std::unique_ptr<Compressor>, compression_count> compressors_;  // made for the first channel that needs it
  ChannelCounters counters_;
  CompressionStatistics statistics_;
  unsigned lzs_speed_ = fastest_lzs;
  std::size_t most_lzs_ = software_channels;
  std::array<std::size_t, compression_count> compressing_{};  // channels in use
};

}  // namespace arrouter::enco
