// Keys at the prompt of a cold start.
#include <catch2/catch.hpp>

#include "tests/support/virtual_router.h"

using namespace arrouter;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view prompt = "Force EPROM download (Y) ? ";

struct Keys final : Keyboard {
  std::function<void(char)> press;
  bool attended = true;
  bool listen(std::function<void(char)> pressed) override {
    press = std::move(pressed);
    return attended;
  }
  void hush() override { press = {}; }
};

struct Desk {
  test::VirtualTime time;
  Keys keys;
  test::VirtualRouter router{time, ""};
  int booted = 0;

  Desk() {
    router->set_keyboard(keys);
    router->on_booted([this] { ++booted; });
  }
  void boot() { router.boot("set system name=Configured\n"); }
  void press(char key) {
    REQUIRE(keys.press);
    keys.press(key);
    time.advance(0s);
  }
  bool configured() { return router.text("show system").find("SysName\nConfigured\n") != std::string::npos; }
};

}  // namespace

TEST_CASE("A cold start waits two seconds for a key, and goes on without one") {
  Desk desk;
  desk.boot();
  CHECK(desk.router.boot_text.ends_with("INFO: Downloading router software.\n" + std::string(prompt)));
  CHECK_FALSE(desk.router->running());
  CHECK(desk.booted == 0);
  desk.press('x');
  desk.press('\r');
  desk.time.advance(1999ms);
  CHECK_FALSE(desk.router->running());
  desk.time.advance(1ms);
  CHECK(desk.booted == 1);
  CHECK_FALSE(desk.keys.press);
  CHECK(desk.router.boot_text.find(std::string(prompt) + "\nINFO: Initial download successful.\n") !=
        std::string::npos);
  CHECK(desk.configured());
  desk.time.advance(10s);
  CHECK(desk.booted == 1);
}

TEST_CASE("With nobody at a console the prompt passes within the call") {
  Desk desk;
  desk.keys.attended = false;
  desk.boot();
  CHECK(desk.booted == 1);
  CHECK_FALSE(desk.keys.press);
  CHECK(desk.configured());
}

TEST_CASE("N leaves the boot configuration out, once") {
  Desk desk;
  desk.boot();
  desk.press(GENERATE('N', 'n'));
  CHECK(desk.booted == 1);
  CHECK_FALSE(desk.configured());
  CHECK(desk.router->current_config().empty());
  desk.router->restart(RestartKind::router, std::nullopt);  // a warm start asks for no key
  desk.time.advance(0s);
  CHECK(desk.booted == 2);
  CHECK(desk.configured());
}

TEST_CASE("Y takes the release of the boot block without its patch, and the boot configuration") {
  Desk desk;
  desk.keys.attended = false;
  desk.boot();
  REQUIRE(desk.router->files().write({"flash", "54291-01.paz"}, "patch"));
  desk.router.run("set install=default patch=54291-01.paz");
  REQUIRE(desk.router.text("show install").find("54291-01.paz") != std::string::npos);
  desk.keys.attended = true;
  desk.router->restart(RestartKind::reboot, std::nullopt);
  desk.time.advance(0s);
  desk.press('y');
  CHECK(desk.configured());
  const std::string install = desk.router.text("show install");
  CHECK(install.find("54291-01.paz") < install.find("Current install"));
  CHECK(install.find("54291-01.paz", install.find("Current install")) == std::string::npos);
  CHECK(install.find("Default     EPROM", install.find("Current install")) != std::string::npos);
}

TEST_CASE("S leaves stored keys alone besides: not there in this run, there again in the next") {
  Desk desk;
  desk.keys.attended = false;
  desk.router.boot("add user=officer pass=sesame1 priv=securityofficer\n");
  desk.router.run("enable system security_mode");
  desk.router.run("create enco key=1 type=general value=secret");
  const auto has_key = [&] { return desk.router.text("show enco key").find("GENERAL") != std::string::npos; };
  REQUIRE(has_key());
  desk.keys.attended = true;
  desk.router->restart(RestartKind::reboot, std::nullopt);
  desk.time.advance(0s);
  desk.press(GENERATE('S', 's'));
  CHECK_FALSE(has_key());
  CHECK(desk.router.text("show user").find("officer") == std::string::npos);
  desk.router.run("create enco key=2 type=general value=other");
  desk.router->restart(RestartKind::reboot, std::nullopt);
  desk.time.advance(2s);
  CHECK(has_key());
  CHECK(desk.router.text("show enco key=2").starts_with("Error"));
}

TEST_CASE("RESTART REBOOT with a configuration of its own keeps it, unless a key says otherwise") {
  Desk desk;
  desk.keys.attended = false;
  desk.boot();
  REQUIRE(desk.router->files().write({"flash", "other.cfg"}, "set system name=Other\n"));
  desk.keys.attended = true;
  desk.router->restart(RestartKind::reboot, "other.cfg");
  desk.time.advance(0s);
  SECTION("no key") {
    desk.time.advance(2s);
    CHECK(desk.router->current_config() == "other.cfg");
  }
  SECTION("N") {
    desk.press('n');
    CHECK(desk.router->current_config().empty());
  }
}

TEST_CASE("A router that ends while it waits for a key ends") {
  Desk desk;
  desk.boot();
  desk.router->shut_down();
  CHECK_FALSE(desk.keys.press);
  desk.time.advance(5s);
  CHECK(desk.booted == 0);
}
