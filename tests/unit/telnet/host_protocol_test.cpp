#include "cli/telnet/host_protocol.h"

#include <catch2/catch.hpp>

using arrouter::telnet::HostProtocol;

TEST_CASE("a host's text comes out wherever it is cut, without the protocol") {
  const std::string bytes = std::string("a\r\nb\r", 5) + '\0' + "c\xff\xff\x64\xff\xfb\x01\x65";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    HostProtocol protocol("", false);
    std::string reply;
    std::string shown = protocol.received(std::string_view(bytes).substr(0, cut), reply);
    shown += protocol.received(std::string_view(bytes).substr(cut), reply);
    CHECK(shown == "a\nb\rc\xff\x64\x65");
    CHECK(reply == "\xff\xfd\x01");
    CHECK(protocol.host_echoes());
  }
}

TEST_CASE("a host is told what it may do, once; the rest is refused") {
  HostProtocol protocol("", false);
  std::string reply;
  protocol.received("\xff\xfb\x03\xff\xfd\x03\xff\xfb\x03\xff\xfd\x1f\xff\xfb\x05", reply);
  CHECK(reply == "\xff\xfd\x03\xff\xfb\x03\xff\xfc\x1f\xff\xfe\x05");
  reply.clear();
  protocol.received("\xff\xfb\x01\xff\xfc\x01\xff\xfc\x01", reply);
  CHECK(reply == "\xff\xfd\x01\xff\xfe\x01");
  CHECK_FALSE(protocol.host_echoes());
  for (int i = 0; i < 1000; ++i) protocol.received("\xff\xfd\x05", reply);
  CHECK(reply.size() < 400);
}

TEST_CASE("the terminal type is told to a host that asks in the right order") {
  const std::string ask = "\xff\xfa\x18\x01\xff\xf0";
  for (const std::string type : {"", "vt100"}) {
    HostProtocol protocol(type, false);
    std::string reply;
    protocol.received(ask, reply);
    CHECK(reply.empty());
    protocol.received("\xff\xfd\x18", reply);
    reply.clear();
    protocol.received(ask, reply);
    CHECK(reply == std::string("\xff\xfa\x18\0", 4) + (type.empty() ? "UNKNOWN" : type) + "\xff\xf0");
  }
}

TEST_CASE("keys become what the host expects") {
  CHECK(HostProtocol("", false).typed('\r') == "\r\n");
  CHECK(HostProtocol("", true).typed('\r') == std::string("\r\0", 2));
  CHECK(HostProtocol("", false).typed('\xff') == "\xff\xff");
  CHECK(HostProtocol("", false).typed('\x03') == "\x03");
}
