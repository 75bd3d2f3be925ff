#include "modules/enco/suite.h"

#include <fmt/format.h>

#include <algorithm>

namespace arrouter::enco {

namespace {

using Ciphers = std::vector<std::shared_ptr<const CipherEngine>>;
using Macs = std::vector<std::shared_ptr<const MacEngine>>;

/// In order of preference. nullptr in front of another stands for an engine that ought to be there.
Ciphers ciphers_for(const LibraryHandle& library, Cipher cipher, std::shared_ptr<const CipherEngine> des) {
  switch (cipher) {
    case Cipher::des:
      return {make_evp_cipher(library, cipher), make_des_from_triple_des(library)};
    case Cipher::triple_des_inner:
      return {make_inner_triple_des(std::move(des))};
    default:
      break;
  }
  Ciphers found;
  const std::shared_ptr<const CipherEngine> plain = make_evp_cipher(library, cipher), quick = make_gcrypt_cipher(cipher);
  if (auto fast = make_multibuffer_cipher(cipher, quick ? quick : plain)) found.push_back(std::move(fast));
  if (quick) found.push_back(quick);
  found.push_back(plain);
  return found;
}

Macs hmacs_for(Hash hash) {
  Macs found;
  if (auto fast = make_multibuffer_hmac(hash)) found.push_back(std::move(fast));
  found.push_back(make_hmac(hash));
  return found;
}

// ---- the stop watch ----------------------------------------------------------------------------------------------

/// How long a burst of packets takes, the better of two times.
class Race {
 public:
  Race(const Clock& clock, Cipher cipher, Direction direction) : clock_(clock), direction_(direction) {
    for (std::size_t i = 0; i < traits(cipher).key_bytes; ++i) key_.push_back(static_cast<std::uint8_t>(i * 29 + 7));
    texts_.assign(packets, Bytes(packet_bytes));
  }

  /// The first engine, or another that takes at most nine tenths of its time.
  std::shared_ptr<const CipherEngine> winner(const Ciphers& engines) {
    std::vector<Duration> best(engines.size(), Duration::max());
    best[0] = time(*engines[0]);
    if (best[0] == Duration::zero()) return engines[0];  // virtual time tells nothing
    for (int round = 0; round < rounds; ++round)
      for (std::size_t i = 0; i < engines.size(); ++i) best[i] = std::min(best[i], time(*engines[i]));
    std::size_t chosen = 0;
    for (std::size_t i = 1; i < engines.size(); ++i)
      if (best[i] < best[chosen] - best[chosen] / 10) chosen = i;
    return engines[chosen];
  }

 private:
  static constexpr std::size_t packets = 16, packet_bytes = 1400;
  static constexpr int rounds = 2;

  Duration time(const CipherEngine& engine) {
    const auto key = engine.make_key(key_, direction_);
    const std::array<std::uint8_t, largest_block> iv{};
    std::vector<CipherTask> tasks;
    for (Bytes& text : texts_) tasks.push_back({key.get(), text.data(), text.size(), iv.data(), false});
    const Instant before = clock_.now();
    engine.run(tasks);
    return clock_.now() - before;
  }

