// DNS messages: decoding, and writing again what a query can carry.
#include "modules/ip/dns_message.h"

using namespace arrouter;
using namespace arrouter::ip;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto message = decode_dns(ByteView(bytes, size));
  if (!message) return 0;
  if (message->question.name.size() > 253) __builtin_trap();
  DnsMessage query;
  query.id = message->id;
  query.question = message->question;
  const auto again = decode_dns(encode_dns(query));
  if (!again || again->question != message->question) __builtin_trap();
  return 0;
}
