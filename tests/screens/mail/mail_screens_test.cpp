#include <catch2/catch.hpp>

#include "os/base/limits.h"
#include "tests/screens/mail/mail_desk.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("A mail goes to the exchanger of its domain") {
  Desk desk;
  desk.dns.exchangers["example.com"] = {{10, "mx.example.com"}};
  desk.dns.addresses["mx.example.com"] = Ipv4Address(10, 0, 0, 25);
  desk("set mail hostname=router.example.com");
  CHECK(desk("mail to=admin@example.com subject=\"test\" message=\"This is a test.\"") ==
        "Info (1222257): Mail message 1 has been queued.\n");
  desk.wait(10ms);
  REQUIRE(desk.tcp.dialled.size() == 1);
  CHECK(desk.tcp.dialled[0]->remote == TcpEndpoint{Ipv4Address(10, 0, 0, 25), 25});
  CHECK(desk.shows("1     Sending  1      admin@example.com"));
  CHECK(desk.accept() ==
        "EHLO router.example.com\r\n"
        "MAIL FROM:<manager@router.example.com>\r\n"
        "RCPT TO:<admin@example.com>\r\n"
        "DATA\r\n"
        "Date: Fri, 02 Feb 2007 11:05:21 -0000\r\n"
        "From: <manager@router.example.com>\r\n"
        "To: <admin@example.com>\r\n"
        "Subject: test\r\n"
        "Message-ID: <1170414321000.1@router.example.com>\r\n"
        "\r\n"
        "This is a test.\r\n"
        ".\r\n"
        "QUIT\r\n");
  CHECK(desk("show mail") ==
        "Mail Configuration\n"
        "-------------------------------------------------------------------------------\n"
        "Host Name ......... router.example.com\n"
        "SMTP Server ....... Not set\n"
        "Mails sent ........ 1\n"
        "Mails failed ...... 0\n"
        "\n"
        "Id    State    Tries  To                          Last Reply\n"
        "-------------------------------------------------------------------------------\n"
        "-------------------------------------------------------------------------------\n");
  CHECK(desk.world.records.back().message == "Mail to admin@example.com sent");
}

TEST_CASE("Exchangers are tried one after the other, then again after a minute and longer") {
  Desk desk;
  desk.dns.exchangers["example.com"] = {{10, "gone.example.com"}, {20, "a.example.com"}, {30, "b.example.com"}};
  desk.dns.addresses["a.example.com"] = Ipv4Address(10, 0, 0, 1);
  desk.dns.addresses["b.example.com"] = Ipv4Address(10, 0, 0, 2);
  desk.desk.run("set mail hostname=r\nmail to=x@example.com message=hello\n");
  desk.wait(10ms);
  desk.tcp.dialled.back()->say("421 busy\r\n");
  desk.tcp.dialled.back()->say("221 bye\r\n");
  desk.wait(10ms);
  REQUIRE(desk.tcp.dialled.size() == 2);
  CHECK(desk.tcp.dialled.back()->remote.address == Ipv4Address(10, 0, 0, 2));
  desk.tcp.dialled.back()->hang_up();
  desk.wait(10ms);
  CHECK(desk.shows("1     Waiting  1      x@example.com"));
  desk.wait(59s);
  CHECK(desk.tcp.dialled.size() == 2);
  desk.wait(1s);
  REQUIRE(desk.tcp.dialled.size() == 3);
  desk.wait(121s);  // says nothing at all: the next one
  REQUIRE(desk.tcp.dialled.size() == 4);
  desk.accept();
  CHECK(desk.shows("Mails sent ........ 1"));
}

TEST_CASE("A domain without exchangers takes its mail itself; SMTPSERVER takes all") {
  Desk desk;
  desk.dns.addresses["example.com"] = Ipv4Address(10, 0, 0, 7);
  desk.desk.run("set mail hostname=r\nmail to=x@example.com message=hello\n");
  desk.wait(10ms);
  CHECK(desk.tcp.dialled.back()->remote.address == Ipv4Address(10, 0, 0, 7));
  desk.accept();
  desk.desk.run("mail to=x@[10.0.0.9] message=hello\n");
  desk.wait(10ms);
  CHECK(desk.tcp.dialled.back()->remote.address == Ipv4Address(10, 0, 0, 9));
  desk.accept();
  desk.desk.run("set mail smtpserver=10.0.0.8\nmail to=x@example.com message=hello\n");
  desk.wait(10ms);
  CHECK(desk.tcp.dialled.back()->remote.address == Ipv4Address(10, 0, 0, 8));
}

