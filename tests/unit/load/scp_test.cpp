// SCP without SSH: what the program at the server says, and what it is told.
#include <catch2/catch.hpp>

#include "modules/load/scp.h"

using namespace arrouter::load;
using namespace std::string_literals;

namespace {

/// Everything said in return to `text`, which comes in pieces of `piece` bytes.
std::string say(ScpTransfer& transfer, std::string_view text, std::size_t piece) {
  std::string replies;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    replies += transfer.receive(text.substr(0, piece));
  }
  return replies;
}

std::string failure_of(std::string_view text, std::size_t longest = 10) {
  auto transfer = ScpTransfer::get("x.cfg", longest);
  say(transfer, text, 1);
  CHECK(transfer.content().size() <= longest);
  if (transfer.state() == TransferState::going) transfer.ended({});
  CHECK(transfer.state() == TransferState::failed);
  return transfer.failure();
}

}  // namespace

TEST_CASE("the command is one word for a shell, whatever the file is called") {
  CHECK(ScpTransfer::get("/update/boot.cfg", 1).command() == "scp -f '/update/boot.cfg'");
  CHECK(ScpTransfer::put("it's; rm -r *", "").command() == R"(scp -t 'it'\''s; rm -r *')");
}

TEST_CASE("a file is read however its bytes are cut") {
  for (const std::size_t piece : {1UL, 2UL, 7UL, 1000UL}) {
    auto transfer = ScpTransfer::get("dir/boot.cfg", 10);
    CHECK(transfer.greeting() == "\0"s);
    const std::string replies = say(transfer, "T1700000000 0 1700000000 0\nC0644 10 boot.cfg\n0123456789\0"s, piece);
    CHECK(replies == "\0\0\0"s);
    CHECK(transfer.state() == TransferState::done);
    CHECK(transfer.content() == "0123456789");
  }
}

TEST_CASE("an empty file is a file") {
  auto transfer = ScpTransfer::get("empty.cfg", 10);
  CHECK(say(transfer, "C0644 0 empty.cfg\n\0"s, 1) == "\0\0"s);
  CHECK(transfer.state() == TransferState::done);
  CHECK(transfer.content().empty());
}

TEST_CASE("a server that cannot, will not or does not speak SCP") {
  CHECK(failure_of("\1scp: /x.cfg: No such file or directory\n") == "scp: /x.cfg: No such file or directory");
  CHECK(failure_of("\2\n") == "error of the server");
  CHECK(failure_of("D0755 0 x.cfg\n") == "that is a directory");
  CHECK(failure_of("Welcome to Linux\n") == "the server does not speak SCP");
  CHECK(failure_of(std::string(2000, 'x')) == "the server does not speak SCP");
  CHECK(failure_of("C0644 many x.cfg\n") == "the server gives no length that makes sense");
  CHECK(failure_of("C0644 99999999999999999999 x.cfg\n") == "the server gives no length that makes sense");
  CHECK(failure_of("C0644 11 x.cfg\n") == "the file is too long");
  CHECK(failure_of("C0644 5 x.cfg\nabc") == "the server hung up before the end");
  CHECK(failure_of("C0644 5 x.cfg\nabcde\1scp: read error\n") == "scp: read error");
  CHECK(failure_of("C0644 5 x.cfg\nabcde") == "the server hung up before the end");
}

TEST_CASE("a file is written step by step, each when the server has taken the one before") {
  auto transfer = ScpTransfer::put("/tmp/boot.cfg", "hello");
  CHECK(transfer.greeting().empty());
  CHECK(transfer.receive("\0"s) == "C0644 5 boot.cfg\n");
  CHECK(transfer.moved() == 0);
  CHECK(transfer.receive("\0"s) == "hello\0"s);
  CHECK(transfer.state() == TransferState::going);
  CHECK(transfer.receive("\0"s).empty());
  CHECK(transfer.state() == TransferState::done);
  CHECK(transfer.moved() == 5);
  transfer.ended("late words");
  CHECK(transfer.state() == TransferState::done);

  auto refused = ScpTransfer::put("/root/boot.cfg", "hello");
  refused.receive("\0"s);
  refused.receive("\1scp: /root/boot.cfg: Permission denied\n");
  CHECK(refused.failure() == "scp: /root/boot.cfg: Permission denied");
}
