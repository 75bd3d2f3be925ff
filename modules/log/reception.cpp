// Messages of others: the ports they come to, whom they are taken from.
#include <algorithm>

#include "modules/log/log.h"
#include "modules/log/srlp.h"
#include "modules/log/syslog.h"
#include "os/base/text.h"

namespace arrouter::logging {

namespace {

/// Nothing tells how many routers a syslog message has seen: it goes no further.
Entry from_syslog(ByteView payload) {
  Entry entry = parse_syslog({reinterpret_cast<const char*>(payload.data()), payload.size()});
  entry.hops = srlp::most_hops;
  return entry;
}

}  // namespace

const Receiver* receiver_of(const Receivers& receivers, Ipv4Address sender) {
  const Receiver* best = nullptr;
  for (const auto& [address, receiver] : receivers) {
    const bool fits = ((address.value ^ sender.value) & receiver.mask.value) == 0;
    if (fits && (best == nullptr || receiver.mask.value > best->mask.value)) best = &receiver;
  }
  return best;
}

std::expected<void, std::uint16_t> LogModule::listen() {
  const auto wanted = [&](bool (Receiver::*takes)() const) {
    return reception_ && std::ranges::any_of(receivers_, [&](const auto& entry) { return (entry.second.*takes)(); });
  };
  const std::pair<std::uint16_t, bool> ports[] = {{srlp::port, wanted(&Receiver::takes_srlp)},
                                                  {syslog_port, wanted(&Receiver::takes_syslog)}};
  for (const auto& [port, open] : ports) {
    if (open == open_ports_.contains(port)) continue;
    if (!open) {
      ip_.listen_udp(port, {}, {});
      open_ports_.erase(port);
    } else if (ip_.listen_udp(port, "Log", [this](const UdpDatagram& datagram) { receive(datagram); })) {
      open_ports_.insert(port);
    } else {
      return std::unexpected(port);
    }
  }
  return {};
}

void LogModule::receive(const UdpDatagram& datagram) {
  const Receiver* const from = receiver_of(receivers_, datagram.source);
  const bool syslog = datagram.destination_port == syslog_port;
  if (from == nullptr || !(syslog ? from->takes_syslog() : from->takes_srlp())) {
    ++counters_.refused;
    return;
  }
  auto entry = syslog ? std::optional(from_syslog(datagram.payload)) : srlp::decode(datagram.payload);
  if (!entry || (syslog && entry->message.empty())) {
    ++counters_.malformed;
    return;
  }
  const bool locked = !syslog && !from->password.empty();
  if (locked && !srlp::sealed_with(datagram.payload, from->password, ways_.seal)) {
    ++counters_.refused;
    return;
  }
  if (entry->origin.unset()) entry->origin = datagram.source;
  if (syslog) {
    entry->time = services_.wall.now();
  } else {
    entry->time += utc_offset_.value_or(std::chrono::seconds(0));
  }
  ++counters_.received;
  process(*entry, datagram.source);
}

}  // namespace arrouter::logging
