#include "cli/console/telnet_filter.h"

#include <catch2/catch.hpp>

using namespace arrouter;

namespace {

struct Client {
  std::string typed(std::string_view bytes) { return filter.typed(bytes, reply); }
  TelnetFilter filter;
  std::string reply;
};

}  // namespace

TEST_CASE("a raw client sees no telnet at all") {
  Client client;
  CHECK(client.typed("show time\r\n") == "show time\r\n");
  CHECK(client.reply.empty());
}

TEST_CASE("negotiation is taken out wherever it is cut") {
  const std::string bytes =
      "a\xff\xfd\x01"
      "b\xff\xfa\x18\x01 xterm\xff\xff\xff\xf0"
      "c\xff\xf1"
      "d";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Client client;
    std::string typed = client.typed(std::string_view(bytes).substr(0, cut));
    typed += client.typed(std::string_view(bytes).substr(cut));
    CHECK(typed == "abcd");
    CHECK(client.reply == "\xff\xfb\x01");
  }
}

TEST_CASE("echo and go-ahead are offered when asked for, once; the rest is refused") {
  Client client;
  client.typed("\xff\xfd\x01\xff\xfd\x03\xff\xfd\x01");
  CHECK(client.reply == "\xff\xfb\x01\xff\xfb\x03");
  client.reply.clear();
  client.typed("\xff\xfd\x05\xff\xfb\x18");
  CHECK(client.reply == "\xff\xfc\x05\xff\xfe\x18");
  client.reply.clear();
  client.typed("\xff\xfe\x01\xff\xfe\x01\xff\xfc\x18");
  CHECK(client.reply == "\xff\xfc\x01");
}

TEST_CASE("a client that negotiates for ever is not answered for ever") {
  Client client;
  for (int i = 0; i < 10000; ++i) client.typed("\xff\xfd\x05");
  CHECK(client.reply.size() < 1000);
}

TEST_CASE("a server says first what it does, and answers a client only when it wants something else") {
  Client client;
  CHECK(client.filter.greeting() == "\xff\xfb\x01\xff\xfb\x03\xff\xfd\x03");
  client.typed("\xff\xfd\x01\xff\xfd\x03\xff\xfb\x03");
  CHECK(client.reply.empty());
  client.typed("\xff\xfb\x1f\xff\xfe\x01");
  CHECK(client.reply == "\xff\xfe\x1f\xff\xfc\x01");
}

TEST_CASE("Telnet's own keys are keys of the editor") {
  Client client;
  CHECK(client.typed("a\xff\xf7\xff\xf8\xff\xf3") == "a\b\x15\x10");
  CHECK(client.reply.empty());
  CHECK(client.typed("\xff\xf6").empty());
  CHECK(client.reply == "\r\n[yes]\r\n");
}
