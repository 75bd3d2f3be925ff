// What the screens of reference/isakmp-ipsec.md 2.3, 2.5, 2.6 and 2.8 say of XAUTH.
#include "tests/unit/isakmp/dialin.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

/// The lines of `text` from the one that starts with `first` on, `count` of them.
std::string lines_from(const std::string& text, std::string_view first, int count) {
  auto at = text.find(first);
  if (at == std::string::npos) return {};
  auto end = at;
  while (count-- > 0 && end != std::string::npos) end = text.find('\n', end + 1);
  return text.substr(at, end - at + 1);
}

}  // namespace

TEST_CASE("SHOW ISAKMP POLICY: name and type of XAUTH, never the password") {
  Dialin net;
  CHECK(lines_from(net.a.run("show isakmp policy=keys"), "  Hybrid Xauth", 5) ==
        "  Hybrid Xauth ................... OFF\n"
        "  Xauth .......................... CLIENT\n"
        "  Xauth Type ..................... GENERIC\n"
        "  Xauth Name ..................... alice\n"
        "  Xauth Password ................. *****\n");
  net.b.run("set isakmp pol=keys xautht=radius hyb=true");
  CHECK(lines_from(net.b.run("show isakmp policy=keys"), "  Hybrid Xauth", 5) ==
        "  Hybrid Xauth ................... ON\n"
        "  Xauth .......................... SERVER\n"
        "  Xauth Type ..................... RADIUS\n"
        "  Xauth Name ..................... -\n"
        "  Xauth Password ................. -\n");
  CHECK(net.a.dump().find("set isakmp pol=\"keys\" xauth=client xauthn=\"alice\" xauthp=\"Wonderland\"\n") !=
        std::string::npos);
}

TEST_CASE("SHOW ISAKMP SA, EXCHANGE and COUNTERS while XAUTH runs and when it is over") {
  Dialin net;
  net.channel.hook = [&](Flying& datagram) { return !is_transaction(datagram) || datagram.source != net.a.ip.own; };
  net.attempt(net.a, 1s);  // the client's answers are lost
  CHECK(net.b.run("show isakmp exchange") ==
        "ISAKMP Exchanges\n"
        "\n"
        "Id      Phase   State                   PeerAddress       Type\n"
        "-------------------------------------------------------------------------------\n"
        "2       1.5     REQSENT                 100.100.100.1     TRANSACTION\n");
  CHECK(lines_from(net.b.run("show isakmp sa=1"), "  State", 1) ==
        "  State ................................ NEGOTIATING\n");
  CHECK(lines_from(net.b.run("show isakmp sa=1"), "  Do Xauth", 2) ==
        "  Do Xauth ............................. TRUE\n"
        "    Xauth Finished ..................... FALSE\n");
  CHECK(lines_from(net.b.run("show isakmp sa=1"), "  Next Message", 3) ==
        "  Next Message ......................... REPLY\n"
        "  Type ................................. GENERIC\n"
        "  Status ............................... FAIL\n");
  CHECK(lines_from(net.a.run("show isakmp sa=1"), "  Next Message", 1) ==
        "  Next Message ......................... SET\n");

  net.channel.hook = [](Flying&) { return true; };
  REQUIRE(net.up());
  CHECK(lines_from(net.b.run("show isakmp sa=1"), "  State", 1) == "  State ................................ ACTIVE\n");
  CHECK(lines_from(net.b.run("show isakmp sa=1"), "  Next Message", 3) ==
        "  Next Message ......................... UNKNOWN\n"
        "  Type ................................. GENERIC\n"
        "  Status ............................... OK\n");
  CHECK(net.b.run("show isakmp counters=transaction") ==
        "ISAKMP Transaction Exchange Counters\n"
        "\n"
        "  reqTx                            1    reqRx                            0\n"
        "  repTx                            0    repRx                            1\n"
        "  setTx                            1    setRx                            0\n"
        "  ackTx                            0    ackRx                            1\n"
        "  xauthGood                        1    xauthFailed                      0\n"
        "  timeout                          0    badMessage                       0\n");
}
