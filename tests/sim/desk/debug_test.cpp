// SHOW DEBUG IPSEC of a head office with three tunnels, into a file, and who may see what of it.
#include <catch2/catch.hpp>

#include <chrono>
#include <regex>

#include <fmt/format.h>

#include "tests/support/world.h"

using namespace arrouter;
using namespace std::chrono_literals;
using test::Host;
using test::VirtualRouter;

namespace {

/// The commands whose screens follow each other, by their title lines.
std::vector<std::string> titles(const std::string& text) {
  static const std::regex title("--- (.*?) -{3,}(?:\n|$)");
  std::vector<std::string> found;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), title); at != std::sregex_iterator(); ++at)
    found.push_back((*at)[1]);
  return found;
}

/// What follows a title, up to the next one.
std::string section(const std::string& text, const std::string& title) {
  const auto begin = text.find("\n", text.find("--- " + title + " ---"));
  REQUIRE(begin != std::string::npos);
  return text.substr(begin + 1, text.find("\n--- ", begin) - begin);
}

constexpr unsigned branches = 3;

/// A head office and its branches, every tunnel up.
struct Company {
  Company() : internet(time), office(time, "Office", "AR415S", 1) {
    internet.connect(office.port("eth0"), "100.100.100.0", 5ms);
    std::string more;
    for (unsigned i = 2; i <= branches; ++i) {
      more += fmt::format("create isakmp pol=\"b{0}\" pe=20{0}.1.1.1 enc=3desouter key=1 natt=true\n"
                          "create ipsec pol=\"b{0}\" int=eth0 ac=ipsec key=isakmp bund=1 peer=20{0}.1.1.1 isa=\"b{0}\" pos=3\n"
                          "set ipsec pol=\"b{0}\" lad=192.168.1.0 lma=255.255.255.0 rad=192.168.1{0}.0 rma=255.255.255.0\n",
                          i);
    }
    test::boot_site(office, test::site_configuration({"Office", "100.100.100", "192.168.1", "201.1.1.1", "192.168.11", more}));
    for (unsigned i = 1; i <= branches; ++i) {
      const auto& branch = routers.emplace_back(std::make_unique<VirtualRouter>(time, fmt::format("Branch{}", i), "AR415S", i + 1));
      const std::string lan = fmt::format("192.168.1{}", i);
      const auto& host = hosts.emplace_back(std::make_unique<Host>(time, "pc", lan + ".100", lan + ".254"));
      internet.connect(branch->port("eth0"), fmt::format("20{}.1.1.0", i), 5ms);
      cables.push_back(std::make_unique<MemoryLink>(host->port(), branch->port("vlan1")));
      test::boot_site(*branch, test::site_configuration({fmt::format("Branch{}", i), fmt::format("20{}.1.1", i), lan,
                                                         "100.100.100.1", "192.168.1"}));
    }
    for (const auto& host : hosts) {
      host->ping(*parse_ipv4("192.168.1.254"));
      time.advance(5s);
    }
  }
  std::string as(Privilege privilege, std::string_view line) {
    Caller caller;
    caller.user = "somebody";
    caller.privilege = privilege;
    const auto executed = office->execute(line, caller);
    return executed.screen.text() + executed.outcome.line();
  }

  test::VirtualTime time;
  test::Internet internet;
  VirtualRouter office;
  std::vector<std::unique_ptr<VirtualRouter>> routers;
  std::vector<std::unique_ptr<Host>> hosts;
  std::vector<std::unique_ptr<MemoryLink>> cables;
};

}  // namespace

