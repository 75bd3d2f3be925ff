// One router with manual SAs that lives through all runs of a target. Every run finds it as it was made; afterwards
// the packet has to be accounted for once and its buffer has to be back.
#pragma once

#include <cstdlib>
#include <initializer_list>

#include <fmt/format.h>

#include "tests/support/ipsec_fixture.h"

namespace arrouter::test {

class ProtectedInput {
 public:
  /// A bundle of the specifications, for a policy of its own.
  struct Bundle {
    std::string_view string, policy_options = {};
  };
  /// SA specifications of a router with ENCO keys 10 (DES) and 11 (20 bytes), and the bundles made of them.
  ProtectedInput(std::string_view specifications, std::initializer_list<Bundle> bundles) {
    fixture.configure(
        "create enco key=10 type=des value=0x101f2c3b49576473\n"
        "create enco key=11 type=general value=0x3443515e6d7a8997a4b3c1cedceaf8071523313e");
    fixture.configure(specifications);
    int number = 0;
    for (const Bundle& bundle : bundles) {
      ++number;
      fixture.configure(fmt::format("create ipsec bund={} key=manual string=\"{}\"", number, bundle.string));
      fixture.configure(fmt::format("create ipsec pol=p{0} int=eth0 ac=ipsec key=manual bund={0} peer=1.1.1.1 {1}",
                                    number, bundle.policy_options));
    }
    fixture.configure("enable ipsec");
  }

  /// Lets the packet in and checks what became of it.
  void receive(Packet packet) {
    forget();
    {
      const auto opened = fixture.in(std::move(packet));
      for (const Packet& inner : opened) must(wire::view_ipv4(inner->view()).has_value());
      check(opened.size());
    }
    must(fixture.services.pool.available() == fixture.services.pool.total());
  }

  /// The same for a datagram that came to the port of IPsec over UDP.
  void receive_datagram(ByteView payload) {
    forget();
    fixture.ip.udp_listeners.back()({ip4("1.1.1.1"), ip4("100.100.100.1"), 2746, 2746, 1, false, payload});
    if (payload.size() != 1) check(fixture.ip.decrypted.size());  // one byte is a heartbeat
    fixture.ip.decrypted.clear();
    must(fixture.services.pool.available() == fixture.services.pool.total());
  }

  /// A packet from the peer with this protocol and payload.
  Packet packet(std::uint8_t protocol, ByteView payload) {
    Packet made = fixture.packet("1.1.1.1", "100.100.100.1", protocol, 20 + payload.size());
    std::ranges::copy(payload, made->data() + 20);
    return made;
  }

  IpsecFixture fixture;

 private:
  static void must(bool good) {
    if (!good) std::abort();
  }

  void forget() {
    auto& state = fixture.module->state();
    state.counters.reset();
    for (ipsec::Policy* const policy : state.policies.all()) policy->counters.reset();
    for (const auto& [id, sa] : state.sas.by_id()) {
      sa->reset_counters();
      sa->window = ipsec::ReplayWindow();
      sa->in_sequence = 0;
    }
  }

  /// Refused before an SA was found for it, or begun and ended in one way.
  void check(std::size_t opened) {
    using Group = ipsec::GroupCounter;
    using enum ipsec::PolicyCounter;
    const auto sum = [&](std::initializer_list<ipsec::PolicyCounter> counters) {
      std::uint64_t total = 0;
      for (const ipsec::Policy* const policy : fixture.module->state().policies.all()) {
        for (const auto counter : counters) total += policy->counters[counter];
      }
      return total;
    };
    const std::uint64_t begun = sum({in_process_start});
    const std::uint64_t done = sum({in_process_done});
    if (begun == 0) {
      must(fixture.counter(Group::main_in_bad_spi) + fixture.counter(Group::esp_in_length_bad) +
               fixture.counter(Group::ah_in_length_bad) + fixture.counter(Group::udp_in_bad) ==
           1);
    }
    must(begun == sum({in_process_done, in_process_fail_imm, in_process_fail, in_policy_filter_fail}));
    must(begun <= 1 && opened <= done);
  }
};

}  // namespace arrouter::test
