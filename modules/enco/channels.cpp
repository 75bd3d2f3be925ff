#include "modules/enco/channels.h"

#include <algorithm>
#include <cstring>

#include "os/base/limits.h"

namespace arrouter::enco {

// ---- the table -------------------------------------------------------------------------------------------------

bool Channels::prepare(Channel& channel, const ChannelSpec& spec) {
  if (spec.compression != Compression::none) {
    auto& compressor = compressors_[static_cast<std::size_t>(spec.compression)];
    if (!compressor) compressor = make_compressor(spec.compression, lzs_speed_);
    return compressor && spec.cipher == Cipher::null && spec.hash == Hash::null;
  }
  if (const CipherEngines& engines = suite_.ciphers(spec.cipher); spec.hash == Hash::null && engines.encode) {
    channel.encrypt = engines.encode->make_key(spec.out_key, Direction::encode);
    channel.decrypt = engines.decode->make_key(spec.in_key, Direction::decode);
    return channel.encrypt && channel.decrypt;
  }
  const MacEngine* engine = suite_.mac(spec.hash);
  const std::size_t key_bytes = traits(spec.hash).key_bytes;
  if (spec.cipher != Cipher::null || engine == nullptr || spec.out_key.size() != key_bytes ||
      spec.in_key.size() != key_bytes)
    return false;
  channel.sign = engine->make_key(spec.out_key);
  channel.verify = engine->make_key(spec.in_key);
  return channel.sign && channel.verify;
}

ChannelId Channels::open(const ChannelSpec& spec) {
  auto channel = std::make_unique<Channel>();
  channel->user = spec.user;
  channel->user_id = spec.user_id;
  channel->cipher = spec.cipher;
  channel->hash = spec.hash;
  channel->compression = spec.compression;
  const bool room = in_use_ < limits::enco_channels;
  if (!room || !prepare(*channel, spec)) {
    ++counters_.refused;
    if (room) {
      ++counters_.not_configured;
      ++algorithm(*channel).bad_keys;
    }
    return 0;
  }
  if (free_.empty()) {
    table_.emplace_back();
    free_.insert(static_cast<ChannelId>(table_.size()));
  }
  channel->id = free_.extract(free_.begin()).value();
  const ChannelId id = channel->id;
  table_[id - 1] = std::move(channel);
  ++counters_.attached;
  counters_.most = std::max<std::uint64_t>(counters_.most, ++in_use_);
  return id;
}

void Channels::close(ChannelId id) {
  if (at(id) == nullptr) return;
  if (table_[id - 1]->compression != Compression::none) statistics_.forget(id);
  table_[id - 1].reset();
  free_.insert(id);
  --in_use_;
  ++counters_.detached;
}

Channel* Channels::at(ChannelId id) { return id == 0 || id > table_.size() ? nullptr : table_[id - 1].get(); }
const Channel* Channels::find(ChannelId id) const {
  return id == 0 || id > table_.size() ? nullptr : table_[id - 1].get();
}

std::vector<const Channel*> Channels::all() const {
  std::vector<const Channel*> used;
  for (const auto& channel : table_)
    if (channel) used.push_back(channel.get());
  return used;
}

AlgorithmCounters& Channels::algorithm(const Channel& channel) {
  if (channel.compression != Compression::none)
    return by_compression_[static_cast<std::size_t>(channel.compression)];
  return channel.cipher != Cipher::null ? by_cipher_[static_cast<std::size_t>(channel.cipher)]
                                        : by_hash_[static_cast<std::size_t>(channel.hash)];
}

void Channels::reset_counters() {
  for (const auto& channel : table_)
    if (channel) channel->counters = {};
  by_cipher_ = {};
  by_hash_ = {};
  by_compression_ = {};
  counters_ = {};
  statistics_.reset();
}

void Channels::set_lzs_speed(unsigned speed) {
  lzs_speed_ = speed;
  auto& lzs = compressors_[static_cast<std::size_t>(Compression::lzs)];
  if (lzs) lzs = make_lzs(speed);
}

std::size_t Channels::in_use(Compression compression) const {
  return static_cast<std::size_t>(std::count_if(table_.begin(), table_.end(), [&](const auto& channel) {
    return channel && channel->compression == compression;
  }));
}

// ---- datagrams -------------------------------------------------------------------------------------------------

std::optional<std::size_t> Channels::compress(Direction direction, ChannelId id, ByteView in, ByteSpan out) {
  Channel* const channel = at(id);
  if (channel == nullptr || channel->compression == Compression::none) return std::nullopt;
  const auto algorithm = static_cast<std::size_t>(channel->compression);
  Compressor& compressor = *compressors_[algorithm];
  const bool encode = direction == Direction::encode;
  const auto length = encode ? compressor.compress(in, out) : compressor.expand(in, out);
  for (FlowCounters* flow : {&channel->counters.of(direction), &by_compression_[algorithm].of(direction)}) {
    ++flow->packets;
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

namespace {
constexpr std::size_t slice = limits::burst;  // tasks made at a time, on the stack
}

void Channels::run(Direction direction, std::span<Job> jobs) {
  while (!jobs.empty()) {
    const std::span<Job> part = jobs.first(std::min(slice, jobs.size()));
    fetch_ahead(direction, part);
    for (Job& job : part) check(direction, job);
    direction == Direction::encode ? encode(part) : decode(part);
    for (Job& job : part)
      if (job.result == JobResult::waiting) job.result = JobResult::good;
    jobs = jobs.subspan(part.size());
  }
}

/// With thousands of channels their keys are far away: those of a burst are fetched side by side.
void Channels::fetch_ahead(Direction direction, std::span<const Job> jobs) const {
  constexpr std::size_t few = 256;
  if (in_use_ <= few) return;
  for (const Job& job : jobs) {
    for (const ChannelId id : {job.encryption, job.authentication}) {
      const auto* const channel = reinterpret_cast<const char*>(find(id));
      for (std::size_t i = 0; channel != nullptr && i < sizeof(Channel); i += 64) __builtin_prefetch(channel + i);
    }
  }
  for (const Job& job : jobs) {
    const bool encode = direction == Direction::encode;
    if (const Channel* const channel = find(job.encryption)) {
      __builtin_prefetch((encode ? channel->encrypt : channel->decrypt).get());
    }
    if (const Channel* const channel = find(job.authentication)) {
      __builtin_prefetch((encode ? channel->sign : channel->verify).get());
    }
  }
}

void Channels::encode(std::span<Job> jobs) {
  run_ciphers(Direction::encode, jobs);
  run_macs(Direction::encode, jobs);
}

void Channels::decode(std::span<Job> jobs) {
  run_macs(Direction::decode, jobs);
  run_ciphers(Direction::decode, jobs);
}

/// Leaves `waiting` only jobs whose channels exist and whose offsets lie inside the packet.
void Channels::check(Direction direction, Job& job) {
  job.result = JobResult::waiting;
  Channel* const cipher = job.encryption == 0 ? nullptr : at(job.encryption);
  Channel* const mac = job.authentication == 0 ? nullptr : at(job.authentication);
  const bool channels_good = job.packet != nullptr && (job.encryption == 0 || (cipher != nullptr && cipher->encrypt)) &&
                             (job.authentication == 0 || (mac != nullptr && mac->sign));
  if (!channels_good) {
    job.result = JobResult::failed;
    return;
  }
  const std::size_t size = job.packet->size();
  bool fits = true;
  if (cipher != nullptr) {
    const std::size_t block = traits(cipher->cipher).block_bytes;
    fits = job.cipher_begin >= block && job.cipher_begin <= job.cipher_end && job.cipher_end <= size &&
           (job.cipher_end - job.cipher_begin) % block == 0;
  }
  if (mac != nullptr)
    fits = fits && job.auth_begin <= job.auth_end && job.auth_end <= size && job.icv_at <= size &&
           traits(mac->hash).icv_bytes <= size - job.icv_at;
  if (fits) return;
  job.result = JobResult::bad_length;
  for (Channel* channel : {cipher, mac}) {
    if (channel == nullptr) continue;
    for (FlowCounters* flow : {&channel->counters.of(direction), &algorithm(*channel).of(direction)}) {
      ++flow->packets;
      ++flow->discards;
    }
  }
}

void Channels::run_ciphers(Direction direction, std::span<Job> jobs) {
  std::array<CipherTask, slice> tasks;
  std::array<Job*, slice> owners;
  // One call of the engine for each stretch of packets with the same algorithm; most bursts are one.
  for (std::size_t next = 0; next < jobs.size();) {
    std::size_t count = 0;
    Cipher algorithm = Cipher::null;
    for (; next < jobs.size(); ++next) {
      Job& job = jobs[next];
      if (job.result != JobResult::waiting || job.encryption == 0) continue;
      Channel& channel = *at(job.encryption);
      if (count > 0 && channel.cipher != algorithm) break;
      algorithm = channel.cipher;
      std::uint8_t* const data = job.packet->data() + job.cipher_begin;
      CipherKey* const key = direction == Direction::encode ? channel.encrypt.get() : channel.decrypt.get();
      tasks[count] = {key, data, job.cipher_end - job.cipher_begin, data - traits(algorithm).block_bytes, false};
      owners[count++] = &job;
    }
    if (count == 0) return;
    suite_.cipher(algorithm, direction)->run(std::span(tasks).first(count));
    for (std::size_t i = 0; i < count; ++i) count_cipher(direction, *owners[i], tasks[i].good);
  }
}

void Channels::count_cipher(Direction direction, Job& job, bool good) {
  Channel& channel = *at(job.encryption);
  for (FlowCounters* flow : {&channel.counters.of(direction), &algorithm(channel).of(direction)}) {
    ++flow->packets;
    flow->octets += job.cipher_end - job.cipher_begin;
    ++(good ? flow->good : flow->errors);
  }
  if (!good) job.result = JobResult::failed;
}

void Channels::run_macs(Direction direction, std::span<Job> jobs) {
  std::array<MacTask, slice> tasks;
  std::array<Job*, slice> owners;
  for (std::size_t next = 0; next < jobs.size();) {
    std::size_t count = 0;
    Hash algorithm = Hash::null;
    for (; next < jobs.size(); ++next) {
      Job& job = jobs[next];
      if (job.result != JobResult::waiting || job.authentication == 0) continue;
      Channel& channel = *at(job.authentication);
      if (count > 0 && channel.hash != algorithm) break;
      algorithm = channel.hash;
      MacTask& task = tasks[count];
      task.key = direction == Direction::encode ? channel.sign.get() : channel.verify.get();
      task.first = job.packet->view().subspan(job.auth_begin, job.auth_end - job.auth_begin);
      task.second = job.auth_extra;
      owners[count++] = &job;
    }
    if (count == 0) return;
    suite_.mac(algorithm)->run(std::span(tasks).first(count));
    for (std::size_t i = 0; i < count; ++i) finish_mac(direction, *owners[i], tasks[i]);
  }
}

/// Writes the ICV, or compares it.
void Channels::finish_mac(Direction direction, Job& job, const MacTask& task) {
  Channel& channel = *at(job.authentication);
  const ByteView icv = ByteView(task.digest).first(traits(channel.hash).icv_bytes);
  std::uint8_t* const place = job.packet->data() + job.icv_at;
  if (!task.good) {
    job.result = JobResult::failed;
  } else if (direction == Direction::encode) {
    std::memcpy(place, icv.data(), icv.size());
  } else if (!equal_constant_time(icv, {place, icv.size()})) {
    job.result = JobResult::bad_icv;
  }
  for (FlowCounters* flow : {&channel.counters.of(direction), &algorithm(channel).of(direction)}) {
    ++flow->packets;
    flow->octets += job.auth_end - job.auth_begin + job.auth_extra.size();
    if (job.result == JobResult::waiting) {
      ++flow->good;
    } else {
      ++(job.result == JobResult::bad_icv ? flow->bad_icv : flow->errors);
    }
  }
}

}  // namespace arrouter::enco
