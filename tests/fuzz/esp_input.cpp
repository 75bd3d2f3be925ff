// Whatever arrives as ESP, with SAs of several kinds: nothing crashes, nothing is lost uncounted. The first byte chooses
// whose SPI is put in, if any.
#include "tests/fuzz/protected_input.h"

using namespace arrouter;

namespace {

// NULL hash, so that a fuzzer gets behind the ICV.
constexpr std::string_view specifications =
    "create ipsec sas=1 key=manual prot=esp enc=des enck=10 insp=1000 outs=1000\n"
    "create ipsec sas=2 key=manual prot=esp enc=null hasha=sha hashk=11 insp=1001 outs=1001\n"
    "create ipsec sas=3 key=manual prot=esp mod=transport enc=des enck=10 insp=1002 outs=1002 anti=on\n"
    "create ipsec sas=4 key=manual prot=esp mod=transport enc=des enck=10 insp=1003 outs=1003\n"
    "create ipsec sas=5 key=manual prot=comp insp=1004 outs=1004";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static test::ProtectedInput router(specifications, {{"1"}, {"2"}, {"3"}, {"5 and 4"}});
  if (size < 1 || size > 4000) return 0;
  Packet packet = router.packet(wire::protocol::esp, ByteView(data + 1, size - 1));
  if (size >= 5 && (data[0] & 2) != 0) store_be32(packet->data() + 20, 1000 + data[0] / 4 % 4);
  router.receive(std::move(packet));
  return 0;
}
