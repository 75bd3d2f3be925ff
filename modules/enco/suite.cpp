#include "modules/enco/suite.h"

#include <fmt/format.h>

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
  const std::shared_ptr<const CipherEngine> plain = make_evp_cipher(library, cipher);
  if (auto fast = make_multibuffer_cipher(cipher, plain)) found.push_back(std::move(fast));
  found.push_back(plain);
  return found;
}

Macs hmacs_for(Hash hash) {
  Macs found;
  if (auto fast = make_multibuffer_hmac(hash)) found.push_back(std::move(fast));
  found.push_back(make_hmac(hash));
  return found;
}

}  // namespace

Suite::Suite() {
  choose(Cipher::des, ciphers_for(library_, Cipher::des, nullptr));
  const auto des = shared(Cipher::des);
  for (const Cipher cipher : real_ciphers)
    if (cipher != Cipher::des) choose(cipher, ciphers_for(library_, cipher, des));
  choose(Hash::md5, hmacs_for(Hash::md5));
  choose(Hash::sha, hmacs_for(Hash::sha));
  choose(Hash::des_mac, {make_des_mac(des)});
}

void Suite::choose(Cipher cipher, Ciphers candidates) {
  ciphers_[static_cast<std::size_t>(cipher)] = first_good(cipher, candidates);
}

void Suite::choose(Hash hash, Macs candidates) { macs_[static_cast<std::size_t>(hash)] = first_good(hash, candidates); }

template <class Algorithm, class Engine>
std::shared_ptr<const Engine> Suite::first_good(Algorithm algorithm,
                                                const std::vector<std::shared_ptr<const Engine>>& candidates) {
  const std::string_view name = traits(algorithm).name;
  bool first = true;
  for (const auto& candidate : candidates) {
    if (candidate && passes_self_test(algorithm, *candidate)) {
      if (!first) findings_.push_back({name, fmt::format("{} processed by {}", name, candidate->name()), false});
      return candidate;
    }
    first = false;
  }
  findings_.push_back({name, fmt::format("{} is not available", name), true});
  return nullptr;
}

}  // namespace arrouter::enco
