// The How-To Note's step 3: one command that runs them all, on a healthy tunnel.
#include <catch2/catch.hpp>

#include <regex>

#include "tests/support/world.h"

using namespace arrouter;
using namespace std::chrono_literals;
using test::HowToNetwork;

namespace {

/// The commands whose screens follow each other, by their title lines.
std::vector<std::string> titles(const std::string& text) {
  static const std::regex title("^--- (.*?) -+$", std::regex::ECMAScript | std::regex::multiline);
  std::vector<std::string> found;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), title); at != std::sregex_iterator(); ++at)
    found.push_back((*at)[1]);
  return found;
}

}  // namespace

TEST_CASE("show debug ipsec runs the Note's commands in its order, for each SA, policy and channel") {
  HowToNetwork network(test::chosen_seed(3));
  network.ping_for(5s);
  REQUIRE(network.pc1.answered() == network.pc1.sent());
  const std::string text = network.text("show debug ipsec");
  CHECK(titles(text) == std::vector<std::string>{
                            "show system",
                            "show file",
                            "show install",
                            "show feature",
                            "show release",
                            "show config dynamic",
                            "show buffer scan",
                            "show cpu",
                            "show log",
                            "show exception",
                            "show ipsec policy sabundle",
                            "show ipsec sa=0",
                            "show ipsec sa counters",
                            "show ipsec counters",
                            "show ipsec policy=\"wiz_Peer1 to Peer2\" counters",
                            "show enco",
                            "show enco channel",
                            "show enco channel=1",
                            "show enco channel=2",
                            "show enco channel=1 counters",
                            "show enco channel=2 counters",
                            "show enco counters",
                            "show isakmp sa",
                            "show isakmp exchange",
                            "show isakmp exchange detail",
                            "show isakmp sa detail",
                            "show isakmp counters",
                            "show ffile check",
                        });
  CHECK(text.find("86400/82080/") != std::string::npos);
  CHECK(text.find("Error (") == std::string::npos);
}

TEST_CASE("its output can be kept in a file, as the Note says") {
  HowToNetwork network(test::chosen_seed(4));
  network.ping_for(2s);
  CHECK(network.text("create file=ipsec.txt command=\"show debug ipsec\"").find("successful") != std::string::npos);
  const std::string file = network.text("show file=ipsec.txt");
  CHECK(file.find("--- show isakmp counters ---") != std::string::npos);
  CHECK(network.text("show file").find("ipsec.txt") != std::string::npos);
}

TEST_CASE("without a tunnel there is nothing to go through, and no error") {
  HowToNetwork network(test::chosen_seed(5));
  const auto shown = titles(network.text("show debug ipsec"));
  CHECK(std::count(shown.begin(), shown.end(), "show ipsec sa=0") == 0);
  CHECK(std::count(shown.begin(), shown.end(), "show enco channel=1") == 0);
  CHECK(shown.back() == "show ffile check");
}
