// ENABLE ENCO COMPSTATISTICS: how much the compression channels gain.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "modules/enco/enco_api.h"

namespace arrouter::enco {

class CompressionStatistics {
 public:
  bool kept() const { return kept_; }
  /// What was kept goes when nothing is kept any more.
  void keep(bool on) {
    kept_ = on;
    sums_.clear();
  }
  /// Octets of one datagram without and with compression.
  void add(ChannelId channel, Direction direction, std::size_t plain, std::size_t packed) {
    Sums& sums = sums_[{channel, direction}];
    sums.plain += plain;
    sums.packed += packed;
  }
  void forget(ChannelId channel) {
    sums_.erase({channel, Direction::encode});
    sums_.erase({channel, Direction::decode});
  }
  void reset() { sums_.clear(); }
  /// "2.31 : 1"; "-" before the first datagram.
  std::string ratio(ChannelId channel, Direction direction) const {
    const auto found = sums_.find({channel, direction});
    if (found == sums_.end() || found->second.packed == 0) return "-";
    const auto& [plain, packed] = found->second;
    return fmt::format("{:.2f} : 1", static_cast<double>(plain) / static_cast<double>(packed));
  }

 private:
  struct Sums {
    std::uint64_t plain = 0, packed = 0;
  };
  bool kept_ = false;
  std::map<std::pair<ChannelId, Direction>, Sums> sums_;
};

}  // namespace arrouter::enco
