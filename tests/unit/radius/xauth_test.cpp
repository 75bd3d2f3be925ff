// XAUTHTYPE=RADIUS from end to end: two ISAKMP modules, a RADIUS client, a server.
#include "tests/unit/isakmp/dialin.h"
#include "tests/unit/radius/server.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

struct RadiusDialin : Dialin {
  MadeEnco enco = make_enco(b.services);
  MadeRadius radius = make_radius(b.services, b.ip, enco.api);
  ModuleDesk desk{b.base, *radius.module};
  RadiusServer server{channel, enco.api, "200.200.200.99", "sharedsecret"};
  RadiusDialin() {
    b.isakmp.set_authenticator(&radius.xauth);
    b.run("set isakmp pol=keys xauthtype=radius");
    b.base.users.remove("alice");
  }
  void configure_server() { desk("add radius server=200.200.200.99 secret=sharedsecret"); }
};

}  // namespace

TEST_CASE("the server knows the user: the tunnel stands") {
  RadiusDialin net;
  net.configure_server();
  net.want(net.a);
  REQUIRE(net.up());
  REQUIRE(net.server.requests.size() == 1);
  CHECK(net.server.requests[0].user == "alice");
  CHECK(net.server.requests[0].password == "Wonderland");
  CHECK(net.b.counter("xauthGood") == 1);
  CHECK(net.b.logged("RADIUS server 200.200.200.99 accepted user alice"));
}

TEST_CASE("the server says no, nothing, or does not exist: no tunnel, and the log says which") {
  RadiusDialin net;
  SECTION("no") {
    net.configure_server();
    net.server.users.clear();
    net.want(net.a);
    net.time.advance(10s);
    CHECK(net.b.logged("XAUTH user alice refused: rejected by the RADIUS server"));
  }
  SECTION("nothing") {
    net.desk("set radius timeout=1");
    net.configure_server();
    net.server.silent = true;
    net.want(net.a);
    net.time.advance(10s);
    CHECK(net.server.requests.size() == 4);
    CHECK(net.b.logged("XAUTH user alice refused: no RADIUS server answers"));
  }
  SECTION("no server") {
    net.want(net.a);
    net.time.advance(10s);
    CHECK(net.b.logged("XAUTH user alice refused: no RADIUS server is configured"));
  }
  CHECK(net.b.user.bundles.empty());
  CHECK(net.b.counter("xauthFailed") == 1);
  CHECK(net.a.user.failures.size() == 1);
  for (const LogRecord& record : net.b.records) {
    CHECK(record.message.find("Wonderland") == std::string::npos);
    CHECK(record.message.find("sharedsecret") == std::string::npos);
  }
}
