// The How-To network's tunnel, brought up as an initiator's; the test answers for ISAKMP and for the peer.
#pragma once

#include <catch2/catch.hpp>

#include "tests/support/ipsec_fixture.h"

namespace arrouter::test {

inline Packet lan_ping(IpsecFixture& fixture) { return fixture.packet("192.168.1.100", "192.168.2.100"); }

/// One tunnel from the How-To network, up; returns what was acquired.
inline isakmp::Acquire bring_up(IpsecFixture& fixture, std::uint32_t out_spi = 0x5000) {
  fixture.out(lan_ping(fixture));
  const isakmp::Acquire acquire = fixture.isakmp.acquires.back();
  fixture.isakmp.user->install(keyed_bundle(acquire, out_spi));
  fixture.ip.sent.clear();
  return acquire;
}

inline std::uint32_t spi_of(const Packet& esp) { return load_be32(esp->data() + 20); }
inline std::uint32_t sequence_of(const Packet& esp) { return load_be32(esp->data() + 24); }

/// What the peer would send: our own sealing with the SPIs exchanged (keys are equal in both directions).
inline Packet from_peer(IpsecFixture& fixture, Packet inner, std::uint32_t spi, std::uint32_t sequence) {
  ipsec::Sa sa = *fixture.module->state().sas.find(isakmp::Protocol::esp, spi);
  sa.out_spi = spi;
  ipsec::IvPool ivs(fixture.services.random);
  enco::Job job = ipsec::seal(*inner, sa, sequence, {ip4("200.200.200.1"), ip4("100.100.100.1")}, ivs);
  fixture.enco.api.run(enco::Direction::encode, std::span(&job, 1));
  REQUIRE(job.result == enco::JobResult::good);
  return inner;
}

inline const auto& bundles(IpsecFixture& fixture) { return fixture.module->state().policies.find("vpn")->bundles; }

}  // namespace arrouter::test
