// Whatever is asked for, nobody reads a secret: not on a terminal with all debugging, not in the log, not on a screen.
#include "tests/unit/isakmp/peers.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view preshared = "Kauri-tree-of-1769", wrong = "Kauri-tree-of-1770";

struct Listener final : isakmp::KeyObserver {
  std::vector<SecretBytes> keys;
  void isakmp_keys(std::uint64_t, ByteView key) override { keys.emplace_back(key.begin(), key.end()); }
  void bundle_keys(const isakmp::Bundle& bundle) override {
    for (const isakmp::KeyedSa& sa : bundle.sas) {
      keys.push_back(sa.in_key);
      keys.push_back(sa.out_key);
    }
  }
};

std::string everything(Peer& peer) {
  std::string text = peer.terminal->text;
  for (const LogRecord& record : peer.records) text += record.message + "\n";
  for (const auto screen : {"policy=keys", "sa detail", "exchange detail", "counters"})
    text += peer.run("show isakmp " + std::string(screen));
  return text + peer.dump();
}

}  // namespace

TEST_CASE("all debugging shows no secret: pre-shared key, ISAKMP's keys, the keys of the bundle") {
  const std::string mode = GENERATE("main", "aggressive");
  const bool right = GENERATE(true, false);
  CAPTURE(mode, right);
  Offices net;
  Listener listener;
  for (Peer* const peer : {&net.a, &net.b}) {
    peer->isakmp.observe_keys(&listener);
    peer->run("enable isakmp debug=all");
  }
  net.configure("enc=aes128 gro=2 sendn=true natt=true mode=" + mode);
  net.a.run("destroy enco key=1");
  net.b.run("destroy enco key=1");
  net.a.run("create enco key=1 type=general value=\"" + std::string(preshared) + "\"");
  net.b.run("create enco key=1 type=general value=\"" + std::string(right ? preshared : wrong) + "\"");
  net.attempt(net.a, 10s);
  CHECK(net.a.user.bundles.size() == (right ? 1U : 0U));
  REQUIRE(listener.keys.size() >= (right ? 6U : 1U));
  for (Peer* const peer : {&net.a, &net.b}) {
    const std::string text = everything(*peer);
    REQUIRE(text.find("ISAKMP PKTRAW") != std::string::npos);
    for (const std::string_view key : {preshared, wrong}) {
      CHECK(text.find(key) == std::string::npos);
      CHECK(text.find(to_hex(as_bytes(key))) == std::string::npos);
    }
    for (const SecretBytes& key : listener.keys)
      CHECK(text.find(to_hex(ByteView(key).first(8))) == std::string::npos);
  }
}