TEST_CASE("show debug ipsec of three tunnels: every command, in the Note's order, none paged, in a file") {
  Company company;
  const auto began = std::chrono::steady_clock::now();
  const std::string answer = company.office.text("create file=ipsec.txt command=\"show debug ipsec\"");
  const auto took = std::chrono::steady_clock::now() - began;
  WARN("show debug ipsec took " << std::chrono::duration_cast<std::chrono::microseconds>(took).count() << " us");
  REQUIRE(answer == "Info (1056003): Operation successful.");
  const std::string text = company.office->files().read({"flash", "ipsec.txt"}).value();
  std::vector<std::string> expected = {"show system", "show file", "show install", "show feature", "show release",
                                       "show config dynamic", "show buffer scan", "show cpu", "show log",
                                       "show exception", "show ipsec policy sabundle"};
  for (unsigned i = 0; i < branches; ++i) expected.push_back(fmt::format("show ipsec sa={}", i));
  for (const char* line : {"show ipsec sa counters", "show ipsec counters"}) expected.push_back(line);
  for (const char* policy : {"b3", "b2", "wiz_Peer1 to Peer2"})
    expected.push_back(fmt::format("show ipsec policy=\"{}\" counters", policy));
  for (const char* line : {"show enco", "show enco channel"}) expected.push_back(line);
  for (const char* form : {"show enco channel={}", "show enco channel={} counters"})
    for (unsigned channel = 1; channel <= 2 * branches; ++channel)
      expected.push_back(fmt::format(fmt::runtime(form), channel));
  for (const char* line : {"show enco counters", "show isakmp sa", "show isakmp exchange", "show isakmp exchange detail",
                           "show isakmp sa detail", "show isakmp counters", "show ffile check"})
    expected.push_back(line);
  CHECK(titles(text) == expected);
  CHECK(text.find("--More--") == std::string::npos);
  CHECK(text.find("Error (") == std::string::npos);
  CHECK(section(text, "show system").find("Boot configuration file: ") != std::string::npos);
  for (unsigned i = 1; i <= branches; ++i)
    CHECK(section(text, "show isakmp sa").find(fmt::format("20{}.1.1.1", i)) != std::string::npos);
}

TEST_CASE("the figures of show debug ipsec are the router's own") {
  Company company;
  company.office.cpu = {.last_second = 7, .last_10_seconds = 6, .maximum = 93};
  company.office.memory_used_kb = 16384;
  company.office->report_fault("a broken promise");
  const std::string text = company.office.text("show debug ipsec");
  CHECK(section(text, "show cpu").find("Maximum since router restarted ..... 93\n") != std::string::npos);
  CHECK(section(text, "show cpu").find("Average over last second ........... 7\n") != std::string::npos);
  CHECK(section(text, "show buffer scan").find("Free Memory ................    75 %\n") != std::string::npos);
  CHECK(section(text, "show exception").find("Number of exceptions ... 1\n") != std::string::npos);
  CHECK(section(text, "show exception").find("Fatal exception") != std::string::npos);
  CHECK(section(text, "show log").find("Internal fault: a broken promise") != std::string::npos);
  CHECK(section(text, "show file").find("54-291.rez           flash       4893228") != std::string::npos);
  INFO(section(text, "show ffile check"));
  CHECK(section(text, "show ffile check").find(" files checked, 0 errors") != std::string::npos);
  const auto executed = company.office.run("show debug ipsec");
  std::size_t sections = 0;
  for (const Json& command : executed.screen.json().elements("commands")) {
    INFO(command.text("command"));
    CHECK_FALSE(command.text("command").empty());
    ++sections;
  }
  CHECK(sections == titles(text).size());
}

TEST_CASE("in security mode what shows the configuration is empty for all but a security officer") {
  Company company;
  REQUIRE(company.office.text("add user=so password=secret1 privilege=securityofficer login=yes").find("Error") ==
          std::string::npos);
  REQUIRE(company.office.text("enable system security_mode").starts_with("Info"));
  const std::string officer = company.as(Privilege::security_officer, "show debug ipsec");
  const std::string manager = company.as(Privilege::manager, "show debug ipsec");
  CHECK(titles(manager) == titles(officer));
  for (const char* hidden : {"show system", "show feature", "show config dynamic"}) {
    INFO(hidden);
    CHECK(section(officer, hidden).find_first_not_of('\n') != std::string::npos);
    CHECK(section(manager, hidden).find_first_not_of('\n') == std::string::npos);
  }
  CHECK(section(manager, "show ipsec sa=0") == section(officer, "show ipsec sa=0"));
  CHECK(company.as(Privilege::user, "show debug ipsec").starts_with("Error (3035266)"));
}
