#include "modules/enco/suite.h"

#include <fmt/format.h>

namespace arrouter::enco {

namespace {

using Candidates = std::vector<std::shared_ptr<const CipherEngine>>;

Candidates candidates_for(const LibraryHandle& library, Cipher cipher, std::shared_ptr<const CipherEngine> des) {
  switch (cipher) {
    case Cipher::des: return {make_evp_cipher(library, cipher), make_des_from_triple_des(library)};
    case Cipher::triple_des_inner: return {make_inner_triple_des(std::move(des))};
    default: return {make_evp_cipher(library, cipher)};
  }
}

}  // namespace

Suite::Suite() {
  const auto library = std::make_shared<const Library>();
  choose(Cipher::des, candidates_for(library, Cipher::des, nullptr));
  const auto des = ciphers_[static_cast<std::size_t>(Cipher::des)];
  for (const Cipher cipher : real_ciphers)
    if (cipher != Cipher::des) choose(cipher, candidates_for(library, cipher, des));
  choose(Hash::md5, make_hmac(Hash::md5));
  choose(Hash::sha, make_hmac(Hash::sha));
  choose(Hash::des_mac, make_des_mac(des));
}

void Suite::choose(Cipher cipher, Candidates candidates) {
  bool first = true;
  for (auto& candidate : candidates) {
    if (candidate && passes_self_test(cipher, *candidate)) {
      if (!first) {
        const std::string_view name = traits(cipher).name;
        findings_.push_back({name, fmt::format("{} processed by {}", name, candidate->name()), false});
      }
      ciphers_[static_cast<std::size_t>(cipher)] = std::move(candidate);
      return;
    }
    first = false;
  }
  findings_.push_back({traits(cipher).name, fmt::format("{} is not available", traits(cipher).name), true});
}

void Suite::choose(Hash hash, std::shared_ptr<const MacEngine> candidate) {
  if (candidate && passes_self_test(hash, *candidate)) {
    macs_[static_cast<std::size_t>(hash)] = std::move(candidate);
    return;
  }
  findings_.push_back({traits(hash).name, fmt::format("{} is not available", traits(hash).name), true});
}

}  // namespace arrouter::enco
