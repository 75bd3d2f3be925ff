// Telnet in virtual time: people who come, and people who go on to hosts.
#include <catch2/catch.hpp>

#include "os/base/limits.h"
#include "tests/support/fake_tcp.h"
#include "tests/support/virtual_router.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

const Ipv4Address pc(192, 168, 7, 2);

struct World {
  explicit World(std::string_view configuration = {}) : router(time, "Lab", "AR415S", 1, &tcp) {
    router.boot(std::string("enable ip\nadd ip int=eth0 ip=192.168.7.1 mask=255.255.255.0\n"
                            "add user=guest password=guest-lab privilege=user login=yes\n"
                            "add user=secoff password=secoff-lab privilege=securityofficer login=yes\n") +
                std::string(configuration));
  }
  std::shared_ptr<FakePeer> visit(Ipv4Address from = pc) { return tcp.visit("telnet", from); }
  std::shared_ptr<FakePeer> visit_as(std::string_view name, std::string_view password) {
    auto peer = visit();
    type(*peer, name);
    type(*peer, password);
    return peer;
  }
  /// What a line makes the screen show.
  std::string type(FakePeer& peer, std::string_view line) {
    peer.heard();
    peer.say(std::string(line) + "\r");
    time.advance(0s);
    return peer.heard();
  }
  bool shows(FakePeer& peer, std::string_view line, std::string_view what) {
    std::string shown = type(peer, line);
    for (auto end = shown.find("\r\n"); end != std::string::npos; end = shown.find("\r\n")) shown.replace(end, 2, " ");
    INFO(shown);
    const bool found = shown.find(what) != std::string::npos;
    CHECK(found);
    return found;
  }
  VirtualTime time;
  FakeTcp tcp{time};
  VirtualRouter router, neighbour{time, "Neighbour"};
  MemoryLink cable{router.port("eth0"), neighbour.port("eth0")};
};

}  // namespace

TEST_CASE("somebody who comes by Telnet is greeted, logs in, works and leaves") {
  World world;
  const auto peer = world.visit();
  CHECK(peer->heard() ==
        "\xff\xfb\x01\xff\xfb\x03\xff\xfd\x03TELNET session now in ESTABLISHED state\r\n\r\nLab login: ");
  peer->say("\xff\xfd\x01\xff\xfd\x03\xff\xfb\x03manager\r\n");
  CHECK(peer->heard() == "manager\r\nPassword: ");
  peer->say(std::string("friend\r\0", 8));
  CHECK(peer->heard() == "\r\n\r\nManager Lab> ");
  world.shows(*peer, "show user", "--More--");
  world.shows(*peer, "c", "manager       Telnet 1            192.168.7.2        ");
  CHECK_FALSE(peer->hung_up_on());
  world.type(*peer, "logoff");
  CHECK(peer->hung_up_on());
}

TEST_CASE("a visitor who does not log in within a minute is hung up on, and who does is not") {
  World world;
  const auto idle = world.visit(), busy = world.visit();
  world.type(*busy, "manager");
  world.type(*busy, "friend");
  world.time.advance(59s);
  CHECK_FALSE(idle->hung_up_on());
  world.time.advance(1s);
  CHECK(idle->hung_up_on());
  CHECK_FALSE(busy->hung_up_on());
}

TEST_CASE("sessions take the lowest free number, and there is a limit") {
  World world;
  std::vector<std::shared_ptr<FakePeer>> peers;
  for (std::size_t i = 0; i < limits::sessions; ++i) peers.push_back(world.visit_as("manager", "friend"));
  const auto one_more = world.visit();
  world.time.advance(0s);
  CHECK(one_more->hung_up_on());
  peers[1]->hang_up();
  world.time.advance(0s);
  CHECK(peers[1]->hung_up_on());
  const auto next = world.visit_as("manager", "friend");
  CHECK(world.router->sessions().back().device == "Telnet 2");
}

TEST_CASE("a peer that disappears ends its session") {
  World world;
  const auto peer = world.visit_as("manager", "friend");
  CHECK(world.router->sessions().size() == 1);
  peer->hang_up();
  world.time.advance(0s);
  CHECK(world.router->sessions().empty());
}

TEST_CASE("the server's switch and port hold for those who come, not for those who are there") {
  World world;
  CHECK(world.tcp.port_of("telnet") == 23);
  const auto peer = world.visit_as("manager", "friend");
  world.shows(*peer, "disable telnet server", "Info (1033003): Operation successful.");
  CHECK_FALSE(world.visit());
  world.shows(*peer, "disable telnet server", "Warning (2033259): The TELNET server is already disabled.");
  world.shows(*peer, "set telnet listenport=2323", "Operation successful");
  world.shows(*peer, "enable telnet server", "Operation successful");
  CHECK(world.tcp.port_of("telnet") == 2323);
  world.shows(*peer, "enable telnet server", "Warning (2033258)");
  world.tcp.port_taken = true;
  world.shows(*peer, "set telnet listenport=22",
              "Error (3033260): The TELNET server cannot listen on port 22: Address already in use.");
  CHECK(world.router.text("set telnet listenport=0").find("Error") == 0);
  CHECK(world.router.text("set telnet listenport=65536").find("Error") == 0);
}

