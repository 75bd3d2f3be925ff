// ENABLE IPSEC POLICY DEBUG: who sees what of which packets. And the commands of the SA module before IPsec.
#include <catch2/catch.hpp>

#include "tests/support/ipsec_fixture.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using test::IpsecFixture;
using test::keyed_bundle;

namespace {

const std::string done = "Info (1081003): Operation successful.\n";

class Paper final : public Terminal {
 public:
  void print(std::string_view text) override { shown += text; }
  std::string take() { return std::exchange(shown, {}); }
  std::string shown;
};

/// The How-To router with its bundle, and terminals at which commands are typed.
struct Desk {
  Desk() {
    fixture.configure(test::ipsec_howto);
    fixture.out(ping());
    bundle = keyed_bundle(fixture.isakmp.acquires.back(), 0x5000);
    fixture.isakmp.user->install(bundle);
    fixture.ip.sent.clear();
  }
  std::string type(std::string_view line, const std::shared_ptr<Paper>& terminal) {
    const auto match = fixture.table.parse(line);
    if (!match) return match.error().line() + "\n";
    Screen screen;
    Caller caller;
    caller.terminal = terminal;
    Invocation invocation{match->args, caller, screen, [](const Question&) {}, [](const Outcome&) {}};
    const Outcome outcome = match->row->run(invocation);
    return screen.text() + outcome.line() + "\n";
  }
  Packet ping() { return fixture.packet("192.168.1.100", "192.168.2.100", 1, 28); }

  IpsecFixture fixture;
  isakmp::Bundle bundle;
};

}  // namespace

TEST_CASE("FILTER tells each comparison, up to the policy that matches") {
  Desk desk;
  const auto paper = std::make_shared<Paper>();
  CHECK(desk.type("enable ipsec policy=vpn debug=filter display=selector", paper) == done);
  desk.type("enable ipsec policy=wiz_internet debug=filter display=header where=match", paper);
  desk.fixture.out(desk.ping());
  CHECK(paper->take() == "IPSEC FILTER: Policy vpn: Out: 192.168.1.100 192.168.2.100 ICMP: matched\n");
  desk.fixture.out(desk.fixture.packet("192.168.1.100", "8.8.8.8", 17, 28, 1024, 53));
  CHECK(paper->take() ==
        "IPSEC FILTER: Policy vpn: Out: 192.168.1.100:1024 8.8.8.8:53 UDP: not matched\n"
        "IPSEC FILTER: Policy wiz_internet: Out: header 4500001c000000004011a8b5c0a8016408080808\n");
  // The same flow again: decisions are remembered, comparisons told all the same.
  desk.fixture.out(desk.fixture.packet("192.168.1.100", "8.8.8.8", 17, 28, 1024, 53));
  CHECK(paper->take().find("not matched") != std::string::npos);
  desk.type("enable ipsec policy=vpn debug=filter display=selector direction=in", paper);
  desk.fixture.out(desk.ping());
  CHECK(paper->take().empty());
  desk.fixture.in_clear(desk.fixture.packet("192.168.2.100", "192.168.1.100", 1, 28));
  CHECK(paper->take() == "IPSEC FILTER: Policy vpn: In: 192.168.1.100 192.168.2.100 ICMP: matched\n");
  desk.type("enable ipsec policy=vpn debug=filter where=mismatch", paper);
  desk.fixture.out(desk.ping());
  CHECK(paper->take().empty());
}

TEST_CASE("TRACE tells the counters a packet moved, and the life of bundles") {
  Desk desk;
  const auto paper = std::make_shared<Paper>();
  desk.type("enable ipsec policy=vpn debug=trace", paper);
  Packet out = desk.fixture.out(desk.ping());
  REQUIRE(out);
  CHECK(paper->take() == "IPSEC TRACE: Policy vpn: Out: outProcessStart outProcessDone\n");
  desk.fixture.in_clear(desk.fixture.packet("192.168.2.100", "192.168.1.100", 1, 28));
  CHECK(paper->take() == "IPSEC TRACE: Policy vpn: In: inNoBundle\n");
  // Its own ESP, cut short and under its own SPI.
  store_be32(out->data() + 20, desk.bundle.sas[0].in_spi);
  desk.fixture.in(std::move(out));
  CHECK(paper->take() == "IPSEC TRACE: Policy vpn: In: inProcessStart inProcessFail\n");
  desk.fixture.configure("reset ipsec pol=vpn");
  CHECK(paper->take() == "IPSEC TRACE: Policy vpn: bundle 0 deleted\n");
  desk.fixture.out(desk.ping());
  CHECK(paper->take() ==
        "IPSEC TRACE: Policy vpn: bundle 0 asked for, peer 200.200.200.1\n"
        "IPSEC TRACE: Policy vpn: Out: outNoBundle\n");
  desk.fixture.isakmp.user->failed("vpn", 0, "no proposal chosen");
  CHECK(paper->take() == "IPSEC TRACE: Policy vpn: bundle 0 not created: no proposal chosen\n");
}

