// Every packet that IPsec takes comes out or is counted under one reason: the figures of the screens add up.
#include <catch2/catch.hpp>

#include <map>

#include "tests/unit/ipsec/mirrored_pair.h"
#include "tests/unit/ipsec/tunnel.h"

using namespace arrouter;
using namespace arrouter::ipsec;
using test::Tunnel;

namespace {

constexpr int packets = 4000;

void shorten(Packet& packet, std::size_t length) {
  packet->trim(length);
  store_be16(packet->data() + 2, static_cast<std::uint16_t>(length));
  wire::finish_ipv4(packet->data());
}

}  // namespace

TEST_CASE("whatever arrives: what came out and the reasons of the rest are all there was") {
  Tunnel tunnel("set ipsec sas=1 antir=true");
  SeededRandom random(42);
  const Bytes dummy{1, 2, 3, 4, 5, 6, 6, 59};
  std::uint64_t came_out = 0, dummies = 0;
  for (int i = 1; i <= packets; ++i) {
    const auto sequence = static_cast<std::uint32_t>(i) + static_cast<std::uint32_t>(random.below(40));
    const std::uint64_t kind = random.below(8);
    Packet packet = kind == 0   ? tunnel.sealed(tunnel.fixture.packet("192.168.9.9", "192.168.1.100"), sequence)
                    : kind == 1 ? tunnel.crafted(random.bytes(8 * random.below(20)), 0, sequence)
                    : kind == 2 ? tunnel.crafted(dummy, 0, sequence)
                                : tunnel.sealed(tunnel.reply(), sequence);
    if (kind == 3) packet->data()[20 + random.below(packet->size() - 20)] ^= 0x40;
    if (kind == 4) shorten(packet, 20 + random.below(packet->size() - 20));
    const std::uint64_t before = tunnel.fixture.counter(GroupCounter::main_in_process_done);
    const std::size_t opened = tunnel.fixture.in(std::move(packet)).size();
    came_out += opened;
    dummies += opened == 0 && tunnel.fixture.counter(GroupCounter::main_in_process_done) > before;
  }
  const auto of_policy = [&](PolicyCounter counter) { return tunnel.fixture.counter("vpn", counter); };
  const auto of_group = [&](GroupCounter counter) { return tunnel.fixture.counter(counter); };
  CHECK(came_out > packets / 10);
  CHECK(dummies > 0);
  CHECK(of_policy(PolicyCounter::in_process_done) == came_out + dummies);
  CHECK(came_out + dummies + of_group(GroupCounter::main_in_bad_spi) + of_group(GroupCounter::esp_in_length_bad) +
            of_group(GroupCounter::esp_in_replay_fail) + of_group(GroupCounter::esp_in_auth_fail) +
            of_group(GroupCounter::esp_in_decrypt_fail) + of_policy(PolicyCounter::in_policy_filter_fail) ==
        packets);
  CHECK(of_policy(PolicyCounter::in_process_start) ==
        of_policy(PolicyCounter::in_process_done) + of_policy(PolicyCounter::in_process_fail_imm) +
            of_policy(PolicyCounter::in_process_fail) + of_policy(PolicyCounter::in_policy_filter_fail));
  for (const GroupCounter counter :
       {GroupCounter::main_in_bad_spi, GroupCounter::esp_in_length_bad, GroupCounter::esp_in_replay_fail,
        GroupCounter::esp_in_auth_fail, GroupCounter::esp_in_decrypt_fail})
    CHECK(of_group(counter) > 0);
}

