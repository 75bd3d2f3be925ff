#include <catch2/catch.hpp>

#include "tests/unit/ip/bench.h"

namespace arrouter::test {
namespace {

TEST_CASE("SHOW IP FILTER") {
  IpBench router;
  CHECK(router.run("show ip filter") == "Info (1005308): No IP filters exist.");
  router.two_interfaces();
  router.run_all({"add ip fil=0 so=0.0.0.0 des=192.168.1.20 dm=255.255.255.255 dp=25 prot=tcp ses=any ac=incl",
                  "set ip int=eth0 fil=0"});
  const Bytes mail = IpBench::packet(ip("1.2.3.4"), ip("192.168.1.20"), 6,
                                     Bytes{4, 9, 0, 25, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0});
  for (int i = 0; i < 14; ++i) router.eth0.inject({router.from_wan(mail)});
  for (int i = 0; i < 86; ++i) {
    router.eth0.inject({router.from_wan(IpBench::udp(ip("1.2.3.4"), ip("192.168.1.20"), 1, 2, Bytes(4)))});
  }
  CHECK(router.run("show ip filter") ==
        R"(IP Filters
--------------------------------------------------------------------------------
No. Ent. Source Port   Source Address    Source Mask      Session      Size
         Dest. Port    Dest. Address     Dest. Mask       Prot.(C/T)   Options
         Type          Act/Pol/Pri       Logging          Matches
--------------------------------------------------------------------------------
 0  1    Any           0.0.0.0           0.0.0.0          Any          Any
         25:25         192.168.1.20      255.255.255.255  TCP          Any
         Traffic       Include           Off              14

    Requests: 100           Passes: 14            Fails: 86
--------------------------------------------------------------------------------
)");
  CHECK(router.run("show ip").find("IP Filters ..................... 1\n") != std::string::npos);
  router.run_all({"add ip fil=100 so=192.168.1.0 sm=255.255.255.0 prot=icmp ic=8 icmpc=0 op=no size=1500 log=64 poli=9",
                  "add ip fil=200 so=10.0.0.1 sp=1024: prot=tcp ses=start log=dump prio=p3",
                  "add ip fil=300 so=172.16.0.0 sm=255.240.0.0 ac=excl"});
  CHECK(router.run("show ip filter=100").find(R"(
100 1    Any           192.168.1.0       255.255.255.0    Any          1500
         Any           0.0.0.0           0.0.0.0          ICMP(0/8)    No
         Policy        9                 64               0
)") != std::string::npos);
  CHECK(router.run("show ip filter=200").find(R"(
200 1    1024:65535    10.0.0.1          255.255.255.255  Start        Any
         Any           0.0.0.0           0.0.0.0          TCP          Any
         Priority      P3                Dump             0
)") != std::string::npos);
  CHECK(router.run("show ip filter=300").find("         Routing       Exclude           Off              0\n") !=
        std::string::npos);
  CHECK(router.run("show ip filter=1") == "Error (3005300): IP filter not found.");
  CHECK(router.run("show ip interface=eth0").find("eth0          Static   200.200.200.1    1  n  On   0 ") !=
        std::string::npos);
}

TEST_CASE("entries keep numbers without gaps") {
  IpBench router;
  CHECK(router.run("add ip fil=5 so=1.1.1.1 ac=incl") == "Warning (2005267): The IP module is not enabled.");
  router.two_interfaces();
  router.run_all(
      {"add ip fil=5 so=1.1.1.1 ac=incl", "add ip fil=5 so=2.2.2.2 ac=excl", "add ip fil=5 so=3.3.3.3 ac=incl"});
  const auto sources = [&] {
    std::string all;
    for (const std::string& line : router.dump()) {
      if (line.starts_with("add ip fil=5 so=")) all += line.substr(16, 1);
    }
    return all;
  };
  CHECK(sources() == "123");
  router.run("add ip fil=5 ent=2 so=4.4.4.4 ac=incl");
  CHECK(sources() == "1423");
  router.run("add ip fil=5 ent=3071 so=5.5.5.5 ac=incl");
  CHECK(sources() == "14235");
  router.run("delete ip fil=5 ent=1");
  CHECK(sources() == "4235");
  router.run("set ip fil=5 ent=4 so=6.6.6.6");
  CHECK(sources() == "4236");
  CHECK(router.run("set ip fil=5 ent=5 so=7.7.7.7") == "Error (3005301): IP filter entry not found.");
  CHECK(router.run("delete ip fil=5 ent=5") == "Error (3005301): IP filter entry not found.");
  CHECK(router.run("delete ip fil=6 ent=all") == "Error (3005300): IP filter not found.");
  CHECK(router.run("delete ip fil=5 ent=all") == "Info (1005003): Operation successful.");
  CHECK(sources().empty());
}

TEST_CASE("patterns that make no sense are refused") {
  IpBench router;
  router.two_interfaces();
  CHECK(router.run("add ip fil=1 so=1.1.1.1").starts_with("Error (3035"));
  CHECK(router.run("add ip fil=1000 so=1.1.1.1 ac=incl").starts_with("Error (3035"));
  CHECK(router.run("add ip fil=1 so=1.1.1.1 log=3 ac=incl").starts_with("Error (3035"));
  CHECK(router.run("add ip fil=1 so=1.1.1.1 poli=16").starts_with("Error (3035"));
  CHECK(router.run("add ip fil=1 so=1.1.1.1 ac=incl poli=1").starts_with("Error (3035"));
  CHECK(router.run("add ip fil=1 so=192.168.1.1 sm=255.255.255.0 ac=incl") ==
        "Error (3005304): IP address and mask are not compatible.");
  for (const std::string_view port : {"2:1", ":", "70000", "nothing", "1:2:3"}) {
    CAPTURE(port);
    CHECK(router.run("add ip fil=1 so=0.0.0.0 prot=tcp ac=incl dp=" + std::string(port)) ==
          "Error (3005305): Invalid port or port range.");
  }
  CHECK(router.run("add ip fil=1 so=0.0.0.0 prot=icmp ic=nothing ac=incl") ==
        "Error (3005306): Invalid ICMP type or code.");
  for (const std::string_view parameters : {"dp=25", "prot=icmp dp=25", "prot=udp ses=start", "prot=tcp ic=8"}) {
    CAPTURE(parameters);
    CHECK(router.run("add ip fil=1 so=0.0.0.0 ac=incl " + std::string(parameters)) ==
          "Error (3005307): The parameters do not fit the protocol.");
  }
  router.run("add ip fil=100 so=0.0.0.0 poli=1");
  CHECK(router.run("add ip fil=100 so=0.0.0.0 ac=incl") ==
        "Error (3005302): The parameters do not fit the type of the IP filter.");
  CHECK(router.run("set ip fil=100 ent=1 prio=p1") ==
        "Error (3005302): The parameters do not fit the type of the IP filter.");
  CHECK(router.run("add ip fil=101 so=0.0.0.0 ty=priority poli=1") ==
        "Error (3005302): The parameters do not fit the type of the IP filter.");
}

TEST_CASE("filters survive in the configuration script") {
  IpBench router;
  router.run_all({"enable ip", "add ip fil=0 so=0.0.0.0 des=192.168.1.20 dp=25 prot=tcp ses=est ac=incl",
                  "add ip fil=0 so=10.0.0.0 sm=255.0.0.0 sp=ntp dp=:1023 prot=udp op=yes size=576 log=header ac=excl",
                  "add ip fil=0 so=0.0.0.0 prot=icmp ic=echo icmpc=any log=dump ac=incl",
                  "add ip fil=0 so=0.0.0.0 prot=250 log=1600 ac=incl", "add ip fil=101 so=0.0.0.0 poli=15",
                  "add ip fil=7 ty=policy so=0.0.0.0 poli=0", "add ip fil=201 so=0.0.0.0 prio=p7",
                  "add ip fil=301 so=10.0.0.0 sm=255.0.0.0 ac=incl",
                  "add ip fil=302 so=10.0.0.0 sm=255.0.0.0 ty=traffic ac=incl",
                  "add ip fil=303 so=10.0.0.1 prot=tcp ac=incl"});
  const std::vector<std::string> lines = router.dump();
  CHECK(lines ==
        std::vector<std::string>{
            "enable ip", "add ip fil=0 so=0.0.0.0 des=192.168.1.20 dp=25:25 prot=tcp se=established ac=incl",
            "add ip fil=0 so=10.0.0.0 sm=255.0.0.0 sp=123:123 dp=0:1023 prot=udp op=yes si=576 lo=header ac=excl",
            "add ip fil=0 so=0.0.0.0 prot=icmp ic=8 lo=dump ac=incl",
            "add ip fil=0 so=0.0.0.0 prot=250 lo=1600 ac=incl", "add ip fil=7 so=0.0.0.0 poli=0",
            "add ip fil=101 so=0.0.0.0 poli=15", "add ip fil=201 so=0.0.0.0 prio=p7",
            "add ip fil=301 so=10.0.0.0 sm=255.0.0.0 ty=routing ac=incl",
            "add ip fil=302 so=10.0.0.0 sm=255.0.0.0 ty=traffic ac=incl",
            "add ip fil=303 so=10.0.0.1 prot=tcp ty=traffic ac=incl"});
  IpBench fresh;
  for (const std::string& line : lines) {
    CAPTURE(line);
    CHECK(fresh.run(line).starts_with("Info"));
  }
  CHECK(fresh.dump() == lines);
  router.run("disable ip");
  CHECK(router.dump().front() == "enable ip");
  CHECK(router.dump().back() == "disable ip");
  router.run("purge ip");
  CHECK(router.dump().empty());
}

}  // namespace
}  // namespace arrouter::test
