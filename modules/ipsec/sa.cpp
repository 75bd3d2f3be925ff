#include "modules/ipsec/sa.h"

#include "os/base/limits.h"

namespace arrouter::ipsec {

std::uint32_t SaTable::reserve_spi(Random& random) {
  // Freed slots are taken again only when a few are spare: a late packet of an old SA then finds no new one.
  constexpr std::size_t spare = 64;
  const bool full = slots_.size() >= limits::ipsec_sas;
  if (full && free_.empty()) return 0;
  std::uint32_t slot = 0;
  if (full || free_.size() > spare) {
    slot = free_.front();
    free_.pop_front();
  } else {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  }
  const std::uint32_t high = 1 + static_cast<std::uint32_t>(random.below(0xffff));
  slots_[slot].spi = high << 16 | slot;
  return slots_[slot].spi;
}

void SaTable::release_spi(std::uint32_t spi) {
  if (!reserved(spi) || slots_[spi & slot_mask].sa != nullptr) return;
  const std::uint32_t slot = spi & slot_mask;
  slots_[slot] = {};
  free_.push_back(static_cast<std::uint16_t>(slot));
}

bool SaTable::add(Sa& sa) {
  if (by_id_.size() >= limits::ipsec_sas || find(sa.in_spi) != nullptr) return false;
  while (by_id_.contains(next_id_)) ++next_id_;
  sa.id = next_id_++;
  by_id_[sa.id] = &sa;
  if (reserved(sa.in_spi)) {
    slots_[sa.in_spi & slot_mask].sa = &sa;
  } else {
    foreign_[sa.in_spi] = &sa;
  }
  return true;
}

void SaTable::remove(Sa& sa) {
  by_id_.erase(sa.id);
  if (reserved(sa.in_spi) && slots_[sa.in_spi & slot_mask].sa == &sa) {
    slots_[sa.in_spi & slot_mask].sa = nullptr;
    release_spi(sa.in_spi);
  } else {
    foreign_.erase(sa.in_spi);
  }
}

Sa* SaTable::find_foreign(std::uint32_t spi) const {
  const auto found = foreign_.find(spi);
  return found == foreign_.end() ? nullptr : found->second;
}

}  // namespace arrouter::ipsec