TEST_CASE("PACKET shows packets before and after") {
  Desk desk;
  const auto paper = std::make_shared<Paper>();
  desk.type("enable ipsec policy=vpn debug=packet", paper);
  const Packet out = desk.fixture.out(desk.ping());
  CHECK(paper->take() ==
        "IPSEC PACKET: Policy vpn: Out: in clear, 28 bytes\n  "
        "4500001c000000004001f5c8c0a80164c0a802640800000000000000\n"
        "IPSEC PACKET: Policy vpn: Out: sealed, " +
            std::to_string(out->size()) + " bytes\n  " + to_hex(out->view()) + "\n");
}

TEST_CASE("each terminal sees what it asked for, until it ends it or goes") {
  Desk desk;
  auto one = std::make_shared<Paper>();
  const auto other = std::make_shared<Paper>();
  desk.type("enable ipsec policy=vpn debug=filter,trace", one);
  desk.type("enable ipsec policy=vpn debug=packet", other);
  desk.fixture.out(desk.ping());
  CHECK(one->take().find("PACKET") == std::string::npos);
  CHECK(other->take().find("TRACE") == std::string::npos);
  CHECK(
      desk.fixture.run("show ipsec policy=vpn").text.find("Filter Debug ..................... FILTER, PACKET, TRACE") !=
      std::string::npos);
  desk.type("disable ipsec policy=vpn debug=filter", one);
  desk.fixture.out(desk.ping());
  CHECK(one->take() == "IPSEC TRACE: Policy vpn: Out: outProcessStart outProcessDone\n");
  one.reset();
  desk.type("disable ipsec policy=vpn debug=all", other);
  desk.fixture.out(desk.ping());
  CHECK(other->take().find("TRACE") == std::string::npos);
  CHECK(desk.fixture.run("show ipsec policy=vpn").text.find("Filter Debug ..................... NONE") !=
        std::string::npos);
  CHECK_FALSE(desk.fixture.module->state().debug.active());
  CHECK(desk.type("enable ipsec policy=vpn debug=all", nullptr) ==
        "Error (3081277): Debugging needs a terminal to print on.\n");
  CHECK(desk.type("disable ipsec policy=none debug=all", other) == "Error (3081256): Policy none not found.\n");
}

TEST_CASE("a burst under debugging loses nothing and keeps its order") {
  Desk desk;
  const auto paper = std::make_shared<Paper>();
  desk.type("enable ipsec policy=vpn debug=trace", paper);
  Burst burst;
  for (std::size_t i = 0; i < 10; ++i) {
    burst.add(desk.fixture.packet("192.168.1.100", i % 3 == 0 ? "8.8.8.8" : "192.168.2.100", 1, 40 + i));
  }
  desk.fixture.ip.stage->outbound(1, burst);
  REQUIRE(burst.size() == 10);
  for (std::size_t i = 0; i < 10; ++i) CHECK(burst[i]->meta.ipsec_done == (i % 3 != 0));
  desk.fixture.configure("destroy ipsec pol=vpn");
  CHECK_FALSE(desk.fixture.module->state().debug.active());
}

TEST_CASE("the switch of the SA module before IPsec is kept") {
  Desk desk;
  CHECK(desk.fixture.run("enable ipsec oldsa").text == done);
  CHECK(desk.fixture.dump().find("enable ipsec oldsa\n") != std::string::npos);
  CHECK(desk.fixture.run("activate ipsec convertoldsa").text == done);
  CHECK(desk.fixture.run("disable ipsec oldsa").text == done);
  CHECK(desk.fixture.dump().find("oldsa") == std::string::npos);
}
