// A slow cipher on several processors: cuts the bursts of another engine into pieces that threads work side by side.
#pragma once

#include <functional>

#include "modules/enco/engine.h"
#include "os/fork_join.h"

namespace arrouter::enco {

/// The threads of a router and what they did. A packet is counted for the thread that worked it: 0 is the datapath's.
struct Workers {
  ForkJoin threads;
  std::uint64_t bursts = 0;  // that were split
  std::array<std::uint64_t, ForkJoin::most_threads + 1> packets{};
};

/// Gives the same results with any number of workers. Each thread has an engine and keys of its own, because engines
/// and keys have an inside that changes while they work. Without workers it does nothing but pass on.
class SplitCipher final : public CipherEngine {
 public:
  /// `again` makes the same engine once more; nullptr when that fails.
  using Again = std::function<std::shared_ptr<const CipherEngine>()>;
  SplitCipher(std::shared_ptr<const CipherEngine> engine, Again again, std::shared_ptr<Workers> workers);

  /// Makes what the threads there are need. To be called when there are more than before.
  void equip();

  std::string_view name() const override { return engines_.front()->name(); }
  std::unique_ptr<CipherKey> make_key(ByteView key, Direction direction) const override;
  void run(std::span<CipherTask> tasks) const override;
  std::size_t lanes() const override { return engines_.front()->lanes(); }

 private:
  class Key;
  void run_slice(std::span<CipherTask> tasks) const;
  void run_piece(std::span<CipherTask> tasks, std::size_t thread) const;
  bool ready(std::span<CipherTask> tasks) const;

  std::vector<std::shared_ptr<const CipherEngine>> engines_;  // by thread
  Again again_;
  std::shared_ptr<Workers> workers_;
};

}  // namespace arrouter::enco
