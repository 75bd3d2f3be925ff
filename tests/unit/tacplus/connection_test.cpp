// SINGLECONNECTION, changes of the servers while somebody is asked about, and the commands.
#include <catch2/catch.hpp>

#include "os/base/limits.h"
#include "tests/unit/tacplus/server.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;
using Reply = UserServers::Reply;
using tacplus::AuthenStatus;
using tacplus::AuthorStatus;

namespace {

/// A login on the connection there is, to its end.
void log_in(TacplusDesk& desk, std::uint8_t flags) {
  desk.ask();
  desk.heard();
  desk.last.flags = flags;
  desk.say(AuthenStatus::get_password);
  desk.heard();
  desk.say(AuthenStatus::pass);
  desk.heard();
  desk.allow(AuthorStatus::pass_add, {});
}

}  // namespace

TEST_CASE("SINGLECONNECTION: one connection for all, when the server agrees") {
  TacplusDesk desk(" singleconnection");
  desk.ask();
  desk.heard();
  CHECK(desk.last.flags == tacplus::flag::single_connection);
  SECTION("it does") {
    desk.say(AuthenStatus::pass);
    desk.heard();
    desk.allow(AuthorStatus::pass_add, {"priv-lvl=7"});
    CHECK(desk.answers.at(0).privilege == Privilege::manager);
    CHECK_FALSE(desk.line(0).hung_up_on());
    log_in(desk, tacplus::flag::single_connection);
    CHECK(desk.answers.size() == 2);
    CHECK(desk.tcp.dialled.size() == 1);
    SECTION("two at once need two") {
      desk.ask();
      desk.ask();
      CHECK(desk.tcp.dialled.size() == 2);
    }
    SECTION("what nobody asked for ends it") {
      desk.line(0).say("x");
      CHECK(desk.line(0).hung_up_on());
    }
    SECTION("the server gave it up just when it was wanted: another one, and nobody notices") {
      desk.ask();
      CHECK(desk.tcp.dialled.size() == 1);
      desk.line(0).hang_up();
      desk.settle();
      REQUIRE(desk.tcp.dialled.size() == 2);
      CHECK(desk.line(1).remote.address == Ipv4Address(10, 0, 0, 2));
      CHECK(desk.heard().find("bob") != std::string::npos);
      desk.say(AuthenStatus::fail);
      CHECK(desk.answers.back().reply == Reply::rejected);
      CHECK(desk.counted("errors", 0));
    }
    SECTION("the server gave it up while nobody used it") {
      desk.line(0).hang_up();
      CHECK(desk.line(0).hung_up_on());
      desk.ask();
      CHECK(desk.tcp.dialled.size() == 2);
    }
    SECTION("other settings need another") {
      desk.desk.run("set tacplus server=10.0.0.2 port=50");
      CHECK(desk.line(0).hung_up_on());
    }
  }
  SECTION("it does not") {
    desk.last.flags = 0;
    desk.say(AuthenStatus::pass);
    CHECK(desk.line(0).hung_up_on());
    CHECK(desk.tcp.dialled.size() == 2);
  }
}

TEST_CASE("A server that keeps connections nobody wants kept is hung up on") {
  TacplusDesk desk;
  log_in(desk, tacplus::flag::single_connection);
  CHECK(desk.answers.size() == 1);
  CHECK(desk.line(0).hung_up_on());
  CHECK(desk.line(1).hung_up_on());
}

TEST_CASE("A login under way survives the end of its server, and ends with the module") {
  TacplusDesk desk;
  desk.ask();
  SECTION("deleted") {
    desk.desk.run("delete tacplus server=10.0.0.2");
    desk.settle();
    CHECK(desk.line(0).hung_up_on());
    CHECK(desk.line(1).remote.address == Ipv4Address(10, 0, 0, 3));
    desk.desk.run("delete tacplus server=10.0.0.3");
    CHECK(desk.answers.at(0).reply == Reply::unanswered);
  }
  SECTION("deleted before its turn") {
    desk.desk.run("delete tacplus server=10.0.0.3");
    desk.line(0).hang_up();
    CHECK(desk.answers.at(0).reply == Reply::unanswered);
  }
  SECTION("disabled") {
    desk.desk.run("disable tacplus");
    CHECK(desk.answers.at(0).reply == Reply::unanswered);
    CHECK(desk.line(0).hung_up_on());
    CHECK_FALSE(desk.base.users.tacplus_servers->any());
  }
  SECTION("the router goes down") {
    desk.module->stop(Ending::restart);
    desk.base.time.advance(100s);
    CHECK(desk.answers.empty());
    CHECK(desk.line(0).hung_up_on());
  }
}

TEST_CASE("So many logins at once and no more") {
  TacplusDesk desk;
  for (std::size_t i = 0; i < limits::tacplus_logins; ++i) desk.ask();
  CHECK(desk.answers.empty());
  desk.ask();
  CHECK(desk.answers.size() == 1);
  CHECK(desk.answers.at(0).reply == Reply::unanswered);
}

