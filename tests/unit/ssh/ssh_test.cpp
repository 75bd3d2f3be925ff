// SSH without its network: users, keys, screens, what the configuration keeps.
#include <catch2/catch.hpp>

#include "cli/ssh/ssh_users.h"
#include "tests/support/fake_tcp.h"
#include "tests/support/virtual_router.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

struct World {
  explicit World(std::string_view configuration = {}) : router(time, "Lab", "AR415S", 1, &tcp) {
    router.boot(std::string("add user=bob password=bob-lab privilege=user login=yes\n") + std::string(configuration));
  }
  std::string operator()(std::string_view line) { return router.text(line); }
  void make_keys() {
    router.run("create enco key=0 type=rsa length=1024");
    router.run("create enco key=1 type=rsa length=768");
    time.advance(1s);
  }
  VirtualTime time;
  FakeTcp tcp{time};
  VirtualRouter router;
};

constexpr std::string_view done = "Info (1211003): Operation successful.";

}  // namespace

TEST_CASE("a public key's blob is that of RFC 4253, with a zero before a first bit that is set") {
  ssh::RsaNumbers key;
  key.exponent = {1, 0, 1};
  key.modulus = {0xc1};
  for (std::uint8_t i = 1; i < 64; ++i) key.modulus.push_back(i);
  CHECK(ssh::rsa_blob(key) ==
        "AAAAB3NzaC1yc2EAAAADAQABAAAAQQDBAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Oj"
        "s8PT4/");
  key.modulus.front() = 0x41;
  key.modulus.push_back(64);
  CHECK(ssh::rsa_blob(key) ==
        "AAAAB3NzaC1yc2EAAAADAQABAAAAQUEBAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Oz"
        "w9Pj9A");
}

TEST_CASE("a user without an address may come from anywhere, another from there alone") {
  ssh::SshUser user;
  CHECK(user.comes_from(Ipv4Address(1, 2, 3, 4)));
  user.address = Ipv4Address(10, 1, 0, 0);
  user.mask = mask_of(16);
  CHECK(user.comes_from(Ipv4Address(10, 1, 255, 255)));
  CHECK_FALSE(user.comes_from(Ipv4Address(10, 2, 0, 0)));
}

TEST_CASE("the server is enabled with two private RSA keys, and not without") {
  World world;
  CHECK(world("enable ssh server") == "Error (3211258): The SSH server needs a host key and a server key.");
  CHECK(world("enable ssh server hostkey=0 serverkey=1") ==
        "Error (3211259): ENCO key 0 does not exist or is not a private RSA key.");
  CHECK(world("show ssh").find("SSH Server ...................... DISABLED") != std::string::npos);
  CHECK_FALSE(world.tcp.serves(22));
  world.make_keys();
  CHECK(world("enable ssh server hostkey=0 serverkey=2").find("Error (3211259): ENCO key 2") == 0);
  CHECK(world("enable ssh server hostkey=0 serverkey=1") == done);
  CHECK(world.tcp.serves(22));
  CHECK(world("enable ssh server").find("Warning (2211256)") == 0);
  // A host key of 768 bits is for old clients only.
  CHECK(world("set ssh server hostkey=1").find("Error (3211260): ENCO key 1 cannot be the host key: ") == 0);
  CHECK(world("show ssh").find("Host Key ID ..................... 0") != std::string::npos);
  CHECK(world("lab ssh algorithms=all") == done);
  CHECK(world("set ssh server hostkey=1") == done);
  CHECK(world("disable ssh server") == done);
  CHECK_FALSE(world.tcp.serves(22));
  CHECK(world("disable ssh server").find("Warning (2211257)") == 0);
}

TEST_CASE("SHOW SSH") {
  World world;
  world.make_keys();
  world("enable ssh server hostkey=0 serverkey=1 expirytime=24 logintimeout=30");
  CHECK(world("show ssh") == R"(Secure Shell Server Configuration
-------------------------------------------------------------------------------
SSH Server ...................... ENABLED
Port ............................ 22
Version ......................... 2.0
Services ........................ Shell, Cmd
User Authentication ............. Password, RSA
Host Key ID ..................... 0
Server Key ID ................... 1
Server Key Expiry (hours) ....... 24
Login Timeout (seconds) ......... 30
Algorithms ...................... MODERN
Sessions ........................ 0
-------------------------------------------------------------------------------
)");
}

TEST_CASE("users are those of the database, each with a password or a key") {
  World world;
  CHECK(world("add ssh user=nobody password=x").find("Error (3211264)") == 0);
  CHECK(world("add ssh user=Bob password=bob-ssh") == done);
  CHECK(world("add ssh user=bob keyid=5").find("Error (3211263)") == 0);
  CHECK(world("add ssh user=manager password=" + std::string(33, 'x')).find("Error (3211266)") == 0);
  CHECK(world("add ssh user=manager keyid=5 ipaddress=10.0.0.0 mask=255.0.0.0") == done);
  CHECK(world("disable ssh user=bob") == done);
  CHECK(world("show ssh user") == R"(Secure Shell User List
User              Authentication   IP Address        Mask              Status
-------------------------------------------------------------------------------
bob               Password         ALL               0.0.0.0           disabled
manager           RSA (key 5)      10.0.0.0          255.0.0.0         enabled
-------------------------------------------------------------------------------
)");
  CHECK(world("set ssh user=manager password=secret ipaddress=10.1.1.1") == done);
  CHECK(world("show ssh user=manager").find("manager           Password         10.1.1.1          255.255.255.255") !=
        std::string::npos);
  CHECK(world("enable ssh user=alice").find("Error (3211262)") == 0);
  CHECK(world("delete ssh user=bob") == done);
  CHECK(world("delete ssh user=bob").find("Error (3211262)") == 0);
}

TEST_CASE("the configuration brings users and server back, passwords as digests") {
  World world;
  world.make_keys();
  world("add ssh user=bob password=bob-ssh");
  world("disable ssh user=bob");
  world("add ssh user=manager keyid=5 ipaddress=10.0.0.0 mask=255.0.0.0");
  world("enable ssh server hostkey=0 serverkey=1 logintimeout=30");
  const std::string script = world.router.configuration();
  CHECK(script.find("bob-ssh") == std::string::npos);
  CHECK(script.find("add ssh user=manager keyid=5 ipaddress=10.0.0.0 mask=255.0.0.0\n"
                    "enable ssh server hostkey=0 serverkey=1 logintimeout=30\n") != std::string::npos);
  VirtualTime time;
  FakeTcp tcp(time);
  VirtualRouter fresh(time, "Lab", "AR415S", 1, &tcp);
  fresh.boot(script);
  CHECK(fresh->refused_at_boot().empty());
  CHECK(fresh.configuration() == script);
  // Its keys are gone with the restart, so the server does not answer, and the log says why.
  CHECK_FALSE(tcp.serves(22));
  CHECK(fresh.text("show log").find("ENCO key 0 does not exist") != std::string::npos);
}
