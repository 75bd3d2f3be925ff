#include <catch2/catch.hpp>

#include "os/base/limits.h"

#include "tests/unit/session/world.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("a login as the terminal shows it") {
  World world;
  Person person(*world.router);
  person.type("manager");
  person.type("friend");
  CHECK(person.shown() == "login: manager\nPassword: \n\nManager > ");
  person.type("set system name=Peer1");
  CHECK(person.shown() == "set system name=Peer1\n\nInfo (1034003): Operation successful.\n\nManager Peer1> ");
  person.type("");
  person.type("# a remark");
  CHECK(person.shown() == "\nManager Peer1> # a remark\nManager Peer1> ");
  person.type("logoff");
  CHECK(person.shown() == "logoff\n\n");
  CHECK(person.over());
}

TEST_CASE("a wrong password is denied and asks for the name again") {
  World world("Peer1");
  Person person(*world.router);
  person.type("manager");
  person.type("Friend");
  CHECK(person.shown() == "Peer1 login: manager\nPassword: \n\nAccess denied\n\nPeer1 login: ");
  person.type("   ");
  CHECK(person.shown() == "   \nPeer1 login: ");
  person.type("nobody");
  person.type("friend");
  CHECK(person.shown() == "nobody\nPassword: \n\nAccess denied\n\nPeer1 login: ");
  CHECK_FALSE(person.session().logged_in());
}

TEST_CASE("login names ignore case, passwords do not") {
  World world;
  Person person(*world.router);
  person.log_in("MANAGER");
  CHECK(person.session().description().user == "manager");
}

TEST_CASE("the name is locked out at the fifth failure, for exactly the lock-out period") {
  World world;
  Person person(*world.router);
  const auto fail = [&] {
    person.type("manager");
    person.type("wrong");
  };
  for (int i = 0; i < 4; ++i) fail();
  person.log_in();
  REQUIRE(person.session().logged_in());  // four failures lock nobody out, and a good login forgets them
  person.type("logoff");

  Person again(*world.router);
  for (int i = 0; i < 5; ++i) {
    again.type("manager");
    again.type("wrong");
  }
  again.log_in();
  CHECK_FALSE(again.session().logged_in());
  world.time.advance(599s);
  again.log_in();
  CHECK_FALSE(again.session().logged_in());
  world.time.advance(1s);
  again.log_in();
  CHECK(again.session().logged_in());
}

TEST_CASE("a locked-out remote session ends, a console goes on asking") {
  World world;
  Person remote(*world.router, "Telnet 1", "192.168.1.10", "TTY17");
  for (int i = 0; i < 4; ++i) {
    remote.type("manager");
    remote.type("wrong");
  }
  CHECK_FALSE(remote.over());
  remote.type("manager");
  remote.type("wrong");
  CHECK(remote.over());
}

TEST_CASE("every login, failure, lock-out and logoff is logged") {
  World world;
  {
    Person person(*world.router);
    person.log_in();
    person.type("logoff");
    Person other(*world.router);
    for (int i = 0; i < 5; ++i) {
      other.type("bob");
      other.type("wrong");
    }
  }
  CHECK(world.log ==
        "3 USER LON manager login on port0\n"
        "3 USER LOFF manager logoff on port0\n"
        "5 USER LFAIL bob login on port0 failed\n"
        "5 USER LFAIL bob login on port0 failed\n"
        "5 USER LFAIL bob login on port0 failed\n"
        "5 USER LFAIL bob login on port0 failed\n"
        "5 USER LFAIL bob login on port0 failed\n"
        "5 USER LOCK bob locked out on port0 after too many failed logins\n");
}

TEST_CASE("prompts tell privilege and name") {
  const auto prompt_of = [](std::string name, std::string_view privilege) {
    World world(std::move(name));
    world.router.run(std::string("add user=ann password=secret7 login=yes privilege=") + std::string(privilege));
    Person person(*world.router);
    person.log_in("ann", "secret7");
    return person.session().prompt();
  };
  CHECK(prompt_of("", "user") == "> ");
  CHECK(prompt_of("Peer1", "user") == "Peer1> ");
  CHECK(prompt_of("", "manager") == "Manager > ");
  CHECK(prompt_of("Peer1", "manager") == "Manager Peer1> ");
  CHECK(prompt_of("", "securityofficer") == "SecOff > ");
  CHECK(prompt_of("Peer1", "securityofficer") == "SecOff Peer1> ");
}

TEST_CASE("a prompt of one's own replaces the standard one whatever the privilege") {
  World world("Peer1");
  Person person(*world.router);
  person.log_in();
  person.type("set asyn prompt=\"lab> \"");
  CHECK(person.session().prompt() == "lab> ");
  person.type("set asyn prompt=default");
  CHECK(person.session().prompt() == "Manager Peer1> ");
}

