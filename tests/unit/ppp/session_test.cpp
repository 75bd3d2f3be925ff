#include "tests/unit/ppp/peers.h"

using namespace arrouter;
using namespace arrouter::test;

TEST_CASE("a bare link opens LCP and then IPCP on both ends") {
  Link link;
  SessionSettings left, right;
  left.ipcp.address = Ipv4Address(10, 0, 0, 1);
  right.ipcp.address = Ipv4Address(10, 0, 0, 2);
  link.begin(left, right);
  REQUIRE(link.left.network);
  REQUIRE(link.right.network);
  CHECK(link.left.network->peer == Ipv4Address(10, 0, 0, 2));
  CHECK(link.right.network->peer == Ipv4Address(10, 0, 0, 1));
  CHECK(link.left.news == std::vector<std::string>{"LCP+", "IPCP+"});
  CHECK(link.left.session->lcp().own_magic() == link.right.session->lcp().peer_magic());
  CHECK(link.left.session->lcp().own_magic() != link.right.session->lcp().own_magic());
}

TEST_CASE("MRU: what is asked for counts, what is not asked for is 1500") {
  Link link;
  SessionSettings left, right;
  left.lcp.mru = 1492;
  left.lcp.line_mru = 1492;
  link.begin(left, right);
  CHECK(link.right.session->lcp().peer_mru() == 1492);
  CHECK(link.left.session->lcp().peer_mru() == 1500);
  CHECK(link.left.session->lcp().own_mru() == 1492);
}

TEST_CASE("a dialler proves itself by CHAP or PAP and is given an address and a name server") {
  const auto [demand, method] = GENERATE(std::pair(Demand::chap, Method::chap), std::pair(Demand::pap, Method::pap),
                                         std::pair(Demand::either, Method::chap));
  Link link;
  link.right.peer_address = Ipv4Address(200, 100, 10, 1);
  link.right.dns = Ipv4Address(10, 0, 0, 53);
  link.begin(dialler(), provider(demand));
  REQUIRE(link.left.network);
  CHECK(link.left.network->own == Ipv4Address(200, 100, 10, 1));
  CHECK(link.left.network->peer == Ipv4Address(10, 0, 0, 1));
  CHECK(link.left.network->primary_dns == Ipv4Address(10, 0, 0, 53));
  CHECK(link.left.network->secondary_dns.unset());
  CHECK(link.right.network->peer == Ipv4Address(200, 100, 10, 1));
  CHECK(link.left.session->lcp().required() == method);
  REQUIRE(link.right.verified.size() == 1);
  CHECK(link.right.verified[0].user == "user");
}

TEST_CASE("a wrong password ends the link on both sides") {
  const auto demand = GENERATE(Demand::chap, Demand::pap);
  Link link;
  link.begin(dialler("user", "wrong"), provider(demand));
  link.advance(10s);
  CHECK_FALSE(link.left.network);
  CHECK(link.left.end.has_value());
  CHECK(link.right.end == "authentication of the peer failed");
}

TEST_CASE("a verdict that takes its time opens the link when it comes") {
  Link link;
  link.right.answers = false;
  link.right.peer_address = Ipv4Address(200, 100, 10, 1);
  link.begin(dialler(), provider(Demand::pap));
  link.advance(7s);
  CHECK_FALSE(link.left.network);
  CHECK(link.right.verified.size() == 1);  // the repeated requests wait for the same verdict
  link.right.session->decide(true, link.now);
  link.settle();
  CHECK(link.left.network);
}

TEST_CASE("who has nothing to show refuses to be asked") {
  Link link;
  SessionSettings nobody;
  nobody.lcp.can_prove = false;
  link.begin(nobody, provider(Demand::chap));
  link.advance(60s);
  CHECK_FALSE(link.right.network);
  CHECK(link.right.end == "the peer refuses authentication");
}

TEST_CASE("MS-CHAP is answered with the wish for CHAP") {
  End end(1);
  SessionSettings settings = dialler();
  end.begin(settings, Instant(1000s));
  end.sent.clear();
  Bytes options;
  const Bytes ms_chap{0xc2, 0x23, 0x81};
  add_option(options, lcp_option::authentication, ms_chap);
  end.session->receive(protocol::lcp, control_packet(code::configure_request, 7, options), Instant(1000s));
  REQUIRE(end.sent.size() == 1);
  CHECK(to_hex(end.sent[0].second) == "03070009" "0305c22305");
}

