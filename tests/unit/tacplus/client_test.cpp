// A login at TACACS+ servers: what is said in which order, and what each answer, silence and nonsense mean.
#include <catch2/catch.hpp>

#include "tests/unit/tacplus/server.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;
using Reply = UserServers::Reply;
using tacplus::AuthenStatus;
using tacplus::AuthorStatus;

TEST_CASE("ASCII: the name, the password when asked, and what the user may do") {
  TacplusDesk desk;
  desk.ask();
  CHECK(desk.line(0).remote == TcpEndpoint{Ipv4Address(10, 0, 0, 2), 49});
  CHECK(desk.heard() == std::string("\1\1\1\1\3\10\14\0bobTelnet 1192.168.1.10", 31));
  CHECK(desk.last.version == 0xc0);
  CHECK(desk.last.sequence == 1);
  CHECK(desk.last.flags == 0);
  const std::uint32_t session = desk.last.session;
  SECTION("the server may ask for the name first") {
    desk.say(AuthenStatus::get_user);
    CHECK(desk.heard() == std::string("\0\3\0\0\0bob", 8));
  }
  desk.say(std::string("\5\1\0\12\0\0Password: ", 16));
  CHECK(desk.heard() == std::string("\0\6\0\0\0secret", 11));
  CHECK(desk.last.sequence % 2 == 1);
  desk.say(AuthenStatus::pass);
  CHECK(desk.line(0).hung_up_on());
  REQUIRE(desk.tcp.dialled.size() == 2);
  CHECK(desk.heard() == std::string("\6\1\1\1\3\10\14\2\15\4bobTelnet 1192.168.1.10service=shellcmd=", 50));
  CHECK(desk.last.sequence == 1);
  CHECK(desk.last.session != session);
  CHECK(desk.answers.empty());
  desk.allow(AuthorStatus::pass_add, {"priv-lvl=15"});
  REQUIRE(desk.answers.size() == 1);
  CHECK(desk.answers[0].reply == Reply::accepted);
  CHECK(desk.answers[0].privilege == Privilege::security_officer);
  CHECK(desk.answers[0].server == "TACACS+ server 10.0.0.2");
  CHECK(desk.line(1).hung_up_on());
}

TEST_CASE("priv-lvl decides; what must be understood and is not keeps out") {
  struct Case {
    std::string_view arguments;  // joined by ';'
    std::optional<Privilege> privilege;
  };
  constexpr Case cases[] = {
      {"priv-lvl=15", Privilege::security_officer},
      {"priv-lvl=14", Privilege::manager},
      {"service=shell;cmd=;priv-lvl*7", Privilege::manager},
      {"priv-lvl=6", Privilege::user},
      {"priv-lvl=0", Privilege::user},
      {"service=shell", Privilege::user},
      {"priv-lvl=16", std::nullopt},
      {"priv-lvl=all", std::nullopt},
      {"priv-lvl*16", Privilege::user},
      {"priv-lvl=15;autocmd*restart router", Privilege::security_officer},
      {"priv-lvl=15;autocmd=restart router", std::nullopt},
      {"priv-lvl=15;service=ppp", std::nullopt},
      {"cmd=show", std::nullopt},
      {"priv-lvl", Privilege::user},
      {"", Privilege::user},
  };
  const AuthorStatus status = GENERATE(AuthorStatus::pass_add, AuthorStatus::pass_replace);
  for (const auto& [arguments, privilege] : cases) {
    INFO(arguments);
    TacplusDesk desk;
    desk.ask();
    desk.authenticate();
    desk.heard();
    std::vector<std::string> list;
    for (const std::string_view argument : split(arguments, ';')) list.emplace_back(argument);
    desk.allow(status, list);
    REQUIRE(desk.answers.size() == 1);
    CHECK((desk.answers[0].reply == Reply::accepted) == privilege.has_value());
    CHECK(desk.answers[0].privilege == privilege.value_or(Privilege::user));
  }
}

TEST_CASE("A no is final; other servers are not asked") {
  TacplusDesk desk;
  desk.ask();
  desk.heard();
  SECTION("at once") { desk.say(GENERATE(AuthenStatus::fail, AuthenStatus::follow)); }
  SECTION("to the password") {
    desk.say(AuthenStatus::get_password);
    desk.heard();
    desk.say(AuthenStatus::fail);
  }
  SECTION("to the command line") {
    desk.say(AuthenStatus::pass);
    desk.heard();
    desk.allow(GENERATE(AuthorStatus::fail, AuthorStatus::follow), {});
  }
  REQUIRE(desk.answers.size() == 1);
  CHECK(desk.answers[0].reply == Reply::rejected);
  CHECK(desk.line(desk.tcp.dialled.size() - 1).remote.address == Ipv4Address(10, 0, 0, 2));
  CHECK(desk.base.records.back().message.starts_with("TACACS+ server 10.0.0.2 rejected user bob"));
}

