#include "modules/enco/rsa_jobs.h"

#include "modules/enco/rsa.h"

namespace arrouter::enco {

void RsaJobs::generate(std::size_t bits, SecretBytes seed, Owner owner,
                       std::function<void(std::optional<SecretBytes>)> done) {
  auto result = std::make_shared<std::optional<SecretBytes>>();
  ++counters.generations_started;
  queue_.submit({.owner = std::move(owner),
                 .work = [library = library_, bits, seed, result] { *result = generate_rsa(library, bits, seed); },
                 .finish =
                     [this, result, done] {
                       ++(*result ? counters.generations_completed : counters.generations_failed);
                       done(std::move(*result));
                     },
                 .refuse =
                     [this, done] {
                       ++counters.generations_failed;
                       done(std::nullopt);
                     }});
}

void RsaJobs::sign(ByteView private_der, ByteView data, Owner owner, std::function<void(std::optional<Bytes>)> done) {
  struct Work {
    SecretBytes key;
    Bytes data;
    std::optional<Bytes> signature;
  };
  auto work = std::make_shared<Work>(
      Work{{private_der.begin(), private_der.end()}, {data.begin(), data.end()}, std::nullopt});
  ++counters.signatures_started;
  queue_.submit({.owner = std::move(owner),
                 .work =
                     [library = library_, work] {
                       if (!work->key.empty()) work->signature = rsa_sign(library, work->key, work->data);
                     },
                 .finish =
                     [this, work, done] {
                       ++(work->signature ? counters.signatures_good : counters.signatures_failed);
                       done(std::move(work->signature));
                     },
                 .refuse =
                     [this, done] {
                       ++counters.signatures_failed;
                       done(std::nullopt);
                     }});
}

void RsaJobs::verify(const RsaPublicKey& key, ByteView data, ByteView signature, Owner owner,
                     std::function<void(bool)> done) {
  struct Work {
    RsaPublicKey key;
    Bytes data, signature;
    bool good = false;
  };
  auto work = std::make_shared<Work>(Work{key, {data.begin(), data.end()}, {signature.begin(), signature.end()}});
  ++counters.checks_started;
  queue_.submit({.owner = std::move(owner),
                 .work =
                     [library = library_, work] {
                       work->good = rsa_verify(library, work->key, work->data, work->signature);
                     },
                 .finish =
                     [this, work, done] {
                       ++(work->good ? counters.checks_good : counters.checks_failed);
                       done(work->good);
                     },
                 .refuse =
                     [this, done] {
                       ++counters.checks_failed;
                       done(false);
                     }});
}

}  // namespace arrouter::enco
