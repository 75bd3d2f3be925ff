#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "os/base/limits.h"
#include "tests/screens/system/desk.h"
#include "tests/support/person.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("ADD USER shows the new record") {
  SystemDesk desk;
  CHECK(desk("add user=SecOff password=sesame1 privilege=securityofficer login=yes telnet=yes") ==
        R"(Number of Radius-backup users..... 0

User Authentication Database
-------------------------------------------------------------------------------
Username: secoff ()
   Status: enabled    Privilege: Sec Off    Telnet: yes    Login: yes   RBU: no
   Callback number:                     Calling number:
   Logins: 0         Fails: 0        Sent: 0        Rcvd: 0
   Authentications: 0        Fails: 0
-------------------------------------------------------------------------------
)");
}

TEST_CASE("SHOW USER in security mode, with people logged in") {
  SystemDesk desk;
  desk("add user=secoff password=sesame1 privilege=securityofficer login=yes telnet=yes");
  desk("enable system security_mode");
  Person officer(*desk.router);
  officer.log_in("secoff", "sesame1");
  desk.time.advance(60s);
  Person manager(*desk.router, "Telnet 1", "192.168.1.10", "TTY17");
  manager.type("manager");
  manager.type("wrong");
  manager.log_in();
  CHECK(desk("show user") == R"(Number of logged in Security Officers currently active.....1
Number of Radius-backup users..... 0

User Authentication Database
-------------------------------------------------------------------------------
Username: manager (Manager Account)
   Status: enabled    Privilege: manager    Telnet: yes    Login: yes   RBU: no
   Callback number:                     Calling number:
   Logins: 1         Fails: 1        Sent: 0        Rcvd: 0
   Authentications: 0        Fails: 0
Username: secoff ()
   Status: enabled    Privilege: Sec Off    Telnet: yes    Login: yes   RBU: no
   Callback number:                     Calling number:
   Logins: 1         Fails: 0        Sent: 0        Rcvd: 0
   Authentications: 0        Fails: 0
-------------------------------------------------------------------------------

Active (logged in) Users
-------------------------------------------------------------------------------
User          Port/Device         Location           Login Time
-------------------------------------------------------------------------------
secoff        Asyn 0              local              11:19:24 02-Feb-2007
manager       Telnet 1            192.168.1.10       11:20:24 02-Feb-2007
-------------------------------------------------------------------------------
)");
}

TEST_CASE("SHOW USER CONFIGURATION shows settings and counters") {
  SystemDesk desk;
  desk("set user loginfail=3 lockoutpd=30000 manpwdfail=1 securedelay=3600 minpwdlen=10");
  desk("set manager port=0");
  Person person(*desk.router, "Asyn 1", "local", "port1");
  for (int i = 0; i < 3; ++i) {
    person.type("nobody");
    person.type("wrong");
  }
  person.log_in();
  CHECK(desk("show user configuration") == R"(User module configuration and counters
-------------------------------------------------------------------------------
Security parameters
  login failures before lockout ............         3  (LOGINFAIL)
  lockout period ...........................     30000  seconds (LOCKOUTPD)
  manager password failures before logoff ..         1  (MANPWDFAIL)
  maximum security command interval ........      3600  seconds (SECUREDELAY)
  minimum password length ..................        10  characters (MINPWDLEN)
  TACACS retries ...........................         3  (TACRETRIES)
  TACACS timeout period ....................         5  seconds (TACTIMEOUT)
  semi-permanent manager port ..............    Asyn 0

Security counters
  logins                    1      authentications           0
  managerPwdChanges         0      defaultAcctRecoveries     0
  unknownLoginNames         3      tacacsLoginReqs           0
  totalPwdFails             3      tacacsLoginRejs           0
  managerPwdFails           0      tacacsReqTimeouts         0
  securityCmdLogoffs        0      tacacsReqFails            0
  loginLockouts             1      databaseClearTotallys     0
-------------------------------------------------------------------------------
)");
}

TEST_CASE("settings are taken at their limits and refused beyond") {
  SystemDesk desk;
  const char* good[] = {"loginfail=1",    "loginfail=10",     "lockoutpd=1", "lockoutpd=30000", "manpwdfail=5",
                        "securedelay=10", "securedelay=3600", "minpwdlen=1", "minpwdlen=23"};
  const char* bad[] = {"loginfail=0",   "loginfail=11",     "lockoutpd=30001", "manpwdfail=6",
                       "securedelay=9", "securedelay=3601", "minpwdlen=24"};
  for (const char* setting : good) CHECK(desk(std::string("set user ") + setting).starts_with("Info (1045003)"));
  for (const char* setting : bad) CHECK(desk(std::string("set user ") + setting).starts_with("Error (3035262)"));
}

