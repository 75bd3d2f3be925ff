#include <catch2/catch.hpp>

#include "os/base/limits.h"
#include "tests/support/test_services.h"

namespace arrouter {
namespace {

using namespace std::chrono_literals;

User make_user(test::TestServices& services, std::string name, std::string_view password, Privilege privilege) {
  User user;
  user.name = std::move(name);
  user.digest = services.users.digest_of(password);
  user.privilege = privilege;
  return user;
}

TEST_CASE("A new router knows manager with the password friend") {
  test::TestServices services;
  CHECK(services.users.all().size() == 1);
  CHECK(services.users.login("MANAGER", "friend") == LoginResult::good);
  CHECK(services.users.login("manager", "Friend") == LoginResult::bad);
  CHECK_FALSE(services.users.remove("Manager"));
  CHECK_FALSE(services.users.has_security_officer());
  CHECK(services.users.find("manager")->logins == 1);
  CHECK(services.users.find("manager")->fails == 1);
}

TEST_CASE("Passwords are kept as 34 hex digits with a salt") {
  test::TestServices services;
  const std::string digest = services.users.digest_of("friend");
  CHECK(is_password_digest(digest));
  CHECK(services.users.digest_of("friend") != services.users.digest_of("friend"));
  CHECK(is_password_digest("3af00c6cad11f7ab5db4467b66ce503eff"));
  CHECK_FALSE(is_password_digest("3af00c6cad11f7ab5db4467b66ce503ef"));
  CHECK_FALSE(is_password_digest("3af00c6cad11f7ab5db4467b66ce503eff0"));
  CHECK_FALSE(is_password_digest("3af00c6cad11f7ab5db4467b66ce503efg"));
}

TEST_CASE("Failures lock a name out at LOGINFAIL, for LOCKOUTPD seconds") {
  test::TestServices services;
  const auto wrong = [&] { return services.users.login("manager", "wrong"); };
  for (int i = 0; i < 4; ++i) CHECK(wrong() == LoginResult::bad);
  SECTION("below: the right password still opens and forgets the failures") {
    CHECK(services.users.login("manager", "friend") == LoginResult::good);
    for (int i = 0; i < 4; ++i) CHECK(wrong() == LoginResult::bad);
    CHECK(wrong() == LoginResult::locked_out);
  }
  SECTION("at: the fifth locks, and the right password does not help until the time is over") {
    CHECK(wrong() == LoginResult::locked_out);
    CHECK(services.users.counters.login_lockouts == 1);
    services.time.advance(600s - 1ns);
    CHECK(services.users.login("manager", "friend") == LoginResult::locked_out);
    services.time.advance(1ns);
    CHECK(services.users.login("manager", "friend") == LoginResult::good);
  }
  SECTION("above: tries while locked out neither count nor lengthen it") {
    CHECK(wrong() == LoginResult::locked_out);
    services.time.advance(599s);
    CHECK(wrong() == LoginResult::locked_out);
    services.time.advance(1s);
    CHECK(wrong() == LoginResult::bad);
    CHECK(services.users.counters.login_lockouts == 1);
    CHECK(services.users.find("manager")->fails == 6);
  }
}

TEST_CASE("Names nobody has are refused and locked out like others, in bounded memory") {
  test::TestServices services;
  for (int i = 0; i < 4; ++i) CHECK(services.users.login("nobody", "x") == LoginResult::bad);
  CHECK(services.users.login("nobody", "x") == LoginResult::locked_out);
  for (int i = 0; i < 4; ++i) services.users.login("manager", "x");
  for (std::size_t i = 0; i < 2 * limits::failed_logins; ++i) services.users.login("guess" + std::to_string(i), "x");
  CHECK(services.users.login("manager", "x") == LoginResult::locked_out);
  CHECK(services.users.counters.unknown_login_names == 5 + 2 * limits::failed_logins);
}

TEST_CASE("A user without LOGIN or disabled does not get in") {
  test::TestServices services;
  User bob = make_user(services, "Bob", "secret", Privilege::user);
  bob.login = false;
  services.users.put(bob);
  CHECK(services.users.login("bob", "secret") == LoginResult::not_allowed);
  bob.login = true;
  bob.enabled = false;
  services.users.put(bob);
  CHECK(services.users.login("bob", "secret") == LoginResult::not_allowed);
  CHECK(services.users.login("bob", "Secret") == LoginResult::bad);
  CHECK(services.users.remove("BOB"));
  CHECK_FALSE(services.users.remove("bob"));
}

TEST_CASE("Security mode tells its listeners of each change once") {
  test::TestServices services;
  std::vector<bool> heard;
  services.users.on_security_mode_change([&](bool on) { heard.push_back(on); });
  services.users.put(make_user(services, "secoff", "secret", Privilege::security_officer));
  CHECK(services.users.has_security_officer());
  services.users.set_security_mode(true);
  services.users.set_security_mode(true);
  services.users.reset();
  CHECK(heard == std::vector<bool>{true, false});
  CHECK_FALSE(services.users.has_security_officer());
}

}  // namespace
}  // namespace arrouter
