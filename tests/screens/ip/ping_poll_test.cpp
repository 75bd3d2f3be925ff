#include <catch2/catch.hpp>

#include "modules/ip/ping_poll.h"
#include "tests/unit/ip/bench.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;
using ip::PollSettings;
using ip::PollState;
using ip::PollVerdict;
using Change = PollVerdict::Change;

const Ipv4Address device = test::ip("192.168.1.10"), lan = test::ip("192.168.1.1");

TEST_CASE("FAILCOUNT of SAMPLESIZE failures are down, UPCOUNT answers in a row are up") {
  PollSettings settings;
  settings.fail_count = 2;
  settings.sample_size = 3;
  settings.up_count = 3;
  PollVerdict verdict;
  CHECK(verdict.state() == PollState::down);
  CHECK(verdict.answered(settings) == Change::none);
  CHECK(verdict.state() == PollState::critical_down);
  CHECK(verdict.failed(settings) == Change::none);
  CHECK(verdict.state() == PollState::down);
  CHECK(verdict.up_count() == 0);
  CHECK(verdict.answered(settings) == Change::none);
  CHECK(verdict.answered(settings) == Change::none);
  CHECK(verdict.answered(settings) == Change::came_up);
  CHECK(verdict.state() == PollState::up);
  CHECK(verdict.failed(settings) == Change::none);
  CHECK(verdict.state() == PollState::critical_up);
  CHECK(verdict.fail_count() == 1);
  verdict.answered(settings);
  verdict.answered(settings);
  CHECK(verdict.state() == PollState::critical_up);
  verdict.answered(settings);  // the failure has left the sample
  CHECK(verdict.state() == PollState::up);
  CHECK(verdict.failed(settings) == Change::none);
  CHECK(verdict.answered(settings) == Change::none);
  CHECK(verdict.failed(settings) == Change::went_down);  // two of the last three
  CHECK(verdict.state() == PollState::down);
}

struct Poller : IpBench {
  Poller() {
    two_interfaces();
    learn(vlan1, device, mac(0x11), lan);
  }
  /// One second after the other; the device answers or not.
  void run_for(int seconds, bool answers) {
    for (int i = 0; i < seconds * 4; ++i) {
      for (Bytes frame = vlan1.next(); !frame.empty(); frame = vlan1.next()) {
        const auto request = wire::view_ipv4(payload_of(frame));
        if (!request || request->protocol() != wire::protocol::icmp) continue;
        ++requests;
        const auto echo = wire::view_icmp(request->payload());
        if (answers) vlan1.inject({from_lan(icmp(device, lan, 0, 0, echo->rest, echo->payload))});
      }
      services.time.advance(250ms);
    }
  }
  int requests = 0;
};

TEST_CASE("A device is polled, lost and found again") {
  Poller poller;
  poller.run("add ping poll=1 ipaddress=192.168.1.10 description=\"the server\" upcount=3 normalinterval=10");
  poller.run_for(5, true);
  CHECK(poller.requests == 0);  // not enabled
  poller.run("enable ping poll=1");
  poller.run_for(3, true);
  CHECK(poller.run("show ping poll") ==
        "Ping Status\n"
        "---------------------------------------------------------------------------\n"
        "ID   State                    Destination\n"
        "      upCountCurrent   Upcount   failCountCurrent   Failcount/Sample Size\n"
        "---------------------------------------------------------------------------\n"
        "1    Up                       192.168.1.10\n"
        "      3                3         0                  5/5\n"
        "---------------------------------------------------------------------------\n");
  REQUIRE(poller.services.records.size() == 1);
  CHECK(poller.services.records[0].message == "Poll 1: device 192.168.1.10 is up");
  poller.run_for(20, true);
  CHECK(poller.requests == 5);  // every ten seconds now
  poller.run_for(30, false);
  CHECK(poller.run("show ping poll=1") ==
        "Ping Polling Information\n"
        "--------------------------------------------------------------------------------\n"
        "Poll 1:\n"
        "  Destination IP address .............. 192.168.1.10\n"
        "  Description ......................... the server\n"
        "  State ............................... Down\n"
        "  Poll enabled ........................ Yes\n"
        "  Normal interval ..................... 10 seconds\n"
        "  Critical interval ................... 1 second\n"
        "  Up count ............................ 3\n"
        "  Fail count .......................... 5\n"
        "  Sample size ......................... 5\n"
        "  Length .............................. 32\n"
        "  Timeout ............................. 1 second\n"
        "  Source IP address ................... Not set\n"
        "  Debugging ........................... Disabled\n"
        "--------------------------------------------------------------------------------\n");
  CHECK(poller.services.records[1].message == "Poll 1: device 192.168.1.10 is down");
  poller.run_for(10, true);
  CHECK(poller.services.records[2].message == "Poll 1: device 192.168.1.10 is up");
  CHECK(poller.run("show ping poll state=down").find("192.168.1.10") == std::string::npos);
  CHECK(poller.run("show ping poll=1 counter").find("Changes to down ..................... 1\n") != std::string::npos);
  poller.run("disable ping poll=all");
  const int before = poller.requests;
  poller.run_for(20, true);
  CHECK(poller.requests == before);
}

