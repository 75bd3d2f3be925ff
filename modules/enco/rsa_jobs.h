// RSA as background jobs: key generation and signatures.
#pragma once

#include "modules/enco/engines.h"
#include "modules/enco/job_queue.h"

namespace arrouter::enco {

struct RsaCounters {
  std::uint64_t generations_started = 0, generations_completed = 0, generations_failed = 0;
  std::uint64_t signatures_started = 0, signatures_good = 0, signatures_failed = 0;
  std::uint64_t checks_started = 0, checks_good = 0, checks_failed = 0;
};

/// Goes with its queue: no call-back runs after either is gone.
class RsaJobs {
 public:
  using Owner = EncoApi::Owner;
  RsaJobs(LibraryHandle library, JobQueue& queue) : library_(std::move(library)), queue_(queue) {}

  /// `seed` is rsa_seed_bytes long; the key comes as RSAPrivateKey.
  void generate(std::size_t bits, SecretBytes seed, Owner owner, std::function<void(std::optional<SecretBytes>)> done);
  /// See EncoApi; `private_der` empty: there is no such key.
  void sign(ByteView private_der, ByteView data, Owner owner, std::function<void(std::optional<Bytes>)> done);
  void verify(const RsaPublicKey& key, ByteView data, ByteView signature, Owner owner, std::function<void(bool)> done);

  RsaCounters counters;

 private:
  LibraryHandle library_;
  JobQueue& queue_;
};

}  // namespace arrouter::enco
