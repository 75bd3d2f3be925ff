// With thousands of SAs each one is far away in memory, and a burst meets many: what its packets need is asked for side
// by side, step by step along the pointers, before the first of them is worked on. ENCO does the same with the keys.
#include "modules/ipsec/datapath.h"

namespace arrouter::ipsec {
namespace {

constexpr std::size_t few = 256;  // SAs that stay near by themselves

void fetch(const void* object, std::size_t lines) {
  for (std::size_t i = 0; i < lines; ++i) __builtin_prefetch(static_cast<const char*>(object) + i * cache_line);
}

}  // namespace

void Datapath::fetch_for_sealing(InterfaceId interface, Burst& burst) {
  if (state_.sas.size() <= few) return;
  std::array<FlowKey, limits::burst> flows;
  std::array<const SaBundle*, limits::burst> bundles;
  std::size_t count = 0;
  for (const Packet& packet : burst) {
    if (!packet || packet->meta.ipsec_done) continue;
    const auto flow = flow_of(packet->view(), Heading::leaving, interface);
    if (!flow) continue;
    __builtin_prefetch(&places_of(flow->hash()));
    flows[count++] = *flow;
  }
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const SaBundle* const bundle = recall(flows[i]).bundle();
    if (bundle == nullptr) continue;
    fetch(bundle, bundle_lines_out);
    bundles[found++] = bundle;
  }
  for (std::size_t i = 0; i < found; ++i) fetch(bundles[i]->sas.back().get(), sa_lines_out);
}

void Datapath::fetch_for_opening(Burst& burst) {
  if (state_.sas.size() <= few) return;
  std::array<std::uint32_t, limits::burst> spis;
  std::array<const Sa*, limits::burst> sas;
  std::size_t count = 0;
  for (const Packet& packet : burst) {
    const auto esp = packet ? find_esp(*packet) : std::nullopt;
    if (!esp) continue;
    state_.sas.fetch(esp->spi);
    spis[count++] = esp->spi;
  }
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Sa* const sa = state_.sas.find(isakmp::Protocol::esp, spis[i]);
    if (sa == nullptr) continue;
    fetch(sa, sa_lines_in);
    sas[found++] = sa;
  }
  for (std::size_t i = 0; i < found; ++i) fetch(sas[i]->bundle, bundle_lines_in);
}

}  // namespace arrouter::ipsec
