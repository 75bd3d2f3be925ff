// One tunnel of the IPsec module by itself, whose far end the test plays.
#pragma once

#include <fmt/format.h>

#include "tests/support/ipsec_fixture.h"

namespace arrouter::test {

inline constexpr std::uint32_t out_spi = 0x5000;

/// A tunnel that is its own mirror: what leaves by it can come in again once the SPI is exchanged and re-sealed.
struct Tunnel {
  explicit Tunnel(std::string_view options = {}, bool udp = false) {
    fixture.configure(test::ipsec_howto);
    if (!options.empty()) fixture.configure(options);
    fixture.out(fixture.packet("192.168.1.100", "192.168.2.100"));
    auto bundle = keyed_bundle(fixture.isakmp.acquires.back(), out_spi);
    bundle.nat.udp_encapsulation = udp;
    bundle.nat.peer_port = 1024;
    in_spi = bundle.sas[0].in_spi;
    fixture.isakmp.user->install(bundle);
    fixture.ip.sent.clear();
  }
  const ipsec::Sa& sa() const { return *fixture.module->state().sas.find(isakmp::Protocol::esp, in_spi); }
  Packet sealed(Packet inner, std::uint32_t sequence = 1, std::uint16_t peer_port = 1024,
                std::string_view from = "200.200.200.1") {
    ipsec::Sa mirrored = sa();
    mirrored.out_spi = in_spi;
    ipsec::IvPool ivs(fixture.services.random);
    const std::size_t udp = ipsec::udp_bytes(mirrored.bundle->nat);
    enco::Job job =
        ipsec::seal(*inner, mirrored, sequence, {ip4(from), ip4("100.100.100.1"), udp, peer_port, 4500}, ivs);
    fixture.enco.api.run(enco::Direction::encode, std::span(&job, 1));
    return inner;
  }
  /// ESP of the peer around `plain`, which has its trailer already and is a multiple of the cipher's block.
  Packet crafted(ByteView plain, std::uint8_t tos = 0, std::uint32_t sequence = 1) {
    const ipsec::EspShape shape = ipsec::esp_shape(sa());
    const std::size_t clear = 20 + ipsec::esp_header + shape.iv, length = clear + plain.size() + shape.icv;
    Packet packet = fixture.packet("200.200.200.1", "100.100.100.1", 50, length);
    packet->data()[1] = tos;
    wire::finish_ipv4(packet->data());
    store_be32(packet->data() + 20, in_spi);
    store_be32(packet->data() + 24, sequence);
    std::copy(plain.begin(), plain.end(), packet->data() + clear);
    enco::Job job;
    job.packet = &*packet;
    job.encryption = sa().encryption;
    job.authentication = sa().authentication;
    job.cipher_begin = static_cast<std::uint32_t>(clear);
    job.auth_begin = 20;
    job.cipher_end = job.auth_end = job.icv_at = static_cast<std::uint32_t>(length - shape.icv);
    fixture.enco.api.run(enco::Direction::encode, std::span(&job, 1));
    return packet;
  }
  Packet reply() { return fixture.packet("192.168.2.100", "192.168.1.100"); }

  IpsecFixture fixture;
  std::uint32_t in_spi = 0;
};

inline void set_df(Packet& packet) {
  packet->data()[6] = 0x40;
  wire::finish_ipv4(packet->data());
}

}  // namespace arrouter::test
