#include <catch2/catch.hpp>

#include "os/model.h"

namespace arrouter {
namespace {

constexpr std::string_view profile = R"(# a router
title = AR1
board-id = 7
board-name = Board
revision = M1-0
serial = 123   # made up
vendor = Allied Telesis AR1
release = 2.9.1-00 16-Oct-2006
mac = 00-00-cd-00-00-10
interface = eth0
interface = vlan1 port1-3
)";

TEST_CASE("A profile gives a model") {
  const auto model = parse_model("ar1", profile);
  REQUIRE(model);
  CHECK(model->name == "AR1");
  CHECK(model->serial == "123");
  CHECK(model->description == "Allied Telesis AR1 version 2.9.1-00 16-Oct-2006");
  REQUIRE(model->interfaces.size() == 2);
  CHECK(model->interfaces[0].ports.empty());
  CHECK(model->interfaces[1].ports == std::vector<std::string>{"port1", "port2", "port3"});
}

TEST_CASE("A bad line is named by its number") {
  const auto refused = [](std::string_view line) {
    const auto model = parse_model("x", std::string(profile) + std::string(line) + "\n");
    return model ? std::string() : model.error().text;
  };
  CHECK(refused("nonsense") == "model x: line 12 is not \"key = value\"");
  CHECK(refused("colour = red") == "model x: line 12 has the unknown key colour");
  CHECK(refused("serial =") == "model x: line 12 gives no value for serial");
  CHECK(refused("board-id = -1") == "model x: line 12 has a bad value for board-id");
  CHECK(refused("release-file = 54-291.rez") == "model x: line 12 has a bad value for release-file");
  CHECK(refused("gui-file = a.rsc 1x") == "model x: line 12 has a bad value for gui-file");
  CHECK(refused("flash-kb = 0") == "model x: line 12 has a bad value for flash-kb");
  CHECK(refused("kind = hub") == "model x: line 12 has a bad value for kind");
  CHECK(refused("mac = 01-00-cd-00-00-10") == "model x: line 12 has a bad value for mac");
  for (const char* ports :
       {"vlan2 port0-1", "vlan2 port3-1", "vlan2 port1-65", "vlan2 eth1", "vlan2 port", "vlan2 port1-2-3", "eth0"}) {
    CHECK(refused(std::string("interface = ") + ports) == "model x: line 12 has a bad value for interface");
  }
  CHECK(refused("interface = vlan2 port1-64").empty());
}

TEST_CASE("What every screen needs may not be missing") {
  for (const char* key : {"board-id", "board-name", "revision", "serial", "vendor", "release", "mac"}) {
    std::string text(profile);
    text.insert(text.find(std::string("\n") + key) + 1, "# ");
    const auto model = parse_model("x", text);
    REQUIRE_FALSE(model);
    CHECK(model.error().text == std::string("model x: ") + key + " is missing");
  }
}

TEST_CASE("The built-in models are found by name") {
  const auto names = model_names();
  for (const char* name : {"AR415S", "AR450S", "AR750S", "Rapier 24i"}) {
    CHECK(std::find(names.begin(), names.end(), name) != names.end());
  }
  for (const std::string& name : names) {
    const auto model = find_model(name);
    REQUIRE(model);
    CHECK(model->name == name);
    CHECK(model->base_mac.octets[2] == 0xcd);
    // What it comes with leaves room for configurations.
    CHECK((model->release_bytes + model->gui_bytes + model->help_bytes) / 1024 + 1024 < model->flash_kb * 9 / 10);
    CHECK(model->battery.empty() != name.starts_with("AR7"));
  }
  CHECK(find_model("rapier24i")->board_id == 115);
  CHECK(find_model("ar-415s")->board_id == 276);
  const auto ar410 = find_model("AR410");
  CHECK(ar410->description == "Allied Telesyn AT-AR410 version 2.7.1-00 22-Dec-2004");
  CHECK(ar410->encryption.empty());
  const auto unknown = find_model("AR9000");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().text.find("unknown model AR9000 (known: ") == 0);
}

}  // namespace
}  // namespace arrouter