TEST_CASE("accounts: what is refused, and why") {
  SystemDesk desk;
  CHECK(desk("add user=bob password=sesame1") == "Error (3035261): Required parameter \"LOGIN\" missing.");
  CHECK(desk("add user=bob password=short login=yes") ==
        "Error (3045259): Password must be at least 6 characters long.");
  CHECK(desk("add user=bob password=123456789012345678901234567890123 login=yes") ==
        "Error (3045260): Password must be at most 32 characters long.");
  CHECK(desk("add user=Manager password=sesame1 login=yes") == "Error (3045257): User \"manager\" already exists.");
  CHECK(desk("add user=\"b b\" password=sesame1 login=yes") ==
        "Error (3045261): Login name \"b b\" has invalid characters.");
  CHECK(desk("set user=bob login=yes") == "Error (3045256): User \"bob\" does not exist.");
  CHECK(desk("delete user=manager") == "Error (3045258): User \"manager\" cannot be deleted.");
  CHECK(desk("delete user=bob") == "Error (3045256): User \"bob\" does not exist.");
}

TEST_CASE("a digest is taken as one: the password still works after a round trip") {
  SystemDesk desk("");
  desk("add user=bob password=sesame1 privilege=manager description=\"A \"\"B\"\" c\"");
  desk("set user=manager password=newpass1");
  desk("set user securedelay=600");
  desk("disable user=bob");
  const std::string script = desk.router.configuration();
  INFO(script);
  CHECK(script.find("sesame1") == std::string::npos);
  VirtualTime time;
  VirtualRouter fresh(time, "");
  fresh.boot(script);
  CHECK(fresh.configuration() == script);
  fresh.run("enable user=bob");
  Person person(*fresh);
  person.log_in("bob", "sesame1");
  CHECK(person.session().logged_in());
  Person other(*fresh);
  other.log_in("manager", "friend");
  CHECK_FALSE(other.session().logged_in());
}

TEST_CASE("a disabled user, or one without LOGIN, stays outside") {
  SystemDesk desk;
  desk("add user=bob password=sesame1 login=yes");
  const auto gets_in = [&] {
    Person person(*desk.router);
    person.log_in("bob", "sesame1");
    return person.session().logged_in();
  };
  CHECK(gets_in());
  desk("disable user=bob");
  CHECK_FALSE(gets_in());
  desk("enable user=bob");
  CHECK(gets_in());
  desk("set user=bob login=no");
  CHECK_FALSE(gets_in());
  desk("set user=bob login=yes");
  CHECK(gets_in());
  desk("purge user");
  CHECK_FALSE(gets_in());
}

TEST_CASE("the last security officer stays while security mode is on") {
  SystemDesk desk;
  desk("add user=secoff password=sesame1 privilege=securityofficer login=yes");
  desk("enable system security_mode");
  for (const char* line : {"delete user=secoff", "disable user=secoff", "set user=secoff privilege=manager",
                           "set user=secoff login=no", "purge user"}) {
    INFO(line);
    CHECK(desk(line) == "Error (3045262): The last security officer is needed while security mode is enabled.");
  }
  desk("add user=second password=sesame2 privilege=securityofficer login=yes");
  CHECK(desk("delete user=secoff") == "Info (1045003): Operation successful.");
}

TEST_CASE("counters go back to zero, all or one user's") {
  SystemDesk desk;
  desk("add user=bob password=sesame1 login=yes");
  for (const char* name : {"bob", "manager"}) {
    Person person(*desk.router);
    person.type(name);
    person.type("wrong");
  }
  const auto fails = [&](const std::string& name) {
    return desk("show user=" + name).find("Fails: 1        Sent") != std::string::npos;
  };
  desk("reset user=bob");
  CHECK_FALSE(fails("bob"));
  CHECK(fails("manager"));
  CHECK(desk("show user configuration").find("totalPwdFails             2") != std::string::npos);
  desk("reset user");
  CHECK_FALSE(fails("manager"));
  CHECK(desk("show user configuration").find("totalPwdFails             0") != std::string::npos);
}

TEST_CASE("remote security officers are kept, shown and limited") {
  SystemDesk desk;
  CHECK(desk("add user rso ip=192.168.1.10") == "Info (1045003): Operation successful.");
  CHECK(desk("add user rso ip=192.168.1.10") ==
        "Error (3045263): Remote security officer 192.168.1.10 already exists.");
  CHECK(desk("enable user rso") == "Info (1045003): Operation successful.");
  CHECK(desk("enable user rso") == "Warning (2045267): Remote security officer access is already enabled.");
  CHECK(desk("show user rso") == R"(Remote Security Officer Access is enabled

Remote Security Officer Addresses
-------------------------------------------------------------------------------
IP Address        Mask
-------------------------------------------------------------------------------
192.168.1.10      255.255.255.255
-------------------------------------------------------------------------------
)");
  for (std::size_t i = 1; i < limits::remote_officers; ++i) {
    CHECK(desk(fmt::format("add user rso ip=10.0.0.{}", i)).starts_with("Info"));
  }
  CHECK(desk("add user rso ip=10.1.1.1") == "Error (3045265): No more remote security officers can be added.");
  CHECK(desk("delete user rso ip=10.0.0.1") == "Info (1045003): Operation successful.");
  CHECK(desk("delete user rso ip=10.0.0.1") == "Error (3045264): Remote security officer 10.0.0.1 does not exist.");
}
