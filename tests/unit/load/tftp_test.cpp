#include <catch2/catch.hpp>

#include "modules/load/tftp.h"

using namespace arrouter;
using namespace arrouter::load;

namespace {

constexpr std::uint16_t server = 40000;

Bytes data(std::uint16_t block, std::size_t length, std::uint8_t fill = 'x') {
  Bytes bytes(4 + length, fill);
  store_be16(bytes.data(), 3);
  store_be16(bytes.data() + 2, block);
  return bytes;
}
Bytes ack(std::uint16_t block) {
  Bytes bytes(4);
  store_be16(bytes.data(), 4);
  store_be16(bytes.data() + 2, block);
  return bytes;
}
Bytes error(std::string_view text) {
  Bytes bytes{0, 5, 0, 1};
  bytes.insert(bytes.end(), text.begin(), text.end());
  bytes.push_back(0);
  return bytes;
}
using State = TftpTransfer::State;

}  // namespace

TEST_CASE("a request names file and mode") {
  const auto transfer = TftpTransfer::get("a.cfg", 1000);
  CHECK(transfer.pending().port == 69);
  CHECK(transfer.pending().datagram == Bytes{0, 1, 'a', '.', 'c', 'f', 'g', 0, 'o', 'c', 't', 'e', 't', 0});
  CHECK(TftpTransfer::put("a", "").pending().datagram[1] == 2);
}

TEST_CASE("a file is read block by block, each acknowledged once more when asked") {
  auto transfer = TftpTransfer::get("a", 2000);
  auto reply = transfer.receive(server, data(1, 512));
  REQUIRE(reply);
  CHECK(reply->port == server);
  CHECK(reply->datagram == ack(1));
  CHECK(transfer.receive(server, data(1, 512))->datagram == ack(1));
  CHECK(transfer.moved() == 512);
  CHECK_FALSE(transfer.receive(server, data(3, 512)));
  CHECK(transfer.receive(server, data(2, 0))->datagram == ack(2));
  CHECK(transfer.state() == State::done);
  CHECK(transfer.content() == std::string(512, 'x'));
}

TEST_CASE("a file of the greatest length is read, a longer one refused") {
  auto fits = TftpTransfer::get("a", 513);
  fits.receive(server, data(1, 512));
  fits.receive(server, data(2, 1));
  CHECK(fits.state() == State::done);
  auto longer = TftpTransfer::get("a", 512);
  longer.receive(server, data(1, 512));
  const auto reply = longer.receive(server, data(2, 1));
  CHECK(longer.state() == State::failed);
  REQUIRE(reply);
  CHECK(reply->datagram[1] == 5);
  CHECK(reply->datagram[3] == 3);
}

TEST_CASE("a file is written block by block; a doubled acknowledgement doubles nothing") {
  auto transfer = TftpTransfer::put("a", std::string(600, 'y'));
  auto reply = transfer.receive(server, ack(0));
  REQUIRE(reply);
  CHECK(reply->datagram == data(1, 512, 'y'));
  CHECK_FALSE(transfer.receive(server, ack(0)));
  reply = transfer.receive(server, ack(1));
  REQUIRE(reply);
  CHECK(reply->datagram == data(2, 88, 'y'));
  CHECK(transfer.state() == State::going);
  CHECK_FALSE(transfer.receive(server, ack(2)));
  CHECK(transfer.state() == State::done);
  CHECK(transfer.moved() == 600);
}

TEST_CASE("a file of whole blocks, and an empty one, end with an empty block") {
  auto whole = TftpTransfer::put("a", std::string(512, 'y'));
  whole.receive(server, ack(0));
  CHECK(whole.receive(server, ack(1))->datagram == data(2, 0));
  whole.receive(server, ack(2));
  CHECK(whole.state() == State::done);
  auto empty = TftpTransfer::put("a", "");
  CHECK(empty.receive(server, ack(0))->datagram == data(1, 0));
  empty.receive(server, ack(1));
  CHECK(empty.state() == State::done);
}

TEST_CASE("strangers do not disturb, the server's error ends it") {
  auto transfer = TftpTransfer::get("a", 2000);
  transfer.receive(server, data(1, 512));
  const auto reply = transfer.receive(server + 1, data(2, 1));
  REQUIRE(reply);
  CHECK(reply->port == server + 1);
  CHECK(reply->datagram[3] == 5);
  CHECK(transfer.state() == State::going);
  CHECK_FALSE(transfer.receive(server, error("File not found")));
  CHECK(transfer.state() == State::failed);
  CHECK(transfer.failure() == "File not found");
  CHECK_FALSE(transfer.receive(server, data(2, 1)));
}

TEST_CASE("what is not TFTP changes nothing or ends it in order") {
  auto transfer = TftpTransfer::get("a", 2000);
  for (std::size_t length = 0; length < 4; ++length) CHECK_FALSE(transfer.receive(server, Bytes(length)));
  CHECK_FALSE(transfer.receive(server, data(0, 5)));
  CHECK(transfer.state() == State::going);
  CHECK(transfer.receive(server, ack(0))->datagram[1] == 5);
  CHECK(transfer.state() == State::failed);
  auto long_block = TftpTransfer::get("a", 2000);
  CHECK(long_block.receive(server, data(1, 513))->datagram[1] == 5);
}
