// Datagrams from a RADIUS server, or from anybody: as they come, and made sound by a server that knows the secret, so
// that the attributes are reached.
#include <algorithm>
#include <array>

#include "modules/enco/enco_module.h"
#include "modules/radius/packet.h"
#include "tests/support/test_services.h"

using namespace arrouter;

namespace {

struct Kept {
  test::TestServices base;
  MadeEnco enco = make_enco(base.services);
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static Kept kept;
  enco::EncoApi& enco = kept.enco.api;
  const ByteView secret = as_bytes("sharedsecret");
  const radius::Authenticator request{1, 2, 3};
  Bytes packet(bytes, bytes + size);
  static_cast<void>(radius::describe(packet));
  static_cast<void>(radius::read_reply(enco, packet, request, secret));
  if (!radius::identifier_of(packet)) return 0;

  packet.resize(std::min(packet.size(), radius::longest_packet));
  store_be16(packet.data() + 2, static_cast<std::uint16_t>(packet.size()));
  const std::array<ByteView, 4> parts{ByteView(packet).first(4), request, ByteView(packet).subspan(20), secret};
  std::ranges::copy(enco.hash(enco::Hash::md5, parts), packet.begin() + 4);
  const auto reply = radius::read_reply(enco, packet, request, secret);
  if (!reply) return 0;
  std::size_t length = radius::header_bytes;
  for (const radius::Attribute& attribute : reply->attributes) {
    if (attribute.value.size() > radius::longest_value) __builtin_trap();
    length += 2 + attribute.value.size();
  }
  if (length != packet.size()) __builtin_trap();
  return 0;
}
