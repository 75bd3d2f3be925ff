// Log messages of other routers and of anybody's syslog. What was read can be written and read again, and nothing of it
// steers a terminal.
#include <algorithm>

#include "modules/log/srlp.h"
#include "modules/log/syslog.h"

using namespace arrouter;
using namespace arrouter::logging;

namespace {

SecretBytes seal(ByteView key, ByteView data) {
  SecretBytes code(16, static_cast<std::uint8_t>(key.size()));
  for (std::size_t i = 0; i < data.size(); ++i) code[i % 16] = static_cast<std::uint8_t>(code[i % 16] * 31 + data[i]);
  return code;
}

void check(const Entry& entry) {
  for (const std::string& text : {entry.type, entry.subtype, entry.file, entry.reference, entry.message}) {
    const auto steers = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (text.size() > 1024 || std::ranges::any_of(text, steers)) __builtin_trap();
  }
  if (entry.type.size() > 5 || entry.subtype.size() > 5) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const ByteView datagram(bytes, size);
  check(parse_syslog({reinterpret_cast<const char*>(bytes), size}));
  auto entry = srlp::decode(datagram);
  if (!entry) return 0;
  check(*entry);
  static_cast<void>(srlp::sealed_with(datagram, "secret", seal));
  --entry->hops;
  const Bytes again = srlp::encode(*entry, "secret", seal);
  if (!srlp::sealed_with(again, "secret", seal)) __builtin_trap();
  ++entry->hops;
  if (srlp::decode(again) != entry) __builtin_trap();
  return 0;
}
