#include "modules/firewall/events.h"

#include <algorithm>

#include <fmt/format.h>

#include "modules/firewall/keywords.h"
#include "modules/firewall/messages.h"
#include "modules/firewall/session.h"
#include "netdev/wire/ipv4.h"
#include "os/base/limits.h"

namespace arrouter::firewall {
namespace {

namespace protocol = wire::protocol;

constexpr std::string_view reasons[] = {
#define REASON(id, text) text,
#include "modules/firewall/texts.def"
};

/// LogOption by direction and protocol; the options of a group stand together in texts.def: ICMP, OTHER, TCP, UDP.
LogOption option_of(LogOption group, std::uint8_t number) {
  const unsigned place = number == protocol::icmp  ? 0U
                         : number == protocol::tcp ? 2U
                         : number == protocol::udp ? 3U
                                                   : 1U;
  return static_cast<LogOption>(static_cast<unsigned>(group) + place);
}

template <class Entry>
void keep(std::deque<Entry>& list, Entry entry, std::size_t most = limits::firewall_events) {
  if (list.size() == most) list.pop_front();
  list.push_back(std::move(entry));
}

/// The same packet again, as far as a reader of the list cares: a repeated open has another source port.
bool same(const Event& event, const FlowKey& flow, Direction direction, Reason reason) {
  return event.direction == direction && event.flow.protocol == flow.protocol &&
         event.flow.source.address == flow.source.address && event.flow.destination == flow.destination &&
         event.reason == reason;
}

/// A TCP open that somebody else than the router itself began: many that nobody completes are an attack.
bool half_open(const Session& session) {
  return session.private_key.protocol == protocol::tcp &&
         (session.opened == Direction::in || session.private_interface != 0);
}

}  // namespace

Events::Events(Services& services, FirewallVoice voice)
    : notifier(services, std::move(voice)),
      services_(services),
      attacks_(services.clock, services.scheduler, [this](const Attacks::Turn& turn) { tell(turn); }) {}

std::string_view text_of(Reason reason) { return reasons[static_cast<std::size_t>(reason)]; }

void Events::allowed(Policy& policy, const Session& session, Direction opened) {
  ++policy.events.allowed;
  Event event;
  event.time = services_.wall.now();
  event.direction = opened;
  event.flow = opened == Direction::out ? session.private_key : session.public_key.reversed();
  event.mapped = session.public_key.source;
  event.mapped_remote = session.public_key.destination;
  const LogOption group = opened == Direction::in ? LogOption::in_allow_icmp : LogOption::out_allow_icmp;
  log(policy, option_of(group, event.flow.protocol), LogSeverity::info, event.flow, {});
  if (half_open(session)) suspect(policy, AttackKind::syn_attack, opened, event.flow);
  keep(policy.events.allow, std::move(event));
  if (policy.accounting) account(policy, session, false);
}

void Events::established(Policy& policy, const Session& session) {
  if (half_open(session)) attacks_.uncount(policy, AttackKind::syn_attack, session.opened);
}

void Events::denied(Policy& policy, const FlowKey& flow, Direction direction, Reason reason, ByteView packet) {
  ++policy.events.denied;
  const bool in = direction == Direction::in;
  const LogOption deny = option_of(in ? LogOption::in_deny_icmp : LogOption::out_deny_icmp, flow.protocol);
  const LogOption dump = option_of(in ? LogOption::in_dump_icmp : LogOption::out_dump_icmp, flow.protocol);
  log(policy, deny, LogSeverity::notice, flow, {});
  log(policy, dump, LogSeverity::notice, flow, packet);
  const auto kind = suspicion(policy.attacks.knocks, reason, flow);
  if (kind && !suspect(policy, *kind, direction, flow)) return;
  keep_denied(policy, flow, direction, reason, packet);
}

void Events::keep_denied(Policy& policy, const FlowKey& flow, Direction direction, Reason reason, ByteView packet) {
  auto& list = policy.events.deny;
  if (!list.empty() && same(list.back(), flow, direction, reason)) {
    ++list.back().repeats;
    list.back().time = services_.wall.now();
    return;
  }
  Event event;
  event.time = services_.wall.now();
  event.direction = direction;
  event.flow = flow;
  event.reason = reason;
  event.dumped = std::min(packet.size(), Event::dump_bytes);
  std::copy_n(packet.begin(), event.dumped, event.dump.begin());
  keep(list, std::move(event));
}

void Events::ended(Policy& policy, const Session& session) {
  if (policy.accounting) account(policy, session, true);
}

void Events::account(Policy& policy, const Session& session, bool end) {
  const AccountRecord record = account_of(session, services_.wall.now(), end);
  log(policy, LogSeverity::info, texts::log_accounting, account_line(record));
  keep(policy.accounts, record, limits::firewall_account_records);
}

void Events::tell(const Attacks::Turn& turn) {
  struct Words {
    std::string_view notice, event;
    LogSeverity severity;
  };
  static constexpr Words words[] = {{texts::attack_start, texts::attack_start_event, LogSeverity::important},
                                    {texts::attack_in_progress, texts::attack_in_progress_event, LogSeverity::notice},
                                    {texts::attack_end, texts::attack_end_event, LogSeverity::notice}};
  const Words& said = words[static_cast<std::size_t>(turn.phase)];
  const Ipv4Address source = turn.flow.source.address;
  Event event;
  event.time = services_.wall.now();
  event.direction = turn.direction;
  event.flow = turn.flow;
  event.text = fmt::format(fmt::runtime(said.event), text_of(turn.kind));
  ++turn.policy.events.notified;
  keep(turn.policy.events.notify, std::move(event));
  AttackNotice notice;
  notice.kind = turn.kind;
  notice.phase = turn.phase;
  notice.direction = turn.direction;
  notice.policy = turn.policy.name;
  notice.source = source;
  notice.text = fmt::format(fmt::runtime(said.notice), text_of(turn.kind), to_string(source));
  log(turn.policy, said.severity, texts::log_attack, notice.text);
  notifier.tell(std::move(notice));
}

void Events::log(const Policy& policy, LogOption option, LogSeverity severity, const FlowKey& flow, ByteView dump) {
  if ((policy.log & bit(option)) == 0) return;
  std::string message =
      fmt::format("{} - Source {} Dest {}", protocol_text(flow.protocol), endpoint_text(flow.source, flow.protocol),
                  endpoint_text(flow.destination, flow.protocol));
  if (!dump.empty()) message += " " + to_hex(dump.first(std::min(dump.size(), Event::dump_bytes)));
  log(policy, severity, log_subtype(option), std::move(message));
}

void Events::log(const Policy& policy, LogSeverity severity, std::string_view subtype, std::string message) {
  LogRecord record;
  record.severity = severity;
  record.module = module_number::firewall;
  record.type = "FIRE";
  record.subtype = subtype;
  record.message = std::move(message);
  record.reference = policy.name;
  services_.log.record(std::move(record));
}

}  // namespace arrouter::firewall
