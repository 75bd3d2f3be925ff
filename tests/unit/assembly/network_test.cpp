// Whole routers on simulated cables.
#include <catch2/catch.hpp>

#include "tests/support/virtual_router.h"

namespace arrouter {
namespace {

using namespace std::chrono_literals;
using test::VirtualRouter;
using test::VirtualTime;

// What a command prints after it has returned.
class Listener final : public Terminal {
 public:
  void print(std::string_view text) override { printed += text; }
  void hold() override { ++holds; }
  void release() override { --holds; }
  std::string printed;
  int holds = 0;
};

TEST_CASE("Two routers on a cable ping each other in virtual time") {
  VirtualTime time;
  VirtualRouter left(time, "Left"), right(time, "Right", "AR450S");
  left.boot("enable ip\nadd ip int=eth0 ip=10.0.0.1 mask=255.255.255.0\n");
  right.boot("enable ip\nadd ip int=eth0 ip=10.0.0.2 mask=255.255.255.0\n");
  MemoryLink cable(left.port("eth0"), right.port("eth0"), 5ms);
  const auto listener = std::make_shared<Listener>();
  Caller caller;
  caller.terminal = listener;
  left->execute("ping 10.0.0.2 number=2", caller);
  CHECK(listener->holds == 1);
  time.advance(10s);
  CHECK(listener->holds == 0);
  CHECK(listener->printed.starts_with("Echo reply 1 from 10.0.0.2 time delay "));
  CHECK(listener->printed.ends_with("\nEcho reply 2 from 10.0.0.2 time delay 10 ms\n"));

  SECTION("the cable is pulled by a restart of the other side and works again after it") {
    right->restart(RestartKind::reboot, std::nullopt);
    time.advance(1s);
    listener->printed.clear();
    left->execute("ping 10.0.0.2 number=1", caller);
    time.advance(10s);
    CHECK(listener->printed.find("Echo reply 1 from 10.0.0.2") != std::string::npos);
  }
  SECTION("a restart in the middle of a ping leaves nothing behind") {
    left->execute("ping 10.0.0.9 number=5", caller);
    left->restart(RestartKind::router, std::nullopt);
    time.advance(30s);
    CHECK(left.text("show ip interface").find("10.0.0.1") != std::string::npos);
  }
}

}  // namespace
}  // namespace arrouter
