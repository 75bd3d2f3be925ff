// What SHOW CONFIG DYNAMIC prints makes the same router again: dump, factory-fresh router, dump. It goes over the
// whole list of modules, so a module that forgets a setting or writes a line it would refuse is found here.
#include <catch2/catch.hpp>

#include <sstream>

#include "tests/support/configuration.h"

namespace arrouter {
namespace {

using test::VirtualRouter;
using test::VirtualTime;

// Keys are typed by hand on a real router and never part of its configuration.
std::string key_lines(const std::string& configuration) {
  std::istringstream lines(configuration);
  std::string keys, line;
  while (std::getline(lines, line)) {
    if (line.starts_with("create enco key")) keys += line + "\n";
  }
  return keys;
}

std::string round_trip(const std::string& configuration, std::string_view model = "AR415S") {
  VirtualTime time;
  VirtualRouter first(time, "", model);
  first.boot(configuration);
  CHECK(test::refusals(*first) == "");
  const std::string dumped = first.configuration();
  VirtualRouter second(time, "", model, 2);
  second.boot(key_lines(configuration) + dumped);
  CHECK(test::refusals(*second) == "");
  CHECK(second.configuration() == dumped);
  return dumped;
}

TEST_CASE("A factory-fresh router writes headings alone") {
  const std::string dumped = round_trip("");
  std::istringstream lines(dumped);
  for (std::string line; std::getline(lines, line);) CHECK((line.empty() || line.starts_with("# ")));
  CHECK(dumped.find("# Command Handler configuration\n") == 0);
  CHECK(dumped.find("# IPSEC configuration\n") < dumped.find("# ISAKMP configuration\n"));
  CHECK(dumped.ends_with("# GUI configuration\n\n"));
}

TEST_CASE("Settings of the operation modules come back") {
  const std::string dumped = round_trip(
      "set system name=\"Peer \"\"1\"\"\" location=Lab contact=\"a b\"\n"
      "set user securedelay=600 loginfail=3\n"
      "add user=secoff pass=secoff priv=securityofficer lo=yes\n"
      "add user=bob pass=bobsecret lo=no desc=\"Bob's\"\n");
  CHECK(dumped.find("set system name=\"Peer \"\"1\"\"\"") != std::string::npos);
  CHECK(dumped.find("=secoff pass=secoff") == std::string::npos);  // hashed
}

TEST_CASE("The example configurations come back") {
  const std::string key = "create enco key=1 type=general value=\"sharedsecret\"\n";
  for (const char* file : {"config/examples/peer1.cfg", "config/examples/peer2.cfg"}) {
    const std::string dumped = round_trip(key + test::source_file(file));
    CHECK(dumped.find("create ipsec pol=\"wiz_Peer1 to Peer2\"") != std::string::npos);
    CHECK(dumped.find("sharedsecret") == std::string::npos);
  }
}

TEST_CASE("Settings all over the modules come back") {
  round_trip(
      "create enco key=1 type=general value=\"secret\"\n"
      "create enco key=2 type=3desouter random\n"
      "enable ip\n"
      "add ip int=vlan1 ip=192.168.1.254 mask=255.255.255.0\n"
      "add ip int=eth0 ip=10.0.0.1 mask=255.0.0.0\n"
      "add ip int=eth0-1 ip=10.99.0.1 mask=255.255.0.0\n"
      "add ip rou=172.16.0.0 mask=255.240.0.0 int=eth0 next=10.0.0.2 metric=3\n"
      "add ip arp=10.0.0.9 int=eth0 eth=00-00-cd-01-02-03\n"
      "create log output=1 destination=syslog server=10.0.0.5\n"
      "add log output=1 severity=>4\n"
      "set asyn=0 page=off\n"
      "create ipsec sas=1 key=isakmp prot=esp enc=aes128 hasha=sha\n"
      "create ipsec sas=2 key=isakmp prot=esp enc=3desouter hasha=md5\n"
      "create ipsec bund=1 key=isakmp string=\"1 or 2\" expirys=3600\n"
      "create ipsec pol=\"a b\" int=eth0 ac=ipsec key=isakmp bund=1 peer=any\n"
      "set ipsec pol=\"a b\" lad=192.168.1.0 lma=255.255.255.0 rad=172.16.0.0 rma=255.240.0.0\n"
      "create ipsec pol=open int=eth0 ac=permit\n"
      "enable ipsec\n"
      "create isakmp pol=any pe=any key=1 mode=aggressive remoteid=\"branch\" group=2 enc=aes128\n"
      "set isakmp pol=any natt=true sendn=true\n"
      "enable isakmp\n");
}

}  // namespace
}  // namespace arrouter
