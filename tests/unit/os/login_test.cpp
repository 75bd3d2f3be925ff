// The order in which those who know users are asked, and what each answer means.
#include <catch2/catch.hpp>

#include "os/login.h"
#include "tests/support/test_services.h"

namespace arrouter {
namespace {

using Reply = UserServers::Reply;

/// Servers that answer when told to.
struct Servers final : UserServers {
  std::vector<std::string> asked;  // "name/password"
  std::function<void(const Answer&)> waiting;
  bool configured = true;

  bool any() const override { return configured; }
  void ask(const LoginRequest& request, std::weak_ptr<void> owner,
           std::function<void(const Answer&)> answered) override {
    asked.push_back(request.name + "/" + std::string(request.password.begin(), request.password.end()));
    waiting = [owner, answered](const Answer& answer) {
      if (!owner.expired()) answered(answer);
    };
  }
  void say(Reply reply, Privilege privilege = Privilege::user) {
    REQUIRE(waiting);
    std::exchange(waiting, {})({reply, privilege, "server 1"});
  }
};

struct Desk : test::TestServices {
  Servers radius, tacacs, tacplus;
  std::shared_ptr<int> owner = std::make_shared<int>();
  std::vector<LoginVerdict> verdicts;

  Desk() {
    users.radius_servers = &radius;
    users.tacacs_servers = &tacacs;
    users.tacplus_servers = &tacplus;
    tacplus.configured = false;
  }
  void add(std::string name, std::string_view password, bool backup = false) {
    User user;
    user.name = std::move(name);
    user.digest = users.digest_of(password);
    user.privilege = Privilege::manager;
    user.radius_backup = backup;
    users.put(std::move(user));
  }
  void try_login(std::string name, std::string_view password) {
    LoginRequest request{.name = std::move(name), .password = {}, .device = "Asyn 0", .remote_from = {}};
    request.password.assign(password.begin(), password.end());
    log_in(users, std::move(request), owner, [this](const LoginVerdict& verdict) { verdicts.push_back(verdict); });
  }
  LoginResult last() const { return verdicts.back().result; }
};

TEST_CASE("The database is enough when it knows name and password") {
  Desk desk;
  desk.try_login("MANAGER", "friend");
  REQUIRE(desk.verdicts.size() == 1);
  CHECK(desk.last() == LoginResult::good);
  CHECK(desk.verdicts[0].user == "manager");
  CHECK(desk.verdicts[0].privilege == Privilege::manager);
  CHECK(desk.verdicts[0].server.empty());
  CHECK(desk.radius.asked.empty());
}

TEST_CASE("Else RADIUS decides, and after its no or silence TACACS") {
  Desk desk;
  desk.try_login("Manager", "other");  // a wrong password goes on, and the name as it was typed
  CHECK(desk.radius.asked == std::vector<std::string>{"Manager/other"});
  CHECK(desk.verdicts.empty());
  SECTION("yes") {
    desk.radius.say(Reply::accepted, Privilege::manager);
    CHECK(desk.last() == LoginResult::good);
    CHECK(desk.verdicts[0].user == "Manager");
    CHECK(desk.verdicts[0].privilege == Privilege::manager);
    CHECK(desk.verdicts[0].server == "server 1");
    CHECK(desk.users.counters.logins == 1);
    CHECK(desk.users.counters.total_password_fails == 0);
    CHECK(desk.tacacs.asked.empty());
  }
  SECTION("no, then no") {
    desk.radius.say(Reply::rejected);
    CHECK(desk.verdicts.empty());
    desk.tacacs.say(Reply::rejected);
    CHECK(desk.last() == LoginResult::bad);
    CHECK(desk.users.counters.total_password_fails == 1);
    CHECK(desk.users.find("manager")->fails == 1);
    CHECK(desk.users.counters.unknown_login_names == 0);
  }
  SECTION("silence, then yes") {
    desk.radius.say(Reply::unanswered);
    desk.tacacs.say(Reply::accepted);
    CHECK(desk.last() == LoginResult::good);
    CHECK(desk.verdicts[0].privilege == Privilege::user);
  }
  SECTION("who asked has gone") {
    desk.owner.reset();
    desk.radius.say(Reply::accepted);
    CHECK(desk.verdicts.empty());
    CHECK(desk.users.counters.logins == 0);
  }
}

TEST_CASE("TACACS+ is asked last, by whoever was refused before") {
  Desk desk;
  desk.tacplus.configured = true;
  desk.try_login("guest", "x");
  desk.radius.say(Reply::rejected);
  desk.tacacs.say(Reply::unanswered);
  CHECK(desk.verdicts.empty());
  SECTION("yes") {
    desk.tacplus.say(Reply::accepted, Privilege::security_officer);
    CHECK(desk.last() == LoginResult::good);
    CHECK(desk.verdicts[0].privilege == Privilege::security_officer);
  }
  SECTION("no") {
    desk.tacplus.say(Reply::rejected);
    CHECK(desk.last() == LoginResult::bad);
  }
}

TEST_CASE("A security officer of a server's comes from where one of the database may come") {
  Desk desk;
  desk.radius.configured = desk.tacacs.configured = false;
  desk.tacplus.configured = true;
  desk.users.remote_officers = {true, {{Ipv4Address(10, 0, 0, 0), Ipv4Address(255, 255, 255, 0)}}};
  const auto from = [&](std::optional<Ipv4Address> address, bool secure_line, Privilege privilege) {
    LoginRequest request{.name = "chief", .password = {}, .device = {}, .remote_from = address};
    request.secure_line = secure_line;
    log_in(desk.users, std::move(request), desk.owner, [&](const auto& verdict) { desk.verdicts.push_back(verdict); });
    desk.tacplus.say(Reply::accepted, privilege);
    return desk.last();
  };
  const Ipv4Address near(10, 0, 0, 9), far(10, 0, 1, 9);
  CHECK(from(far, false, Privilege::security_officer) == LoginResult::good);
  desk.users.set_security_mode(true);
  CHECK(from(far, false, Privilege::security_officer) == LoginResult::not_allowed);
  CHECK(desk.users.counters.logins == 1);
  CHECK(from(near, false, Privilege::security_officer) == LoginResult::good);
  CHECK(from(far, true, Privilege::security_officer) == LoginResult::good);
  CHECK(from(std::nullopt, false, Privilege::security_officer) == LoginResult::good);
  CHECK(from(far, false, Privilege::manager) == LoginResult::good);
}

TEST_CASE("Who is locked out is told with the last address and the count") {
  Desk desk;
  desk.radius.configured = desk.tacacs.configured = false;
  std::vector<std::string> told;
  desk.users.on_lock_out([&](const LockOut& locked) {
    told.push_back(fmt::format("{} {} {}", locked.user, locked.from ? to_string(*locked.from) : "-", locked.failures));
  });
  for (int i = 0; i < 4; ++i) CHECK(desk.users.login("Bob", "x", Ipv4Address(10, 0, 0, 1)) == LoginResult::bad);
  CHECK(told.empty());
  desk.users.login("bob", "x", Ipv4Address(10, 0, 0, 2));
  desk.users.login("bob", "x", Ipv4Address(10, 0, 0, 3));
  CHECK(told == std::vector<std::string>{"bob 10.0.0.2 5"});
  desk.users.settings.login_fail = 1;
  desk.users.authenticate("ann", "x");
  CHECK(told.back() == "ann - 1");
}

TEST_CASE("Without servers a login fails at once") {
  Desk desk;
  desk.radius.configured = desk.tacacs.configured = false;
  desk.try_login("nobody", "x");
  CHECK(desk.last() == LoginResult::bad);
  CHECK(desk.users.counters.unknown_login_names == 1);
  desk.users.radius_servers = desk.users.tacacs_servers = nullptr;
  desk.try_login("nobody", "x");
  CHECK(desk.verdicts.size() == 2);
}

TEST_CASE("RADIUSBACKUP: RADIUS first, and such an account only when nobody answers") {
  Desk desk;
  desk.tacacs.configured = false;
  desk.add("backup", "lifeline", true);
  SECTION("RADIUS silent: the backup account works") {
    desk.try_login("backup", "lifeline");
    CHECK(desk.verdicts.empty());
    desk.radius.say(Reply::unanswered);
    CHECK(desk.last() == LoginResult::good);
    CHECK(desk.verdicts[0].server.empty());
    CHECK(desk.verdicts[0].privilege == Privilege::manager);
  }
  SECTION("RADIUS says no: it does not") {
    desk.try_login("backup", "lifeline");
    desk.radius.say(Reply::rejected);
    CHECK(desk.last() == LoginResult::bad);
  }
  SECTION("no RADIUS server at all is a silent one") {
    desk.radius.configured = false;
    desk.try_login("backup", "lifeline");
    CHECK(desk.last() == LoginResult::good);
  }
  SECTION("other accounts work whatever RADIUS says, after it") {
    desk.try_login("manager", "friend");
    CHECK(desk.radius.asked.size() == 1);
    desk.radius.say(Reply::rejected);
    CHECK(desk.last() == LoginResult::good);
  }
}

TEST_CASE("A locked or disabled name is not asked about") {
  Desk desk;
  desk.tacacs.configured = false;
  for (int i = 0; i < 5; ++i) {
    desk.try_login("guest", "x");
    desk.radius.say(Reply::rejected);
  }
  CHECK(desk.last() == LoginResult::locked_out);
  CHECK(desk.verdicts.back().locked_now);
  CHECK_FALSE(desk.verdicts[3].locked_now);
  desk.try_login("Guest", "right");
  CHECK(desk.last() == LoginResult::locked_out);
  CHECK_FALSE(desk.verdicts.back().locked_now);
  CHECK(desk.radius.asked.size() == 5);

  User closed = *desk.users.find("manager");
  closed.enabled = false;
  desk.users.put(closed);
  desk.try_login("manager", "friend");
  CHECK(desk.last() == LoginResult::not_allowed);
  desk.try_login("manager", "x");
  CHECK(desk.last() == LoginResult::bad);
  CHECK(desk.radius.asked.size() == 5);
}

TEST_CASE("A server's yes forgets earlier failures") {
  Desk desk;
  desk.tacacs.configured = false;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 4; ++i) {
      desk.try_login("guest", "x");
      desk.radius.say(Reply::rejected);
      CHECK(desk.last() == LoginResult::bad);
    }
    desk.try_login("guest", "right");
    desk.radius.say(Reply::accepted);
    CHECK(desk.last() == LoginResult::good);
  }
}