TEST_CASE("SHOW TELNET, and what the configuration keeps") {
  World world("disable telnet server\nset telnet listenport=65535 termtype=\"vt 100\" insertnull=on\n");
  CHECK_FALSE(world.visit());
  CHECK(world.router.text("show telnet") == R"(TELNET Module Configuration
------------------------------------------------
Telnet Server ................. Disabled
Telnet Server Listen Port ..... 65535
Telnet Terminal Type .......... vt 100
Telnet Insert Null's .......... On
------------------------------------------------
)");
  const std::string script = world.router.configuration();
  CHECK(script.find("# TELNET configuration\nset telnet listenport=65535\nset telnet termtype=\"vt 100\"\n"
                    "set telnet insertnull=on\ndisable telnet server\n\n") != std::string::npos);
  VirtualTime time;
  FakeTcp tcp(time);
  VirtualRouter fresh(time, "Lab", "AR415S", 1, &tcp);
  fresh.boot(script);
  CHECK(fresh->refused_at_boot().empty());
  CHECK(fresh.configuration() == script);
}

TEST_CASE("in security mode a security officer has to come from a listed place") {
  World world("enable system security_mode\n");
  const auto refused = [&] {
    const auto peer = world.visit();
    world.type(*peer, "secoff");
    return world.type(*peer, "secoff-lab").find("Access denied") != std::string::npos;
  };
  CHECK(refused());
  world.router.run("add user rso ip=192.168.7.0 mask=255.255.255.0");
  CHECK(refused());
  world.router.run("enable user rso");
  CHECK_FALSE(refused());
  world.router.run("delete user rso ip=192.168.7.0");
  world.router.run("add user rso ip=192.168.7.3");
  CHECK(refused());
  // A manager may come from anywhere, and so may an officer at a terminal.
  CHECK(world.type(*world.visit_as("manager", "friend"), "show time").find("System time") != std::string::npos);
}

TEST_CASE("remote security officers are let in from a directly attached terminal alone") {
  World world("enable system security_mode\nadd user rso ip=192.168.7.2\nenable user rso\n");
  const auto officer = world.visit_as("secoff", "secoff-lab");
  world.shows(*officer, "add user rso ip=192.168.7.3", "Operation successful");
  world.shows(*officer, "disable user rso", "Operation successful");
  world.shows(*officer, "enable user rso", "Error (3045271): Remote security officers can be set up at a directly");
  world.shows(*officer, "delete user rso ip=192.168.7.3", "Operation successful");
  world.shows(*officer, "delete user rso ip=192.168.7.2", "Operation successful");
  world.shows(*officer, "add user rso ip=192.168.7.2", "Error (3045271)");
  CHECK(world.router.text("add user rso ip=192.168.7.2").find("Operation successful") != std::string::npos);
}

TEST_CASE("TELNET leads to a host and back") {
  World world("add ip host=sun ip=192.168.7.9\n");
  const auto peer = world.visit_as("manager", "friend");
  CHECK(world.type(*peer, "telnet sun") ==
        "telnet sun\r\n\r\nInfo (1033256): Attempting Telnet connection to sun, Please wait ....\r\n\r\n");
  REQUIRE(world.tcp.dialled.size() == 1);
  FakePeer& host = *world.tcp.dialled.front();
  CHECK(host.local.address == Ipv4Address(192, 168, 7, 1));
  CHECK(host.remote == TcpEndpoint{Ipv4Address(192, 168, 7, 9), 23});
  host.say("\xff\xfb\x01\xff\xfb\x03sun login: ");
  CHECK(host.heard() == "\xff\xfd\x01\xff\xfd\x03");
  CHECK(peer->heard() == "sun login: ");
  // Keys go through one by one, with their sequences, and the host echoes.
  peer->say("me\x1b[A?\t\r\n");
  CHECK(host.heard() == "me\x1b[A?\t\r\n");
  CHECK(peer->heard().empty());
  // Back, with the connection kept; what comes meanwhile waits.
  peer->say("\x10");
  CHECK(peer->heard() == "\r\nManager Lab> ");
  host.say("news\r\n");
  CHECK(peer->heard().empty());
  world.shows(*peer, "show sessions", "1         sun                              192.168.7.9:23        Established");
  CHECK(world.type(*peer, "reconnect").ends_with("news\r\n"));
  host.hang_up();
  CHECK(peer->heard() == "\r\nInfo (1033257): Telnet session to sun has been closed.\r\n\r\nManager Lab> ");
  world.shows(*peer, "reconnect", "Error (3033266): Session 1 does not exist.");
}

TEST_CASE("what is typed shows where the host does not echo") {
  World world;
  const auto peer = world.visit_as("manager", "friend");
  world.type(*peer, "telnet 192.168.7.9 port=2000");
  world.tcp.dialled.front()->say("? ");
  peer->heard();
  peer->say("ab\r");
  CHECK(peer->heard() == "ab\r\n");
  CHECK(world.tcp.dialled.front()->heard() == "ab\r\n");
  CHECK(world.tcp.dialled.front()->remote.port == 2000);
}

