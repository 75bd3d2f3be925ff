// Telnet from both sides: what clients send to the server, and what hosts send to the TELNET command. However a network
// cuts the bytes, the same comes out, and no peer is answered for ever.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cli/console/telnet_filter.h"
#include "cli/telnet/host_protocol.h"

namespace {

using namespace arrouter;

struct Heard {
  std::string text, reply;
  bool operator==(const Heard&) const = default;
};

template <class Feed>
Heard in_pieces(std::string_view bytes, std::size_t most, Feed feed) {
  Heard heard;
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), 1 + static_cast<unsigned char>(bytes.front()) % most);
    heard.text += feed(bytes.substr(0, count), heard.reply);
    bytes.remove_prefix(count);
  }
  return heard;
}

template <class Make>
void check(std::string_view bytes, std::size_t longest_reply, Make make) {
  auto whole = make(), pieces = make();
  Heard at_once;
  at_once.text = whole(bytes, at_once.reply);
  if (in_pieces(bytes, 7, pieces) != at_once) std::abort();
  if (at_once.text.size() > bytes.size() || at_once.reply.size() > longest_reply) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // Every three bytes of a change of mind are answered with three; a question with at most ten times its length.
  check(bytes, 600 + 10 * size, [] {
    TelnetFilter filter;
    filter.greeting();
    return [filter](std::string_view part, std::string& reply) mutable { return filter.typed(part, reply); };
  });
  check(bytes, 600 + 10 * size, [] {
    telnet::HostProtocol protocol("vt100", true);
    return [protocol](std::string_view part, std::string& reply) mutable { return protocol.received(part, reply); };
  });
  return 0;
}
