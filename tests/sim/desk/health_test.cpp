// LAB SHOW HEALTH, stage by stage.
#include <catch2/catch.hpp>

#include "tests/support/world.h"

using namespace arrouter;
using namespace std::chrono_literals;

TEST_CASE("a router is as far as its tunnels when each policy to a fixed address has a bundle") {
  test::HowToNetwork network(test::chosen_seed(31));
  const auto asked = [&](std::string_view stage) {
    return network.peer1.run("lab show health=" + std::string(stage)).outcome.line();
  };
  CHECK(asked("started").empty());
  CHECK(asked("configured").empty());
  CHECK(asked("tunnels") == "Error (3202300): The router has not come as far as tunnels.");
  CHECK(network.text("lab show health").find("wiz_Peer1 to Peer2                  200.200.200.1     Down\n") !=
        std::string::npos);
  network.ping_for(3s);
  CHECK(asked("tunnels").empty());
  network.peer1.run("disable ipsec");
  CHECK(asked("tunnels").starts_with("Error"));
}
