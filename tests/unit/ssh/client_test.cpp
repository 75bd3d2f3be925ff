// The SSH command without its network: who may give it, what it asks, how a connection that fails ends.
#include <catch2/catch.hpp>

#include "tests/support/fake_tcp.h"
#include "tests/support/person.h"
#include "tests/support/virtual_router.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

struct World {
  World() : router(time, "", "AR415S", 1, &tcp) {
    router.boot(
        "enable ip\nadd ip int=eth0 ip=192.168.7.1 mask=255.255.255.0\nadd ip host=server ip=192.168.7.2\n"
        "add user=guest password=guest-lab privilege=user login=yes\n"
        "add user=caller password=caller-lab privilege=user login=yes telnet=yes\n");
    person.emplace(*router);
  }
  std::string type(std::string_view line) {
    person->type(line);
    time.advance(0s);
    return person->shown();
  }
  VirtualTime time;
  FakeTcp tcp{time};
  VirtualRouter router, neighbour{time, "Neighbour"};
  MemoryLink cable{router.port("eth0"), neighbour.port("eth0")};
  std::optional<Person> person;
};

bool contains(const std::string& text, std::string_view part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("SSH asks for the password it was not given and calls the host") {
  World world;
  world.person->log_in();
  CHECK(world.type("ssh server user=lab").ends_with("\nPassword: "));
  world.tcp.refuse_dialling = true;
  const std::string shown = world.type("secret");
  CHECK(shown.find("secret") == std::string::npos);
  contains(shown, "Info (1211269): Attempting SSH connection to server, Please wait ....");
  contains(shown, "Error (3211271): SSH connection to server failed: Connection refused.");
  CHECK(shown.ends_with("\nManager > "));
  world.tcp.refuse_dialling = false;
  contains(world.type("ssh 192.168.7.2 password=x port=2222"), "the connection was lost");
  REQUIRE(world.tcp.dialled.size() == 1);
  CHECK(world.tcp.dialled[0]->remote == TcpEndpoint{Ipv4Address(192, 168, 7, 2), 2222});
}

TEST_CASE("SSH is refused where it cannot lead anywhere") {
  World world;
  CHECK(world.router.text("ssh server") == "Error (3211275): There is no session to act on.");
  world.person->log_in();
  contains(world.type("ssh nowhere"), "Error (3211272): Host nowhere is not known.");
  contains(world.type("ssh 10.0.0.1"), "Error (3211273): There is no route to 10.0.0.1.");
  contains(world.type("ssh server keyid=9"), "failed: ENCO key 9 does not exist or is not a private RSA key.");
  CHECK(world.tcp.dialled.empty());
}

TEST_CASE("at USER level SSH needs TELNET=YES") {
  World world;
  world.person->log_in("guest", "guest-lab");
  contains(world.type("ssh server"), "Error (3211274): User guest may not use SSH.");
  world.type("logoff");
  World other;
  other.person->log_in("caller", "caller-lab");
  contains(other.type("ssh server"), "Password: ");
}

TEST_CASE("no key of a host is forgotten that was never learned") {
  World world;
  CHECK(world.router.text("lab ssh forget=server") == "Error (3211278): No key of SSH host server is known.");
  CHECK(world.router.text("lab show ssh hosts").starts_with("Keys of SSH hosts\n"));
}
