// Whatever arrives as AH, its IP header with any options. The first byte chooses whose SPI is put in, if any, how many
// words of the input are IP options, and whether the check value is made right, so that a fuzzer gets behind it.
#include "modules/ipsec/ah.h"
#include "tests/fuzz/protected_input.h"

using namespace arrouter;

namespace {

constexpr std::string_view specifications =
    "create ipsec sas=1 key=manual prot=ah hasha=sha hashk=11 insp=1000 outs=1000\n"
    "create ipsec sas=2 key=manual prot=ah mod=transport hasha=sha hashk=11 insp=1001 outs=1001 anti=on\n"
    "create ipsec sas=3 key=manual prot=ah hasha=desmac hashk=10 insp=1002 outs=1002\n"
    "create ipsec sas=4 key=manual prot=ah mod=transport hasha=sha hashk=11 insp=1003 outs=1003\n"
    "create ipsec sas=5 key=manual prot=esp enc=des enck=10 insp=1004 outs=1004\n"
    "create ipsec sas=6 key=manual prot=comp compa=deflate insp=1005 outs=1005";

/// Computes the check value that the SA expects, when the packet has room for it.
void authenticate(test::ProtectedInput& router, PacketBuffer& packet) {
  const auto ah = ipsec::find_ah(packet);
  const ipsec::Sa* const sa =
      ah ? router.fixture.module->state().sas.find(isakmp::Protocol::ah, ah->spi) : nullptr;
  if (sa == nullptr || ah->length != ipsec::ah_bytes(*sa)) return;
  std::uint8_t* const icv = packet.data() + ah->header + ipsec::ah_header;
  std::fill(icv, packet.data() + ah->header + ah->length, std::uint8_t{0});
  enco::Job job;
  job.packet = &packet;
  job.authentication = sa->authentication;
  job.auth_end = static_cast<std::uint32_t>(packet.size());
  job.icv_at = static_cast<std::uint32_t>(ah->header + ipsec::ah_header);
  ipsec::ZeroedHeader header(packet);
  router.fixture.enco.api.run(enco::Direction::encode, std::span(&job, 1));
  header.restore();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static test::ProtectedInput router(specifications, {{"1"}, {"2"}, {"3"}, {"6 and 5 and 4"}});
  if (size < 1 || size > 4000) return 0;
  const unsigned choice = data[0];
  const std::size_t options = std::min<std::size_t>(choice >> 5, (size - 1) / 4) * 4;
  Packet packet = router.packet(wire::protocol::ah, ByteView(data + 1, size - 1));
  packet->data()[0] = static_cast<std::uint8_t>(0x45 + options / 4);
  wire::finish_ipv4(packet->data());
  const std::size_t ah = 20 + options;
  if (packet->size() >= ah + 8 && (choice & 2) != 0) store_be32(packet->data() + ah + 4, 1000 + choice / 8 % 4);
  if ((choice & 4) != 0) authenticate(router, *packet);
  router.receive(std::move(packet));
  return 0;
}