TEST_CASE("LOGIN is somebody else for a while, LOGOFF goes back") {
  World world;
  world.router.run(add_secoff);
  Person person(*world.router);
  person.log_in();
  person.type("login secoff");
  person.type("sesame1");
  CHECK(person.shown() == "login secoff\n\nPassword: \n\nSecOff > ");
  person.type("login");
  person.type("manager");
  person.type("wrong");
  CHECK(person.shown() == "login\n\nlogin: manager\nPassword: \n\nAccess denied\n\nSecOff > ");
  person.type("lo");
  CHECK(person.shown() == "lo\n\nManager > ");
  person.type("logout");
  CHECK(person.over());
}

TEST_CASE("SET PASSWORD asks three times and changes nothing unless all is right") {
  World world;
  Person person(*world.router);
  person.log_in();
  const auto change = [&](std::string_view old, std::string_view fresh, std::string_view again) {
    person.type("set password");
    person.type(old);
    if (person.shown().ends_with("New password: ")) {
      person.type(fresh);
      person.type(again);
    }
    return person.shown();
  };
  CHECK(change("enemy", "", "").empty());
  CHECK(change("friend", "secret7", "secret8").find("The new passwords are not the same.") != std::string::npos);
  CHECK(change("friend", "short", "short").find("at least 6 characters") != std::string::npos);
  CHECK(change("friend", "secret7", "secret7") == "\nConfirm: \n\nInfo (1045003): Operation successful.\n\nManager > ");
  Person fresh(*world.router);
  fresh.log_in("manager", "secret7");
  CHECK(fresh.session().logged_in());
}

TEST_CASE("a question of one key: only yes does it") {
  World world;
  world.router.run(add_secoff);
  world.router.run("enable system security_mode");
  Person person(*world.router);
  person.log_in("secoff", "sesame1");
  person.type("disable system security_mode");
  CHECK(person.shown() ==
        "disable system security_mode\n\n"
        "Warning (2034259): Disabling security mode deletes all sensitive data files.\n"
        "Are you sure (y/n)? ");
  person.press('n');
  CHECK(person.shown() == "n\nSecOff > ");
  person.type("disable system security_mode");
  person.shown();
  person.press('y');
  CHECK(person.shown() == "y\n\nInfo (1034003): Operation successful.\n\nSecOff > ");
}

TEST_CASE("in security mode security commands are the security officer's") {
  World world;
  world.router.run(add_secoff);
  world.router.run("enable system security_mode");
  Person person(*world.router);
  person.log_in();
  for (const char* line : {"add user=bob password=secret7 login=yes", "create config=x.cfg", "delete user=secoff"}) {
    person.shown();
    person.type(line);
    CHECK(person.shown() ==
          std::string(line) + "\n\nError (3035266): Insufficient privilege for this command.\n\nManager > ");
  }
  person.type("show config dynamic");
  CHECK(person.shown() == "show config dynamic\n\nManager > ");
}

TEST_CASE("a user may only touch the own session") {
  World world;
  world.router.run("add user=ann password=secret7 login=yes");
  Person person(*world.router);
  person.log_in("ann", "secret7");
  person.type("show user");
  CHECK(person.shown() == "show user\n\nError (3035266): Insufficient privilege for this command.\n\n> ");
  person.type("show time");
  CHECK(person.shown().find("System time is") != std::string::npos);
}

TEST_CASE("asynchronous output goes below the line being typed and draws it again") {
  World world;
  Person person(*world.router);
  world.router->broadcast("nobody sees this", Privilege::manager);
  person.log_in();
  world.router->broadcast("ETH0: interface is UP", Privilege::manager);
  CHECK(person.shown() == "\nETH0: interface is UP\nManager > ");
}

TEST_CASE("asynchronous output waits while a question or a page is on the screen") {
  World world;
  Person person(*world.router);
  person.log_in();
  person.type("set asyn page=4");
  person.type("show time");
  person.type("show system");
  person.shown();
  world.router->broadcast("late news", Privilege::manager);
  CHECK(person.shown().empty());
  person.press('q');
  CHECK(person.shown().ends_with("\nlate news\nManager > "));
}

TEST_CASE("an idle session is logged off at its limit, and typing puts it off") {
  World world;
  Person person(*world.router);
  person.log_in();
  person.type("set asyn idletime=30");
  world.time.advance(29s);
  person.type("show time");
  world.time.advance(29s);
  CHECK_FALSE(person.over());
  world.time.advance(1s);
  CHECK(person.over());
}

TEST_CASE("SET TTY IDLETIME counts from the command that sets it") {
  World world;
  Person person(*world.router);
  person.log_in();
  person.type("set tty idletime=30");
  world.time.advance(29s);
  CHECK_FALSE(person.over());
  world.time.advance(1s);
  CHECK(person.over());
}

TEST_CASE("a remote session nobody logs in to ends after a minute; a console waits") {
  World world;
  Person remote(*world.router, "Telnet 1", "192.168.1.10", "TTY17");
  Person console(*world.router);
  world.time.advance(59s);
  CHECK_FALSE(remote.over());
  world.time.advance(1s);
  CHECK(remote.over());
  CHECK_FALSE(console.over());
}

