#include <catch2/catch.hpp>

#include "modules/l2tp/message.h"

namespace arrouter::l2tp {
namespace {

Bytes hex(std::string_view text) { return *from_hex(text); }

Bytes avps(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const auto part : parts) all += part;
  return hex(all);
}

constexpr std::string_view hello_type = "800800000000" "0006";

}  // namespace

TEST_CASE("a control message comes back as it was written") {
  Control message{.type = MessageType::sccrq};
  message.assigned_tunnel = 4711;
  message.receive_window = 4;
  message.firmware = 0x0202;
  message.framing = 3;
  message.bearer = 3;
  message.tie_breaker = 0x0102030405060708;
  message.host_name = "bulbul";
  message.vendor_name = "somebody";
  message.proxy_name = "alice";
  message.challenge = {1, 2, 3};
  Bytes wire = encode(message, 7, 9);
  set_sequence(wire, 5, 6);
  const auto header = read_header(wire);
  REQUIRE(header);
  CHECK(header->control);
  CHECK(header->tunnel == 7);
  CHECK(header->session == 9);
  CHECK(header->ns == 5);
  CHECK(header->nr == 6);
  const auto read = decode(header->payload, "", {});
  REQUIRE(read);
  CHECK(*read == message);
}

TEST_CASE("headers that lie about their length are no messages") {
  const Bytes good = encode({.type = MessageType::hello}, 1, 0);
  CHECK(read_header(good));
  for (std::size_t length = 0; length < good.size(); ++length) CHECK_FALSE(read_header(ByteView(good).first(length)));
  Bytes version_3 = good;
  version_3[1] = 3;
  CHECK_FALSE(read_header(version_3));
  Bytes without_sequence = good;
  without_sequence[0] &= 0xf7;
  CHECK_FALSE(read_header(without_sequence));
}

TEST_CASE("data messages may have a length, sequence numbers and an offset") {
  const auto plain = read_header(hex("00020001000221c021"));
  REQUIRE(plain);
  CHECK_FALSE(plain->control);
  CHECK(plain->session == 2);
  CHECK(plain->payload.size() == 3);
  // T=0 L S O, length 18, offset 2
  const auto rich = read_header(hex("4a02001200010002000300040002ffffc021"));
  REQUIRE(rich);
  CHECK(to_hex(rich->payload) == "c021");
  CHECK_FALSE(read_header(hex("0202000100020009ff")));  // an offset beyond the end
}

TEST_CASE("attributes nobody knows are passed over unless they are mandatory") {
  CHECK(decode(avps({hello_type, "000700000063ff"}), "", {}));
  const auto refused = decode(avps({hello_type, "800700000063ff"}), "", {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == result::general_error);
  CHECK(refused.error().error == error::unknown_mandatory);
  CHECK_FALSE(decode(avps({hello_type, "800700090001ff"}), "", {}));  // of a vendor
}

TEST_CASE("the message type comes first, once, and every value has its length") {
  CHECK_FALSE(decode(avps({"800800000009", "0001", hello_type}), "", {}));
  CHECK_FALSE(decode(avps({hello_type, "8009000000090001ff"}), "", {}));  // tunnel id of three bytes
  CHECK_FALSE(decode(avps({hello_type, "8008000000090000"}), "", {}));    // tunnel id 0
  CHECK_FALSE(decode(avps({hello_type, "8005000000"}), "", {}));
  CHECK_FALSE(decode(avps({hello_type, "80ff0000000700"}), "", {}));
  CHECK(decode(ByteView(), "", {})->type == MessageType::none);
}

TEST_CASE("hidden attributes open with the secret") {
  // XOR with a fixed pad shows the chain without a hash: block n is masked by the block before it.
  const Md5 constant = [](std::initializer_list<ByteView>) { return Bytes(16, 0x5a); };
  // random vector 01, then Assigned Tunnel ID hidden: 0002 1234 masked by 5a
  const Bytes message = avps({hello_type, "80070000002401", "c00a00000009" "5a58486e"});
  const auto read = decode(message, "secret", constant);
  REQUIRE(read);
  CHECK(read->assigned_tunnel == 0x1234);
  CHECK_FALSE(decode(message, "", constant));
}

}  // namespace arrouter::l2tp
