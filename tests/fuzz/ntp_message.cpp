// Packets for the NTP client: the input is a row of packets of 48 bytes, each an answer to a question just asked.
#include "modules/ntp/client.h"

using namespace arrouter;
using namespace arrouter::ntp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  SeededRandom random(1);
  Client client;
  Instant now{};
  WallTime utc{std::chrono::seconds(1'700'000'000)};
  ByteView rest(bytes, size);
  while (!rest.empty()) {
    const ByteView datagram = rest.first(std::min<std::size_t>(rest.size(), 48));
    rest = rest.subspan(datagram.size());
    const Packet request = client.ask(now, utc, random);
    auto packet = decode(datagram);
    if (!packet) continue;
    if (decode(encode(*packet))->transmit != packet->transmit) __builtin_trap();
    // Nobody guesses the number; half of the input is as if somebody had.
    if ((packet->origin & 1) != 0) packet->origin = request.transmit;
    if (client.answered(*packet, now, utc) == Verdict::good) {
      if (client.best()->delay < Duration::zero()) __builtin_trap();
      client.clock_moved(client.best()->offset);
    }
    now += std::chrono::seconds(64);
    if (client.next_request() > now + std::chrono::seconds(1024)) __builtin_trap();
  }
  return 0;
}