TEST_CASE("A server that wants more than a name and a password gets an ABORT") {
  TacplusDesk desk;
  desk.ask();
  desk.heard();
  SECTION("something else") { desk.say(AuthenStatus::get_data); }
  SECTION("another password") {
    desk.say(AuthenStatus::get_password);
    desk.heard();
    desk.say(AuthenStatus::get_password);
  }
  SECTION("another name") {
    desk.say(AuthenStatus::get_user);
    desk.heard();
    desk.say(AuthenStatus::get_user);
  }
  CHECK(desk.heard(0) == std::string("\0\0\0\0\1", 5));
  CHECK(desk.line(0).hung_up_on());
  CHECK(desk.answers.at(0).reply == Reply::rejected);
}

TEST_CASE("RESTART: PAP, with the password in the first packet, and no third way") {
  TacplusDesk desk;
  desk.ask();
  desk.heard();
  desk.say(AuthenStatus::restart);
  REQUIRE(desk.tcp.dialled.size() == 2);
  CHECK(desk.heard() == std::string("\1\1\2\1\3\10\14\6bobTelnet 1192.168.1.10secret", 37));
  CHECK(desk.last.version == 0xc1);
  SECTION("yes") {
    desk.say(AuthenStatus::pass);
    CHECK(desk.heard().substr(0, 3) == "\6\1\2");
    CHECK(desk.last.version == 0xc0);
    desk.allow(AuthorStatus::pass_add, {"priv-lvl=7"});
    CHECK(desk.answers.at(0).privilege == Privilege::manager);
  }
  SECTION("no") {
    desk.say(GENERATE(AuthenStatus::fail, AuthenStatus::restart, AuthenStatus::get_password));
    CHECK(desk.answers.at(0).reply == Reply::rejected);
  }
}

TEST_CASE("AUTHORIZATION=OFF: whoever is known is a USER; AUTHENTICATION=OFF: nobody is asked about") {
  SECTION("no authorization") {
    TacplusDesk desk(" authorization=off");
    desk.ask();
    desk.authenticate();
    CHECK(desk.answers.at(0).reply == Reply::accepted);
    CHECK(desk.answers.at(0).privilege == Privilege::user);
  }
  SECTION("no authentication") {
    TacplusDesk desk(" authentication=off");
    desk.ask();
    CHECK(desk.line(0).remote.address == Ipv4Address(10, 0, 0, 3));
    desk.desk.run("set tacplus server=all authentication=off");
    CHECK_FALSE(desk.base.users.tacplus_servers->any());
  }
}

TEST_CASE("A silent server is asked RETRIES times more, TIMEOUT seconds each, then the next one") {
  TacplusDesk desk(" retries=1 timeout=2");
  desk.ask();
  desk.base.time.advance(1998ms);
  CHECK(desk.tcp.dialled.size() == 1);
  desk.base.time.advance(1ms);
  desk.settle();
  REQUIRE(desk.tcp.dialled.size() == 2);
  CHECK(desk.line(0).hung_up_on());
  CHECK(desk.line(1).remote.address == Ipv4Address(10, 0, 0, 2));
  const std::string first = desk.heard(1);
  desk.base.time.advance(2s);
  REQUIRE(desk.tcp.dialled.size() == 3);
  CHECK(desk.line(2).remote.address == Ipv4Address(10, 0, 0, 3));
  CHECK(desk.heard(2) == first);
  SECTION("who answers") {
    desk.say(AuthenStatus::fail);
    CHECK(desk.answers.at(0).reply == Reply::rejected);
  }
  SECTION("nor does it") {
    desk.base.time.advance(4 * 5s);
    CHECK(desk.answers.at(0).reply == Reply::unanswered);
    CHECK(desk.answers.at(0).server.empty());
    CHECK(desk.counted("timeouts", 4, "10.0.0.3"));
  }
  SECTION("who asked has gone") {
    desk.owner.reset();
    desk.base.time.advance(100s);
    CHECK(desk.answers.empty());
    CHECK(desk.tcp.dialled.size() == 3);
    CHECK(desk.line(2).hung_up_on());
  }
}

TEST_CASE("A password that is asked for late has its own time; an answer that comes later still goes nowhere") {
  TacplusDesk desk(" retries=0 timeout=2");
  desk.ask();
  desk.heard();
  desk.base.time.advance(1900ms);
  desk.say(AuthenStatus::get_password);
  desk.heard();
  desk.base.time.advance(1900ms);
  CHECK(desk.tcp.dialled.size() == 1);
  const auto late = desk.tcp.dialled[0];
  const std::string yes = desk.packet(std::string("\1\0\0\0\0\0", 6), desk.last);
  desk.base.time.advance(200ms);
  CHECK(desk.tcp.dialled.size() == 2);
  late->say(yes);
  desk.settle();
  CHECK(desk.answers.empty());
}

