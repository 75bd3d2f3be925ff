// A PPPoE world in virtual time: an access concentrator (a router of this program) and its clients on one Ethernet, and
// PCs behind the clients.
#pragma once

#include <catch2/catch.hpp>

#include "tests/support/configuration.h"
#include "tests/support/world.h"

namespace arrouter::test {

using namespace std::chrono_literals;

/// The provider: service "any" on eth0, users and a pool; its eth1 side is 172.16.0.0/24. An AR450S has two eth ports.
inline constexpr std::string_view isp_configuration = R"(set system name="isp"
add user=user@ispA pass=isppasswdA lo=no
create ppp template=1
set ppp template=1 authentication=either ippool=customers lqr=off echo=10 bap=off
add ppp acservice=any template=1 acinterface=eth0
enable ppp accessconcentrator
enable ip
add ip int=eth1 ip=172.16.0.1 mask=255.255.255.0
create ip pool=customers ip=200.100.10.1-200.100.10.20
)";

inline constexpr std::string_view client_configuration = R"(set system name="client"
create ppp=0 over=eth0-ANY
set ppp=0 over=eth0-any user=user@ispA password=isppasswdA lqr=off echo=10
set ppp=0 bap=off iprequest=on
enable ip
enable ip remote
add ip int=vlan1 ip=192.168.10.1 mask=255.255.255.0
add ip int=ppp0 ip=0.0.0.0
add ip rou=0.0.0.0 mask=0.0.0.0 int=ppp0 next=0.0.0.0
)";

/// One client on a cable to the concentrator.
struct IspWorld {
  explicit IspWorld(std::string_view client_lines = client_configuration,
                    std::string_view isp_lines = isp_configuration) {
    cable.emplace(client.port("eth0"), isp.port("eth0"), 5ms);
    lan.emplace(pc.port(), client.port("vlan1"));
    core.emplace(server.port(), isp.port("eth1"));
    boot_clean(isp, isp_lines);
    boot_clean(client, client_lines);
  }
  bool up(VirtualRouter& router, std::string_view interface = "ppp0") {
    return !router.text("show ip interface=" + std::string(interface)).contains("#");
  }
  bool comes_up(Duration limit = 60s) {
    return time.run_until([&] { return up(client); }, limit);
  }

  VirtualTime time;
  VirtualRouter isp{time, "isp", "AR450S", 1};
  VirtualRouter client{time, "client", "AR415S", 2};
  Host pc{time, "pc", "192.168.10.100", "192.168.10.1"};
  Host server{time, "server", "172.16.0.100", "172.16.0.1"};
  std::optional<MemoryLink> cable, lan, core;
};

}  // namespace arrouter::test
