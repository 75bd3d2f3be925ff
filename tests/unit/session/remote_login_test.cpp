// A person whom servers know, at a terminal.
#include <catch2/catch.hpp>

#include "os/login.h"
#include "tests/unit/session/world.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;
using Reply = UserServers::Reply;

namespace {

/// Servers that answer when told to.
struct Servers final : UserServers {
  std::function<void(const Answer&)> waiting;
  LoginRequest last;
  bool any() const override { return true; }
  void ask(const LoginRequest& request, std::weak_ptr<void> owner,
           std::function<void(const Answer&)> answered) override {
    last = request;
    waiting = [owner, answered](const Answer& answer) {
      if (!owner.expired()) answered(answer);
    };
  }
  void say(Reply reply, Privilege privilege = Privilege::user) {
    REQUIRE(waiting);
    std::exchange(waiting, {})({reply, privilege, "RADIUS server 10.0.0.2"});
  }
};

struct Hall : World {
  Servers servers;
  Hall() {
    router->session_host().users.radius_servers = &servers;
    router->session_host().users.tacacs_servers = nullptr;
  }
  void answer_name(Person& person, std::string_view name, std::string_view password) {
    person.type(name);
    person.type(password);
  }
};

}  // namespace

TEST_CASE("a session waits for the server's answer, and the router goes on meanwhile") {
  Hall hall;
  Person person(*hall.router);
  hall.answer_name(person, "Alice", "Wonderland");
  CHECK(hall.servers.last.name == "Alice");
  CHECK_FALSE(hall.servers.last.remote_from);
  person.shown();
  person.type("show system");  // typed too early: nobody reads it
  CHECK_FALSE(person.session().logged_in());
  CHECK(hall.router.text("show time").find("System time is") != std::string::npos);
  SECTION("a manager") {
    hall.servers.say(Reply::accepted, Privilege::manager);
    CHECK(person.shown().ends_with("\nManager > "));
    CHECK(hall.log.find("3 USER LON Alice login on port0") != std::string::npos);
    CHECK(hall.router.text("show user").find("Alice         Asyn 0") != std::string::npos);
  }
  SECTION("a user") {
    hall.servers.say(Reply::accepted);
    CHECK(person.shown().ends_with("\n> "));
    person.type("show user");
    CHECK(person.shown().find("Error (3035266): Insufficient privilege for this command.") != std::string::npos);
  }
  SECTION("refused") {
    hall.servers.say(Reply::rejected);
    CHECK(person.shown().ends_with("\nAccess denied\n\nlogin: "));
    CHECK(hall.log.find("5 USER LFAIL Alice login on port0 failed") != std::string::npos);
  }
  SECTION("silence") {
    hall.servers.say(Reply::unanswered);
    CHECK(person.shown().ends_with("\nAccess denied\n\nlogin: "));
  }
  SECTION("the line is gone before the answer comes") {
    person.session().hang_up();
    hall.servers.say(Reply::accepted, Privilege::manager);
    CHECK_FALSE(person.session().logged_in());
    CHECK(hall.log.find("login on") == std::string::npos);
  }
}

TEST_CASE("a session that no longer exists hears no answer") {
  Hall hall;
  {
    Person person(*hall.router);
    hall.answer_name(person, "alice", "Wonderland");
  }
  hall.servers.say(Reply::accepted, Privilege::manager);
  CHECK(hall.router.text("show user").find("alice") == std::string::npos);
}

TEST_CASE("the minute of a Telnet login stands still while a server is asked") {
  Hall hall;
  Person person(*hall.router, "Telnet 1", "192.168.1.10", "TTY17");
  hall.time.advance(59s);
  hall.answer_name(person, "alice", "Wonderland");
  CHECK(hall.servers.last.remote_from == Ipv4Address(192, 168, 1, 10));
  hall.time.advance(30s);
  CHECK_FALSE(person.over());
  SECTION("in") {
    hall.servers.say(Reply::accepted);
    hall.time.advance(300s);
    CHECK_FALSE(person.over());
  }
  SECTION("out") {
    hall.servers.say(Reply::rejected);
    CHECK(person.over());
  }
}

TEST_CASE("servers hear where somebody comes from, and by what") {
  Hall hall;
  Person caller(*hall.router, "SSH 1", "192.168.1.11", "SSH1");
  hall.answer_name(caller, "alice", "Wonderland");
  CHECK(hall.servers.last.remote_from == Ipv4Address(192, 168, 1, 11));
  CHECK(hall.servers.last.secure_line);
  Person other(*hall.router, "Telnet 1", "192.168.1.12", "TTY17");
  hall.answer_name(other, "alice", "Wonderland");
  CHECK_FALSE(hall.servers.last.secure_line);
}

TEST_CASE("the password of a security command is the server's to confirm") {
  Hall hall;
  Person person(*hall.router);
  hall.answer_name(person, "alice", "Wonderland");
  hall.servers.say(Reply::accepted, Privilege::manager);
  person.type("add radius server=10.0.0.1 secret=x");  // a manager's first one starts the timer
  hall.time.advance(61s);
  person.shown();
  const auto command = "add radius server=10.0.0.2 secret=x";
  person.type(command);
  CHECK(person.shown().find("This is a security command, enter your password at the prompt") != std::string::npos);
  person.type("wrong");
  hall.servers.say(Reply::rejected);
  CHECK(person.shown() == "\nPassword: ");
  CHECK(hall.log.find("5 USER LFAIL alice gave a wrong password for a security command on port0") != std::string::npos);
  person.type("Wonderland");
  CHECK(std::string(hall.servers.last.password.begin(), hall.servers.last.password.end()) == "Wonderland");
  hall.servers.say(Reply::accepted);
  CHECK(person.shown().find("Info (1213003): Operation successful.") != std::string::npos);
  const UserCounters& counters = hall.router->session_host().users.counters;
  CHECK(counters.logins == 1);
  CHECK(counters.manager_password_fails == 1);
}

TEST_CASE("LOGIN over a session: refused leaves the former user there") {
  Hall hall;
  Person person(*hall.router);
  person.log_in();
  person.type("login alice");
  person.type("Wonderland");
  hall.servers.say(Reply::rejected);
  CHECK(person.shown().ends_with("\nAccess denied\n\nManager > "));
}
