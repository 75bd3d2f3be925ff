#include <catch2/catch.hpp>

#include "os/log.h"
#include "os/module.h"
#include "os/outcome.h"
#include "tests/support/virtual_time.h"

namespace arrouter {
namespace {

TEST_CASE("Log modules are found by number, name, short name and clear prefix") {
  CHECK(find_log_module("82") == module_number::isakmp);
  CHECK(find_log_module("isakmp") == module_number::isakmp);
  CHECK(find_log_module("ISAK") == module_number::isakmp);
  CHECK(find_log_module("ipsc") == module_number::ipsec);
  CHECK(find_log_module("ips") == module_number::ipsec);
  CHECK(find_log_module("ip") == module_number::ip);
  CHECK(find_log_module("fire") == module_number::firewall);
  CHECK(find_log_module("syst") == module_number::system);
  CHECK(find_log_module("sy") == 0);  // SYS or SYN
  CHECK(find_log_module("i") == 0);
  CHECK(find_log_module("") == 0);
  CHECK(find_log_module("998") == 0);
  CHECK(find_log_module("xyz") == 0);
  CHECK(log_module_short_name(module_number::ipsec) == "IPSC");
  CHECK(log_module_name(module_number::ipsec) == "IPSEC");
  CHECK(log_module_short_name(999) == "-");
}

TEST_CASE("Records made before anybody listens are kept, up to a limit") {
  test::VirtualTime time;
  const WallClock wall(time, WallTime(std::chrono::hours(1)));
  Log log(wall);
  for (int i = 0; i < 250; ++i) log.record({.type = "REST", .subtype = "NORM", .message = std::to_string(i)});
  std::vector<LogRecord> heard;
  log.listen([&](const LogRecord& record) { heard.push_back(record); });
  REQUIRE(heard.size() == 200);
  CHECK(heard[0].message == "0");
  CHECK(heard[0].time == wall.now());
  CHECK(heard[0].file == "log_test.cpp");
  CHECK(heard[0].line != 0);
  log.record({.type = "REST", .subtype = "NORM", .message = "live"});
  CHECK(heard.back().message == "live");
}

TEST_CASE("Configuration values are quoted so that a script gives them back") {
  CHECK(quoted("") == "\"\"");
  CHECK(quoted("Peer 1") == "\"Peer 1\"");
  CHECK(quoted("a\"b") == "\"a\"\"b\"");
  CHECK(quoted("a\\b") == "\"a\\b\"");
  CHECK(quoted("a\\") == "\"a\\\\\"");
}

}  // namespace
}  // namespace arrouter
