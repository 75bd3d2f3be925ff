#include <catch2/catch.hpp>

#include "tests/support/virtual_router.h"

using namespace arrouter;
using namespace arrouter::test;

namespace {

constexpr std::string_view done = "Info (1223003): Operation successful.";

struct Desk {
  Desk() { router.boot("enable ip\n"); }
  std::string operator()(std::string_view line) { return router.text(line); }
  VirtualTime time;
  VirtualRouter router{time, "desk"};
};

}  // namespace

TEST_CASE("SHOW L2TP tells what is set") {
  Desk desk;
  CHECK(desk("enable l2tp") == "Info (1223260): L2TP has been enabled.");
  CHECK(desk("enable l2tp server=both") == done);
  CHECK(desk("set l2tp password=secret") == done);
  CHECK(desk("show l2tp") == R"(L2TP Module Configuration
  Module Status ............. enabled
  Server Mode ............... LNS+LAC
  UDP Checksums ............. enabled
  Default Password .......... set
  Receive Window ............ 4
  Filter .................... none
  Debug ..................... disabled
)");
  CHECK(desk("show l2tp tunnel") == "Info (1223275): No tunnels exist.");
  CHECK(desk("show l2tp call") == "Info (1223274): No calls exist.");
}

TEST_CASE("calls and ranges are added once, shown and deleted") {
  Desk desk;
  CHECK(desk("add l2tp call=HQ type=virtual ip=12.34.56.78 remote=branch precedence=in") == done);
  CHECK(desk("add l2tp call=hq type=virtual ip=12.34.56.79") == "Error (3223265): Call hq already exists.");
  CHECK(desk("show l2tp call").contains("  Name ............ hq\n"));
  CHECK(desk("show l2tp call=x") == "Error (3223266): Call x does not exist.");
  CHECK(desk("add l2tp ip=1.1.1.1-255.255.255.254 ppptemplate=1") == done);
  CHECK(desk("add l2tp ip=10.0.0.1 ppptemplate=2") == "Error (3223263): The range overlaps one that exists.");
  CHECK(desk("show l2tp ip").contains("1.1.1.1 - 255.255.255.254"));
  CHECK(desk("create ppp=1 over=tnl-nowhere").starts_with("Error"));
  CHECK(desk("create ppp=1 over=tnl-hq") == "Info (1003003): Operation successful.");
  CHECK(desk("delete l2tp call=hq") == "Error (3223267): Call hq is in use by ppp1.");
  CHECK(desk("destroy ppp=1") == "Info (1003003): Operation successful.");
  CHECK(desk("delete l2tp call=hq") == done);
  CHECK(desk("delete l2tp ip=10.0.0.1") == "Error (3223264): Range 10.0.0.1 does not exist.");
  CHECK(desk("delete l2tp ip=1.1.1.1-255.255.255.254") == done);
}

TEST_CASE("what was typed is what a fresh router needs") {
  Desk desk;
  for (const std::string_view line :
       {"set l2tp password=\"a \"\"quoted\"\" one\"", "set l2tp checksum=off", "set l2tp filter=7", "set l2tp window=9",
        "add l2tp ip=0.0.0.0-255.255.255.255 ppptemplate=1 number=on tos=4 pre13=on",
        "add l2tp call=hq type=isdn ip=1.2.3.4 remote=far dial=5551234 password=pw precedence=out speed=64000",
        "deactivate l2tp call=hq", "add l2tp user=all action=database ip=1.2.3.5 port=1702 timeout=9 prefix=x",
        "enable l2tp", "enable l2tp server=lns"}) {
    INFO(line);
    CHECK_FALSE(desk.router.run(line).outcome.failed());
  }
  const std::string written = desk.router.configuration();
  VirtualTime time;
  VirtualRouter fresh(time, "fresh");
  fresh.boot(written);
  CHECK(fresh->refused_at_boot().empty());
  CHECK(fresh.configuration() == written);
}