TEST_CASE("A poll says what it is told to say") {
  Poller poller;
  poller.run("add ping poll=7 ipaddress=192.168.1.10 length=4 sipaddress=200.200.200.1");
  poller.run("enable ping poll=7");
  poller.services.time.advance(0ms);
  const Bytes frame = poller.vlan1.next();
  const auto request = wire::view_ipv4(Poller::payload_of(frame));
  REQUIRE(request);
  CHECK(request->source() == test::ip("200.200.200.1"));
  CHECK(request->total_length() == 32);
}

TEST_CASE("What polls write into a script is read back") {
  Poller poller;
  CHECK(poller.run("add ping poll=1 ip=192.168.1.10 crit=2 desc=\"a b\" fail=3 len=64 norm=60 samp=9 time=2 upc=4 "
                   "sipa=192.168.1.1") == "Info (1054003): Operation successful.");
  poller.run("add ping poll=2 ip=192.168.1.11");
  poller.run("enable ping poll=2");
  const auto script = poller.dump();
  Poller again;
  again.run("purge ip");
  for (const std::string& line : script) CHECK(again.run(line).starts_with("Info"));
  CHECK(again.dump() == script);
}

TEST_CASE("PING POLL refuses what cannot be") {
  Poller poller;
  poller.run("add ping poll=1 ip=192.168.1.10");
  CHECK(poller.run("add ping poll=1 ip=192.168.1.10") == "Error (3054264): Ping poll already exists.");
  CHECK(poller.run("set ping poll=2 upcount=1") == "Error (3054265): Ping poll not found.");
  CHECK(poller.run("enable ping poll=2") == "Error (3054265): Ping poll not found.");
  CHECK(poller.run("set ping poll=1 samplesize=4") == "Error (3054266): SAMPLESIZE must not be less than FAILCOUNT.");
  CHECK(poller.run("set ping poll=1 samplesize=5") == "Info (1054003): Operation successful.");
  CHECK(poller.run("set ping poll=1 failcount=6") == "Error (3054266): SAMPLESIZE must not be less than FAILCOUNT.");
  CHECK(poller.run("set ping poll=1 sipaddress=9.9.9.9") ==
        "Error (3054259): Source address is not an address of this device.");
  CHECK(poller.run("delete ping poll=1") == "Info (1054003): Operation successful.");
  CHECK(poller.run("show ping poll=1") == "Error (3054265): Ping poll not found.");
}

// ---- names ------------------------------------------------------------------------------------------------------

