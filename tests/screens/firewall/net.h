// The firewall that the reference's screens show (reference/firewall.md 4).
#pragma once

#include "tests/support/fire_bench.h"

namespace arrouter::test {

/// The policy of the reference's screen, with vlan1 and eth0 for its interfaces.
struct Net : FireBench {
  Net()
      : FireBench{"add firewall policy=net nat=enhanced int=vlan1 gblint=eth0",
                  "enable firewall policy=net icmp_f=unreach,ping",
                  "add firewall policy=net rule=1 action=allow int=eth0 prot=udp port=500 ip=200.200.200.1 "
                  "gblip=200.200.200.1 gblport=500",
                  "add firewall policy=net rule=2 action=nonat int=vlan1 prot=all ip=192.168.10.0-192.168.10.255",
                  "set firewall policy=net rule=2 remoteip=192.168.20.0-192.168.20.255",
                  "add firewall policy=net rule=3 action=nonat int=eth0 prot=all encap=ipsec"} {}
};

}  // namespace arrouter::test
