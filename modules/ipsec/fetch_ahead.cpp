// With thousands of SAs each one is far away in memory, and a burst meets many. What a packet needs is asked for while
// those in front of it are worked on, step by step along the pointers: where the flow cache or the table of SPIs has its
// place, then what stands there, then what that points to. ENCO does the same with the keys.
#include "modules/ipsec/datapath.h"

namespace arrouter::ipsec {
namespace {

// How many packets ahead the two steps are: so many take longer than memory does.
constexpr std::size_t first_step = 12, second_step = 6;

void fetch(const void* object, std::size_t lines) {
  for (std::size_t i = 0; i < lines; ++i) __builtin_prefetch(static_cast<const char*>(object) + i * cache_line);
}

/// Calls `step` for the packet that is `ahead` of the one at `at`; at the first one for all up to there.
template <class Step>
void look_ahead(std::size_t at, std::size_t ahead, std::size_t count, Step step) {
  for (std::size_t i = at == 0 ? 0 : at + ahead; i <= at + ahead && i < count; ++i) step(i);
}

}  // namespace

void Datapath::fetch_decisions(std::span<const std::optional<FlowKey>> flows) {
  if (!many_sas()) return;
  for (const auto& flow : flows) {
    if (flow) __builtin_prefetch(&places_of(flow->hash()));
  }
}

void Datapath::fetch_for_sealing(std::span<const std::optional<FlowKey>> flows, std::size_t at) {
  if (!many_sas()) return;
  const auto bundle_of = [&](std::size_t i) { return flows[i] ? recall(*flows[i]).bundle() : nullptr; };
  look_ahead(at, first_step, flows.size(), [&](std::size_t i) {
    if (const SaBundle* const bundle = bundle_of(i)) fetch(bundle, bundle_lines);
  });
  look_ahead(at, second_step, flows.size(), [&](std::size_t i) {
    if (const SaBundle* const bundle = bundle_of(i)) fetch(bundle->sas.back().get(), sa_lines_out);
  });
}

std::span<const std::uint32_t> Datapath::fetch_slots(Burst& burst, Spis& spis) const {
  if (!many_sas()) return {};
  for (std::size_t i = 0; i < burst.size(); ++i) {
    const auto esp = burst[i] ? find_esp(*burst[i]) : std::nullopt;
    spis[i] = esp ? esp->spi : 0;
    state_.sas.fetch(spis[i]);
  }
  return std::span(spis).first(burst.size());
}

void Datapath::fetch_for_opening(std::span<const std::uint32_t> spis, std::size_t at) const {
  const auto sa_of = [&](std::size_t i) { return state_.sas.find(isakmp::Protocol::esp, spis[i]); };
  look_ahead(at, first_step, spis.size(), [&](std::size_t i) {
    if (const Sa* const sa = sa_of(i)) fetch(sa, sa_lines_in);
  });
  look_ahead(at, second_step, spis.size(), [&](std::size_t i) {
    if (const Sa* const sa = sa_of(i)) fetch(sa->bundle, bundle_lines);
  });
}

}  // namespace arrouter::ipsec
