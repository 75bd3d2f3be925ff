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
  pair->exponent = draw_exponent(services_.random, group, exponent_bits);
  const std::size_t drawn = pair->exponent.size();
  ++counters.phase1_started;
  submit({.owner = std::move(owner),
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
  submit({.owner = std::move(owner),
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

std::size_t DhJobs::parallel() const {
  switch (priority) {
    case DhPriority::low:
      return 1;
    case DhPriority::medium:
      return 2;
    case DhPriority::high:
      break;
  }
  return 4;
}

void DhJobs::submit(Job job) {
  if (queue_.size() + running_ >= limits::enco_jobs) {
    ++counters.discarded;
    services_.reactor.post([self = weak_from_this(), job = std::move(job)] {
      if (self.lock() && !job.owner.expired()) job.refuse();
    });
    return;
  }
  ++counters.queued;
  queue_.push_back(std::move(job));
  counters.longest_queue = std::max<std::uint64_t>(counters.longest_queue, queue_.size() + running_);
  start_next();
}

void DhJobs::start_next() {
  while (!queue_.empty() && running_ < parallel()) {
    Job job = std::move(queue_.front());
    queue_.pop_front();
    if (job.owner.expired()) {
      ++counters.discarded;
      continue;
    }
    ++running_;
    services_.jobs.run(std::move(job.work),
                       [weak = weak_from_this(), owner = std::move(job.owner), finish = std::move(job.finish)] {
                         const auto self = weak.lock();
                         if (!self) return;
                         --self->running_;
                         ++self->counters.done;
                         if (!owner.expired()) finish();
                         self->start_next();
                       });
  }
}

}  // namespace arrouter::enco
