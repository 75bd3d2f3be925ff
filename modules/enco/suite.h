// The engine ENCO uses for each algorithm and direction: of those that pass their self test the first, or, where that
// depends on the processor, the fastest.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "modules/enco/compression.h"
#include "modules/enco/engines.h"
#include "modules/enco/split_cipher.h"
#include "os/base/time.h"

namespace arrouter::enco {

/// Both null when no engine of the algorithm passed.
struct CipherEngines {
  std::shared_ptr<const CipherEngine> encode, decode;
  const CipherEngine* of(Direction direction) const {
    return direction == Direction::encode ? encode.get() : decode.get();
  }
};

class Suite {
 public:
  /// What stands in for an engine before it is tried; for tests of what happens when one fails.
  using Replace =
      std::function<std::shared_ptr<const CipherEngine>(Cipher cipher, std::shared_ptr<const CipherEngine> engine)>;
  using ReplaceCompressor =
      std::function<std::unique_ptr<Compressor>(Compression compression, std::unique_ptr<Compressor> compressor)>;
  /// Tries the engines of every algorithm against published vectors, in order of preference. With a clock, the engines
  /// of triple DES are timed for some milliseconds; the first stays unless another is clearly faster.
  explicit Suite(const Clock* clock = nullptr, const Replace& replace = {},
                 ReplaceCompressor replace_compressor = {});

  const CipherEngines& ciphers(Cipher cipher) const { return ciphers_[static_cast<std::size_t>(cipher)]; }
  /// nullptr when no engine of the algorithm passed.
  const CipherEngine* cipher(Cipher cipher, Direction direction) const { return ciphers(cipher).of(direction); }
  const MacEngine* mac(Hash hash) const { return macs_[static_cast<std::size_t>(hash)].get(); }
  bool has(Compression compression) const { return compressions_[static_cast<std::size_t>(compression)]; }
  /// nullptr when the algorithm did not pass, or has no memory. `speed`: see make_lzs.
  std::unique_ptr<Compressor> compressor(Compression compression, unsigned speed = fastest_lzs) const;

  /// So many threads from now on take their share of bursts of DES and triple DES. How many there are then: less when the
  /// system gives no more.
  std::size_t set_workers(std::size_t count);
  const Workers& workers() const { return *workers_; }
  void reset_worker_counters();

  /// Of all OpenSSL engines; RSA works with it too.
  const LibraryHandle& library() const { return library_; }

  /// What the log should say about the choice; empty when every algorithm got its best engine.
  struct Finding {
    std::string_view algorithm;
    std::string text;
    bool missing = false;  // the algorithm is not available at all
  };
  const std::vector<Finding>& findings() const { return findings_; }

 private:
  using CipherCandidates = std::vector<std::shared_ptr<const CipherEngine>>;
  using MacCandidates = std::vector<std::shared_ptr<const MacEngine>>;
  /// Those that pass, in the same order; says in findings_ when the first was missing or wrong, or when none is left.
  template <class Algorithm, class Engine>
  std::vector<std::shared_ptr<const Engine>> good_ones(Algorithm algorithm,
                                                       const std::vector<std::shared_ptr<const Engine>>& candidates);
  void choose(Cipher cipher, const CipherCandidates& candidates, const Clock* clock);
  /// Puts a SplitCipher before what was chosen for DES in one of its forms.
  void let_split(Cipher cipher, const std::function<CipherCandidates()>& candidates);
  void choose(Hash hash, const MacCandidates& candidates);
  void choose(Compression compression);

  LibraryHandle library_ = std::make_shared<const Library>();
  std::array<CipherEngines, cipher_count> ciphers_;
  std::array<std::shared_ptr<const MacEngine>, hash_count> macs_;
  std::array<bool, compression_count> compressions_{};  // those that passed
  ReplaceCompressor replace_compressor_;
  std::vector<Finding> findings_;
  std::shared_ptr<Workers> workers_ = std::make_shared<Workers>();  // channels' engines may outlive the suite
  std::vector<std::shared_ptr<SplitCipher>> split_;
};

/// True when the engine gives the published results for this algorithm, in both directions.
bool passes_self_test(Cipher cipher, const CipherEngine& engine);
bool passes_self_test(Hash hash, const MacEngine& engine);
bool passes_self_test(Compression compression, Compressor& compressor);

}  // namespace arrouter::enco