TEST_CASE("whatever is to leave: what left, waits or was answered, and the reasons of the rest, are all there was") {
  Tunnel tunnel(
      "set ipsec pol=vpn dfb=copy\n"
      "create ipsec pol=other int=eth0 ac=ipsec key=isakmp bund=1 peer=9.9.9.9 rad=10.0.0.0 rma=255.0.0.0 pos=1\n"
      "create ipsec pol=dynamic int=eth0 ac=ipsec key=isakmp bund=1 peer=dynamic rad=11.0.0.0 rma=255.0.0.0 pos=1\n"
      "create ipsec pol=no int=eth0 ac=deny rad=12.0.0.0 rma=255.0.0.0 pos=1\n"
      "set ipsec pol=wiz_internet rad=13.0.0.0 rma=255.0.0.0");
  SeededRandom random(43);
  std::uint64_t left = 0;
  for (int i = 0; i < packets; ++i) {
    const std::array<std::string_view, 6> targets{"192.168.2.9", "10.0.0.1", "11.0.0.1",
                                                  "12.0.0.1",    "13.0.0.1", "14.0.0.1"};
    const std::size_t length = random.below(50) == 0 ? 65500 + random.below(36) : 28 + random.below(1472);
    Packet packet = tunnel.fixture.packet("192.168.1.9", targets[random.below(targets.size())], 17, length, 1, 2);
    if (random.below(2) == 0) test::set_df(packet);
    left += tunnel.fixture.out(std::move(packet)) ? 1U : 0U;
  }
  std::uint64_t known = left + tunnel.fixture.counter(GroupCounter::main_out_no_policy) +
                        static_cast<std::uint64_t>(tunnel.fixture.ip.drops[IpDrop::would_fragment]);
  for (const std::string_view policy : {"vpn", "other", "dynamic", "no", "wiz_internet"}) {
    for (const PolicyCounter counter :
         {PolicyCounter::out_deny, PolicyCounter::out_no_bundle_fail, PolicyCounter::out_filter_fail,
          PolicyCounter::out_process_fail_imm, PolicyCounter::out_process_fail})
      known += tunnel.fixture.counter(policy, counter);
  }
  const std::uint64_t waiting = tunnel.fixture.counter("other", PolicyCounter::out_no_bundle) -
                                tunnel.fixture.counter("other", PolicyCounter::out_no_bundle_fail);
  CHECK(waiting == 8);
  CHECK(known + waiting == packets);
  CHECK(tunnel.fixture.counter("vpn", PolicyCounter::out_process_fail_imm) > 0);
  CHECK(tunnel.fixture.counter("vpn", PolicyCounter::out_process_start) ==
        tunnel.fixture.counter("vpn", PolicyCounter::out_process_done));
  CHECK(left == tunnel.fixture.counter("vpn", PolicyCounter::out_process_done) - 1 +  // less the one that asked
                    tunnel.fixture.counter("wiz_internet", PolicyCounter::out_permit));
}

namespace {

/// A bad network: what is put in comes out late, twice, damaged or never.
class BadNetwork {
 public:
  explicit BadNetwork(std::uint64_t seed) : random_(seed) {}
  void put(const Packet& packet) {
    ++now_;
    if (random_.below(10) == 0) return;
    for (std::uint64_t copies = random_.below(10) == 0 ? 2 : 1; copies > 0; --copies) {
      Bytes bytes(packet->view().begin(), packet->view().end());
      if (random_.below(6) == 0) damage(bytes);
      under_way_.emplace(now_ + (random_.below(5) == 0 ? random_.below(100) : 0), std::move(bytes));
    }
  }
  /// What arrives by now; with `all`, what is still under way too.
  std::vector<Bytes> take(bool all = false) {
    std::vector<Bytes> arrived;
    while (!under_way_.empty() && (all || under_way_.begin()->first <= now_)) {
      arrived.push_back(std::move(under_way_.begin()->second));
      under_way_.erase(under_way_.begin());
    }
    return arrived;
  }

 private:
  /// Another bit behind the IP header, or an end that is missing.
  void damage(Bytes& packet) {
    const std::size_t at = 20 + random_.below(packet.size() - 20);
    if (random_.below(4) != 0) {
      packet[at] ^= static_cast<std::uint8_t>(1U << random_.below(8));
      return;
    }
    packet.resize(at);
    store_be16(packet.data() + 2, static_cast<std::uint16_t>(at));
    wire::finish_ipv4(packet.data());
  }
  SeededRandom random_;
  std::uint64_t now_ = 0;
  std::multimap<std::uint64_t, Bytes> under_way_;
};

struct Sums {
  explicit Sums(test::IpsecFixture& end) : end(end) {}
  std::uint64_t operator()(std::initializer_list<GroupCounter> counters) const {
    std::uint64_t sum = 0;
    for (const GroupCounter counter : counters) sum += end.counter(counter);
    return sum;
  }
  std::uint64_t policy(std::initializer_list<PolicyCounter> counters) const {
    std::uint64_t sum = 0;
    for (const PolicyCounter counter : counters) sum += end.counter("p", counter);
    return sum;
  }
  template <class Count>
  std::uint64_t sas(Count count) const {
    std::uint64_t sum = 0;
    for (const auto& [index, bundle] : end.module->state().policies.find("p")->bundles)
      for (const auto& sa : bundle->sas) sum += count(*sa);
    return sum;
  }
  test::IpsecFixture& end;
};

}  // namespace