TEST_CASE("A server that cannot decide is left for the next one at once") {
  TacplusDesk desk;
  std::string counter;
  SECTION("it takes no connection") {
    desk.tcp.refuse_dialling = true;
    desk.ask();
    CHECK(desk.answers.at(0).reply == Reply::unanswered);
    counter = "noConnections";
  }
  SECTION("there is no route to it") {
    desk.ip.routed = false;
    desk.ask();
    CHECK(desk.answers.at(0).reply == Reply::unanswered);
    counter = "noConnections";
  }
  SECTION("it hangs up") {
    desk.ask();
    desk.line(0).hang_up();
    counter = "errors";
  }
  SECTION("it reports an error") {
    desk.ask();
    desk.heard();
    desk.say(std::string("\7\0\0\3\0\0bad", 9));
    CHECK(desk.base.records.back().message == "TACACS+ server 10.0.0.2 not used: it reports an error: bad");
    counter = "errors";
  }
  SECTION("it reports an error about authorization") {
    desk.ask();
    desk.authenticate();
    desk.heard();
    desk.allow(AuthorStatus::error, {});
    counter = "errors";
  }
  desk.settle();
  CHECK(desk.counted(counter, 1));
  if (desk.answers.empty()) CHECK(desk.line(desk.tcp.dialled.size() - 1).remote.address == Ipv4Address(10, 0, 0, 3));
}

TEST_CASE("A packet that is not the answer makes its sender useless, and lets nobody in") {
  TacplusDesk desk;
  desk.ask();
  desk.heard();
  tacplus::Header header = desk.last;
  const std::string yes("\1\0\0\0\0\0", 6);
  std::string said;
  SECTION("another session") { said = (++header.session, desk.packet(yes, header)); }
  SECTION("another turn") { said = (header.sequence = 3, desk.packet(yes, header)); }
  SECTION("the client's own turn") { said = (header.sequence = 0, desk.packet(yes, header)); }
  SECTION("another type") { said = (header.type = tacplus::PacketType::authorization, desk.packet(yes, header)); }
  SECTION("another version") { said = (header.version = 0xd0, desk.packet(yes, header)); }
  SECTION("in clear") {
    header.flags = tacplus::flag::unencrypted;
    desk.key.clear();
    said = desk.packet(yes, header);
  }
  SECTION("in clear, and said to be hidden") { said = (desk.key.clear(), desk.packet(yes, header)); }
  SECTION("another key") { said = (desk.key[0] ^= 1, desk.packet(yes, header)); }
  SECTION("garbled") { (said = desk.packet(yes, header)).back() ^= 1; }
  SECTION("more than was asked") { said = desk.packet(yes, header) + "x"; }
  SECTION("too long") { (said = desk.packet(yes, header).substr(0, tacplus::header_bytes))[9] = 1; }
  desk.line(0).say(said);
  desk.settle();
  CHECK(desk.answers.empty());
  CHECK(desk.line(0).hung_up_on());
  REQUIRE(desk.tcp.dialled.size() == 2);
  CHECK(desk.line(1).remote.address == Ipv4Address(10, 0, 0, 3));
  CHECK(desk.counted("badPackets", 1));
}

TEST_CASE("A reply may come byte by byte") {
  TacplusDesk desk;
  desk.ask();
  desk.heard();
  for (const char byte : desk.packet(std::string("\2\0\0\0\0\0", 6), desk.last)) {
    CHECK(desk.answers.empty());
    desk.line(0).say({&byte, 1});
  }
  CHECK(desk.answers.at(0).reply == Reply::rejected);
}

TEST_CASE("Without a key everything travels in clear, and only such a server is believed") {
  TacplusDesk desk;
  desk.desk.run(
      "delete tacplus server=10.0.0.2\ndelete tacplus server=10.0.0.3\nadd tacplus server=10.0.0.4 port=4949\n");
  desk.key.clear();
  desk.ask();
  CHECK(desk.line(0).remote == TcpEndpoint{Ipv4Address(10, 0, 0, 4), 4949});
  CHECK(desk.heard().ends_with("bobTelnet 1192.168.1.10"));
  CHECK(desk.last.flags == tacplus::flag::unencrypted);
  SECTION("in clear") {
    desk.say(AuthenStatus::fail);
    CHECK(desk.answers.at(0).reply == Reply::rejected);
  }
  SECTION("hidden") {
    desk.last.flags = 0;
    desk.say(AuthenStatus::pass);
    CHECK(desk.answers.at(0).reply == Reply::unanswered);
  }
}

TEST_CASE("Names and passwords of 255 bytes fit, of 256 and none at all do not") {
  TacplusDesk desk;
  desk.ask(std::string(255, 'n'), std::string(255, 'p'));
  CHECK(desk.heard().size() == 8 + 255 + 8 + 12);
  desk.say(AuthenStatus::restart);
  CHECK(desk.heard().ends_with(std::string(255, 'p')));
  desk.ask(std::string(256, 'n'));
  desk.ask("bob", std::string(256, 'p'));
  desk.ask("");
  REQUIRE(desk.answers.size() == 3);
  for (const auto& answer : desk.answers) CHECK(answer.reply == Reply::rejected);
}
