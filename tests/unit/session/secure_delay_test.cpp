#include <catch2/catch.hpp>

#include "tests/unit/session/world.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* command = "create config=a.cfg";  // a security command that changes no user
constexpr const char* done = "Info (1049003): Operation successful.";

/// A security officer, logged in.
struct Officer : World {
  Officer() : person((router.run(add_secoff), *router)) { person.log_in("secoff", "sesame1"); }
  std::string after(std::chrono::seconds pause, std::string_view line) {
    time.advance(pause);
    person.type(line);
    return person.shown();
  }
  Person person;
};

}  // namespace

TEST_CASE("a security officer is asked for the password after more than SECUREDELAY seconds") {
  Officer officer;
  CHECK(officer.after(59s, command).find(done) != std::string::npos);
  CHECK(officer.after(60s, command).find(done) != std::string::npos);
  CHECK(officer.after(61s, command) ==
        "create config=a.cfg\n\nThis is a security command, enter your password at the prompt\n\nPassword: ");
  officer.person.type("sesame1");
  CHECK(officer.person.shown() == "\n\nInfo (1049003): Operation successful.\n\nSecOff > ");
  CHECK(officer.after(1s, command).find(done) != std::string::npos);
}

TEST_CASE("other commands need no password, and do not stand in for it") {
  Officer officer;
  CHECK(officer.after(61s, "show time").find("System time is") != std::string::npos);
  CHECK(officer.after(1s, command).find("enter your password") != std::string::npos);
}

TEST_CASE("the delay is the one that is set") {
  Officer officer;
  officer.after(0s, "set user securedelay=600");
  CHECK(officer.after(600s, command).find(done) != std::string::npos);
  CHECK(officer.after(601s, command).find("enter your password") != std::string::npos);
}

TEST_CASE("wrong answers ask again, the third logs off") {
  Officer officer;
  officer.after(61s, command);
  officer.person.type("wrong");
  CHECK(officer.person.shown() == "\nPassword: ");
  officer.person.type("wrong");
  CHECK(officer.person.shown() == "\nPassword: ");
  officer.person.type("wrong");
  CHECK(officer.person.shown() == "\n\nInfo (1045057): Access denied, logging off.\n\n");
  CHECK(officer.person.over());
  const std::string counters = officer.router.text("show user configuration");
  CHECK(counters.find("managerPwdFails           3") != std::string::npos);
  CHECK(counters.find("securityCmdLogoffs        1") != std::string::npos);
  INFO(officer.log);
  CHECK(officer.log.find("5 USER LFAIL secoff gave a wrong password") != std::string::npos);
  CHECK(officer.log.find("5 USER LFAIL secoff logged off on port0") != std::string::npos);
  CHECK(officer.log.ends_with("3 USER LOFF secoff logoff on port0\n"));
}

TEST_CASE("two wrong answers and a right one run the command") {
  Officer officer;
  officer.after(61s, command);
  officer.person.type("wrong");
  officer.person.type("wrong");
  officer.person.type("sesame1");
  CHECK(officer.person.shown().find(done) != std::string::npos);
  CHECK_FALSE(officer.person.over());
}

TEST_CASE("a manager is asked only between commands that change users") {
  World world;
  Person person(*world.router);
  person.log_in();
  const auto after = [&](std::chrono::seconds pause, std::string_view line) {
    world.time.advance(pause);
    person.type(line);
    return person.shown();
  };
  CHECK(after(300s, command).find(done) != std::string::npos);
  CHECK(after(300s, "add user=bob password=secret7 login=yes").find("Username: bob") != std::string::npos);
  CHECK(after(60s, "set user=bob description=first").find("Username: bob (first)") != std::string::npos);
  CHECK(after(61s, command).find(done) != std::string::npos);
  CHECK(after(0s, "set user=bob description=second").find("enter your password") != std::string::npos);
  person.type("friend");
  CHECK(person.shown().find("Username: bob (second)") != std::string::npos);
}

TEST_CASE("scripts and recorded output are never asked") {
  Officer officer;
  officer.time.advance(1h);
  CHECK(officer.router.text("set user=secoff description=x").find("Username: secoff (x)") != std::string::npos);
}