TEST_CASE("The commands: each server once, at most so many, shown, written and read back") {
  TacplusDesk desk;
  CHECK(desk.desk("add tacplus server=10.0.0.2") == "Error (3224256): TACACS+ server 10.0.0.2 already exists.\n");
  CHECK(desk.desk("delete tacplus server=10.9.9.9") == "Error (3224257): TACACS+ server 10.9.9.9 does not exist.\n");
  CHECK(desk.desk("set tacplus server=10.9.9.9 port=50") ==
        "Error (3224257): TACACS+ server 10.9.9.9 does not exist.\n");
  CHECK(desk.desk("show tacplus server=10.9.9.9") == "Error (3224257): TACACS+ server 10.9.9.9 does not exist.\n");
  CHECK(desk.desk("enable tacplus") == "Warning (2224262): The TACACS+ module is already enabled.\n");
  CHECK(desk.desk("enable tacplus debug") == "Error (3224259): Debugging needs a terminal.\n");
  CHECK(desk.desk("set tacplus server=10.0.0.3 retries=0 timeout=60 singleconnection=on authentication=off "
                  "authorization=off") == "Info (1224003): Operation successful.\n");
  CHECK(desk.desk("show tacplus") ==
        "TACACS+ Configuration\n"
        "-------------------------------------------------------------------------------\n"
        "Status ........................ Enabled\n"
        "Debugging ..................... Disabled\n"
        "\n"
        "Server            Port   Retries  Timeout  Single  Authen  Author\n"
        "-------------------------------------------------------------------------------\n"
        "10.0.0.2          49     3        5        Off     On      On\n"
        "10.0.0.3          49     0        60       On      Off     Off\n"
        "-------------------------------------------------------------------------------\n");
  CHECK(desk.desk("show tacplus server=10.0.0.2") ==
        "TACACS+ Servers\n"
        "-------------------------------------------------------------------------------\n"
        "Status ........................ Enabled\n"
        "Debugging ..................... Disabled\n"
        "-------------------------------------------------------------------------------\n"
        "Server ........................ 10.0.0.2\n"
        "  Port ........................ 49\n"
        "  Key ......................... Set\n"
        "  Retries ..................... 3\n"
        "  Timeout ..................... 5 sec\n"
        "  Single Connection ........... Off\n"
        "  Authentication .............. On\n"
        "  Authorization ............... On\n"
        "  Connections ................. 0\n"
        "  loginRequests                    0    accepts                          0\n"
        "  timeouts                         0    rejects                          0\n"
        "  noConnections                    0    errors                           0\n"
        "  badPackets                       0\n"
        "-------------------------------------------------------------------------------\n");
  const std::string written = desk.desk.configuration();
  CHECK(written ==
        "add tacplus server=10.0.0.2 key=\"shared key\"\n"
        "add tacplus server=10.0.0.3 key=\"shared key\" retries=0 timeout=60 singleconnection=on authentication=off "
        "authorization=off\n"
        "enable tacplus\n");
  desk.desk.run("disable tacplus\ndelete tacplus server=10.0.0.2\ndelete tacplus server=10.0.0.3\n");
  CHECK(desk.desk.configuration().empty());
  CHECK(desk.desk.run(written).empty());
  CHECK(desk.desk.configuration() == written);
  for (std::size_t i = 2; i < limits::tacplus_servers; ++i)
    CHECK(desk.desk(fmt::format("add tacplus server=10.1.1.{}", i)) == "Info (1224003): Operation successful.\n");
  CHECK(desk.desk("add tacplus server=10.2.2.2") == "Error (3224258): No more TACACS+ servers can be added.\n");
  for (const char* refused : {"add tacplus server=10.3.3.3 retries=11", "add tacplus server=10.3.3.3 timeout=0",
                              "add tacplus server=10.3.3.3 timeout=61", "add tacplus server=10.3.3.3 port=0"})
    CHECK(desk.desk(refused).starts_with("Error (3035"));
  CHECK(desk.desk("set tacplus server=all key=" + std::string(64, 'k')).starts_with("Info"));
  CHECK(desk.desk("set tacplus server=all key=" + std::string(65, 'k')).starts_with("Error (3035"));
}

TEST_CASE("Neither log nor debugging tells a password or a key") {
  struct Watcher final : Terminal {
    void print(std::string_view text) override { seen += text; }
    std::string seen;
  };
  TacplusDesk desk;
  const auto watcher = std::make_shared<Watcher>();
  desk.desk.caller.terminal = watcher;
  CHECK(desk.desk("enable tacplus debug") == "Info (1224003): Operation successful.\n");
  CHECK(desk.desk("show tacplus").find("Debugging ..................... Enabled") != std::string::npos);
  const bool clear = GENERATE(false, true);
  if (clear) {
    desk.desk.run("delete tacplus server=10.0.0.2\ndelete tacplus server=10.0.0.3\nadd tacplus server=10.0.0.2\n");
    desk.key.clear();
  }
  desk.ask();
  CHECK(watcher->seen.find("TACACS+: sent to 10.0.0.2 port 49: authentication, session ") == 0);
  CHECK((watcher->seen.find("packet 1, 31 bytes, not hidden\n") != std::string::npos) == clear);
  desk.authenticate();
  desk.heard();
  desk.allow(AuthorStatus::pass_add, {"acl=7"});
  CHECK(watcher->seen.ends_with("TACACS+: TACACS+ server 10.0.0.2 rejected user bob: argument acl=7 is not known\n"));
  for (const LogRecord& record : desk.base.records) watcher->seen += record.message;
  CHECK(watcher->seen.find("secret") == std::string::npos);
  CHECK(watcher->seen.find("shared key") == std::string::npos);
  CHECK(desk.desk("disable tacplus debug") == "Info (1224003): Operation successful.\n");
}