TEST_CASE("What is refused for good is given up, what cannot be delivered after a day") {
  Desk desk;
  desk.desk.run("set mail hostname=r smtpserver=10.0.0.8\nmail to=x@example.com message=hello\n");
  desk.wait(10ms);
  desk.tcp.dialled.back()->say("554 no\r\n");
  desk.tcp.dialled.back()->say("221 bye\r\n");
  CHECK(desk.shows("Mails failed ...... 1"));
  CHECK(desk.world.records.back().message == "Mail to x@example.com failed: 554 no");
  desk.tcp.refuse_dialling = true;
  desk("mail to=y@example.com message=hello");
  desk.wait(23h);
  CHECK(desk.shows("y@example.com"));
  desk.wait(3h);
  CHECK(desk.shows("Mails failed ...... 2"));
  CHECK(desk.world.records.back().message == "Mail to y@example.com given up after a day");
}

TEST_CASE("A mail that is being sent can be deleted") {
  Desk desk;
  desk.desk.run("set mail hostname=r smtpserver=10.0.0.8\nmail to=x@example.com message=hello\n");
  desk.wait(10ms);
  CHECK(desk("delete mail=1") == "Info (1222003): Operation successful.\n");
  CHECK(desk.tcp.dialled.back()->hung_up_on());
  CHECK(desk("delete mail=1") == "Error (3222263): Mail message 1 not found.\n");
  desk.wait(1h);
  CHECK(desk.tcp.dialled.size() == 1);
}

TEST_CASE("MAIL refuses what it cannot send") {
  Desk desk;
  CHECK(desk("mail to=x@example.com message=hello") == "Error (3222258): The mail host name is not set.\n");
  desk("set mail hostname=r");
  for (const std::string_view address :
       {"x", "@example.com", "x@", "x@[1.2.3]", "x@[1.2.3.4", "\"x y@example.com\"", "x@a>b", "x@y@z"})
    CHECK(desk("mail to=" + std::string(address) + " message=hello").find("is not a mail address.") !=
          std::string::npos);
  CHECK(desk("mail to=x@example.com file=none.txt") == "Error (3222261): File none.txt not found.\n");
  CHECK(desk("set mail hostname=\"a b\"") == "Error (3222259): a b is not a mail address.\n");
  MailToSend mail{"x@example.com", "a\r\nBcc: everybody@example.com", std::string(limits::mail_bytes, 'x'), {}};
  CHECK(desk.made.api.send(mail));
  mail.text.push_back('x');
  CHECK_FALSE(desk.made.api.send(mail));
  for (std::size_t i = 1; i < limits::mail_queue; ++i) CHECK(desk.made.api.send({"x@example.com", "", "", {}}));
  CHECK_FALSE(desk.made.api.send({"x@example.com", "", "", {}}));
}

TEST_CASE("A subject ends no header") {
  Desk desk;
  desk.desk.run("set mail hostname=r smtpserver=10.0.0.8\n");
  desk.made.api.send({"x@example.com", "a\r\nBcc: everybody@example.com", "text\n", {}});
  desk.wait(10ms);
  CHECK(desk.accept().find("\r\nSubject: a  Bcc: everybody@example.com\r\n") != std::string::npos);
}

TEST_CASE("What MAIL writes into a script is read back") {
  Desk desk;
  desk.desk.run("set mail hostname=router.example.com smtpserver=10.0.0.8\n");
  const std::string script = desk.desk.configuration();
  CHECK(script == "set mail hostname=\"router.example.com\"\nset mail smtpserver=\"10.0.0.8\"\n");
  Desk again;
  CHECK(again.desk.run(script).empty());
  CHECK(again.desk.configuration() == script);
  again("set mail hostname=\"\"");
  CHECK(again.desk.configuration() == "set mail smtpserver=\"10.0.0.8\"\n");
}

}  // namespace
}  // namespace arrouter::test