TEST_CASE("the attention key is what the terminal is set to") {
  World world;
  const auto peer = world.visit_as("manager", "friend");
  world.shows(*peer, "set tty attention=^]", "Operation successful");
  world.type(*peer, "telnet 192.168.7.9");
  peer->say("\x10");
  CHECK(world.tcp.dialled.front()->heard() == "\x10");
  peer->say("\x1d");
  CHECK(peer->heard() == "\x10\r\nManager Lab> ");
  world.shows(*peer, "set tty attention=ab", "Error (3035263)");
  world.shows(*peer, "set asyn=0 attention=none", "Operation successful");
  CHECK(world.router.configuration().find("set asyn=0 attention=none\n") != std::string::npos);
}

TEST_CASE("a host that refuses gives the keyboard back") {
  World world;
  world.tcp.refuse_dialling = true;
  const auto peer = world.visit_as("manager", "friend");
  const std::string shown = world.type(*peer, "telnet 192.168.7.9");
  CHECK(
      shown.ends_with("\r\nError (3033261): Telnet connection to 192.168.7.9 failed: Connection refused.\r\n\r\n"
                      "Manager Lab> "));
  world.shows(*peer, "show sessions", "---");
}

TEST_CASE("TELNET is refused with its reason") {
  World world;
  const auto peer = world.visit_as("manager", "friend");
  world.shows(*peer, "telnet nowhere", "Error (3033262): Host nowhere is not known.");
  world.shows(*peer, "telnet 10.0.0.1", "Error (3033263): There is no route to 10.0.0.1.");
  CHECK(world.router.text("telnet 192.168.7.9") == "Error (3033265): There is no session to act on.");
  const auto guest = world.visit_as("guest", "guest-lab");
  world.shows(*guest, "telnet 192.168.7.9", "Error (3033264): User guest may not use Telnet.");
  world.router.run("set user=guest telnet=yes");
  world.shows(*guest, "telnet 192.168.7.9", "Attempting");
  for (int i = 0; i < 5; ++i) {
    world.shows(*peer, "telnet 192.168.7.9", "Attempting");
    peer->say("\x10");
  }
  world.shows(*peer, "telnet 192.168.7.9", "Error (3033268): No more sessions can be opened.");
  world.shows(*peer, "disconnect 5", "Operation successful");
  world.shows(*peer, "telnet 192.168.7.9", "Attempting");
}

TEST_CASE("a session takes its connections with it") {
  World world;
  const auto peer = world.visit_as("manager", "friend");
  world.type(*peer, "telnet 192.168.7.9");
  CHECK_FALSE(world.tcp.dialled.front()->hung_up_on());
  peer->hang_up();
  world.time.advance(0s);
  CHECK(world.tcp.dialled.front()->hung_up_on());
}

TEST_CASE("a restart ends sessions and connections, and the server listens again") {
  World world;
  const auto peer = world.visit_as("manager", "friend");
  world.type(*peer, "telnet 192.168.7.9");
  world.router.run("restart router");
  world.time.advance(0s);
  CHECK(peer->hung_up_on());
  CHECK(world.tcp.dialled.front()->hung_up_on());
  CHECK(world.visit());
}

TEST_CASE("SHOW TCP and DELETE TCP") {
  World world;
  const TcpEndpoint here{Ipv4Address(192, 168, 7, 1), 23};
  world.tcp.table = {{TcpState::established, here, {pc, 1033}}, {TcpState::listen, {{}, 23}, {}}};
  world.tcp.figures.in_segments = 212;
  world.tcp.figures.established = 1;
  CHECK(world.router.text("show tcp") == R"(TCP MIB parameters and counters

rtoAlgorithm ........ VANJ          inSegs ............. 212
rtoMin .............. 300           outSegs ............ 0
rtoMax .............. 30000         retransSegs ........ 0
maxConn ............. 64            inErrs ............. 0
activeOpens ......... 0             outRsts ............ 0
passiveOpens ........ 0             attemptFails ....... 0
currEstab ........... 1             estabResets ........ 0

TCP connections
Index  State        Local port,address           Remote port,address
-------------------------------------------------------------------------
0      LISTEN       23,0.0.0.0                   0,0.0.0.0
1      ESTABLISHED  23,192.168.7.1               1033,192.168.7.2
)");
  CHECK(world.router.text("show tcp=2").find("Error (3212256)") == 0);
  CHECK(world.router.text("delete tcp=0").find("Error (3212257)") == 0);
  CHECK(world.router.text("delete tcp=1") == "Info (1212003): Operation successful.");
  CHECK(world.tcp.ended == std::vector<TcpConnection>{world.tcp.table.front()});
  CHECK(world.tcp.addresses == std::set<Ipv4Address>{Ipv4Address(192, 168, 7, 1)});
}