TEST_CASE("lost packets are sent again") {
  Link link;
  SeededRandom chance(7);
  link.watcher = [&](End&, std::uint16_t, Bytes&) { return chance.below(100) >= 25; };
  link.right.peer_address = Ipv4Address(200, 100, 10, 1);
  link.begin(dialler(), provider(Demand::chap));
  link.advance(60s);
  CHECK(link.left.network);
  CHECK(link.right.network);
}

TEST_CASE("echo requests notice a peer that is gone after three without answer") {
  Link link;
  SessionSettings left;
  left.ipcp.address = Ipv4Address(10, 0, 0, 1);
  left.lcp.echo = 10s;
  link.begin(left, left);
  REQUIRE(link.left.network);
  link.advance(1h);
  CHECK(link.left.network);
  link.watcher = [](End&, std::uint16_t, Bytes&) { return false; };
  link.advance(39s);
  CHECK(link.left.network);
  link.advance(20s);
  CHECK_FALSE(link.left.network);
  CHECK(link.left.end == "no answer to echo requests");
}

TEST_CASE("a looped line is found by the magic number") {
  End end(1);
  SessionSettings settings;
  Instant now{1000s};
  end.begin(settings, now);
  for (int i = 0; i < 400 && !end.end; ++i) {
    while (!end.sent.empty()) {
      const auto [protocol, packet] = end.sent.front();
      end.sent.pop_front();
      end.session->receive(protocol, packet, now);
    }
    if (const auto next = end.session->next_deadline()) now = *next;
    end.session->tick(now);
  }
  CHECK(end.end == "the line is looped back");
  CHECK_FALSE(end.network);
}

TEST_CASE("unknown protocols and codes are rejected, before authentication nobody is told") {
  Link link;
  SessionSettings settings;
  settings.ipcp.address = Ipv4Address(10, 0, 0, 1);
  link.begin(settings, settings);
  link.left.sent.clear();
  const Bytes ipv6cp{1, 1, 0, 14, 1, 10, 1, 2, 3, 4, 5, 6, 7, 8};
  link.left.session->receive(0x8057, ipv6cp, link.now);
  REQUIRE(link.left.sent.size() == 1);
  CHECK(to_hex(link.left.sent[0].second).substr(0, 2) == "08");
  CHECK(to_hex(link.left.sent[0].second).substr(8) == "8057" + to_hex(ipv6cp));
  link.left.sent.clear();
  const Bytes strange{99, 5, 0, 4};
  link.left.session->receive(protocol::lcp, strange, link.now);
  REQUIRE(link.left.sent.size() == 1);
  CHECK(to_hex(link.left.sent[0].second).substr(0, 2) == "07");
  CHECK(link.left.session->lcp().opened());

  End stranger(3);
  stranger.begin(dialler(), link.now);
  stranger.sent.clear();
  stranger.session->receive(0x8057, ipv6cp, link.now);
  stranger.session->receive(protocol::ipcp, ipv6cp, link.now);
  CHECK(stranger.sent.empty());
}

TEST_CASE("options of headers are refused, a tiny MRU is talked up") {
  End end(1);
  end.begin({}, Instant(1000s));
  end.sent.clear();
  Bytes options;
  add_option(options, 7, {});
  add_option16(options, lcp_option::mru, 1492);
  add_option(options, 8, {});
  end.session->receive(protocol::lcp, control_packet(code::configure_request, 9, options), Instant(1000s));
  REQUIRE(end.sent.size() == 1);
  CHECK(to_hex(end.sent[0].second) == "04090008" "07020802");
  end.sent.clear();
  options.clear();
  add_option16(options, lcp_option::mru, 127);
  end.session->receive(protocol::lcp, control_packet(code::configure_request, 10, options), Instant(1000s));
  CHECK(to_hex(end.sent[0].second) == "030a0008" "01040080");
}

TEST_CASE("PPP knows CHAP's arithmetic") {
  // The worked values are MD5("\x01" "secret" "challenge!") and with id 2, computed with md5sum.
  const Bytes response = chap_response(md5_of, 1, as_bytes("secret"), as_bytes("challenge!"));
  CHECK(to_hex(response) == "ac6b08377a986bacce706d2fcb379647");
  Credentials said;
  said.method = Method::chap;
  said.id = 1;
  const ByteView challenge = as_bytes("challenge!");
  said.challenge.assign(challenge.begin(), challenge.end());
  said.response = response;
  CHECK(right_password(md5_of, said, as_bytes("secret")));
  CHECK_FALSE(right_password(md5_of, said, as_bytes("Secret")));
  said.id = 2;
  CHECK_FALSE(right_password(md5_of, said, as_bytes("secret")));
  said.response.clear();
  CHECK_FALSE(right_password(md5_of, said, as_bytes("secret")));
}