TEST_CASE("help at any point shows options and goes on with the line; in passwords and quotes ? is a character") {
  World world;
  Person person(*world.router);
  person.ask_help("man");
  CHECK(person.shown() == "login: man?");
  person.log_in();
  person.ask_help("help ");
  CHECK(person.shown().find("\n\nOptions : FIrewall INterfaces IP IPSec LAB LOGging NETwork OPeration PPp REMote\n\n") != std::string::npos);
  person.ask_help("show user con");
  const std::string shown = person.shown();
  INFO(shown);
  CHECK(shown.find("\n\nOptions : CONFiguration\n\nManager > show user con") != std::string::npos);
  person.ask_help("set system name=\"what");
  CHECK(person.shown() == "set system name=\"what?");
}

TEST_CASE("a port that is not secure needs no login and gives no rights; a manager port gives them") {
  World world;
  world.router.run("set asyn=1 secure=off");
  Person open(*world.router, "Asyn 1", "local", "port1");
  CHECK(open.shown() == "> ");
  world.router.run("set manager port=2");
  Person manager(*world.router, "Asyn 2", "local", "port2");
  CHECK(manager.shown() == "Manager > ");
  // No password could be asked, so none is.
  world.time.advance(1h);
  manager.type("add user=bob password=secret7 login=yes");
  CHECK(manager.shown().find("Username: bob") != std::string::npos);
}

TEST_CASE("EDIT takes the keyboard, saves into FLASH and gives the prompt back") {
  World world;
  Person person(*world.router);
  person.log_in();
  const auto press = [&](std::string_view keys) {
    for (const char key : keys) person.press(key);
  };
  person.type("edit notes.txt");
  CHECK(person.shown().find("Ctrl+K+H = Help | File = notes.txt | Insert |  | 1:1") != std::string::npos);
  press("hello\rworld\r\x0bx");
  CHECK(person.shown().ends_with("Manager > "));
  CHECK(world.router->files().read({"flash", "notes.txt"}).value() == "hello\nworld\n");
  person.type("edit notes.txt");
  CHECK(world.router.text("show file=notes.*").find("        1\n") != std::string::npos);  // locked by the editor
  press("lost\x03y");
  CHECK(world.router.text("show file=notes.*").find("        0\n") != std::string::npos);
  CHECK(person.shown().ends_with("Manager > "));
  CHECK(world.router->files().read({"flash", "notes.txt"}).value() == "hello\nworld\n");
  person.type("edit enabled.sec");
  CHECK(person.shown().find("Error (3056262): File enabled.sec belongs to the system.") != std::string::npos);
  REQUIRE(world.router->files().write({"flash", "large.txt"}, std::string(limits::edited_file + 1, 'x')));
  person.type("edit large.txt");
  CHECK(person.shown().find("Error (3056263): File large.txt is too long for the editor.") != std::string::npos);
  CHECK(world.router.text("edit notes.txt") == "Error (3036256): There is no session to act on.");
}

TEST_CASE("what was typed into EDIT outlives the session that ends without saving it") {
  World world;
  const auto lose = [&](std::string_view keys, auto&& end) {
    Person person(*world.router);
    person.log_in();
    person.type("edit notes.txt");
    for (const char key : keys) person.press(key);
    end(person);
  };
  const auto hang_up = [](Person& person) { person.session().hang_up(); };
  FileStore& files = world.router->files();
  lose("precious", hang_up);
  CHECK(files.read({"flash", "editlost.txt"}) == "precious\n");
  CHECK(world.log.find("FILE EDIT Session lost: changes to notes.txt are in flash:editlost.txt\n") != std::string::npos);
  CHECK_FALSE(files.exists({"flash", "notes.txt"}));
  lose("more", hang_up);
  CHECK(files.read({"flash", "editlost.txt"}) == "precious\n");
  CHECK(files.read({"flash", "editlo01.txt"}) == "more\n");
  // Saved or given up is not lost.
  REQUIRE(files.clear("flash"));
  lose("a\x0bs", hang_up);
  lose("b\x03y", hang_up);
  lose("", hang_up);
  CHECK_FALSE(files.exists({"flash", "editlost.txt"}));
  REQUIRE(files.write({"flash", "big.txt"}, std::string(files.flash_use().free, 'x')));
  lose("c", hang_up);
  const std::string text = "ca\n";  // notes.txt has had its "a" since it was saved
  CHECK(files.read({"nvs", "editlost.txt"}) == text);
  REQUIRE(files.write({"nvs", "big.txt"}, std::string(limits::nvs_bytes - text.size(), 'x')));
  lose("d", hang_up);
  CHECK(world.log.find("Session lost: changes to notes.txt: cannot write editlo01.txt: nvs full\n") !=
        std::string::npos);
  REQUIRE(files.clear("flash"));
  lose("again", [&](Person&) {
    world.router.run("restart router");
    world.time.advance(1s);
  });
  CHECK(files.read({"flash", "editlost.txt"}) == "again\n");
}

TEST_CASE("a restart ends every session with a record, and the next one is a new login") {
  World world;
  Person person(*world.router);
  person.log_in();
  person.type("restart router");
  CHECK(person.shown() == "restart router\n");  // no prompt comes between it and the boot messages
  world.time.advance(1s);
  CHECK(person.over());
  CHECK(person.shown().empty());
  Person next(*world.router);
  CHECK(next.shown() == "login: ");
}