  const Clock& clock_;
  Direction direction_;
  Bytes key_;
  std::vector<Bytes> texts_;
};

std::string not_available(std::string_view algorithm) { return fmt::format("{} is not available", algorithm); }

bool depends_on_processor(Cipher cipher) {
  return cipher == Cipher::triple_des_2key || cipher == Cipher::triple_des_outer;
}

}  // namespace

Suite::Suite(const Clock* clock, const Replace& replace, ReplaceCompressor replace_compressor)
    : replace_compressor_(std::move(replace_compressor)) {
  const auto candidates = [library = library_, replace](Cipher cipher, std::shared_ptr<const CipherEngine> des) {
    Ciphers found = ciphers_for(library, cipher, std::move(des));
    for (auto& engine : found)
      if (replace && engine) engine = replace(cipher, std::move(engine));
    return found;
  };
  choose(Cipher::des, candidates(Cipher::des, nullptr), clock);
  const auto des = ciphers(Cipher::des).encode;
  for (const Cipher cipher : real_ciphers)
    if (cipher != Cipher::des) choose(cipher, candidates(cipher, des), clock);
  choose(Hash::md5, hmacs_for(Hash::md5));
  choose(Hash::sha, hmacs_for(Hash::sha));
  choose(Hash::des_mac, {make_des_mac(des)});
  for (const Compression compression : {Compression::lzs, Compression::deflate}) choose(compression);
  for (const Cipher cipher : real_ciphers)
    if (uses_des(cipher)) let_split(cipher, [=] { return candidates(cipher, des); });
}

void Suite::let_split(Cipher cipher, const std::function<CipherCandidates()>& candidates) {
  const auto split = [&](std::shared_ptr<const CipherEngine> engine) {
    const auto again = [=, name = engine->name()]() -> std::shared_ptr<const CipherEngine> {
      for (auto& candidate : candidates())
        if (candidate && candidate->name() == name && passes_self_test(cipher, *candidate)) return candidate;
      return nullptr;
    };
    return split_.emplace_back(std::make_shared<SplitCipher>(std::move(engine), again, workers_));
  };
  CipherEngines& chosen = ciphers_[static_cast<std::size_t>(cipher)];
  if (!chosen.encode) return;
  const bool same = chosen.encode == chosen.decode;
  chosen.encode = split(chosen.encode);
  chosen.decode = same ? chosen.encode : split(chosen.decode);
}

std::size_t Suite::set_workers(std::size_t count) {
  workers_->threads.resize(count);
  for (const auto& cipher : split_) cipher->equip();
  return workers_->threads.threads();
}

void Suite::reset_worker_counters() {
  workers_->bursts = 0;
  workers_->packets = {};
}

void Suite::choose(Cipher cipher, const CipherCandidates& candidates, const Clock* clock) {
  const CipherCandidates good = good_ones(cipher, candidates);
  if (good.empty()) return;
  CipherEngines& chosen = ciphers_[static_cast<std::size_t>(cipher)];
  chosen = {good.front(), good.front()};
  if (clock == nullptr || good.size() < 2 || !depends_on_processor(cipher)) return;
  chosen.encode = Race(*clock, cipher, Direction::encode).winner(good);
  chosen.decode = Race(*clock, cipher, Direction::decode).winner(good);
}

void Suite::choose(Hash hash, const MacCandidates& candidates) {
  const MacCandidates good = good_ones(hash, candidates);
  if (!good.empty()) macs_[static_cast<std::size_t>(hash)] = good.front();
}

void Suite::choose(Compression compression) {
  bool& good = compressions_[static_cast<std::size_t>(compression)];
  good = true;  // or nothing would be made to be tried
  const auto made = compressor(compression);
  good = made && passes_self_test(compression, *made);
  if (!good) findings_.push_back({enco::name(compression), not_available(enco::name(compression)), true});
}

std::unique_ptr<Compressor> Suite::compressor(Compression compression, unsigned speed) const {
  if (!has(compression)) return nullptr;
  auto made = make_compressor(compression, speed);
  return replace_compressor_ ? replace_compressor_(compression, std::move(made)) : std::move(made);
}

template <class Algorithm, class Engine>
std::vector<std::shared_ptr<const Engine>> Suite::good_ones(
    Algorithm algorithm, const std::vector<std::shared_ptr<const Engine>>& candidates) {
  const std::string_view name = traits(algorithm).name;
  std::vector<std::shared_ptr<const Engine>> good;
  for (const auto& candidate : candidates)
    if (candidate && passes_self_test(algorithm, *candidate)) good.push_back(candidate);
  if (good.empty()) {
    findings_.push_back({name, not_available(name), true});
  } else if (good.front() != candidates.front()) {
    findings_.push_back({name, fmt::format("{} processed by {}", name, good.front()->name()), false});
  }
  return good;
}

}  // namespace arrouter::enco
