// Random numbers, always injected: a seed fixes every byte a router sends.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "os/base/bytes.h"

namespace arrouter {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(ByteSpan out) = 0;
  std::uint32_t u32();
  std::uint64_t u64();
  /// Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  Bytes bytes(std::size_t count);
};

/// Repeatable, not secret: simulation and --seed. xoshiro256** started by splitmix64.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed);
  void fill(ByteSpan out) override;

 private:
  std::uint64_t next();
  std::array<std::uint64_t, 4> state_{};
};

/// The kernel's generator, drawn in blocks so that an IV costs no system call.
class SystemRandom final : public Random {
 public:
  ~SystemRandom() override { wipe(pool_.data(), pool_.size()); }
  void fill(ByteSpan out) override;

 private:
  std::array<std::uint8_t, 4096> pool_{};
  std::size_t used_ = sizeof(pool_);
};

/// SeededRandom when a seed is given, else SystemRandom.
std::unique_ptr<Random> make_random(std::optional<std::uint64_t> seed);

}  // namespace arrouter
