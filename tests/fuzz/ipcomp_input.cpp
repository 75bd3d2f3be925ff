// Whatever arrives as IPComp, or as the IP in IP of a tunnel that compresses. The first byte chooses which of them and
// whose CPI is put in, if any.
#include "tests/fuzz/protected_input.h"

using namespace arrouter;

namespace {

constexpr std::string_view specifications =
    "create ipsec sas=1 key=manual prot=comp insp=1000 outs=1000\n"
    "create ipsec sas=2 key=manual prot=comp compa=deflate insp=1001 outs=1001\n"
    "create ipsec sas=3 key=manual prot=comp mod=transport insp=1002 outs=1002\n"
    "create ipsec sas=4 key=manual prot=comp mod=transport compa=deflate insp=1003 outs=1003";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static test::ProtectedInput router(specifications, {{"1"}, {"2"}, {"3"}, {"4"}});
  if (size < 1 || size > 4000) return 0;
  const std::uint8_t protocol = (data[0] & 1) != 0 ? wire::protocol::ipip : wire::protocol::ipcomp;
  Packet packet = router.packet(protocol, ByteView(data + 1, size - 1));
  if (size >= 5 && (data[0] & 2) != 0) {
    store_be16(packet->data() + 22, static_cast<std::uint16_t>(1000 + data[0] / 4 % 4));
  }
  router.receive(std::move(packet));
  return 0;
}
