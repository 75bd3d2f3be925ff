#include "os/base/random.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <sys/random.h>
#include <system_error>

namespace arrouter {

std::uint32_t Random::u32() {
  std::array<std::uint8_t, 4> raw{};
  fill(raw);
  return load_be32(raw.data());
}

std::uint64_t Random::u64() {
  std::array<std::uint8_t, 8> raw{};
  fill(raw);
  return load_be64(raw.data());
}

std::uint64_t Random::below(std::uint64_t bound) {
  const std::uint64_t limit = ~std::uint64_t{0} - ~std::uint64_t{0} % bound;
  std::uint64_t value = u64();
  while (value >= limit) value = u64();
  return value % bound;
}

Bytes Random::bytes(std::size_t count) {
  Bytes out(count);
  fill(out);
  return out;
}

SeededRandom::SeededRandom(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {
    seed += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = seed;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    word = z ^ z >> 31;
  }
}

std::uint64_t SeededRandom::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

void SeededRandom::fill(ByteSpan out) {
  while (!out.empty()) {
    const std::uint64_t word = next();
    const std::size_t part = std::min(out.size(), sizeof(word));
    std::memcpy(out.data(), &word, part);
    out = out.subspan(part);
  }
}

namespace {
void fill_from_kernel(ByteSpan out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw std::system_error(errno, std::generic_category(), "getrandom");
    out = out.subspan(static_cast<std::size_t>(got));
  }
}
}  // namespace

void SystemRandom::fill(ByteSpan out) {
  if (out.size() > pool_.size()) return fill_from_kernel(out);
  if (out.size() > pool_.size() - used_) {
    fill_from_kernel(pool_);
    used_ = 0;
  }
  std::memcpy(out.data(), pool_.data() + used_, out.size());
  wipe(pool_.data() + used_, out.size());
  used_ += out.size();
}

std::unique_ptr<Random> make_random(std::optional<std::uint64_t> seed) {
  if (seed) return std::make_unique<SeededRandom>(*seed);
  return std::make_unique<SystemRandom>();
}

}  // namespace arrouter
