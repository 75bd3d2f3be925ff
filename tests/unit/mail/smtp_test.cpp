#include <catch2/catch.hpp>

#include "modules/mail/smtp.h"
#include "os/base/limits.h"

namespace arrouter::mail {
namespace {

using Result = Smtp::Result;

Envelope envelope(std::string message = "Subject: x\n\nhello\n") {
  return {"router.example", "manager@router.example", "noc@example.com", std::move(message), ""};
}

/// A server that says one line to each of ours, beginning with its greeting; what the client said meanwhile.
std::string talk(Smtp& smtp, std::initializer_list<std::string_view> lines) {
  std::string said;
  for (const std::string_view line : lines) said += smtp.receive(std::string(line) + "\r\n");
  return said;
}

TEST_CASE("A mail is handed over line by line") {
  Smtp smtp(envelope());
  CHECK(talk(smtp,
             {"220 mx ready", "250-mx", "250 SIZE 1000", "250 ok", "250 ok", "354 go on", "250 queued", "221 bye"}) ==
        "EHLO router.example\r\n"
        "MAIL FROM:<manager@router.example>\r\n"
        "RCPT TO:<noc@example.com>\r\n"
        "DATA\r\n"
        "Subject: x\r\n\r\nhello\r\n.\r\n"
        "QUIT\r\n");
  CHECK(smtp.over());
  CHECK(smtp.result() == Result::sent);
}

TEST_CASE("A server that knows no EHLO is greeted the old way") {
  Smtp smtp(envelope());
  CHECK(talk(smtp, {"220 old", "500 what?", "250 hello"}) ==
        "EHLO router.example\r\nHELO router.example\r\nMAIL FROM:<manager@router.example>\r\n");
}

TEST_CASE("ETRN follows the mail") {
  Envelope wanted = envelope();
  wanted.etrn = "branch.example";
  Smtp smtp(wanted);
  const std::string said =
      talk(smtp, {"220 mx", "250 mx", "250 ok", "250 ok", "354 go", "250 ok", "458 cannot", "221 bye"});
  CHECK(said.ends_with(".\r\nETRN branch.example\r\nQUIT\r\n"));
  CHECK(smtp.result() == Result::sent);
}

TEST_CASE("Lines that begin with a dot get another, long ones are cut") {
  Smtp smtp(envelope(".\n..x\n" + std::string(1000, 'y') + "\r\nend"));
  const std::string said = talk(smtp, {"220 mx", "250 mx", "250 ok", "250 ok", "354 go"});
  CHECK(said.ends_with("DATA\r\n..\r\n...x\r\n" + std::string(998, 'y') + "\r\nyy\r\nend\r\n.\r\n"));
}

TEST_CASE("Replies of 5xx are for ever, others for now") {
  const auto result = [](std::initializer_list<std::string_view> lines) {
    Smtp smtp(envelope());
    const std::string said = talk(smtp, lines);
    CHECK(said.ends_with("QUIT\r\n"));
    return smtp.result();
  };
  CHECK(result({"554 go away"}) == Result::failed);
  CHECK(result({"421 busy"}) == Result::postponed);
  CHECK(result({"220 mx", "250 mx", "250 ok", "550 unknown user"}) == Result::failed);
  CHECK(result({"220 mx", "250 mx", "250 ok", "450 later"}) == Result::postponed);
  CHECK(result({"220 mx", "250 mx", "250 ok", "250 ok", "250 not what we expect"}) == Result::postponed);
  CHECK(result({"220 mx", "250 mx", "250 ok", "250 ok", "354 go", "552 too big"}) == Result::failed);
  CHECK(result({"HTTP/1.1 400 Bad Request"}) == Result::postponed);
  CHECK(result({"99"}) == Result::postponed);
  CHECK(result({"220x"}) == Result::postponed);
}

TEST_CASE("A connection that ends too early is tried again") {
  Smtp smtp(envelope());
  talk(smtp, {"220 mx", "250 mx", "250 ok", "250 ok", "354 go"});
  smtp.hung_up();
  CHECK(smtp.over());
  CHECK(smtp.result() == Result::postponed);
}

TEST_CASE("A server cannot talk for ever") {
  Smtp lines(envelope());
  for (std::size_t i = 0; i < limits::smtp_reply_lines; ++i) CHECK(lines.receive("220-more\r\n").empty());
  CHECK(lines.receive("220-more\r\n") == "QUIT\r\n");
  CHECK(lines.over());
  Smtp line(envelope());
  CHECK(line.receive(std::string(limits::smtp_line, 'x')).empty());
  CHECK(line.receive("x") == "QUIT\r\n");
  CHECK(line.result() == Result::postponed);
}

TEST_CASE("Bytes may come one by one, and control characters show as dots") {
  Smtp smtp(envelope());
  std::string said;
  for (const char c : std::string_view("220-\x1b[2J\n220 \x07ready\n")) said += smtp.receive(std::string(1, c));
  CHECK(said == "EHLO router.example\r\n");
  CHECK(smtp.last_reply() == "220 .ready");
}

}  // namespace
}  // namespace arrouter::mail
