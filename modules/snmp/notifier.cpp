#include "modules/snmp/notifier.h"

#include "os/base/limits.h"

namespace arrouter::snmp {

namespace {

constexpr std::uint16_t agent_port = 161, trap_port = 162;
/// IP holds one packet for a host it has to ask for: a second one must not come before the answer.
constexpr std::chrono::milliseconds pace{50};
/// A trap of the start waits for its interface.
constexpr std::chrono::seconds retry{1}, patience{60};

}  // namespace

Notification standard_trap(unsigned generic, Oid enterprise) {
  return {.generic = generic,
          .specific = 0,
          .enterprise = std::move(enterprise),
          .trap = oid("1.3.6.1.6.3.1.1.5") + Oid{generic + 1},
          .bindings = {}};
}

Notifier::Notifier(const Clock& clock, Scheduler& scheduler, Random& random, IpApi& ip, SnmpFigures& figures)
    : clock_(clock), ip_(ip), figures_(figures), request_id_(random.u32() & 0x7fffffff), timer_(scheduler, [this] {
        send_next();
      }) {}

void Notifier::tell(const Communities& communities, const Notification& notification, std::uint64_t up_time) {
  for (const auto& [name, community] : communities) {
    if (!community.enabled || !community.traps) continue;
    for (const Ipv4Address host : community.trap_hosts) {
      add(host, encode(TrapV1{name, notification.enterprise, ip_.source_towards(host), notification.generic,
                              notification.specific, up_time, notification.bindings}));
    }
    if (community.v2c_trap_hosts.empty()) continue;
    Message message{.version = Version::v2c, .community = name, .pdu = {.type = PduType::trap_v2, .bindings = {}}};
    message.pdu.bindings = {{oid("1.3.6.1.2.1.1.3.0"), Value::of_ticks(up_time)},
                            {oid("1.3.6.1.6.3.1.1.4.1.0"), Value::of_oid(notification.trap)}};
    for (const Binding& binding : notification.bindings) message.pdu.bindings.push_back(binding);
    for (const Ipv4Address host : community.v2c_trap_hosts) {
      message.pdu.request_id = request_id_++ & 0x7fffffff;
      add(host, encode(message));
    }
  }
}

void Notifier::add(Ipv4Address host, Bytes datagram) {
  if (queue_.size() >= limits::snmp_traps_waiting) queue_.pop_front();
  queue_.push_back({host, std::move(datagram), clock_.now() + patience});
  if (!timer_.armed()) timer_.arm(clock_.now());
}

void Notifier::send_next() {
  const Instant now = clock_.now();
  // One that cannot go must not keep the others: it waits at the end.
  for (std::size_t tried = queue_.size(); tried > 0; --tried) {
    Waiting next = std::move(queue_.front());
    queue_.pop_front();
    if (ip_.send_udp({{}, next.host, agent_port, trap_port, next.datagram})) {
      ++figures_.out_packets;
      ++figures_.out_traps;
      if (!queue_.empty()) timer_.arm(now + pace);
      return;
    }
    if (now < next.until) queue_.push_back(std::move(next));
  }
  if (!queue_.empty()) timer_.arm(now + retry);
}

}  // namespace arrouter::snmp
