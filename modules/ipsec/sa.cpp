#include "modules/ipsec/sa.h"

#include "modules/ipsec/policy.h"
#include "os/base/limits.h"

namespace arrouter::ipsec {

std::size_t SaBundle::tunnel_at() const {
  std::size_t at = 0;
  while (at < sas.size() && sas[at]->mode != isakmp::Encapsulation::tunnel) ++at;
  return at;
}

std::uint32_t SaTable::reserve_cpi(Random& random) {
  constexpr std::uint32_t lowest = 256, highest = 61439;    // to be negotiated (RFC 3173 3.3)
  constexpr std::size_t most = (highest - lowest + 1) / 2;  // so that a free one is found soon
  if (cpis_.size() >= most) return 0;
  for (;;) {
    const auto cpi = lowest + static_cast<std::uint32_t>(random.below(highest - lowest + 1));
    if (cpis_.insert(cpi).second) return cpi;
  }
}

std::uint32_t SaTable::reserve_spi(isakmp::Protocol protocol, Random& random) {
  if (protocol == isakmp::Protocol::ipcomp) return reserve_cpi(random);
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
  if (cpis_.erase(spi) != 0) return;
  if (!reserved(spi) || slots_[spi & slot_mask].sa != nullptr) return;
  const std::uint32_t slot = spi & slot_mask;
  slots_[slot] = {};
  free_.push_back(static_cast<std::uint16_t>(slot));
}

bool SaTable::add(Sa& sa) {
  const bool compresses = sa.protocol == isakmp::Protocol::ipcomp;
  if (by_id_.size() >= limits::ipsec_sas || (!compresses && find(sa.protocol, sa.in_spi) != nullptr)) return false;
  while (by_id_.contains(next_id_)) ++next_id_;
  sa.id = next_id_++;
  by_id_[sa.id] = &sa;
  if (compresses) {
    sa.spi_reserved = cpis_.contains(sa.in_spi) && sa.bundle->policy->negotiated();
  } else if ((sa.spi_reserved = reserved(sa.in_spi))) {
    slots_[sa.in_spi & slot_mask] = {sa.in_spi, sa.protocol, &sa};
  } else {
    foreign_[{sa.protocol, sa.in_spi}] = &sa;
  }
  return true;
}

void SaTable::remove(Sa& sa) {
  by_id_.erase(sa.id);
  if (!sa.spi_reserved) {
    foreign_.erase({sa.protocol, sa.in_spi});
    return;
  }
  if (sa.protocol != isakmp::Protocol::ipcomp) slots_[sa.in_spi & slot_mask].sa = nullptr;
  release_spi(sa.in_spi);
}

Sa* SaTable::find_foreign(isakmp::Protocol protocol, std::uint32_t spi) const {
  const auto found = foreign_.find({protocol, spi});
  return found == foreign_.end() ? nullptr : found->second;
}

}  // namespace arrouter::ipsec
