#include <catch2/catch.hpp>

#include "os/main/options.h"

namespace arrouter {
namespace {

Options good(const std::vector<std::string>& words) {
  const auto options = parse_options(words);
  INFO((options ? "" : options.error().text));
  REQUIRE(options);
  return *options;
}

std::string refused(const std::vector<std::string>& words) {
  const auto options = parse_options(words);
  return options ? "accepted" : options.error().text;
}

TEST_CASE("A router's options") {
  const Options options = good({"--name",
                                "Peer1",
                                "--model=Rapier 24i",
                                "--flash",
                                "/f",
                                "--config",
                                "a.cfg",
                                "--seed",
                                "7",
                                "--interface",
                                "ETH0=tap:wan",
                                "--interface",
                                "port1=udp:1:h:2",
                                "--capture",
                                "eth0=/tmp/x.pcapng,udp port 500 or esp",
                                "--capture",
                                "vlan1=y.pcapng",
                                "--console",
                                "stdio",
                                "--console=unix:/c",
                                "--control",
                                "/s",
                                "--telnet",
                                "tcp:127.0.0.1:2323",
                                "--ssh=tcp:localhost:2222",
                                "--command",
                                "show ip",
                                "--command=ping 1.1.1.1",
                                "--json"});
  CHECK(options.mode == Mode::run);
  CHECK(options.name == "Peer1");
  CHECK(options.model == "Rapier 24i");
  CHECK(options.flash == "/f");
  CHECK(options.config == "a.cfg");
  CHECK(options.seed == 7);
  CHECK(options.interfaces == std::map<std::string, std::string>{{"eth0", "tap:wan"}, {"port1", "udp:1:h:2"}});
  REQUIRE(options.captures.size() == 2);
  CHECK(options.captures[0].file == "/tmp/x.pcapng");
  CHECK(options.captures[0].filter == "udp port 500 or esp");
  CHECK(options.captures[1].filter.empty());
  CHECK(options.consoles == std::vector<std::string>{"stdio", "unix:/c"});
  CHECK(options.services == std::multimap<std::string, std::string>{{"telnet", "tcp:127.0.0.1:2323"},
                                                                    {"ssh", "tcp:localhost:2222"}});
  CHECK(options.control == "/s");
  CHECK(options.commands == std::vector<std::string>{"show ip", "ping 1.1.1.1"});
  CHECK(options.json);
}

TEST_CASE("The other modes") {
  const Options ctl = good({"ctl", "--json", "/s", "show ip", "--looks-like-an-option"});
  CHECK(ctl.mode == Mode::ctl);
  CHECK(ctl.path == "/s");
  CHECK(ctl.lines == std::vector<std::string>{"show ip", "--looks-like-an-option"});
  CHECK(ctl.json);
  CHECK(good({"ctl", "/s"}).lines.empty());
  const Options health = good({"health", "--json", "/s", "tunnels"});
  CHECK(health.mode == Mode::health);
  CHECK(health.path == "/s");
  CHECK(health.lines == std::vector<std::string>{"tunnels"});
  CHECK(good({"health", "/s"}).lines.empty());
  CHECK(good({"check", "--model", "AR450S", "boot.cfg"}).path == "boot.cfg");
  CHECK(good({"reference", "--rows"}).rows);
  CHECK(good({"--name", "ctl"}).mode == Mode::run);
  CHECK(good({"--help"}).mode == Mode::help);
  CHECK(good({"-h"}).mode == Mode::help);
  CHECK(good({"--version"}).mode == Mode::version);
  CHECK(good({}).mode == Mode::run);
}

TEST_CASE("What makes no sense is refused in one line") {
  CHECK(refused({"--foo"}) == "unknown option --foo; see --help");
  CHECK(refused({"--rows"}) == "unknown option --rows; see --help");
  CHECK(refused({"--name"}) == "option --name wants a value");
  CHECK(refused({"--seed", "x"}) == "--seed x: wanted is a number");
  CHECK(refused({"--seed", "-1"}) == "--seed -1: wanted is a number");
  CHECK(refused({"--interface", "eth0"}).find("--interface eth0: wanted is INTERFACE=ATTACHMENT") == 0);
  CHECK(refused({"--interface", "=tap:x"}).find("--interface =tap:x: wanted") == 0);
  CHECK(refused({"--interface", "eth0=memory", "--interface", "ETH0=memory"}) ==
        "--interface ETH0=memory: eth0 is given twice");
  CHECK(refused({"--capture", "eth0="}).find("--capture eth0=: wanted is") == 0);
  CHECK(refused({"--script", "a", "--command", "b"}) == "--script and --command exclude each other");
  CHECK(refused({"stray"}) == "unexpected word stray; see --help");
  CHECK(refused({"ctl"}) == "ctl wants the path of a control socket");
  CHECK(refused({"health"}) == "health wants the path of a control socket");
  CHECK(refused({"health", "/s", "started", "tunnels"}) == "unexpected word tunnels; see --help");
  CHECK(refused({"check"}) == "check wants the name of a configuration");
  CHECK(refused({"check", "a", "b"}) == "unexpected word b; see --help");
}

}  // namespace
}  // namespace arrouter
