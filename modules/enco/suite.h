// The one engine ENCO uses for each algorithm: the first of those that pass their self test.
#pragma once

#include <string>
#include <vector>

#include "modules/enco/engines.h"

namespace arrouter::enco {

class Suite {
 public:
  /// Tries the engines of every algorithm against published vectors, in order of preference.
  Suite();

  /// nullptr when no engine of the algorithm passed.
  const CipherEngine* cipher(Cipher cipher) const { return ciphers_[static_cast<std::size_t>(cipher)].get(); }
  std::shared_ptr<const CipherEngine> shared(Cipher cipher) const { return ciphers_[static_cast<std::size_t>(cipher)]; }
  /// Of all OpenSSL engines; RSA works with it too.
  const LibraryHandle& library() const { return library_; }
  const MacEngine* mac(Hash hash) const { return macs_[static_cast<std::size_t>(hash)].get(); }

  /// What the log should say about the choice; empty when every algorithm got its best engine.
  struct Finding {
    std::string_view algorithm;
    std::string text;
    bool missing = false;  // the algorithm is not available at all
  };
  const std::vector<Finding>& findings() const { return findings_; }

 private:
  void choose(Cipher cipher, std::vector<std::shared_ptr<const CipherEngine>> candidates);
  void choose(Hash hash, std::vector<std::shared_ptr<const MacEngine>> candidates);
  /// The first that passes; says in findings_ when an earlier one was missing or wrong, or when none is left.
  template <class Algorithm, class Engine>
  std::shared_ptr<const Engine> first_good(Algorithm algorithm,
                                           const std::vector<std::shared_ptr<const Engine>>& candidates);
  LibraryHandle library_ = std::make_shared<const Library>();
  std::array<std::shared_ptr<const CipherEngine>, cipher_count> ciphers_;
  std::array<std::shared_ptr<const MacEngine>, hash_count> macs_;
  std::vector<Finding> findings_;
};

/// True when the engine gives the published results for this algorithm, in both directions.
bool passes_self_test(Cipher cipher, const CipherEngine& engine);
bool passes_self_test(Hash hash, const MacEngine& engine);

}  // namespace arrouter::enco
