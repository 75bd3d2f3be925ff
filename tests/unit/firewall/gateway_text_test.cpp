#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "modules/firewall/ftp.h"
#include "modules/firewall/sip.h"

namespace arrouter::firewall {
namespace {

Ipv4Address ip(std::string_view text) { return parse_ipv4(text).value(); }

std::string command(std::string_view line) {
  const auto offer = ftp::read_command(line);
  return offer ? ftp::with_endpoint(line, *offer, {ip("200.200.200.1"), 258}) : "-";
}
std::string reply(std::string_view line) {
  const auto offer = ftp::read_reply(line);
  return offer ? ftp::with_endpoint(line, *offer, {ip("200.200.200.1"), 258}) : "-";
}

TEST_CASE("FTP: lines that name an endpoint, and others") {
  CHECK(command("PORT 192,168,1,100,4,0\r\n") == "PORT 200,200,200,1,1,2\r\n");
  CHECK(command("port  192,168,1,100,255,255\n") == "port  200,200,200,1,1,2\n");
  CHECK(command("EPRT |1|192.168.1.100|1024|\r\n") == "EPRT |1|200.200.200.1|258|\r\n");
  CHECK(command("eprt !1!192.168.1.100!65535!\r\n") == "eprt !1!200.200.200.1!258!\r\n");
  CHECK(reply("227 Entering Passive Mode (192,168,1,100,4,5).\r\n") ==
        "227 Entering Passive Mode (200,200,200,1,1,2).\r\n");
  CHECK(reply("227 =192,168,1,100,4,5\r\n") == "227 =200,200,200,1,1,2\r\n");
  CHECK(reply("229 Entering Extended Passive Mode (|||1025|)\r\n") ==
        "229 Entering Extended Passive Mode (|||258|)\r\n");
  for (const std::string_view line :
       {"PORT 192,168,1,100,4\r\n", "PORT 192,168,1,100,4,5,6\r\n", "PORT 192,168,1,256,4,5\r\n", "PORT \r\n", "PORT",
        "PORT 192,168,1,100,3,255\r\n", "PORT 192,168,1,100,0,21\r\n", "PORTS 192,168,1,100,4,5\r\n",
        "EPRT |2|1080::8:800:200C:417A|5282|\r\n", "EPRT |1|192.168.1.100|1023|\r\n",
        "EPRT |1|192.168.1.100|65536|\r\n", "EPRT |1|192.168.1|5282|\r\n", "EPRT |1|192.168.1.100|5282\r\n", "EPRT ",
        "LIST\r\n", ""}) {
    CHECK(command(line) == "-");
  }
  for (const std::string_view line :
       {"227 Entering Passive Mode\r\n", "227-192,168,1,100,4,5\r\n", "229 (||5|1025|)\r\n", "229 (|||1023|)\r\n",
        "229 (|||1025)\r\n", "229 (\r\n", "227 ", "200 192,168,1,100,4,5\r\n", ""}) {
    CHECK(reply(line) == "-");
  }
}

TEST_CASE("FTP: what may become such a line") {
  for (const std::string_view text : {"", "P", "po", "PORT", "PORT 1", "E", "EPRT |", "R", "RETR a", "S", "ST"}) {
    CHECK(ftp::command_matters(text));
  }
  for (const std::string_view text : {"PA", "PORTS", "USER", "SITE", "\xff"}) CHECK_FALSE(ftp::command_matters(text));
  for (const std::string_view text : {"2", "22", "227", "227 E", "229 "}) CHECK(ftp::reply_matters(text));
  for (const std::string_view text : {"1", "220", "221 ", "227-", " 2"}) CHECK_FALSE(ftp::reply_matters(text));
}

constexpr std::string_view invite =
    "INVITE sip:bob@8.8.8.8 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.168.1.100:5060;rport;branch=z9hG4bK1\r\n"
    "From: \"A\" <sip:alice@192.168.1.100>;tag=1\r\n"
    "To: <sip:bob@8.8.8.8>\r\n"
    "Call-ID: 17@192.168.1.100\r\n"
    "m: <sip:alice@192.168.1.100:5060;transport=udp>\r\n"
    "Content-Type: application/sdp\r\n"
    "Content-Length: {}\r\n"
    "\r\n{}";
constexpr std::string_view offer =
    "v=0\r\no=- 1 1 IN IP4 192.168.1.100\r\ns=-\r\nc=IN IP4 192.168.1.100\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\na=rtcp:4001 IN IP4 192.168.1.100\r\nm=video 0 RTP/AVP 31\r\n"
    "m=video 4002 RTP/AVP 31\r\nc=IN IP4 192.168.1.101\r\n";

sip::Map outward() {
  sip::Map map;
  map.ends = {
      {{{ip("192.168.1.100"), 5060}, {ip("200.200.200.1"), 16400}}, {{ip("8.8.8.8"), 5060}, {ip("8.8.8.8"), 5060}}}};
  map.media = [](std::uint16_t port) { return std::optional<std::uint16_t>(port + 20000); };
  return map;
}

TEST_CASE("SIP: a request outward names the public side, and its media the ports that are announced") {
  const std::string message = fmt::format(fmt::runtime(invite), offer.size(), offer);
  constexpr std::string_view body =
      "v=0\r\no=- 1 1 IN IP4 200.200.200.1\r\ns=-\r\nc=IN IP4 200.200.200.1\r\nt=0 0\r\n"
      "m=audio 24000 RTP/AVP 0\r\na=rtcp:24001 IN IP4 200.200.200.1\r\nm=video 0 RTP/AVP 31\r\n"
      "m=video 4002 RTP/AVP 31\r\nc=IN IP4 192.168.1.101\r\n";  // another host's media are his own matter
  CHECK(sip::translate(message, outward()) ==
        fmt::format("INVITE sip:bob@8.8.8.8 SIP/2.0\r\n"
                    "Via: SIP/2.0/UDP 200.200.200.1:16400;rport;branch=z9hG4bK1\r\n"
                    "From: \"A\" <sip:alice@200.200.200.1>;tag=1\r\n"
                    "To: <sip:bob@8.8.8.8>\r\n"
                    "Call-ID: 17@192.168.1.100\r\n"
                    "m: <sip:alice@200.200.200.1:16400;transport=udp>\r\n"
                    "Content-Type: application/sdp\r\n"
                    "Content-Length: {}\r\n"
                    "\r\n{}",
                    body.size(), body));
  sip::Map map = outward();
  map.call_id = true;
  CHECK(sip::translate(message, map)->find("Call-ID: 17@200.200.200.1\r\n") != std::string::npos);
}

TEST_CASE("SIP: answers inward name the private side again") {
  sip::Map map;
  map.ends = {
      {{{ip("8.8.8.8"), 5060}, {ip("8.8.8.8"), 5060}}, {{ip("200.200.200.1"), 16400}, {ip("192.168.1.100"), 5060}}}};
  CHECK(sip::translate("SIP/2.0 200 OK\r\n"
                       "v: SIP/2.0/UDP 200.200.200.1:16400;received=200.200.200.1;rport=16400\r\n"
                       "Contact: <sip:alice@200.200.200.1:16400>;expires=60\r\n"
                       "X: 200.200.200.1\r\n\r\n",
                       map) ==
        "SIP/2.0 200 OK\r\n"
        "v: SIP/2.0/UDP 192.168.1.100:5060;received=192.168.1.100;rport=5060\r\n"
        "Contact: <sip:alice@192.168.1.100:5060>;expires=60\r\n"
        "X: 200.200.200.1\r\n\r\n");
  // A port that is not the session's stays, and an address is whole or none.
  CHECK(sip::translate(
            "BYE sip:a@200.200.200.1:7 SIP/2.0\r\nVia: 200.200.200.11, 1200.200.200.1, 200.200.200.1.5\r\n\r\n", map) ==
        "BYE sip:a@192.168.1.100:7 SIP/2.0\r\nVia: 200.200.200.11, 1200.200.200.1, 200.200.200.1.5\r\n\r\n");
}

TEST_CASE("SIP: what is none stays") {
  for (const std::string_view text : {"", "\r\n\r\n", "192.168.1.100\r\n\r\n", "INVITE sip:a@192.168.1.100 SIP/2.0\r\n",
                                      "SIP/2.0 200 OK\r\n\r\n", "GET / HTTP/1.0\r\nVia: 192.168.1.100\r\n\r\n"}) {
    CHECK_FALSE(sip::translate(text, outward()).has_value());
  }
  // A description without media, or broken, changes nothing but addresses.
  const std::string_view body = "m=\nm=audio\nm=audio x\nc=IN IP4\nc=IN IP4 192.168.1.100\na=rtcp:\n";
  const std::string message = fmt::format(fmt::runtime(invite), body.size(), body);
  const auto text = sip::translate(message, outward());
  REQUIRE(text.has_value());
  CHECK(text->ends_with("\r\n\r\nm=\nm=audio\nm=audio x\nc=IN IP4\nc=IN IP4 200.200.200.1\na=rtcp:\n"));
}

}  // namespace
}  // namespace arrouter::firewall
