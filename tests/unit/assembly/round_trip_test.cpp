// What SHOW CONFIG DYNAMIC prints makes the same router again: dump, factory-fresh router, dump. It goes over the
// whole list of modules, so a module that forgets a setting or writes a line it would refuse is found here.
#include <catch2/catch.hpp>

#include <sstream>

#include "tests/support/virtual_router.h"

namespace arrouter {
namespace {

using test::VirtualRouter;
using test::VirtualTime;

std::string refusals(const Router& router) {
  std::string text;
  for (const RefusedLine& refused : router.refused_at_boot()) {
    text += std::to_string(refused.number) + ": " + refused.line + "\n  " + refused.outcome.line() + "\n";
  }
  return text;
}

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
  CHECK(refusals(*first) == "");
  const std::string dumped = first.configuration();
  VirtualRouter second(time, "", model, 2);
  second.boot(key_lines(configuration) + dumped);
  CHECK(refusals(*second) == "");
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

}  // namespace
}  // namespace arrouter
