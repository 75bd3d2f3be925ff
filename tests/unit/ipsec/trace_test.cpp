// LAB TRACE: whatever becomes of a packet in IPsec is told, each drop with its reason.
#include <catch2/catch.hpp>

#include "os/base/limits.h"
#include "tests/unit/ipsec/tunnel.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using test::IpsecFixture;
using test::Tunnel;

namespace {

class Lines final : public Terminal {
 public:
  void print(std::string_view text) override { printed += text; }
  std::string printed;
};

/// Follows every packet that is given to it.
struct Followed {
  explicit Followed(IpsecFixture& fixture) : fixture(fixture) {
    fixture.ip.trace.start({{}, {}, {}, 1000}, terminal);
  }
  std::string text_of(Packet packet, bool arriving) {
    terminal->printed.clear();
    fixture.ip.trace.begin(*packet, "test");
    arriving ? void(fixture.in(std::move(packet))) : void(fixture.out(std::move(packet)));
    return terminal->printed;
  }
  std::string out(Packet packet) { return text_of(std::move(packet), false); }
  std::string in(Packet packet) { return text_of(std::move(packet), true); }
  IpsecFixture& fixture;
  std::shared_ptr<Lines> terminal = std::make_shared<Lines>();
};

bool says(const std::string& text, std::string_view part) {
  INFO("looking for " << part << " in\n" << text);
  const bool found = text.find(part) != std::string::npos;
  CHECK(found);
  return found;
}

Packet touched(Packet packet, std::size_t at) {
  packet->data()[at] ^= 1;
  return packet;
}

}  // namespace

TEST_CASE("a packet's way into an SA and out of one") {
  Tunnel tunnel;
  Followed followed(tunnel.fixture);
  const std::string out = followed.out(tunnel.fixture.packet("192.168.1.100", "192.168.2.100"));
  says(out, "policy \"vpn\": bundle 0, SPI 20480, peer 200.200.200.1\n");
  says(out, "sealed by ESP 3DESOUTER SHA, sequence 2: 136 bytes\n");
  const std::string in = followed.in(tunnel.sealed(tunnel.reply(), 7));
  says(in, fmt::format("SPI {}, sequence 7: SA 0 of policy \"vpn\"\n", tunnel.in_spi));
  says(in, "opened\n");
  says(followed.out(tunnel.fixture.packet("192.168.1.100", "9.9.9.9")), "policy \"wiz_internet\": PERMIT\n");
}

TEST_CASE("why nothing came out of an SA") {
  Tunnel tunnel("set ipsec sas=1 antir=true");
  Followed followed(tunnel.fixture);
  const Packet good = tunnel.sealed(tunnel.reply(), 100);
  const auto copy = [&] { return tunnel.fixture.services.pool.clone(*good); };
  says(followed.in(touched(copy(), 60)), "check value wrong: dropped\n");
  says(followed.in(touched(copy(), 23)), "is unknown: dropped\n");
  says(followed.in(copy()), "opened\n");
  says(followed.in(copy()), "sequence 100 was seen or is too old: dropped\n");
  says(followed.in(tunnel.sealed(tunnel.reply(), 68)), "sequence 68 was seen or is too old: dropped\n");
  says(followed.in(tunnel.sealed(tunnel.fixture.packet("192.168.3.1", "192.168.1.100"), 101)),
       "what is inside is not the SA's traffic: dropped\n");
  says(followed.in(tunnel.crafted(Bytes(8, 9), 0, 102)), "padding wrong: dropped\n");
  says(followed.in(tunnel.crafted(Bytes{1, 2, 3, 4, 5, 6, 6, 59}, 0, 103)), "a dummy packet: done with it\n");
  says(followed.in(tunnel.crafted(Bytes{1, 2, 3, 4, 5, 6, 6, 4}, 0, 104)), "no IP packet inside: dropped\n");
  Packet odd = copy();
  store_be32(odd->data() + 24, 200);
  odd->trim(odd->size() - 1);
  store_be16(odd->data() + 2, static_cast<std::uint16_t>(odd->size()));
  wire::finish_ipv4(odd->data());
  says(followed.in(std::move(odd)), "length does not fit the SA: dropped\n");
  says(followed.in(tunnel.fixture.packet("200.200.200.1", "100.100.100.1", 50, 24)), "no ESP header: dropped\n");
  says(followed.in(tunnel.fixture.packet("200.200.200.1", "100.100.100.1", 51, 24)), "no AH header: dropped\n");
  tunnel.fixture.configure("disable ipsec");
  says(followed.in(copy()), "IPsec is disabled: dropped\n");
}

TEST_CASE("why nothing went into an SA") {
  Tunnel tunnel("set ipsec pol=vpn dfb=copy");
  Followed followed(tunnel.fixture);
  Packet big = tunnel.fixture.packet("192.168.1.100", "192.168.2.100", 17, 1447, 1, 2);
  test::set_df(big);
  says(followed.out(std::move(big)), "1504 bytes for a path of 1500, DF set: dropped\n");
  says(followed.out(tunnel.fixture.packet("192.168.1.100", "192.168.2.100", 17, 65530, 1, 2)),
       "too long for any IP packet: dropped\n");
  tunnel.fixture.configure("set ipsec pol=vpn ac=deny");
  says(followed.out(tunnel.fixture.packet("192.168.1.100", "192.168.2.100")), "policy \"vpn\": DENY\n");
}

TEST_CASE("packets that wait for an SA, and one too many") {
  IpsecFixture fixture;
  fixture.configure(test::ipsec_howto);
  Followed followed(fixture);
  const auto packet = [&] { return fixture.packet("192.168.1.100", "192.168.2.100"); };
  for (std::size_t i = 0; i < limits::ipsec_queued_packets; ++i) says(followed.out(packet()), "waits for bundle 0\n");
  says(followed.out(packet()), "enough packets wait for the SA: dropped\n");
  followed.terminal->printed.clear();
  fixture.isakmp.user->install(test::keyed_bundle(fixture.isakmp.acquires.back(), 0x5000));
  says(followed.terminal->printed, "waited for bundle 0\n");
  says(followed.terminal->printed, "sequence 8");
  fixture.configure("set ipsec pol=vpn peer=dynamic");
  says(followed.out(packet()), "no peer to call: dropped\n");
  fixture.configure("set ipsec pol=vpn peer=200.200.200.1");
  fixture.isakmp.on = false;
  says(followed.out(packet()), "no negotiation can be begun: dropped\n");
}
