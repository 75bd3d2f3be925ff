#include "modules/enco/channels.h"

#include <algorithm>
#include <cstring>

#include "os/base/limits.h"

namespace arrouter::enco {

// ---- the table -------------------------------------------------------------------------------------------------

bool Channels::prepare(Channel& channel, const ChannelSpec& spec) {
  if (spec.compression != Compression::none) {
    auto& compressor = compressors_[static_cast<std::size_t>(spec.compression)];
    if (!compressor) compressor = suite_.compressor(spec.compression, lzs_speed_);
    return compressor && spec.cipher == Cipher::null && spec.hash == Hash::null;
  }
  if (const CipherEngines& engines = suite_.ciphers(spec.cipher); spec.hash == Hash::null && engines.encode) {
    channel.encode.cipher_key = engines.encode->make_key(spec.out_key, Direction::encode);
    channel.decode.cipher_key = engines.decode->make_key(spec.in_key, Direction::decode);
    return channel.encode.cipher_key && channel.decode.cipher_key;
  }
  const MacEngine* engine = suite_.mac(spec.hash);
  const std::size_t key_bytes = traits(spec.hash).key_bytes;
  if (spec.cipher != Cipher::null || engine == nullptr || spec.out_key.size() != key_bytes ||
      spec.in_key.size() != key_bytes)
    return false;
  channel.encode.mac_key = engine->make_key(spec.out_key);
  channel.decode.mac_key = engine->make_key(spec.in_key);
  return channel.encode.mac_key && channel.decode.mac_key;
}

ChannelId Channels::open(const ChannelSpec& spec) {
  Channel made;
  made.user = spec.user;
  made.user_id = spec.user_id;
  for (Lane* lane : {&made.encode, &made.decode}) {
    lane->cipher = spec.cipher;
    lane->hash = spec.hash;
    lane->compression = spec.compression;
  }
  const bool room = in_use_ < limits::enco_channels &&
                    (spec.compression != Compression::lzs || in_use(Compression::lzs) < most_lzs_);
  if (!room || !prepare(made, spec)) {
    ++counters_.refused;
    if (room) {
      ++counters_.not_configured;
      ++algorithm(made.encode).bad_keys;
    }
    return 0;
  }
  if (free_.empty()) {
    for (std::size_t i = 1; i <= block; ++i) free_.insert(static_cast<ChannelId>(table_.size() * block + i));
    table_.push_back(std::make_unique<std::array<Channel, block>>());
  }
  const ChannelId id = made.id = free_.extract(free_.begin()).value();
  (*table_[(id - 1) / block])[(id - 1) % block] = std::move(made);
  ++compressing_[static_cast<std::size_t>(spec.compression)];
  ++counters_.attached;
  counters_.most = std::max<std::uint64_t>(counters_.most, ++in_use_);
  return id;
}

void Channels::close(ChannelId id) {
  const Channel* const channel = find(id);
  if (channel == nullptr) return;
  if (channel->compression() != Compression::none) statistics_.forget(id);
  --compressing_[static_cast<std::size_t>(channel->compression())];
  *at(id) = {};
  free_.insert(id);
  --in_use_;
  ++counters_.detached;
}

Channel* Channels::at(ChannelId id) const {
  return id == 0 || id > table_.size() * block ? nullptr : &(*table_[(id - 1) / block])[(id - 1) % block];
}

const Channel* Channels::find(ChannelId id) const {
  const Channel* const channel = at(id);
  return channel == nullptr || channel->id == 0 ? nullptr : channel;
}

std::vector<const Channel*> Channels::all() const {
  std::vector<const Channel*> used;
  for (const auto& channels : table_)
    for (const Channel& channel : *channels)
      if (channel.id != 0) used.push_back(&channel);
  return used;
}

AlgorithmCounters& Channels::algorithm(const Lane& lane) {
  if (lane.compression != Compression::none) return by_compression_[static_cast<std::size_t>(lane.compression)];
  return lane.cipher != Cipher::null ? by_cipher_[static_cast<std::size_t>(lane.cipher)]
                                     : by_hash_[static_cast<std::size_t>(lane.hash)];
}

void Channels::reset_counters() {
  for (const auto& channels : table_)
    for (Channel& channel : *channels) channel.encode.counters = channel.decode.counters = {};
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
  Lane* const lane = this->lane(direction, id);
  if (lane == nullptr || lane->compression == Compression::none) return std::nullopt;
  const auto algorithm = static_cast<std::size_t>(lane->compression);
  Compressor& compressor = *compressors_[algorithm];
  const bool encode = direction == Direction::encode;
  const auto length = encode ? compressor.compress(in, out) : compressor.expand(in, out);
  for (FlowCounters* flow : {&lane->counters, &by_compression_[algorithm].of(direction)}) {
    flow->octets += in.size();
    // What does not shrink is no error.
    ++(length ? flow->good : encode ? flow->discards : flow->errors);
  }
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

void Channels::run_slice(Direction direction, std::span<Job> jobs) {
  std::array<Work, slice> all;
  const std::span<const Work> work = std::span(all).first(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    all[i] = {&jobs[i], lane(direction, jobs[i].encryption), lane(direction, jobs[i].authentication)};
  }
  constexpr std::size_t few = 256;  // channels that stay near by themselves
  if (in_use_ > few) fetch_ahead(work);
  for (const Work& one : work) check(direction, one);
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

/// With thousands of channels their keys are far away: those of a burst are fetched side by side.
void Channels::fetch_ahead(std::span<const Work> work) {
  constexpr std::size_t line = 64;
  constexpr std::size_t schedule = 64;       // where engines that work side by side have it in a key
  constexpr std::size_t schedule_lines = 3;  // of AES-128
  for (const Work& one : work) {
    __builtin_prefetch(one.cipher);  // it is no fault to fetch from nowhere
    __builtin_prefetch(one.mac);
  }
  for (const Work& one : work) {
    if (one.cipher != nullptr) {
      const char* const key = reinterpret_cast<const char*>(one.cipher->cipher_key.get());
      for (std::size_t i = 0; i < schedule_lines; ++i) __builtin_prefetch(key + schedule + i * line);
    }
    if (one.mac != nullptr) __builtin_prefetch(one.mac->mac_key.get());
  }
}

/// Leaves `waiting` only jobs whose channels exist and whose offsets lie inside the packet.
void Channels::check(Direction direction, const Work& work) {
  Job& job = *work.job;
  job.result = JobResult::waiting;
  const bool channels_good = job.packet != nullptr &&
                             (job.encryption == 0 || (work.cipher != nullptr && work.cipher->cipher_key)) &&
                             (job.authentication == 0 || (work.mac != nullptr && work.mac->mac_key));
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
  for (Lane* lane : {work.cipher, work.mac}) {
    if (lane == nullptr) continue;
    ++lane->counters.discards;
    ++algorithm(*lane).of(direction).discards;
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
      tasks[count] = {lane->cipher_key.get(), data, job.cipher_end - job.cipher_begin,
                      data - traits(algorithm).block_bytes, false};
      owners[count++] = &work[next];
    }
    if (count == 0) return;
    suite_.cipher(algorithm, direction)->run(std::span(tasks).first(count));
    for (std::size_t i = 0; i < count; ++i) count_cipher(direction, *owners[i], tasks[i].good);
  }
}

void Channels::count_cipher(Direction direction, const Work& work, bool good) {
  for (FlowCounters* flow : {&work.cipher->counters, &algorithm(*work.cipher).of(direction)}) {
    flow->octets += work.job->cipher_end - work.job->cipher_begin;
    ++(good ? flow->good : flow->errors);
  }
  if (!good) work.job->result = JobResult::failed;
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
      task.key = lane->mac_key.get();
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
  for (FlowCounters* flow : {&work.mac->counters, &algorithm(*work.mac).of(direction)}) {
    flow->octets += job.auth_end - job.auth_begin + job.auth_extra.size();
    if (job.result == JobResult::waiting) {
      ++flow->good;
    } else {
      ++(job.result == JobResult::bad_icv ? flow->bad_icv : flow->errors);
    }
  }
}

}  // namespace arrouter::enco