TEST_CASE("A password is confirmed by servers alone, and counts nowhere") {
  Desk desk;
  std::vector<bool> answers;
  const auto confirm = [&] {
    confirm_by_servers(desk.users, {.name = "guest", .password = {}, .device = {}, .remote_from = {}}, desk.owner,
                       [&](bool right) { answers.push_back(right); });
  };
  confirm();
  desk.radius.say(Reply::accepted);
  confirm();
  desk.radius.say(Reply::rejected);
  desk.tacacs.say(Reply::accepted);
  confirm();
  desk.radius.say(Reply::unanswered);
  desk.tacacs.say(Reply::rejected);
  desk.radius.configured = desk.tacacs.configured = false;
  confirm();
  CHECK(answers == std::vector<bool>{true, true, false, false});
  CHECK(desk.users.counters.logins == 0);
  CHECK(desk.users.counters.total_password_fails == 0);
}

TEST_CASE("Users of the network are counted as such, and LOGIN=NO is no matter") {
  Desk desk;
  desk.add("alice", "Wonderland");
  User alice = *desk.users.find("alice");
  alice.login = false;
  desk.users.put(alice);
  CHECK(desk.users.authenticate("Alice", "Wonderland") == LoginResult::good);
  CHECK(desk.users.authenticate("alice", "wonderland") == LoginResult::bad);
  CHECK(desk.users.find("alice")->authentications == 1);
  CHECK(desk.users.find("alice")->authentication_fails == 1);
  CHECK(desk.users.find("alice")->logins == 0);
  CHECK(desk.users.counters.authentications == 1);
  CHECK(desk.users.counters.logins == 0);
}

}  // namespace
}  // namespace arrouter
