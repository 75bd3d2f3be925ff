// With thousands of SAs each one is far away in memory, and a burst meets many: what its packets need is fetched side
// by side before the first of them is worked on.
#include "modules/ipsec/datapath.h"

namespace arrouter::ipsec {
namespace {

constexpr std::size_t few = 256;  // SAs that stay near by themselves

template <class Object>
void fetch(const Object& object) {
  constexpr std::size_t line = 64;
  const auto* const at = reinterpret_cast<const char*>(&object);
  for (std::size_t i = 0; i < sizeof(Object); i += line) __builtin_prefetch(at + i);
}

}  // namespace

void Datapath::fetch_for_sealing(InterfaceId interface, Burst& burst) {
  if (state_.sas.by_id().size() <= few) return;
  std::array<const SaBundle*, limits::burst> bundles;
  std::size_t count = 0;
  for (const Packet& packet : burst) {
    if (!packet || packet->meta.ipsec_done) continue;
    const auto flow = flow_of(packet->view(), Heading::leaving, interface);
    const SaBundle* const bundle = flow ? decide(*flow).bundle : nullptr;
    if (bundle == nullptr) continue;
    fetch(*bundle);
    bundles[count++] = bundle;
  }
  for (std::size_t i = 0; i < count; ++i) fetch(*bundles[i]->sas.back());
}

void Datapath::fetch_for_opening(Burst& burst) {
  if (state_.sas.by_id().size() <= few) return;
  std::array<const Sa*, limits::burst> sas;
  std::size_t count = 0;
  for (const Packet& packet : burst) {
    const auto esp = packet ? find_esp(*packet) : std::nullopt;
    const Sa* const sa = esp ? state_.sas.find(isakmp::Protocol::esp, esp->spi) : nullptr;
    if (sa == nullptr) continue;
    fetch(*sa);
    sas[count++] = sa;
  }
  for (std::size_t i = 0; i < count; ++i) fetch(*sas[i]->bundle);
}

}  // namespace arrouter::ipsec
