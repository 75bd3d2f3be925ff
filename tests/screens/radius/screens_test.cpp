#include "tests/unit/radius/server.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("SHOW RADIUS") {
  RadiusDesk desk;
  desk("add radius server=192.168.10.10 secret=Valid8Me");
  desk("add radius server=192.168.10.11 secret=Valid8Me port=1812 accport=0");
  CHECK(desk("show radius") ==
        "RADIUS Server Parameters\n"
        "-------------------------------------------------------------------------------\n"
        "Server Retransmit Count ....... 3\n"
        "Server Timeout ................ 6 sec\n"
        "Server Dead Time .............. 0 min\n"
        "\n"
        "Server            Port    AccPort   Status\n"
        "-------------------------------------------------------------------------------\n"
        "192.168.10.10     1645    1646      Alive\n"
        "192.168.10.11     1812    -         Alive\n"
        "-------------------------------------------------------------------------------\n");
  CHECK(desk.desk.last_json.find(R"("servers":[{"server":"192.168.10.10","port":"1645","accPort":"1646")") !=
        std::string::npos);
}

TEST_CASE("SHOW RADIUS COUNTER") {
  RadiusDesk desk;
  RadiusServer server(desk.channel, desk.enco.api, "10.0.0.2", "sharedsecret");
  server.lose = 1;
  desk("add radius server=10.0.0.2 secret=sharedsecret");
  desk.ask();
  desk.base.time.advance(10s);
  CHECK(desk("show radius counter") ==
        "RADIUS Server Counters\n"
        "-------------------------------------------------------------------------------\n"
        "Server ........................ 10.0.0.2\n"
        "  accessRequests                   1    accessAccepts                    1\n"
        "  retransmissions                  1    accessRejects                    0\n"
        "  timeouts                         1    accessChallenges                 0\n"
        "  malformedReplies                 0    badAuthenticators                0\n"
        "  unknownTypes                     0    unsignedReplies                  0\n"
        "\n"
        "Packets without a request ..... 0\n"
        "-------------------------------------------------------------------------------\n");
}

TEST_CASE("RADIUS debugging prints packets without their secrets") {
  struct Screenful final : Terminal {
    std::string text;
    void print(std::string_view more) override { text += more; }
  };
  const auto terminal = std::make_shared<Screenful>();
  RadiusDesk desk;
  RadiusServer server(desk.channel, desk.enco.api, "10.0.0.2", "sharedsecret");
  server.extra.emplace_back(radius::Type::reply_message, "Welcome");
  desk("add radius server=10.0.0.2 secret=sharedsecret");
  CHECK(desk("enable radius debug") == "Error (3213259): Debugging needs a terminal.\n");
  desk.desk.caller.terminal = terminal;
  CHECK(desk("enable radius debug=decode") == "Info (1213003): Operation successful.\n");
  CHECK(desk("show radius debug") == "RADIUS debugging .............. DECODE\n");
  desk.ask();
  desk.base.time.advance(1s);
  CHECK(terminal->text.starts_with("RADIUS: sent to 10.0.0.2 port 1645, attempt 1\nAccess-Request, identifier 1, length "));
  CHECK(terminal->text.find("\n  Message-Authenticator: *****\n  User-Name: alice\n  User-Password: *****\n") !=
        std::string::npos);
  CHECK(terminal->text.find("RADIUS: received from 10.0.0.2\nAccess-Accept, identifier 1, length 47\n") !=
        std::string::npos);
  CHECK(terminal->text.find("  Reply-Message: Welcome\n") != std::string::npos);
  CHECK(terminal->text.find("Wonderland") == std::string::npos);
  CHECK(terminal->text.find("sharedsecret") == std::string::npos);
  CHECK(desk("disable radius debug=error") == "Info (1213003): Operation successful.\n");
  CHECK(desk("show radius debug") == "RADIUS debugging .............. DECODE\n");
  CHECK(desk("disable radius debug") == "Info (1213003): Operation successful.\n");
  CHECK(desk("show radius debug") == "RADIUS debugging .............. NONE\n");
}
