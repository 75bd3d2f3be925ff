// PING of a name that a server is asked for: a person has the prompt back at once, a script waits for how it went.
#include <catch2/catch.hpp>

#include "tests/support/person.h"
#include "tests/support/virtual_router.h"

using namespace arrouter;
using namespace std::chrono_literals;

TEST_CASE("a name is looked up in the background of a person's prompt") {
  test::VirtualTime time;
  test::VirtualRouter router(time, "R");
  router.boot("enable ip\nadd ip int=vlan1 ip=192.168.1.1\nadd ip dns primary=192.168.1.9\n");  // who never answers
  test::Person person(*router);
  person.log_in();
  const bool trace = GENERATE(false, true);
  const std::string tool = trace ? "trace" : "ping";
  person.type(tool + " www.example.com");
  person.type("show time");
  CHECK(person.shown().find("System time is") != std::string::npos);
  person.type(tool + " www.example.com");
  CHECK(person.shown().find("already in progress") != std::string::npos);
  SECTION("nobody knows it") {
    time.advance(1min);
    const std::string shown = person.shown();
    CHECK(shown.find("Error (3005297): Host name not found.\n") != std::string::npos);
  }
  SECTION("STOP ends it") {
    person.type("stop " + tool);
    const std::string shown = person.shown();
    CHECK(shown.find("Info (1054003): Operation successful.") != std::string::npos);
    time.advance(1min);
    CHECK(person.shown().find("not found") == std::string::npos);
  }
  SECTION("the person may leave meanwhile") {
    person.type("logoff");
    time.advance(1min);
    CHECK(router.run("stop " + tool).outcome.failed());
  }
  CHECK(router.run(tool + " www.example.com").outcome.pending);
}