TEST_CASE("ESP, AH, IPComp and bundles over a bad network: every packet is counted once at every stage") {
  using enum GroupCounter;
  struct Row {
    std::string_view string;
    bool authentic;
    std::uint64_t layers;
  };
  const auto row = GENERATE(Row{"2", true, 1}, Row{"6", true, 1}, Row{"1", false, 1}, Row{"1 AND 2", true, 2},
                            Row{"2 AND 1", true, 2}, Row{"3", false, 1}, Row{"4", false, 1}, Row{"3 AND 2", true, 2},
                            Row{"4 AND 1 AND 2", true, 3});
  CAPTURE(row.string);
  test::MirroredPair pair(test::mirrored_specifications() + "set ipsec sas=6 anti=on\n", row.string);
  SeededRandom random(44);
  BadNetwork network(45);
  std::uint64_t arrived = 0, came_out = 0, damaged = 0;
  std::map<Bytes, int> sent;
  const auto deliver = [&](bool all) {
    for (const Bytes& bytes : network.take(all)) {
      ++arrived;
      for (const Packet& packet : pair.right.in(pair.right.services.pool.copy(bytes))) {
        ++came_out;
        const auto original = sent.find({packet->view().begin(), packet->view().end()});
        damaged += original == sent.end() || --original->second < 0;
      }
    }
  };
  for (int i = 0; i < packets; ++i) {
    Packet packet = pair.sealed(40 + random.below(1200), random.below(2) == 0);
    ++sent[pair.sent];
    REQUIRE(packet);
    network.put(packet);
    deliver(false);
  }
  deliver(true);

  const Sums left(pair.left), right(pair.right);
  CHECK(left.policy({PolicyCounter::out_process_start}) == packets);
  CHECK(left.policy({PolicyCounter::out_process_done}) == packets);
  CHECK(left({main_out_process_start}) == packets);
  CHECK(left({main_out_process_done}) == packets);
  CHECK(left({esp_out_start, ah_out_start, comp_out_start}) == row.layers * packets);
  CHECK(left({esp_out_start}) == left({esp_out_done, esp_out_fail}));
  CHECK(left({ah_out_start}) == left({ah_out_done, ah_out_fail}));
  CHECK(left({comp_out_start}) == left({comp_out_done, comp_out_not_compressed}));
  CHECK(left.sas([](const Sa& sa) { return sa.out.started; }) == row.layers * packets);
  CHECK(left.sas([](const Sa& sa) { return sa.out.done; }) == row.layers * packets);

  const std::uint64_t started = right.policy({PolicyCounter::in_process_start});
  const std::uint64_t replays = right({esp_in_replay_fail, ah_in_replay_fail});
  // A length that is wrong is seen before the packet is anybody's, or against its SA's: then inProcessFailImm says so.
  const std::uint64_t misfits = right.policy({PolicyCounter::in_process_fail_imm}) - replays;
  CHECK(arrived == started + right({main_in_bad_spi, esp_in_length_bad, ah_in_length_bad}) - misfits);
  CHECK(started == right({main_in_process_start}));
  CHECK(started == right.policy({PolicyCounter::in_process_done, PolicyCounter::in_process_fail_imm,
                                 PolicyCounter::in_process_fail, PolicyCounter::in_policy_filter_fail}));
  CHECK(came_out == right.policy({PolicyCounter::in_process_done}));
  CHECK(came_out == right({main_in_process_done}));
  CHECK(right({esp_in_start, ah_in_start}) ==
        right({esp_in_done, ah_in_done, esp_in_auth_fail, ah_in_auth_fail, esp_in_decrypt_fail}) + replays + misfits);
  CHECK(right({comp_in_start}) == right({comp_in_done, comp_in_fail}));
  const std::uint64_t begun = right.sas([](const Sa& sa) { return sa.in.started; });
  CHECK(begun == right({esp_in_start, ah_in_start, comp_in_start}));
  CHECK(begun == right.sas([](const Sa& sa) {
    const SaFailures& failures = sa.failures;
    return sa.in.done + failures.in_process + failures.in_authentication + failures.in_replay + failures.in_padding;
  }));
  CHECK(came_out > packets / 50);  // few where a damaged sequence number moves the window: ESP without a hash
  CHECK(right({main_in_bad_spi}) > 0);
  if (row.authentic) {
    CHECK(damaged == 0);
    CHECK(right.policy({PolicyCounter::in_process_fail}) == right({esp_in_auth_fail, ah_in_auth_fail}));
    CHECK(replays > packets / 50);
    CHECK(right({esp_in_length_bad, ah_in_length_bad}) > 0);
  }
}

TEST_CASE("both ends of an SA count the same bytes") {
  const std::string_view string = GENERATE("2", "6", "1", "1 AND 2", "2 AND 1", "4 AND 1 AND 2");
  CAPTURE(string);
  test::MirroredPair pair(test::mirrored_specifications(), string);
  std::uint64_t bytes = 0;
  for (const std::size_t length : {28U, 100U, 1400U}) {
    bytes += length;
    CHECK(pair.arrives(pair.sealed(length)));
  }
  const auto& left = *pair.left.module->state().policies.find("p")->bundles.begin()->second;
  const auto& right = *pair.right.module->state().policies.find("p")->bundles.begin()->second;
  CHECK(left.out_bytes == bytes);
  CHECK(right.in_bytes == bytes);
  for (std::size_t i = 0; i < left.sas.size(); ++i) {
    if (left.sas[i]->protocol == isakmp::Protocol::ipcomp) continue;  // counts at the receiver what it had to expand
    CHECK(left.sas[i]->out.bytes == right.sas[i]->in.bytes);
    CHECK(left.sas[i]->out.bytes >= bytes);
  }
}
