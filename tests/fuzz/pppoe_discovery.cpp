// PPPoE discovery packets from strangers, to a host that searches and to an access concentrator: no session without the
// cookie of an offer, and what is read can be written again.
#include <cstdlib>

#include "tests/unit/ppp/discovery_cable.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace arrouter;
  using namespace arrouter::test;
  Cable cable;
  cable.serve("any", 2);
  cable.serve("bob", 2);
  cable.host.start(cable.now);
  ByteReader reader({data, size});
  while (reader.remaining() > 1) {
    const std::size_t length = reader.u16() % 1500;
    const auto packet = parse_discovery(reader.take(std::min(length, reader.remaining())));
    cable.sent.clear();
    cable.offers.clear();
    if (!packet) continue;
    const Bytes written = encode(*packet);
    const auto again = parse_discovery(written);
    if (!again || again->code != packet->code || again->tags.size() > packet->tags.size()) std::abort();
    cable.host.receive(server_mac, *packet, cable.now);
    cable.concentrator.receive("eth0", client_mac, *packet);
  }
  if (!cable.sessions.empty()) std::abort();
  return 0;
}
