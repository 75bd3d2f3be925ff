// Control frames of PPP from strangers, against a dialler and against a provider: two bytes of protocol, one of length,
// the packet; a length of zero lets time pass. Nobody comes in without the password.
#include <cstdlib>

#include "tests/unit/ppp/fake_host.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace arrouter;
  using namespace arrouter::test;
  for (const bool provides : {false, true}) {
    End end(1);
    end.peer_address = Ipv4Address(10, 0, 0, 2);
    end.begin(provides ? provider(Demand::either) : dialler(), end.now);
    end.password = "not to be guessed";
    ByteReader reader({data, size});
    while (reader.remaining() > 3) {
      const std::uint16_t protocol = reader.u16();
      const std::size_t length = reader.u8();
      if (length == 0) {
        end.now += std::chrono::seconds(3);
        end.session->tick(end.now);
      } else {
        end.session->receive(protocol, reader.take(std::min(length, reader.remaining())), end.now);
      }
      if (provides && end.network) std::abort();
      end.sent.clear();
    }
    if (end.session->lcp().peer_mru() < smallest_mru) std::abort();
  }
  return 0;
}