/// The host at 192.168.1.10 is also the name server; it knows pc.example.
struct Named : Poller {
  Named() { run("add ip dns primary=192.168.1.10"); }
  void serve(bool known) {
    for (Bytes frame = vlan1.next(); !frame.empty(); frame = vlan1.next()) {
      const auto packet = wire::view_ipv4(payload_of(frame));
      if (!packet || packet->protocol() != wire::protocol::udp) continue;
      const auto query = wire::view_udp(packet->payload());
      Bytes reply(query->payload.begin(), query->payload.end());
      reply[2] = 0x81;
      reply[3] = known ? 0x80 : 0x83;
      if (known) {
        reply[7] = 1;
        const Bytes record = from_hex("c00c000100010000003c0004c0a8010a").value();
        reply.insert(reply.end(), record.begin(), record.end());
      }
      vlan1.inject({from_lan(udp(device, lan, 53, query->source_port, reply))});
    }
  }
};

TEST_CASE("PING asks the name servers for its host's address") {
  Named router;
  CHECK(router.run("ping pc.example number=1").empty());
  CHECK(router.run("ping pc.example") == "Error (3054256): Ping already in progress.");
  router.serve(true);
  router.run_for(2, true);
  CHECK(router.terminal->output == "Echo reply 1 from 192.168.1.10 time delay 250 ms\n");
}

TEST_CASE("A name that nobody knows ends the command; STOP PING ends the question") {
  Named router;
  router.run("ping no.example");
  router.serve(false);
  CHECK(router.run("stop ping") == "Error (3054257): Ping is not in progress.");
  router.run("ping pc.example");
  CHECK(router.run("stop ping") == "Info (1054003): Operation successful.");
  router.serve(true);
  router.run_for(2, true);
  CHECK(router.terminal->output.empty());
  CHECK(router.run("ping \"no name\"").empty());
  router.services.time.advance(0ms);
  CHECK(router.run("stop ping") == "Error (3054257): Ping is not in progress.");
}

TEST_CASE("SHOW IP DNS and what DNS writes into a script") {
  IpBench router;
  router.run("add ip dns primary=172.16.10.80");
  router.run("add ip dns domain=Broba.cc primary=61.197.130.1 secondary=61.197.130.2");
  router.run("set ip dns cache size=100 timeout=5");
  router.run("enable ip dnsrelay");
  CHECK(router.run("show ip dns")
            .starts_with("DNS Server Configuration\n"
                         "---------------------------------------------------------------\n"
                         "Domain ........ ANY\n"
                         "  Primary ..... 172.16.10.80\n"
                         "  Secondary ... Not Set\n"
                         "Domain ........ broba.cc\n"
                         "  Primary ..... 61.197.130.1\n"
                         "  Secondary ... 61.197.130.2\n"
                         "---------------------------------------------------------------\n"));
  CHECK(router.run("show ip udp")
            .find("    53              0.0.0.0           0             0.0.0.0        DNS Relay\n") !=
        std::string::npos);
  const auto script = router.dump();
  CHECK(script == std::vector<std::string>{"add ip dns prim=172.16.10.80",
                                           "add ip dns dom=\"broba.cc\" prim=61.197.130.1 sec=61.197.130.2",
                                           "set ip dns cache si=100", "set ip dns cache time=5", "enable ip dnsr"});
  IpBench again;
  for (const std::string& line : script) CHECK(again.run(line).starts_with("Info"));
  CHECK(again.dump() == script);
  CHECK(again.run("add ip dns primary=1.1.1.1") == "Error (3005309): Name servers for this domain already exist.");
  CHECK(again.run("set ip dns domain=none.example primary=1.1.1.1") ==
        "Error (3005310): No name servers for this domain exist.");
  CHECK(again.run("add ip dns domain=a..b primary=1.1.1.1") == "Error (3005312): Invalid domain name.");
  again.run("set ip nameserver=9.9.9.9");
  again.run("set ip secondarynameserver=9.9.9.8");
  CHECK(again.run("show ip").find("Name Server .................... 9.9.9.9\n"
                                  "Secondary Name Server .......... 9.9.9.8\n") != std::string::npos);
  again.run("purge ip");
  CHECK(again.dump().empty());
}

}  // namespace
}  // namespace arrouter::test
