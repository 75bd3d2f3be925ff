// Servers that refuse, fall silent or leave at every point of a delivery.
#include <fmt/format.h>

#include "os/base/limits.h"
#include "tests/screens/mail/mail_desk.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;

/// What a server says until the mail is taken, its greeting first.
constexpr std::string_view good[] = {"220 mx", "250 mx", "250 ok", "250 ok", "354 go", "250 queued"};

/// A mail for one of two servers, the better one already dialled.
struct Delivery : Desk {
  Delivery() {
    dns.exchangers["example.com"] = {{10, "a.example.com"}, {20, "b.example.com"}};
    dns.addresses["a.example.com"] = Ipv4Address(10, 0, 0, 1);
    dns.addresses["b.example.com"] = Ipv4Address(10, 0, 0, 2);
    desk.run("set mail hostname=r\nmail to=x@example.com message=hello\n");
    wait(10ms);
    REQUIRE(tcp.dialled.size() == 1);
  }
  FakePeer& server() { return *tcp.dialled.back(); }
  /// The server's part up to its `steps`th line.
  void go(std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i) server().say(std::string(good[i]) + "\r\n");
    server().heard();
  }
  bool at_second() const {
    return tcp.dialled.size() == 2 && tcp.dialled[1]->remote.address == Ipv4Address(10, 0, 0, 2);
  }
};

TEST_CASE("A refusal at any verb ends a mail, or sends it to the next server") {
  for (std::size_t verb = 0; verb < std::size(good); ++verb) {
    INFO("verb " << verb);
    const bool greeting = verb == 1;  // EHLO: a server may know only HELO
    {
      Delivery mail;
      mail.go(verb);
      mail.server().say("550-no\r\n550 never\r\n");
      if (greeting) {
        CHECK(mail.server().heard() == "HELO r\r\n");
        mail.server().say("550 never\r\n");
      }
      CHECK(mail.server().heard() == "QUIT\r\n");
      mail.server().say("221 bye\r\n");
      mail.wait(10ms);
      CHECK(mail.tcp.dialled.size() == 1);
      CHECK(mail.world.records.back().message == "Mail to x@example.com failed: 550 never");
      CHECK(mail.shows("Mails failed ...... 1"));
    }
    {
      Delivery mail;
      mail.go(verb);
      mail.server().say("451 not now\r\n");
      if (greeting) {
        mail.server().say("451 not now\r\n");
      }
      CHECK(mail.server().heard().ends_with("QUIT\r\n"));
      mail.server().say("221 bye\r\n");
      mail.wait(10ms);
      CHECK(mail.at_second());
      mail.accept();
      CHECK(mail.shows("Mails sent ........ 1"));
    }
  }
}

TEST_CASE("A server that leaves at any point costs a try, not the mail") {
  for (std::size_t verb = 0; verb < std::size(good); ++verb) {
    INFO("verb " << verb);
    Delivery mail;
    mail.go(verb);
    if (GENERATE(false, true)) mail.server().say("25");  // in the middle of a line
    mail.server().hang_up();
    mail.wait(10ms);
    CHECK(mail.at_second());
    mail.accept();
    CHECK(mail.shows("Mails sent ........ 1"));
  }
}

TEST_CASE("Once a server has taken the mail nothing it does takes that back") {
  Delivery mail;
  mail.go(std::size(good));
  const int way = GENERATE(0, 1, 2);
  if (way == 0) mail.server().hang_up();
  if (way == 1) mail.server().say("554 changed my mind\r\n");
  if (way == 2) mail.wait(3min);
  CHECK(mail.shows("Mails sent ........ 1"));
  CHECK(mail.tcp.dialled.size() == 1);
  CHECK(mail.world.records.back().message == "Mail to x@example.com sent");
}

TEST_CASE("A silent server has two minutes for each reply, one that drips no more") {
  for (std::size_t verb = 0; verb < std::size(good); ++verb) {
    INFO("verb " << verb);
    Delivery mail;
    mail.go(verb);
    const bool drips = GENERATE(false, true);
    for (int i = 0; i < 119; ++i) {
      if (drips) mail.server().say("2");
      mail.wait(1s);
    }
    CHECK(mail.tcp.dialled.size() == 1);
    mail.wait(2s);
    CHECK(mail.at_second());
  }
}

TEST_CASE("A connection nobody answers, or one that is refused, leads to the next server and then to a pause") {
  Delivery mail;
  mail.tcp.refuse_dialling = true;
  mail.server().hang_up();
  mail.wait(10ms);
  CHECK(mail.tcp.dialled.size() == 1);
  CHECK(mail.shows("no connection to the mail server"));
  mail.tcp.refuse_dialling = false;
  mail.wait(60s);
  CHECK(mail.tcp.dialled.size() == 2);
  mail.accept();
  CHECK(mail.shows("Mails sent ........ 1"));
}

TEST_CASE("Tries are a minute apart, then two, up to an hour") {
  Desk desk;
  desk.ip.routed = false;
  desk.desk.run("set mail hostname=r smtpserver=10.0.0.8\nmail to=x@example.com message=hello\n");
  desk.wait(10ms);
  std::string tries;
  for (const auto minutes : {1, 2, 4, 8, 16, 32, 60, 60}) {
    desk.wait(std::chrono::minutes(minutes) - 1s);
    const bool early = desk.shows(fmt::format("Waiting  {} ", tries.size() + 2));
    desk.wait(1s);
    tries += !early && desk.shows(fmt::format("Waiting  {} ", tries.size() + 2)) ? '+' : '-';
  }
  CHECK(tries == "++++++++");
}

TEST_CASE("A mail behind one that waits is not kept waiting, and a place in the queue becomes free") {
  Desk desk;
  desk.dns.addresses["a.example"] = Ipv4Address(10, 0, 0, 1);
  desk.dns.addresses["b.example"] = Ipv4Address(10, 0, 0, 2);
  desk("set mail hostname=r");
  desk("mail to=x@a.example message=1");
  for (std::size_t i = 1; i < limits::mail_queue; ++i) desk("mail to=x@b.example message=2");
  CHECK(desk("mail to=x@b.example message=2") == "Error (3222260): The mail queue is full.\n");
  desk.wait(10ms);
  desk.tcp.dialled.back()->say("421 busy\r\n");
  desk.tcp.dialled.back()->say("221 bye\r\n");
  desk.wait(10ms);
  CHECK(desk.tcp.dialled.back()->remote.address == Ipv4Address(10, 0, 0, 2));
  desk.accept();
  CHECK(desk("mail to=x@b.example message=2").starts_with("Info"));
}

}  // namespace
}  // namespace arrouter::test
