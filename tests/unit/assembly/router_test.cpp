#include <catch2/catch.hpp>

#include "os/base/limits.h"
#include "tests/support/person.h"
#include "tests/support/virtual_router.h"

namespace arrouter {
namespace {

using namespace std::chrono_literals;
using test::VirtualRouter;
using test::VirtualTime;

TEST_CASE("A boot configuration with bad lines is applied for the rest, and each bad line is reported") {
  VirtualTime time;
  VirtualRouter router(time, "");
  router.boot(
      "# a comment\r\n\r\nset system name=\"Peer1\"\r\nxyz\r\nset system location=Lab\nset user securedelay=1\n");
  const auto& refused = router->refused_at_boot();
  REQUIRE(refused.size() == 2);
  CHECK(refused[0].number == 4);
  CHECK(refused[0].line == "xyz");
  CHECK(refused[0].outcome.line() == "Error (3035256): Unknown command \"xyz\".");
  CHECK(refused[1].number == 6);
  CHECK(refused[1].script == "boot.cfg");
  const std::string system = router.text("show system");
  CHECK(system.find("SysName\nPeer1\n") != std::string::npos);
  CHECK(system.find("SysLocation\nLab\n") != std::string::npos);
  CHECK(router.boot_text ==
        "INFO: Self tests beginning.\nINFO: RAM test beginning.\nPASS: RAM test, 65536k bytes found.\n"
        "INFO: Self tests complete.\nINFO: Downloading router software.\nForce EPROM download (Y) ? \n"
        "INFO: Initial download successful.\n"
        "INFO: Initialising Flash File System.\nINFO: Executing configuration script <flash:boot.cfg>\n"
        "xyz\nError (3035256): Unknown command \"xyz\".\n"
        "set user securedelay=1\n" +
            refused[1].outcome.line() + "\nINFO: Router startup complete\n\n");
}

TEST_CASE("A file as editors of PCs write it boots, and one that is no text cannot play with the console") {
  test::VirtualTime time;
  test::VirtualRouter router(time, "R");
  router.boot("\xef\xbb\xbfset system name=\"one\"\r\n\tset  system\tcontact=\"me\"\r\nxyz\x1b[2J\r\n");
  CHECK(router.text("show config dynamic=system").find("name=\"one\"\nset system contact=\"me\"") != std::string::npos);
  REQUIRE(router->refused_at_boot().size() == 1);
  CHECK(router.boot_text.find("xyz.[2J\n") != std::string::npos);
  CHECK(router.text("lab show health=configured").find("1 line of the boot configuration was refused.") !=
        std::string::npos);
}

TEST_CASE("Without a configuration the router starts as it left the factory") {
  VirtualTime time;
  VirtualRouter router(time, "", "rapier24i");
  router.boot();
  CHECK(router->current_config().empty());
  CHECK(router.boot_text.ends_with("INFO: Initialising Flash File System.\nINFO: Switch startup complete\n\n"));
  CHECK(router->refused_at_boot().empty());
}

TEST_CASE("RESTART forgets what was not saved, keeps flash and the clock, and starts after the answer") {
  VirtualTime time;
  VirtualRouter router(time, "");
  router.boot("set system name=Saved\n");
  router.run("set system name=Unsaved");
  REQUIRE(router->files().write({"flash", "other.cfg"}, "set system name=Other\n"));
  time.advance(90s);
  const Instant before = router->started();

  router->restart(RestartKind::router, std::nullopt);
  CHECK(router.text("show system").find("Unsaved") != std::string::npos);  // not yet
  time.advance(0s);
  CHECK(router.text("show system").find("SysName\nSaved\n") != std::string::npos);
  CHECK(router->started() == before + 90s);
  CHECK(router->current_config() == "boot.cfg");

  SECTION("once with another configuration") {
    router->restart(RestartKind::router, "other.cfg");
    router->restart(RestartKind::router, "boot.cfg");  // one is under way already
    time.advance(0s);
    CHECK(router.text("show system").find("SysName\nOther\n") != std::string::npos);
    CHECK(router->current_config() == "other.cfg");
    CHECK(router->boot_config().empty());
  }
  SECTION("with none") {
    router->restart(RestartKind::reboot, "NONE");
    time.advance(0s);
    CHECK(router.text("show system").find("SysName\n\n") != std::string::npos);
    CHECK(router->current_config().empty());
  }
  SECTION("with what SET CONFIG named") {
    REQUIRE(router->set_boot_config("other.cfg"));
    router->restart(RestartKind::router, std::nullopt);
    time.advance(0s);
    CHECK(router->current_config() == "other.cfg");
    REQUIRE(router->set_boot_config(""));
    CHECK(router->boot_config().empty());
  }
  SECTION("a router that is gone does not restart") {
    router->restart(RestartKind::router, std::nullopt);
    router.router.reset();
    time.advance(1s);
  }
}

TEST_CASE("RESTART ends every session; a new one sees the new software") {
  VirtualTime time;
  VirtualRouter router(time, "");
  router.boot();
  test::Person person(*router);
  person.log_in();
  CHECK(router->sessions().size() == 1);
  router->broadcast("Hello\n", Privilege::manager);
  CHECK(person.shown().find("Hello\n") != std::string::npos);
  person.type("restart router");
  CHECK_FALSE(person.over());
  bool told = false;
  router->on_going_down([&] { told = true; });
  time.advance(0s);
  CHECK(person.over());
  CHECK(told);
  CHECK(router->sessions().empty());
  test::Person next(*router);
  next.log_in();
  next.type("show time");
  CHECK(next.shown().find("System time is 11:00:00 on Friday 02-Feb-2007.") != std::string::npos);
}

TEST_CASE("A boot configuration that cannot be read is reported") {
  VirtualTime time;
  VirtualRouter router(time, "");
  REQUIRE(router->set_boot_config("gone.cfg"));
  router.boot();
  CHECK(router->current_config().empty());
  CHECK(router.boot_text.find("ERROR: cannot execute gone.cfg: gone.cfg does not exist\n") != std::string::npos);
}

TEST_CASE("A configuration given at the start holds until SET CONFIG") {
  VirtualTime time;
  VirtualRouter router(time, "");
  REQUIRE(router->files().write({"flash", "boot.cfg"}, "set system name=Flash\n"));
  router->set_startup_script("lab.cfg", "set system name=Given\n");
  router.boot();
  CHECK(router->current_config() == "lab.cfg");
  router->restart(RestartKind::router, std::nullopt);
  time.advance(0s);
  CHECK(router->current_config() == "lab.cfg");
  REQUIRE(router->set_boot_config("boot.cfg"));
  router->restart(RestartKind::router, std::nullopt);
  time.advance(0s);
  CHECK(router->current_config() == "boot.cfg");
}

TEST_CASE("A boot configuration cannot make the router restart for ever") {
  VirtualTime time;
  VirtualRouter router(time, "");
  router.boot("restart router\nset system name=After\n");
  time.advance(1s);
  CHECK(router.text("show system").find("SysName\nAfter\n") != std::string::npos);
  CHECK(router.boot_text.find("startup complete") == router.boot_text.rfind("startup complete"));
}

TEST_CASE("A script of as many lines as allowed runs whole, one more is reported") {
  VirtualTime time;
  VirtualRouter router(time, "");
  router.boot();
  const auto refused_of = [&](std::size_t lines) {
    std::string script;
    for (std::size_t i = 1; i < lines; ++i) script += "\n";
    script += "set system name=Last";
    std::vector<std::size_t> numbers;
    router->run_script(script, Caller{},
                       [&](std::size_t number, std::string_view, const Outcome&) { numbers.push_back(number); });
    return numbers;
  };
  CHECK(refused_of(limits::script_lines).empty());
  CHECK(router.text("show system").find("SysName\nLast\n") != std::string::npos);
  CHECK(refused_of(limits::script_lines + 1) == std::vector<std::size_t>{limits::script_lines + 1});
}

TEST_CASE("What a caller may not do is refused on every path") {
  VirtualTime time;
  VirtualRouter router(time, "");
  router.boot();
  Caller user;
  user.privilege = Privilege::user;
  CHECK(router->execute("set system name=x", user).outcome.line() ==
        "Error (3035266): Insufficient privilege for this command.");
  router->run_script("set system name=x", user,
                     [&](std::size_t, std::string_view, const Outcome& outcome) { CHECK(outcome.number == 266); });
  CHECK(router.text("show system").find("SysName\n\n") != std::string::npos);
}

TEST_CASE("Ports are attached as the words say") {
  VirtualTime time;
  auto model = find_model("AR415S");
  RouterOptions options;
  options.model = *model;
  SeededRandom random(1);
  auto router = std::move(*Router::make({time, time.scheduler, time, time, random}, options));
  const auto refused = [&](std::map<std::string, std::string> specs) {
    const auto attached = router->attach_ports(specs, 1);
    return attached ? std::string() : attached.error().text;
  };
  CHECK(refused({{"eth1", "memory"}}) == "interface eth1: the AR415S has eth0, vlan1, port1 to port4");
  CHECK(refused({{"eth0", "carrier-pigeon:1"}}).find("interface eth0: carrier-pigeon:1: ") == 0);
  CHECK(refused({{"vlan1", "memory"}, {"port2", "memory"}}) ==
        "interface vlan1: attach it as a whole or port by port, not both");
  CHECK(refused({{"eth0", "memory"}, {"port1", "memory"}, {"port4", "memory"}}).empty());
}

TEST_CASE("Routers of one model and different names have different addresses") {
  VirtualTime time;
  VirtualRouter one(time, "Peer1"), two(time, "Peer2"), unnamed(time, "");
  CHECK(one->mac(0) != two->mac(0));
  CHECK(one->mac(0) != one->mac(1));
  CHECK(one->mac(0).octets[2] == 0xcd);
  CHECK(unnamed->mac(0) == unnamed->model().base_mac);
}

TEST_CASE("Ten routers live side by side") {
  VirtualTime time;
  std::vector<std::unique_ptr<VirtualRouter>> routers;
  for (int i = 0; i < 10; ++i) {
    routers.push_back(std::make_unique<VirtualRouter>(time, "R" + std::to_string(i)));
    routers.back()->boot();
  }
  routers[3]->run("set system location=here");
  CHECK(routers[3]->text("show system").find("SysLocation\nhere\n") != std::string::npos);
  CHECK(routers[4]->text("show system").find("SysLocation\n\n") != std::string::npos);
}

}  // namespace
}  // namespace arrouter
