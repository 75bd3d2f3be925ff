#include <catch2/catch.hpp>

#include "tests/support/person.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("a login as the terminal shows it") {
  SimulatedRouter world;
  Person person(*world.router);
  person.type("manager");
  person.type("friend");
  CHECK(person.shown() == "login: manager\nPassword: \n\nManager > ");
  person.type("set system name=Peer1");
  CHECK(person.shown() == "set system name=Peer1\n\nInfo (1034003): Operation successful.\n\nManager Peer1> ");
  person.type("");
  person.type("# a remark");
  CHECK(person.shown() == "\nManager Peer1> # a remark\nManager Peer1> ");
  person.type("logoff");
  CHECK(person.shown() == "logoff\n\n");
  CHECK(person.over());
}
