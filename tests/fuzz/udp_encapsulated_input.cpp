// Whatever arrives in UDP as if it were ESP: on port 4500, and on the port of IPsec over UDP. The first byte chooses the
// port, whether the UDP header is the input's own, and whose SPI is put in, if any.
#include "tests/fuzz/protected_input.h"

using namespace arrouter;

namespace {

constexpr std::string_view specifications =
    "create ipsec sas=1 key=manual prot=esp enc=des enck=10 insp=1000 outs=1000\n"
    "create ipsec sas=2 key=manual prot=esp mod=transport enc=des enck=10 hasha=sha hashk=11 insp=1001 outs=1001\n"
    "create ipsec sas=3 key=manual prot=esp mod=transport enc=null hasha=sha hashk=11 insp=1002 outs=1002\n"
    "create ipsec sas=4 key=manual prot=ah hasha=sha hashk=11 insp=1003 outs=1003";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static test::ProtectedInput router(specifications, {{"1", "udpt=true"}, {"2", "udpt=true"}, {"3 and 4"}});
  if (size < 1 || size > 4000) return 0;
  const unsigned choice = data[0];
  Bytes payload(data + 1, data + size);
  const bool own_header = (choice & 2) != 0;
  const std::size_t esp = own_header ? 8 : 0;
  if (payload.size() >= esp + 4 && (choice & 4) != 0) store_be32(payload.data() + esp, 1000 + choice / 8 % 3);
  if ((choice & 1) != 0) {
    router.receive_datagram(payload);
    return 0;
  }
  if (!own_header) {
    Bytes header(8);
    store_be16(header.data(), 4500);
    store_be16(header.data() + 2, 4500);
    store_be16(header.data() + 4, static_cast<std::uint16_t>(8 + payload.size()));
    payload.insert(payload.begin(), header.begin(), header.end());
  }
  router.receive(router.packet(wire::protocol::udp, payload));
  return 0;
}
