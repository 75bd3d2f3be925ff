#include <catch2/catch.hpp>

#include "modules/load/http.h"

using namespace arrouter::load;

namespace {

struct Answer {
  TransferState state;
  std::string content, failure;
};

/// What becomes of an answer that comes in pieces of `piece` bytes and ends with the connection.
Answer answered(std::string_view text, std::size_t piece = 1 << 20, std::size_t longest = 10) {
  HttpTransfer transfer(longest);
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) transfer.receive(text.substr(0, piece));
  transfer.ended();
  return {transfer.state(), transfer.content(), transfer.failure()};
}

}  // namespace

TEST_CASE("the request names file, server and who asks") {
  HttpRequest request{.host = "www.example.com", .port = 80, .path = "/a/b.cfg"};
  CHECK(request.text() == "GET /a/b.cfg HTTP/1.0\r\nHost: www.example.com\r\nAccept: */*\r\n\r\n");
  request.port = 8080;
  request.through_proxy = true;
  CHECK(request.text().starts_with("GET http://www.example.com:8080/a/b.cfg HTTP/1.0\r\nHost: www.example.com:8080\r\n"));
  // RFC 7617 2.
  request.user = "Aladdin";
  request.password = "open sesame";
  CHECK(request.text().find("\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n") != std::string::npos);
  // RFC 4648 10, behind "u:".
  request.user = "u";
  request.password = "foob";
  CHECK(request.text().find(" dTpmb29i\r\n") != std::string::npos);
  request.password = "fo";
  CHECK(request.text().find(" dTpmbw==\r\n") != std::string::npos);
  request.password = "foo";
  CHECK(request.text().find(" dTpmb28=\r\n") != std::string::npos);
}

TEST_CASE("an answer is read however it is cut, by its length or to its end") {
  for (const std::size_t piece : {1UL, 2UL, 3UL, 1000UL}) {
    CHECK(answered("HTTP/1.0 200 OK\r\nContent-length:  5\r\n\r\nhello", piece).content == "hello");
    CHECK(answered("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more", piece).content == "hello");
    CHECK(answered("HTTP/1.0 200 OK\n\nhello", piece).content == "hello");
    CHECK(answered("HTTP/1.0 200 OK\r\n\r\n", piece).state == TransferState::done);
    CHECK(answered("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", piece).state == TransferState::done);
  }
}

TEST_CASE("whoever says how much comes is known before the end") {
  HttpTransfer transfer(100);
  transfer.receive("HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nhello");
  CHECK(transfer.size() == 50);
  CHECK(transfer.moved() == 5);
  CHECK(transfer.state() == TransferState::going);
}

TEST_CASE("what is no file is refused, in the server's words where it has some") {
  CHECK(answered("HTTP/1.1 404 Not Found\r\n\r\n<html>").failure == "404 Not Found");
  CHECK(answered("HTTP/1.1 301 Moved\r\nLocation: /x\r\n\r\n").failure == "301 Moved");
  CHECK(answered("SSH-2.0-OpenSSH\r\n\r\n").failure == "the server does not speak HTTP");
  CHECK(answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello").failure ==
        "the server sends in a form that was not asked for");
  CHECK(answered("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n").failure ==
        "the server gives no length that makes sense");
  CHECK(answered("HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello").failure == "the server hung up before the end");
  CHECK(answered("HTTP/1.0 200 OK\r\n").failure == "the server hung up before the end");
  CHECK(answered("HTTP/1.0 200 OK\r\nX: " + std::string(20000, 'x')).failure == "the server's answer has no end");
}

TEST_CASE("a file as long as allowed is taken, one byte more is not") {
  CHECK(answered("HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\n0123456789").content == "0123456789");
  CHECK(answered("HTTP/1.0 200 OK\r\nContent-Length: 11\r\n\r\n0123456789x").failure == "the file is too long");
  CHECK(answered("HTTP/1.0 200 OK\r\n\r\n0123456789").content == "0123456789");
  CHECK(answered("HTTP/1.0 200 OK\r\n\r\n0123456789x").failure == "the file is too long");
}
