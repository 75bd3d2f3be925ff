// Datagrams from a TACACS server, or from anybody: what is read as an answer says yes or no and names a nonce.
#include "modules/tacacs/packet.h"

using namespace arrouter;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const ByteView datagram(bytes, size);
  const auto reply = tacacs::read_reply(datagram);
  if (!reply) return 0;
  if (size < 6 || reply->nonce != load_be16(bytes + 2) || reply->accepted != (bytes[4] == 1)) __builtin_trap();
  return 0;
}
