#include "modules/ip/filter.h"

#include <algorithm>

#include "modules/ip/fragment.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"

namespace arrouter::ip {
namespace {

constexpr std::size_t ports_end = 4;  // of a TCP or UDP header
constexpr std::size_t tcp_flags_at = 13;
constexpr std::size_t dump_bytes = 32;

}  // namespace

FilterSubject FilterSubject::of(const PacketBuffer& packet) {
  const auto ip = wire::view_ipv4(packet.view(), false);
  FilterSubject subject;
  subject.source = ip->source();
  subject.destination = ip->destination();
  subject.protocol = ip->protocol();
  subject.options = ip->header_length() > wire::ipv4_header;
  subject.later_fragment = ip->fragment_offset() != 0;
  subject.end = ip->fragment_offset() + wire_length(packet);
  if (subject.later_fragment) return subject;
  const ByteView payload = ip->payload();
  switch (subject.protocol) {
    case wire::protocol::tcp:
      if (payload.size() <= tcp_flags_at) break;
      subject.tcp_flags = payload[tcp_flags_at];
      [[fallthrough]];
    case wire::protocol::udp:
      if (payload.size() < ports_end) break;
      subject.source_port = load_be16(payload.data());
      subject.destination_port = load_be16(payload.data() + 2);
      subject.transport = true;
      break;
    case wire::protocol::icmp:
      if (payload.size() < 2) break;
      subject.icmp_type = payload[0];
      subject.icmp_code = payload[1];
      subject.transport = true;
      break;
    default:
      break;
  }
  return subject;
}

bool FilterEntry::asks_transport() const {
  return icmp_type || icmp_code || session != FilterSession::any || !source_ports.any() || !destination_ports.any();
}

bool FilterEntry::matches_packet(const FilterSubject& packet) const {
  if (packet.source.masked(source_mask) != source || packet.destination.masked(destination_mask) != destination ||
      (protocol && *protocol != packet.protocol) || (options && *options != packet.options) ||
      (size && packet.end > *size)) {
    return false;
  }
  if (!asks_transport()) return true;
  if (packet.later_fragment) return include;
  if (!packet.transport) return false;
  if (icmp_type && *icmp_type != packet.icmp_type) return false;
  if (icmp_code && *icmp_code != packet.icmp_code) return false;
  if (!source_ports.contains(packet.source_port) || !destination_ports.contains(packet.destination_port)) return false;
  if (session == FilterSession::any) return true;
  // Everything but the first segment of a connection acknowledges something or resets it.
  const bool established = (packet.tcp_flags & (wire::tcp_flag::ack | wire::tcp_flag::rst)) != 0;
  if (session == FilterSession::established) return established;
  return !established && (packet.tcp_flags & wire::tcp_flag::syn) != 0;
}

std::size_t logged_bytes(const FilterEntry& entry) {
  if (entry.log == FilterLog::dump) return dump_bytes;
  return entry.log == FilterLog::bytes ? entry.log_bytes : 0;
}

const FilterEntry* Filter::decide(const FilterSubject& packet) {
  ++requests;
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const FilterEntry& entry) { return entry.matches_packet(packet); });
  if (found == entries.end()) {
    ++fails;
    return nullptr;
  }
  ++found->matches;
  ++(found->include ? passes : fails);
  return &*found;
}

Filter* FilterTable::bound(std::optional<unsigned> number, FilterKind kind) {
  if (!number) return nullptr;
  Filter* const filter = find(*number);
  return filter != nullptr && filter->kind == kind ? filter : nullptr;
}

const Filter* FilterTable::find(unsigned number) const {
  const auto found = filters_.find(number);
  return found == filters_.end() ? nullptr : &found->second;
}

std::size_t FilterTable::entries() const {
  std::size_t count = 0;
  for (const auto& [number, filter] : filters_) count += filter.entries.size();
  return count;
}

void FilterTable::add(unsigned number, FilterKind kind, std::optional<unsigned> entry, const FilterEntry& made) {
  Filter& filter = filters_[number];
  filter.kind = kind;
  const std::size_t last = filter.entries.size();
  const std::size_t at = entry ? std::min<std::size_t>(*entry - 1, last) : last;
  filter.entries.insert(filter.entries.begin() + static_cast<std::ptrdiff_t>(at), made);
}

void FilterTable::remove(unsigned number, unsigned entry) {
  const auto found = filters_.find(number);
  auto& entries = found->second.entries;
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(entry - 1));
  if (entries.empty()) filters_.erase(found);
}

void FilterTable::reset_counters() {
  for (auto& [number, filter] : filters_) {
    filter.requests = filter.passes = filter.fails = 0;
    for (FilterEntry& entry : filter.entries) entry.matches = 0;
  }
}

}  // namespace arrouter::ip
