// Channels: the keys of the SAs in use, ready for the datapath, and the bursts that run through them.
#pragma once

#include <set>
#include <string>

#include "modules/enco/compression.h"
#include "modules/enco/compression_statistics.h"
#include "modules/enco/suite.h"

namespace arrouter::enco {

/// Counts of one direction of a channel, or of one algorithm.
struct FlowCounters {
  std::uint64_t packets = 0, octets = 0, good = 0, discards = 0, errors = 0, bad_icv = 0;
};
struct TwoWayCounters {
  FlowCounters encode, decode;
  FlowCounters& of(Direction direction) { return direction == Direction::encode ? encode : decode; }
};

struct Channel {
  ChannelId id = 0;
  std::string user;
  std::uint32_t user_id = 0;
  Cipher cipher = Cipher::null;
  Hash hash = Hash::null;
  Compression compression = Compression::none;
  std::unique_ptr<CipherKey> encrypt, decrypt;
  std::unique_ptr<MacKey> sign, verify;
  TwoWayCounters counters;
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
  void run(Direction direction, std::span<Job> jobs);
  std::optional<std::size_t> compress(Direction direction, ChannelId id, ByteView in, ByteSpan out);

  /// nullptr for an id that is not in use.
  const Channel* find(ChannelId id) const;
  std::vector<const Channel*> all() const;
  std::size_t in_use() const { return in_use_; }

  const AlgorithmCounters& of(Cipher cipher) const { return by_cipher_[static_cast<std::size_t>(cipher)]; }
  const AlgorithmCounters& of(Hash hash) const { return by_hash_[static_cast<std::size_t>(hash)]; }
  const AlgorithmCounters& of(Compression compression) const {
    return by_compression_[static_cast<std::size_t>(compression)];
  }
  /// Channels of this compression in use.
  std::size_t in_use(Compression compression) const;
  const ChannelCounters& counters() const { return counters_; }
  CompressionStatistics& statistics() { return statistics_; }
  const CompressionStatistics& statistics() const { return statistics_; }
  /// STACSPEED, for the channels there are and those to come.
  void set_lzs_speed(unsigned speed);
  /// RESET ENCO COUNTERS: of all channels and algorithms.
  void reset_counters();

 private:
  Channel* at(ChannelId id);
  bool prepare(Channel& channel, const ChannelSpec& spec);
  void fetch_ahead(Direction direction, std::span<const Job> jobs) const;
  void check(Direction direction, Job& job);
  void encode(std::span<Job> jobs);
  void decode(std::span<Job> jobs);
  void run_ciphers(Direction direction, std::span<Job> jobs);
  void run_macs(Direction direction, std::span<Job> jobs);
  void finish_mac(Direction direction, Job& job, const MacTask& task);
  void count_cipher(Direction direction, Job& job, bool good);

  const Suite& suite_;
  std::vector<std::unique_ptr<Channel>> table_;  // id - 1 -> channel
  std::set<ChannelId> free_;                     // below table_.size(), lowest first
  std::size_t in_use_ = 0;
  AlgorithmCounters& algorithm(const Channel& channel);
  std::array<AlgorithmCounters, cipher_count> by_cipher_{};
  std::array<AlgorithmCounters, hash_count> by_hash_{};
  std::array<AlgorithmCounters, compression_count> by_compression_{};
  std::array<std::unique_ptr<Compressor>, compression_count> compressors_;  // made for the first channel that needs it
  ChannelCounters counters_;
  CompressionStatistics statistics_;
  unsigned lzs_speed_ = fastest_lzs;
};

}  // namespace arrouter::enco
