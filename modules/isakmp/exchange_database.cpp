#include "modules/isakmp/exchange_database.h"

#include "os/base/limits.h"

namespace arrouter::isakmp {

Exchange* ExchangeDatabase::add(ExchangeType type, Role role, std::uint32_t sa_id, std::uint32_t message_id) {
  if (exchanges_.size() >= limits::isakmp_exchanges || by_message_.contains({sa_id, message_id})) return nullptr;
  do {
    ++last_id_;
  } while (last_id_ == 0 || exchanges_.contains(last_id_));
  auto made = std::make_unique<Exchange>();
  Exchange* const exchange = made.get();
  exchange->id = last_id_;
  exchange->serial = ++last_serial_;
  exchange->type = type;
  exchange->role = role;
  exchange->sa_id = sa_id;
  exchange->message_id = message_id;
  by_message_[{sa_id, message_id}] = exchange;
  by_serial_[exchange->serial] = exchange;
  exchanges_.emplace(exchange->id, std::move(made));
  return exchange;
}

bool ExchangeDatabase::remove(std::uint16_t id) {
  const auto found = exchanges_.find(id);
  if (found == exchanges_.end()) return false;
  const Exchange& exchange = *found->second;
  if (exchange.due) due_.erase({*exchange.due, id});
  by_message_.erase({exchange.sa_id, exchange.message_id});
  by_serial_.erase(exchange.serial);
  exchanges_.erase(found);
  return true;
}

Exchange* ExchangeDatabase::find(std::uint16_t id) const {
  const auto found = exchanges_.find(id);
  return found == exchanges_.end() ? nullptr : found->second.get();
}

Exchange* ExchangeDatabase::by_serial(std::uint64_t serial) const {
  const auto found = by_serial_.find(serial);
  return found == by_serial_.end() ? nullptr : found->second;
}

Exchange* ExchangeDatabase::find(std::uint32_t sa_id, std::uint32_t message_id) const {
  const auto found = by_message_.find({sa_id, message_id});
  return found == by_message_.end() ? nullptr : found->second;
}

std::vector<Exchange*> ExchangeDatabase::of(std::uint32_t sa_id) const {
  std::vector<Exchange*> found;
  for (auto at = by_message_.lower_bound({sa_id, 0}); at != by_message_.end() && at->first.first == sa_id; ++at)
    found.push_back(at->second);
  return found;
}

void ExchangeDatabase::set_message_id(Exchange& exchange, std::uint32_t message_id) {
  by_message_.erase({exchange.sa_id, exchange.message_id});
  exchange.message_id = message_id;
  by_message_[{exchange.sa_id, message_id}] = &exchange;
}

void ExchangeDatabase::reschedule(Exchange& exchange) {
  const std::optional<Instant> at = exchange.deadline();
  if (exchange.due == at) return;
  if (exchange.due) due_.erase({*exchange.due, exchange.id});
  if (at) due_.insert({*at, exchange.id});
  exchange.due = at;
}

std::optional<Instant> ExchangeDatabase::next_due() const {
  return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
}

std::vector<std::uint16_t> ExchangeDatabase::due(Instant now) const {
  std::vector<std::uint16_t> ids;
  for (auto at = due_.begin(); at != due_.end() && at->first <= now; ++at) ids.push_back(at->second);
  return ids;
}

}  // namespace arrouter::isakmp
