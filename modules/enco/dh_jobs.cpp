#include "modules/enco/dh_jobs.h"

#include <algorithm>

namespace arrouter::enco {

namespace {

constexpr unsigned least_exponent_bits = 160;

/// A random exponent of exactly `bits` bits, at most one less than the prime's.
SecretBytes draw_exponent(Random& random, Group group, unsigned bits) {
  bits = std::clamp(bits, least_exponent_bits, static_cast<unsigned>(group_bytes(group) * 8 - 1));
  SecretBytes exponent((bits + 7) / 8);
  random.fill(exponent);
  const unsigned top = (bits - 1) % 8;  // place of the highest bit in the first byte
  exponent[0] = static_cast<std::uint8_t>((exponent[0] & ((1U << (top + 1)) - 1)) | 1U << top);
  return exponent;
}

template <class Container>
void cut_leading_zeros(Container& value) {
  const auto first = std::find_if(value.begin(), value.end(), [](std::uint8_t octet) { return octet != 0; });
  value.erase(value.begin(), first);
}

}  // namespace

std::size_t DhJobs::generate(Group group, unsigned exponent_bits, Owner owner,
                             std::function<void(std::optional<DhPair>)> done) {
  auto pair = std::make_shared<DhPair>();
  pair->group = group;
  pair->exponent = draw_exponent(random_, group, exponent_bits);
  const std::size_t drawn = pair->exponent.size();
  ++counters.phase1_started;
  queue_.submit({.owner = std::move(owner),
          .work = [pair] { pair->public_value = public_value(pair->group, pair->exponent); },
          .finish =
              [this, pair, done] {
                const bool good = !pair->public_value.empty();
                ++(good ? counters.phase1_good : counters.phase1_failed);
                if (!padding) cut_leading_zeros(pair->public_value);
                done(good ? std::optional(std::move(*pair)) : std::nullopt);
              },
          .refuse =
              [this, done] {
                ++counters.phase1_failed;
                done(std::nullopt);
              }});
  return drawn;
}

void DhJobs::share(const DhPair& own, ByteView peer_public, Owner owner,
                   std::function<void(std::optional<SecretBytes>)> done) {
  struct Work {
    Group group;
    SecretBytes exponent;
    Bytes peer;
    std::optional<SecretBytes> result;
  };
  auto work = std::make_shared<Work>(
      Work{own.group, own.exponent, Bytes(peer_public.begin(), peer_public.end()), std::nullopt});
  ++counters.phase2_started;
  queue_.submit({.owner = std::move(owner),
          .work = [work] { work->result = shared_value(work->group, work->exponent, work->peer); },
          .finish =
              [this, work, done] {
                ++(work->result ? counters.phase2_good : counters.phase2_failed);
                if (!padding && work->result) cut_leading_zeros(*work->result);
                done(std::move(work->result));
              },
          .refuse =
              [this, done] {
                ++counters.phase2_failed;
                done(std::nullopt);
              }});
}

}  // namespace arrouter::enco
