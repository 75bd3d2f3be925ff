// Screens and saved lines of the SIP gateway, application rules and proxies.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "os/base/limits.h"
#include "tests/support/fire_bench.h"

using namespace arrouter;
using namespace arrouter::test;

namespace {

const Bytes data(16, 9);

std::string script(FireBench& bench) {
  ConfigWriter writer;
  bench.firewall->dump(writer);
  std::string text;
  for (const std::string& line : writer.sections().front().lines) text += line + "\n";
  return text;
}

}  // namespace

TEST_CASE("SHOW FIREWALL SIPALG") {
  FireBench bench{"add firewall policy=net nat=standard int=vlan1 ip=192.168.1.100 gblint=eth0 gblip=200.200.200.7",
                  "enable firewall sipalg", "set fire sipa mod=auto maxa=50 multi=true"};
  bench.out(FireBench::udp(lan_host, server, 5060, 5060, data));
  CHECK(bench.run("show firewall sipalg") == R"(SIP ALG

  Status .................... enabled
  Mode ...................... automatic
  Maximum Auto Clients ...... 50
  Call-ID Translation ....... off
  Multiple Servers .......... yes

Client                  Gbl IP                  Server
-------------------------------------------------------------------------------
192.168.1.100:5060      200.200.200.7:5060      8.8.8.8:5060
-------------------------------------------------------------------------------
)");
  CHECK(bench.run("show firewall sipalg ip=192.168.1.101").find("5060") == std::string::npos);
  CHECK(bench.run("show firewall sipalg summary").ends_with("Multiple Servers .......... yes\n"));
  CHECK(bench.run("show firewall sipalg counter") == R"(SIP ALG

  Status .................... enabled
  Messages .................. 1
  Messages Translated ....... 0
)");
  CHECK(bench.run("reset firewall sipalg") == "Info (1077003): Operation successful.");
  CHECK(bench.sessions() == "0");
}

TEST_CASE("what is configured comes back from its script") {
  const std::initializer_list<std::string_view> lines{
      "enable firewall sipalg",
      "set firewall sipalg mode=automatic maxautoclients=50 callidtranslation=on multiservers=outonly",
      "add firewall policy=net apprule=1 action=deny int=eth0 app=ftp command=put",
      "add firewall policy=net apprule=299 action=allow int=vlan1 application=ftp port=2121",
      "add firewall policy=net proxy=http int=vlan1 gblint=eth0 dir=out ip=192.168.1.5 after=08:00 days=weekday",
      "add firewall policy=net proxy=smtp int=vlan1 gblint=eth0 dir=both",
      "add firewall policy=net httpfilter=urls.txt",
      "add firewall policy=net spamsources=bad.spa",
      "set firewall policy=net smtpdomain=example.com",
      "enable firewall policy=net p2pfilter=winny action=notify threshold=30"};
  FireBench bench(lines);
  const std::string first = script(bench);
  for (const std::string_view line :
       {"enable firewall sipalg\nset firewall sipalg mod=auto maxa=50 cal=on multi=outonly\n",
        "add firewall poli=\"net\" appr=1 ac=deny int=eth0 app=ftp comm=put\n",
        "add firewall poli=\"net\" appr=299 ac=allo int=vlan1 app=ftp po=2121\n",
        "add firewall poli=\"net\" pro=http int=vlan1 gblin=eth0 dir=out ip=192.168.1.5 aft=08:00 "
        "day=mon,tue,wed,thu,fri\n",
        "add firewall poli=\"net\" pro=smtp int=vlan1 gblin=eth0 dir=both\n",
        "add firewall poli=\"net\" httpf=urls.txt\n", "add firewall poli=\"net\" sp=bad.spa\n",
        "set firewall poli=\"net\" smtpd=\"example.com\"\n",
        "enable firewall policy=\"net\" p2pf=winny ac=notify thr=30\n"}) {
    INFO(line);
    CHECK(first.find(line) != std::string::npos);
  }
  CHECK(bench.run("show firewall policy=net p2pfilter") == R"(Policy : net
  Winny ............................. enabled
    Action .......................... notify
    Threshold ....................... 30
)");
  FireBench copy;
  std::string_view rest = first;
  while (!rest.empty()) {
    copy.run(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(rest.find('\n') + 1);
  }
  CHECK(script(copy) == first);
}

TEST_CASE("what gateways and proxies refuse") {
  FireBench bench;
  const auto refused = [&bench](std::string_view line) { return bench.run(line).starts_with("Error (3077"); };
  CHECK(refused("add firewall policy=net apprule=1 action=deny int=eth9 app=ftp"));
  CHECK(refused("set firewall policy=net apprule=1 action=deny"));
  CHECK(refused("delete firewall policy=net apprule=1"));
  bench.good("add firewall policy=net apprule=1 action=deny int=eth0 app=ftp");
  CHECK(refused("add firewall policy=net apprule=1 action=deny int=eth0 app=ftp"));
  CHECK(refused("add firewall policy=net proxy=http int=eth0 gblint=eth0 dir=out"));
  CHECK(refused("delete firewall policy=net proxy=http int=vlan1 gblint=eth0 dir=out"));
  CHECK(refused("delete firewall policy=net httpfilter=urls.txt"));
  for (std::size_t i = 0; i < limits::firewall_filter_files; ++i) {
    bench.good(fmt::format("add firewall policy=net httpfilter=urls{}.txt", i));
  }
  CHECK(refused("add firewall policy=net httpfilter=urls.txt"));
  bench.good("delete firewall policy=net httpfilter=urls0.txt");
  bench.good("add firewall policy=net httpfilter=urls.txt");
  CHECK(bench.run("add firewall policy=net apprule=300 action=deny int=eth0 app=ftp").starts_with("Error"));
}
