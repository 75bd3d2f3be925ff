// What an implementation of an algorithm offers ENCO. An engine gets whole bursts, so that one that works several
// buffers side by side can; one engine per algorithm is chosen at start-up (suite.h).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "modules/enco/algorithms.h"

namespace arrouter::enco {

/// A key made ready for its engine, to which its inside belongs.
class EngineKey {
 public:
  virtual ~EngineKey() = default;
};

/// For one direction of CBC.
class CipherKey : public EngineKey {};

/// One buffer in place: `length` is a multiple of the block; `iv` is one block that stays as it is.
struct CipherTask {
  CipherKey* key = nullptr;
  std::uint8_t* data = nullptr;
  std::size_t length = 0;
  const std::uint8_t* iv = nullptr;
  bool good = false;
};

class CipherEngine {
 public:
  virtual ~CipherEngine() = default;
  virtual std::string_view name() const = 0;
  /// nullptr when the key has the wrong length or the library refuses.
  virtual std::unique_ptr<CipherKey> make_key(ByteView key, Direction direction) const = 0;
  /// All keys are of this engine and one direction. Sets `good`; a task that fails leaves its data undefined. Does not
  /// allocate.
  virtual void run(std::span<CipherTask> tasks) const = 0;
  /// How many tasks of a burst take as long as one.
  virtual std::size_t lanes() const { return 1; }
};

/// For authentication.
class MacKey : public EngineKey {};

/// The digest over `first` and then `second`, whole (not cut to 96 bits).
struct MacTask {
  const MacKey* key = nullptr;
  ByteView first, second;
  std::array<std::uint8_t, largest_digest> digest{};
  bool good = false;
};

class MacEngine {
 public:
  virtual ~MacEngine() = default;
  virtual std::string_view name() const = 0;
  virtual std::unique_ptr<MacKey> make_key(ByteView key) const = 0;
  /// All keys are of this engine. Sets `digest` and `good`. Does not allocate.
  virtual void run(std::span<MacTask> tasks) const = 0;
  /// The keyed digest over any number of parts.
  virtual bool digest(const MacKey& key, std::span<const ByteView> parts, std::uint8_t* out) const = 0;
  /// The plain hash; false for an algorithm that has none (DESMAC).
  virtual bool hash(std::span<const ByteView> parts, std::uint8_t* out) const = 0;
};

}  // namespace arrouter::enco
