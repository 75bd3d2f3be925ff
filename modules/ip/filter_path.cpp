// Filters in the packet path. Traffic and policy filters of an interface see packets as they came over the wire, before
// IPsec opens them; the LOCAL interface's see what the router itself gets (also out of an SA) and sends; a priority
// filter sees packets as they leave. A super-frame is one packet to them. Without filters none of this is called.
#include <fmt/format.h>

#include "modules/ip/datapath.h"
#include "modules/ip/messages.h"
#include "os/outcome.h"

namespace arrouter::ip {
namespace {

constexpr std::uint8_t tos_delay_throughput_reliability = 0x1c;  // RFC 791 3.1
constexpr unsigned marking_policies = 8;                         // POLICY=8..15

/// "1.2.3.4>192.168.1.20 TCP 1033>25"
std::string flow_text(const FilterSubject& packet) {
  std::string text =
      fmt::format("{}>{} {}", to_string(packet.source), to_string(packet.destination), protocol_name(packet.protocol));
  if (!packet.transport) return text;
  return text + (packet.protocol == wire::protocol::icmp
                     ? fmt::format(" {}/{}", packet.icmp_type, packet.icmp_code)
                     : fmt::format(" {}>{}", packet.source_port, packet.destination_port));
}

/// What stands behind the TCP, UDP or ICMP header; behind the IP header of everything else.
ByteView data_of(const PacketBuffer& packet, const FilterSubject& subject) {
  const ByteView payload = wire::view_ipv4(packet.view(), false)->payload();
  std::size_t header = 0;
  if (subject.transport) {
    header = subject.protocol == wire::protocol::tcp ? std::size_t{payload[12]} / 16 * 4 : wire::icmp_header;
  }
  return payload.subspan(std::min(header, payload.size()));
}

void set_type_of_service(PacketBuffer& packet, unsigned value) {
  std::uint8_t* const header = packet.data();
  const std::uint16_t before = load_be16(header);
  header[1] = static_cast<std::uint8_t>((header[1] & ~tos_delay_throughput_reliability) | value << 2);
  store_be16(header + 10, wire::checksum_adjust(load_be16(header + 10), before, load_be16(header)));
}

}  // namespace

const FilterEntry* Datapath::consult(unsigned number, Filter& filter, const FilterSubject& subject,
                                     const PacketBuffer& packet) {
  const FilterEntry* const entry = filter.decide(subject);
  // A line may leave by syslog at once; the packet that carries it is not worth another.
  if (entry == nullptr || entry->log == FilterLog::none || logging_match_) return entry;
  logging_match_ = true;
  const auto position = entry - filter.entries.data() + 1;
  const auto log = [&](std::string_view subtype, std::string message) {
    services_.log.record({.severity = LogSeverity::info,
                          .module = module_number::ip,
                          .type = "IPFIL",
                          .subtype = subtype,
                          .message = std::move(message)});
  };
  log(entry->include ? "PASS" : "FAIL",
      fmt::format(texts::filter_match, number, position, entry->include ? "Pass" : "Exclude", flow_text(subject)));
  const ByteView data = data_of(packet, subject);
  const ByteView shown = data.first(std::min(data.size(), logged_bytes(*entry)));
  if (!shown.empty()) log("DUMP", fmt::format(texts::filter_dump, number, position, to_hex(shown)));
  logging_match_ = false;
  return entry;
}

void Datapath::filter_arrivals(std::optional<unsigned> traffic_number, std::optional<unsigned> policy_number,
                               Burst& burst) {
  Filter* const traffic = state_.filters.bound(traffic_number, FilterKind::traffic);
  Filter* const policy = state_.filters.bound(policy_number, FilterKind::policy);
  Filter* const local = state_.filters.bound(state_.local.filter, FilterKind::traffic);
  if (traffic == nullptr && policy == nullptr && local == nullptr) return;
  for (Packet& packet : burst) {
    const FilterSubject subject = FilterSubject::of(*packet);
    const auto passes = [&](Filter* filter, const std::optional<unsigned>& number) {
      if (filter == nullptr) return true;
      const FilterEntry* const entry = consult(*number, *filter, subject, *packet);
      return entry != nullptr && entry->include;
    };
    const auto for_router = [&] {
      const auto kind = destinations_.of(subject.destination).kind;
      return kind == Destination::Kind::own || kind == Destination::Kind::broadcast;
    };
    if (!passes(traffic, traffic_number) || (local != nullptr && for_router() && !passes(local, state_.local.filter))) {
      drop_arrived(*packet, IpDrop::filter);
      packet.reset();
      continue;
    }
    if (policy != nullptr) assign_policy(*policy_number, *policy, subject, *packet);
  }
  burst.compact();
}

bool Datapath::filter_own(PacketBuffer& packet) {
  Filter* const traffic = state_.filters.bound(state_.local.filter, FilterKind::traffic);
  Filter* const policy = state_.filters.bound(state_.local.policy_filter, FilterKind::policy);
  if (traffic == nullptr && policy == nullptr) return true;
  const FilterSubject subject = FilterSubject::of(packet);
  if (traffic != nullptr) {
    const FilterEntry* const entry = consult(*state_.local.filter, *traffic, subject, packet);
    if (entry == nullptr || !entry->include) {
      drop(packet, IpDrop::filter);
      return false;
    }
  }
  if (policy != nullptr) assign_policy(*state_.local.policy_filter, *policy, subject, packet);
  return true;
}

void Datapath::assign_policy(unsigned number, Filter& filter, const FilterSubject& subject, PacketBuffer& packet) {
  const FilterEntry* const entry = consult(number, filter, subject, packet);
  if (entry == nullptr) return;
  packet.meta.policy = static_cast<std::uint8_t>(entry->policy % marking_policies);
  if (entry->policy >= marking_policies) set_type_of_service(packet, entry->policy - marking_policies);
}

void Datapath::assign_priority(const Interface& interface, PacketBuffer& packet) {
  const std::optional<unsigned>& number = interface.settings.priority_filter;
  Filter* const filter = state_.filters.bound(number, FilterKind::priority);
  if (filter == nullptr) return;
  const FilterEntry* const entry = consult(*number, *filter, FilterSubject::of(packet), packet);
  if (entry == nullptr) return;
  packet.meta.priority = static_cast<std::uint8_t>(entry->priority);
  interface.link->prioritised = true;
}

void Datapath::order_by_priority(Burst& frames) {
  Burst ordered;
  for (unsigned priority = 0; priority < priorities; ++priority) {
    for (Packet& frame : frames) {
      if (frame && frame->meta.priority == priority) ordered.add(std::move(frame));
    }
  }
  frames.clear();
  for (Packet& frame : ordered) frames.add(std::move(frame));
}

}  // namespace arrouter::ip
