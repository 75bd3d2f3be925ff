// Whatever arrives as ESP, bare or in UDP, with SAs of several kinds: nothing crashes, nothing is lost uncounted.
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "tests/support/ipsec_fixture.h"

using namespace arrouter;
using namespace arrouter::ipsec;

namespace {

/// One router with a manual SA of each kind, SPIs 1000 and up; NULL hash, so that a fuzzer gets behind the ICV.
std::unique_ptr<test::IpsecFixture> make_router() {
  auto fixture = std::make_unique<test::IpsecFixture>();
  fixture->configure(
      "create enco key=10 type=des value=0x101f2c3b49576473\n"
      "create enco key=11 type=general value=0x3443515e6d7a8997a4b3c1cedceaf8071523313e\n"
      "create ipsec sas=1 key=manual prot=esp enc=des enck=10 insp=1000 outs=1000\n"
      "create ipsec sas=2 key=manual prot=esp enc=null hasha=sha hashk=11 insp=1001 outs=1001\n"
      "create ipsec sas=3 key=manual prot=esp mod=transport enc=des enck=10 insp=1002 outs=1002 anti=on\n"
      "create ipsec bund=1 key=manual string=\"1\"\ncreate ipsec bund=2 key=manual string=\"2\"\n"
      "create ipsec bund=3 key=manual string=\"3\"\n"
      "create ipsec pol=a int=eth0 ac=ipsec key=manual bund=1 peer=1.1.1.1\n"
      "create ipsec pol=b int=eth0 ac=ipsec key=manual bund=2 peer=1.1.1.1\n"
      "create ipsec pol=c int=eth0 ac=ipsec key=manual bund=3 peer=1.1.1.1\nenable ipsec");
  return fixture;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto fixture = make_router();
  if (size < 1 || size > 4000) return 0;
  const std::size_t free_before = fixture->services.pool.available();
  // The first byte chooses: plain or in UDP, and which SA's SPI is put in.
  const ByteView esp(data + 1, size - 1);
  const bool udp = (data[0] & 1) != 0;
  const std::size_t headers = udp ? 28 : 20;
  Packet packet = fixture->packet("1.1.1.1", "100.100.100.1", udp ? 17 : 50, headers + esp.size(), 4500, 4500);
  std::copy(esp.begin(), esp.end(), packet->data() + headers);
  if (esp.size() >= 4 && (data[0] & 2) != 0) store_be32(packet->data() + headers, 1000 + data[0] / 4 % 3);
  {
    const auto opened = fixture->in(std::move(packet));
    for (const Packet& inner : opened) {
      if (!wire::view_ipv4(inner->view())) std::abort();
    }
    std::uint64_t dropped = 0;
    for (const auto counter :
         {GroupCounter::main_in_bad_spi, GroupCounter::esp_in_length_bad, GroupCounter::esp_in_auth_fail,
          GroupCounter::esp_in_decrypt_fail, GroupCounter::esp_in_replay_fail, GroupCounter::udp_in_bad}) {
      dropped += fixture->counter(counter);
    }
    for (const char* const policy : {"a", "b", "c"}) {
      dropped += fixture->counter(policy, PolicyCounter::in_policy_filter_fail);
    }
    const std::uint64_t done = fixture->counter(GroupCounter::esp_in_done);  // dummies are done with, too
    if (dropped + done != 1 || opened.size() > done) std::abort();
  }
  if (fixture->services.pool.available() != free_before) std::abort();
  return 0;
}
