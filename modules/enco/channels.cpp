#include "modules/enco/channels.h"

#include <algorithm>
#include <cstring>

#include "os/base/limits.h"

namespace arrouter::enco {

// ---- the table -------------------------------------------------------------------------------------------------

bool Channels::make_keys(const ChannelSpec& spec, KeyPair& keys) {
  if (spec.compression != Compression::none) {
    auto& compressor = compressors_[static_cast<std::size_t>(spec.compression)];
    if (!compressor) compressor = suite_.compressor(spec.compression, lzs_speed_);
    return compressor && spec.cipher == Cipher::null && spec.hash == Hash::null;
  }
  if (const CipherEngines& engines = suite_.ciphers(spec.cipher); spec.hash == Hash::null && engines.encode) {
    keys.encode = engines.encode->make_key(spec.out_key, Direction::encode);
    keys.decode = engines.decode->make_key(spec.in_key, Direction::decode);
    return keys.encode && keys.decode;
  }
  const MacEngine* engine = suite_.mac(spec.hash);
  const std::size_t key_bytes = traits(spec.hash).key_bytes;
  if (spec.cipher != Cipher::null || engine == nullptr || spec.out_key.size() != key_bytes ||
      spec.in_key.size() != key_bytes)
    return false;
  keys.encode = engine->make_key(spec.out_key);
  keys.decode = engine->make_key(spec.in_key);
  return keys.encode && keys.decode;
}

ChannelId Channels::open(const ChannelSpec& spec) {
  KeyPair keys;
  const bool room = in_use_ < limits::enco_channels &&
                    (spec.compression != Compression::lzs || in_use(Compression::lzs) < most_lzs_);
  if (!room || !make_keys(spec, keys)) {
    ++counters_.refused;
    if (room) {
      ++counters_.not_configured;
      ++algorithm(spec.compression, spec.cipher, spec.hash).bad_keys;
    }
    return 0;
  }
  if (free_.empty()) {
    for (std::size_t i = 1; i <= Block::size; ++i) {
      free_.insert(static_cast<ChannelId>(table_.size() * Block::size + i));
    }
    table_.push_back(std::make_unique<Block>());
  }
  const ChannelId id = free_.extract(free_.begin()).value();
  at(id) = Channel{id, spec.user_id, std::string(spec.user), spec.compression, spec.cipher, spec.hash, {}};
  const auto fill = [&](Direction direction, std::unique_ptr<EngineKey> key) {
    *lane(direction, id) = Lane{std::move(key), 0, 0, spec.compression, spec.cipher, spec.hash};
  };
  fill(Direction::encode, std::move(keys.encode));
  fill(Direction::decode, std::move(keys.decode));
  ++compressing_[static_cast<std::size_t>(spec.compression)];
  ++counters_.attached;
  counters_.most = std::max<std::uint64_t>(counters_.most, ++in_use_);
  return id;
}

void Channels::close(ChannelId id) {
  const Channel* const channel = find(id);
  if (channel == nullptr) return;
  if (channel->compression != Compression::none) statistics_.forget(id);
  --compressing_[static_cast<std::size_t>(channel->compression)];
  at(id) = {};
  *lane(Direction::encode, id) = {};
  *lane(Direction::decode, id) = {};
  free_.insert(id);
  --in_use_;
  ++counters_.detached;
}

const Channel* Channels::find(ChannelId id) const {
  return exists(id) && at(id).id != 0 ? &at(id) : nullptr;
}

std::vector<const Channel*> Channels::all() const {
  std::vector<const Channel*> used;
  for (const auto& block : table_)
    for (const Channel& channel : block->channels)
      if (channel.id != 0) used.push_back(&channel);
  return used;
}

FlowCounters Channels::counters(const Channel& channel, Direction direction) const {
  const Lane& used = *lane(direction, channel.id);
  FlowCounters counters = direction == Direction::encode ? channel.failures.encode : channel.failures.decode;
  counters.octets = used.octets;
  counters.good = used.good;
  return counters;
}

AlgorithmCounters& Channels::algorithm(Compression compression, Cipher cipher, Hash hash) {
  if (compression != Compression::none) return by_compression_[static_cast<std::size_t>(compression)];
  return cipher != Cipher::null ? by_cipher_[static_cast<std::size_t>(cipher)]
                                : by_hash_[static_cast<std::size_t>(hash)];
}

void Channels::tally(Direction direction, ChannelId id, std::size_t octets, std::uint64_t FlowCounters::*end) {
  Lane& used = *lane(direction, id);
  FlowCounters& all = algorithm(used.compression, used.cipher, used.hash).of(direction);
  all.octets += octets;
  ++(all.*end);
  used.octets += octets;
  ++(end == &FlowCounters::good ? used.good : at(id).failures.of(direction).*end);
}

void Channels::reset_counters() {
  for (const auto& block : table_) {
    for (auto* lanes : {&block->encode, &block->decode})
      for (Lane& lane : *lanes) lane.octets = lane.good = 0;
    for (Channel& channel : block->channels) channel.failures = {};
  }
  by_cipher_ = {};
  by_hash_ = {};
  by_compression_ = {};
  counters_ = {};
  statistics_.reset();
}

void Channels::set_lzs_speed(unsigned speed) {
  lzs_speed_ = speed;
  auto& lzs = compressors_[static_cast<std::size_t>(Compression::lzs)];
  if (lzs) lzs = suite_.compressor(Compression::lzs, speed);
}

// ---- datagrams -------------------------------------------------------------------------------------------------

std::optional<std::size_t> Channels::compress(Direction direction, ChannelId id, ByteView in, ByteSpan out) {
  const Channel* const channel = find(id);
  if (channel == nullptr || channel->compression == Compression::none) return std::nullopt;
  Compressor& compressor = *compressors_[static_cast<std::size_t>(channel->compression)];
  const bool encode = direction == Direction::encode;
  const auto length = encode ? compressor.compress(in, out) : compressor.expand(in, out);
  // What does not shrink is no error.
  tally(direction, id, in.size(),
        length ? &FlowCounters::good : encode ? &FlowCounters::discards : &FlowCounters::errors);
  if (statistics_.kept() && (length || encode)) {
    const std::size_t other = length.value_or(in.size());
    statistics_.add(id, direction, encode ? in.size() : other, encode ? other : in.size());
  }
  return length;
}

// ---- bursts ----------------------------------------------------------------------------------------------------

void Channels::run(Direction direction, std::span<Job> jobs) {
  for (; jobs.size() > slice; jobs = jobs.subspan(slice)) run_slice(direction, jobs.first(slice));
  run_slice(direction, jobs);
}

/// The lanes of the newest job are asked for, and the keys of an older one, whose lanes have come meanwhile.
void Channels::expect(Direction direction, std::span<const Job> jobs) const {
  if (in_use_ <= few || jobs.empty()) return;
  __builtin_prefetch(lane(direction, jobs.back().encryption));  // it is no fault to fetch from nowhere
  __builtin_prefetch(lane(direction, jobs.back().authentication));
  if (jobs.size() > lanes_ahead) fetch_keys(direction, jobs[jobs.size() - 1 - lanes_ahead]);
}

void Channels::fetch_keys(Direction direction, const Job& job) const {
  constexpr std::size_t line = 64;
  constexpr std::size_t schedule = 64;       // where engines that work side by side have it in a key
  constexpr std::size_t schedule_lines = 3;  // of AES-128
  if (const Lane* const cipher = lane(direction, job.encryption)) {
    const char* const key = reinterpret_cast<const char*>(cipher->key.get());
    for (std::size_t i = 0; i < schedule_lines; ++i) __builtin_prefetch(key + schedule + i * line);
  }
  if (const Lane* const mac = lane(direction, job.authentication)) __builtin_prefetch(mac->key.get());
}

void Channels::run_slice(Direction direction, std::span<Job> jobs) {
  if (in_use_ > few) {
    for (const Job& job : jobs.last(std::min(lanes_ahead, jobs.size()))) fetch_keys(direction, job);
  }
  std::array<Work, slice> all;
  const std::span<const Work> work = std::span(all).first(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    all[i] = {&jobs[i], lane(direction, jobs[i].encryption), lane(direction, jobs[i].authentication)};
    check(direction, all[i]);
  }
  if (direction == Direction::encode) {
    run_ciphers(direction, work);
    run_macs(direction, work);
  } else {
    run_macs(direction, work);
    run_ciphers(direction, work);
  }
  for (Job& job : jobs)
    if (job.result == JobResult::waiting) job.result = JobResult::good;
}

/// Leaves `waiting` only jobs whose channels exist and whose offsets lie inside the packet.
void Channels::check(Direction direction, const Work& work) {
  Job& job = *work.job;
  job.result = JobResult::waiting;
  const bool channels_good = job.packet != nullptr &&
                             (job.encryption == 0 || (work.cipher != nullptr && work.cipher->key && work.cipher->cipher != Cipher::null)) &&
                             (job.authentication == 0 || (work.mac != nullptr && work.mac->key && work.mac->hash != Hash::null));
  if (!channels_good) {
    job.result = JobResult::failed;
    return;
  }
  const std::size_t size = job.packet->size();
  bool fits = true;
  if (work.cipher != nullptr) {
    const std::size_t block_bytes = traits(work.cipher->cipher).block_bytes;
    fits = job.cipher_begin >= block_bytes && job.cipher_begin <= job.cipher_end && job.cipher_end <= size &&
           (job.cipher_end - job.cipher_begin) % block_bytes == 0;
  }
  if (work.mac != nullptr)
    fits = fits && job.auth_begin <= job.auth_end && job.auth_end <= size && job.icv_at <= size &&
           traits(work.mac->hash).icv_bytes <= size - job.icv_at;
  if (fits) return;
  job.result = JobResult::bad_length;
  for (const ChannelId id : {job.encryption, job.authentication}) {
    if (id != 0) tally(direction, id, 0, &FlowCounters::discards);
  }
}

void Channels::run_ciphers(Direction direction, std::span<const Work> work) {
  std::array<CipherTask, slice> tasks;
  std::array<const Work*, slice> owners;
  // One call of the engine for each stretch of packets with the same algorithm; most bursts are one.
  for (std::size_t next = 0; next < work.size();) {
    std::size_t count = 0;
    Cipher algorithm = Cipher::null;
    for (; next < work.size(); ++next) {
      const Job& job = *work[next].job;
      Lane* const lane = work[next].cipher;
      if (job.result != JobResult::waiting || lane == nullptr) continue;
      if (count > 0 && lane->cipher != algorithm) break;
      algorithm = lane->cipher;
      std::uint8_t* const data = job.packet->data() + job.cipher_begin;
      tasks[count] = {lane->cipher_key(), data, job.cipher_end - job.cipher_begin,
                      data - traits(algorithm).block_bytes, false};
      owners[count++] = &work[next];
    }
    if (count == 0) return;
    suite_.cipher(algorithm, direction)->run(std::span(tasks).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      Job& job = *owners[i]->job;
      tally(direction, job.encryption, tasks[i].length, tasks[i].good ? &FlowCounters::good : &FlowCounters::errors);
      if (!tasks[i].good) job.result = JobResult::failed;
    }
  }
}

void Channels::run_macs(Direction direction, std::span<const Work> work) {
  std::array<MacTask, slice> tasks;
  std::array<const Work*, slice> owners;
  for (std::size_t next = 0; next < work.size();) {
    std::size_t count = 0;
    Hash algorithm = Hash::null;
    for (; next < work.size(); ++next) {
      const Job& job = *work[next].job;
      const Lane* const lane = work[next].mac;
      if (job.result != JobResult::waiting || lane == nullptr) continue;
      if (count > 0 && lane->hash != algorithm) break;
      algorithm = lane->hash;
      MacTask& task = tasks[count];
      task.key = lane->mac_key();
      task.first = job.packet->view().subspan(job.auth_begin, job.auth_end - job.auth_begin);
      task.second = job.auth_extra;
      owners[count++] = &work[next];
    }
    if (count == 0) return;
    suite_.mac(algorithm)->run(std::span(tasks).first(count));
    for (std::size_t i = 0; i < count; ++i) finish_mac(direction, *owners[i], tasks[i]);
  }
}

/// Writes the ICV, or compares it.
void Channels::finish_mac(Direction direction, const Work& work, const MacTask& task) {
  Job& job = *work.job;
  const ByteView icv = ByteView(task.digest).first(traits(work.mac->hash).icv_bytes);
  std::uint8_t* const place = job.packet->data() + job.icv_at;
  if (!task.good) {
    job.result = JobResult::failed;
  } else if (direction == Direction::encode) {
    std::memcpy(place, icv.data(), icv.size());
  } else if (!equal_constant_time(icv, {place, icv.size()})) {
    job.result = JobResult::bad_icv;
  }
  const auto end = job.result == JobResult::waiting   ? &FlowCounters::good
                   : job.result == JobResult::bad_icv ? &FlowCounters::bad_icv
                                                      : &FlowCounters::errors;
  tally(direction, job.authentication, job.auth_end - job.auth_begin + job.auth_extra.size(), end);
}

}  // namespace arrouter::enco
