#include "tests/support/fire_bench.h"

#include <fmt/format.h>

namespace arrouter::test {

std::string FireBench::told(const Bytes& packet) {
  if (packet.empty()) return "-";
  const auto header = wire::view_ipv4(packet);
  if (!header) return "!header";
  const ByteView payload = header->payload();
  const auto source = to_string(header->source()), destination = to_string(header->destination());
  switch (header->protocol()) {
    case wire::protocol::tcp: {
      const auto segment = wire::view_tcp(payload);
      const bool good = wire::tcp_checksum_good(payload, header->source(), header->destination());
      return fmt::format("{}TCP {}:{} -> {}:{}", good ? "" : "!", source, segment->source_port, destination,
                         segment->destination_port);
    }
    case wire::protocol::udp: {
      const auto datagram = wire::view_udp(payload);
      const bool good = wire::udp_checksum_good(payload, header->source(), header->destination());
      return fmt::format("{}UDP {}:{} -> {}:{}", good ? "" : "!", source, datagram->source_port, destination,
                         datagram->destination_port);
    }
    case wire::protocol::icmp: {
      const auto message = wire::view_icmp(payload, false);
      return fmt::format("{}ICMP {} {} -> {}", wire::view_icmp(payload) ? "" : "!", message->type, source, destination);
    }
    default:
      return fmt::format("{} {} -> {}", header->protocol(), source, destination);
  }
}

}  // namespace arrouter::test
