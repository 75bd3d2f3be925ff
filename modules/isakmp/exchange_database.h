// Where exchanges are kept: found by number, by message, by job and by time without walking through all of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "modules/isakmp/exchange.h"

namespace arrouter::isakmp {

class ExchangeDatabase {
 public:
  /// nullptr when the table is full. Ids count from 1 and come again after 65535; serials never do.
  Exchange* add(ExchangeType type, Role role, std::uint32_t sa_id, std::uint32_t message_id);
  /// False: it is not of this table.
  bool remove(std::uint16_t id);
  Exchange* find(std::uint16_t id) const;
  Exchange* by_serial(std::uint64_t serial) const;
  /// Phase 1 has message id 0.
  Exchange* find(std::uint32_t sa_id, std::uint32_t message_id) const;
  /// All of one SA, oldest message id first.
  std::vector<Exchange*> of(std::uint32_t sa_id) const;
  const std::map<std::uint16_t, std::unique_ptr<Exchange>>& all() const { return exchanges_; }

  void set_message_id(Exchange& exchange, std::uint32_t message_id);
  /// To be called when Exchange::deadline() may have changed.
  void reschedule(Exchange& exchange);
  std::optional<Instant> next_due() const;
  std::vector<std::uint16_t> due(Instant now) const;

 private:
  std::map<std::uint16_t, std::unique_ptr<Exchange>> exchanges_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Exchange*> by_message_;
  std::unordered_map<std::uint64_t, Exchange*> by_serial_;
  std::set<std::pair<Instant, std::uint16_t>> due_;
  std::uint16_t last_id_ = 0;
  std::uint64_t last_serial_ = 0;
};

}  // namespace arrouter::isakmp
