#include "modules/firewall/translate.h"

#include <algorithm>

#include "netdev/wire/checksum.h"
#include "netdev/wire/icmp.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"
#include "netdev/wire/udp.h"

namespace arrouter::firewall {
namespace {

namespace protocol = wire::protocol;

constexpr std::size_t source_at = 12, destination_at = 16;  // in the IP header
constexpr std::size_t ip_checksum_at = 10;
constexpr std::size_t largest_ip = 65535;
constexpr std::size_t tcp_sequence_at = 4, tcp_acknowledgement_at = 8;
constexpr std::size_t tcp_checksum_at = 16, udp_checksum_at = 6, icmp_checksum_at = 2, icmp_id_at = 4;

/// A 16-bit field that is covered by the checksum at `checksum`.
void replace16(std::uint8_t* field, std::uint16_t value, std::uint8_t* checksum) {
  store_be16(checksum, wire::checksum_adjust(load_be16(checksum), load_be16(field), value));
  store_be16(field, value);
}

/// What changing `before` into `after` does to a checksum that covers it.
void adjust32(std::uint8_t* checksum, std::uint32_t before, std::uint32_t after) {
  std::uint16_t sum = load_be16(checksum);
  sum = wire::checksum_adjust(sum, static_cast<std::uint16_t>(before >> 16), static_cast<std::uint16_t>(after >> 16));
  sum = wire::checksum_adjust(sum, static_cast<std::uint16_t>(before), static_cast<std::uint16_t>(after));
  store_be16(checksum, sum);
}

/// The same for the not inverted sum of a pseudo-header that stands in the field of a partial checksum.
void adjust_partial(std::uint8_t* field, std::uint32_t before, std::uint32_t after) {
  const auto inverted = static_cast<std::uint16_t>(~load_be16(field));
  store_be16(field, inverted);
  adjust32(field, before, after);
  store_be16(field, static_cast<std::uint16_t>(~load_be16(field)));
}

/// Where the transport checksum is, if the protocol has one that covers the pseudo-header; a UDP checksum of zero is
/// none.
std::uint8_t* transport_checksum(std::uint8_t protocol_number, std::uint8_t* transport, std::size_t length,
                                 bool partial) {
  if (protocol_number == protocol::tcp && length >= tcp_checksum_at + 2) return transport + tcp_checksum_at;
  if (protocol_number == protocol::udp && length >= udp_checksum_at + 2) {
    std::uint8_t* const field = transport + udp_checksum_at;
    return partial || load_be16(field) != 0 ? field : nullptr;
  }
  return nullptr;
}

/// One end of a packet or of a quoted packet: `length` bytes of transport are there.
void rewrite(std::uint8_t* ip, std::size_t length, std::size_t address_at, const Endpoint& to, bool partial) {
  std::uint8_t* const transport = ip + static_cast<std::size_t>(ip[0] & 15) * 4;
  const std::uint8_t number = ip[9];
  const std::uint32_t before = load_be32(ip + address_at);
  std::uint8_t* const checksum = transport_checksum(number, transport, length, partial);
  if (before != to.address.value) {
    adjust32(ip + ip_checksum_at, before, to.address.value);
    store_be32(ip + address_at, to.address.value);
    if (checksum != nullptr) {
      partial ? adjust_partial(checksum, before, to.address.value) : adjust32(checksum, before, to.address.value);
    }
  }
  if ((load_be16(ip + 6) & 0x1fff) != 0) return;  // a later fragment, quoted: no ports in reach
  if (number == protocol::icmp) {
    const bool asking = address_at == source_at ? icmp_question(transport[0]) : icmp_answer(transport[0]);
    if (asking) replace16(transport + icmp_id_at, to.port, transport + icmp_checksum_at);
  } else if (number == protocol::tcp || number == protocol::udp) {
    std::uint8_t* const port = transport + (address_at == source_at ? 0 : 2);
    // A partial checksum is still to cover the ports.
    if (checksum != nullptr && !partial) {
      replace16(port, to.port, checksum);
    } else {
      store_be16(port, to.port);
    }
  }
  // A computed UDP checksum of zero is written as all ones (RFC 768).
  if (number == protocol::udp && checksum != nullptr && !partial && load_be16(checksum) == 0) {
    store_be16(checksum, 0xffff);
  }
}

void rewrite(PacketBuffer& packet, std::size_t address_at, const Endpoint& to) {
  const std::size_t header = static_cast<std::size_t>(packet.data()[0] & 15) * 4;
  rewrite(packet.data(), packet.size() - header, address_at, to, packet.meta.checksum == Checksum::partial);
}

}  // namespace

void translate_source(PacketBuffer& packet, const Endpoint& to) { rewrite(packet, source_at, to); }

void translate_destination(PacketBuffer& packet, const Endpoint& to) { rewrite(packet, destination_at, to); }

bool replace_payload(PacketBuffer& packet, std::size_t transport_header, ByteView payload) {
  const std::size_t header = static_cast<std::size_t>(packet.data()[0] & 15) * 4;
  const std::size_t total = header + transport_header + payload.size(), before = packet.size();
  if (total > largest_ip || (total > before && total - before > packet.tailroom())) return false;
  total > before ? static_cast<void>(packet.put(total - before)) : packet.trim(total);
  std::uint8_t* const ip = packet.data();
  std::uint8_t* const transport = ip + header;
  std::copy(payload.begin(), payload.end(), transport + transport_header);
  replace16(ip + 2, static_cast<std::uint16_t>(total), ip + ip_checksum_at);
  const auto length = static_cast<std::uint16_t>(total - header);
  const bool udp = ip[9] == protocol::udp;
  if (udp) store_be16(transport + 4, length);
  if (packet.meta.segmentation != Segmentation::none && payload.size() <= packet.meta.segment_size) {
    packet.meta.segmentation = Segmentation::none;
  }
  const bool partial = packet.meta.checksum == Checksum::partial;
  std::uint8_t* const field = transport_checksum(ip[9], transport, length, partial);
  if (field == nullptr) return true;
  const std::uint32_t pseudo = wire::pseudo_header(Ipv4Address(load_be32(ip + source_at)),
                                                   Ipv4Address(load_be32(ip + destination_at)), ip[9], length);
  if (partial) {
    store_be16(field, static_cast<std::uint16_t>(~wire::checksum_finish(pseudo)));
    return true;
  }
  store_be16(field, 0);
  const std::uint16_t sum = wire::checksum_finish(wire::checksum_partial({transport, length}, pseudo));
  store_be16(field, udp && sum == 0 ? 0xffff : sum);
  return true;
}

void renumber(PacketBuffer& packet, std::uint32_t sequence, std::uint32_t acknowledgement) {
  std::uint8_t* const tcp = packet.data() + static_cast<std::size_t>(packet.data()[0] & 15) * 4;
  const auto set = [&](std::size_t at, std::uint32_t value) {
    if (packet.meta.checksum != Checksum::partial) adjust32(tcp + tcp_checksum_at, load_be32(tcp + at), value);
    store_be32(tcp + at, value);
  };
  set(tcp_sequence_at, sequence);
  set(tcp_acknowledgement_at, acknowledgement);
}

void plain_tcp_options(PacketBuffer& packet) {
  constexpr std::uint8_t end = 0, nothing = 1, sack_permitted = 4, timestamps = 8;
  std::uint8_t* const tcp = packet.data() + static_cast<std::size_t>(packet.data()[0] & 15) * 4;
  const std::size_t length = static_cast<std::size_t>(tcp[12] >> 4) * 4;
  const auto sum = [&] { return wire::checksum_partial({tcp + wire::tcp_header, length - wire::tcp_header}); };
  const std::uint32_t before = sum();
  for (std::size_t at = wire::tcp_header; at < length && tcp[at] != end;) {
    const std::size_t size = tcp[at] == nothing ? 1 : at + 1 < length ? tcp[at + 1] : 0;
    if (size == 0 || (size == 1 && tcp[at] != nothing) || at + size > length) break;
    if (tcp[at] == sack_permitted || tcp[at] == timestamps) std::fill_n(tcp + at, size, nothing);
    at += size;
  }
  if (packet.meta.checksum == Checksum::partial) return;
  const auto folded = [](std::uint32_t s) { return static_cast<std::uint16_t>(~wire::checksum_finish(s)); };
  std::uint8_t* const field = tcp + tcp_checksum_at;
  store_be16(field, wire::checksum_adjust(load_be16(field), folded(before), folded(sum())));
}

bool transport_sound(const PacketBuffer& packet) {
  if (packet.meta.checksum != Checksum::complete) return true;
  const auto ip = wire::view_ipv4(packet.view(), false);
  return ip->protocol() == protocol::tcp ? wire::tcp_checksum_good(ip->payload(), ip->source(), ip->destination())
                                         : wire::udp_checksum_good(ip->payload(), ip->source(), ip->destination());
}

void translate_quoted(PacketBuffer& packet, const FlowKey& key) {
  std::uint8_t* const icmp = packet.data() + static_cast<std::size_t>(packet.data()[0] & 15) * 4;
  std::uint8_t* const quoted = icmp + wire::icmp_header;
  const std::size_t header = static_cast<std::size_t>(quoted[0] & 15) * 4;
  const auto length = static_cast<std::size_t>(packet.data() + packet.size() - quoted) - header;
  rewrite(quoted, length, source_at, key.source, false);
  rewrite(quoted, length, destination_at, key.destination, false);
  const auto bytes = static_cast<std::size_t>(packet.data() + packet.size() - icmp);
  store_be16(icmp + icmp_checksum_at, 0);
  store_be16(icmp + icmp_checksum_at, wire::checksum({icmp, bytes}));
}

}  // namespace arrouter::firewall
