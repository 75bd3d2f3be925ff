// Every packet that IPsec takes comes out or is counted under one reason: the figures of the screens add up.
#include <catch2/catch.hpp>

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
