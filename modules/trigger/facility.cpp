// TRIGGER: scripts run by events (Software Reference, chapter "Trigger Facility"; reference/operations.md 8).
//
// Events: the clock (TIME, PERIODIC); an interface, a control protocol of a PPP interface (CP=LCP, IPCP) or a port of
// the switch that goes up or down; CPU and memory use that cross a limit; an attack on the firewall that begins or
// ends; a polled device that is lost or found again (MODULE=PING); a message of the log (MODULE=LOG); and the router's
// start. A trigger acts only while the facility and itself are enabled, on its days or its date, within its window, and
// as often as REPEAT says. Its scripts run with a security officer's rights, and what they print has no terminal.
//
// Invariants: the clock's triggers are looked at once in each minute of the router's clock, also after SET TIME; a
// trigger whose clock jumps over its minute is not caught up with. What a trigger or its scripts log does not run it
// again: messages of TRIGGER activate nothing, and none activates a trigger whose scripts are running.
//
// Inferred: the parameters of MODULE=LOG, which are the log's filters, with LOGMODULE for their MODULE; arguments of
// scripts but the port's number. Not modelled: events of other modules.
#include <algorithm>
#include <iterator>

#include "modules/trigger/trigger_facility.h"
#include "os/base/text.h"

namespace arrouter {

std::unique_ptr<Module> make_trigger(Services& services, const TriggerSources& sources) {
  return std::make_unique<trigger::TriggerModule>(services, sources);
}

namespace trigger {

namespace {

constexpr std::chrono::seconds load_interval{10}, link_interval{1};
constexpr std::chrono::minutes one_minute{1};

unsigned memory_per_cent(const RouterControl& control, const Model& model) {
  return static_cast<unsigned>(std::min<std::uint64_t>(100, control.memory_used_kb() * 100 / model.dram_kb));
}

bool wants(const kind::Interface& wanted, std::string_view name, std::string_view control_protocol, bool up) {
  return wanted.name == name && wanted.control_protocol == control_protocol &&
         (wanted.event == Direction::any || (wanted.event == Direction::up) == up);
}

/// Numbers of the switch ports ("port3") that have a link.
std::set<unsigned> ports_with_link(const PortStacks& ports) {
  constexpr std::string_view prefix = "port";
  std::set<unsigned> linked;
  for (const auto& [name, stack] : ports) {
    if (!name.starts_with(prefix) || !stack->link_up()) continue;
    if (const auto number = parse_number(std::string_view(name).substr(prefix.size()))) {
      linked.insert(static_cast<unsigned>(*number));
    }
  }
  return linked;
}

}  // namespace

TriggerModule::TriggerModule(Services& services, const TriggerSources& sources)
    : services_(services),
      control_(sources.control),
      system_(sources.system),
      ports_(sources.ports),
      scripts_(sources.scripts),
      interfaces_(sources.interfaces),
      log_(sources.log),
      minute_(services.scheduler, [this] { minute(); }),
      load_(services.scheduler, [this] { look_at_load(); }),
      links_(services.scheduler, [this] { look_at_ports(); }) {
  sources.ip.on_interface_change([this](const InterfaceChange& change) { ip_interface_changed(change); });
  sources.interfaces.on_link_change([this](const InterfaceEntry& entry) {
    if (!entry.port->point_to_point()) link_changed(entry.name, entry.port->link_up());
  });
  sources.ppp.on_control_protocol(
      [this](const ppp::ControlProtocolChange& change) { control_protocol_changed(change); });
  sources.polls.on_device_change([this](unsigned poll, bool up) { device_changed(poll, up); });
  sources.log.on_message([this](const LogRecord& record) { logged(record); });
  sources.firewall.on_attack([this](const firewall::AttackNotice& notice) { attacked(notice); });
}

void TriggerModule::booted() {
  const bool crash = system_.crashed_before();
  fire_all<kind::Reboot>([crash](Trigger&, const kind::Reboot& wanted) {
    using Cause = kind::Reboot::Cause;
    return wanted.cause == Cause::all || (wanted.cause == Cause::crash) == crash;
  });
}

/// Timers run only while something waits for them.
void TriggerModule::arm_timers() {
  const auto any = [this]<class... K>() {
    return enabled_ && std::ranges::any_of(triggers_, [](const auto& entry) {
      return (std::holds_alternative<K>(entry.second.kind) || ...);
    });
  };
  const Instant now = services_.clock.now();
  if (!any.operator()<kind::Periodic, kind::TimeOfDay>()) {
    minute_.disarm();
  } else if (!minute_.armed()) {
    const WallTime wall = services_.wall.now();
    last_minute_ = std::chrono::floor<std::chrono::minutes>(wall);
    minute_.arm(now + std::chrono::duration_cast<Duration>(last_minute_ + one_minute - wall));
  }
  if (!any.operator()<kind::Cpu, kind::Memory>()) {
    load_.disarm();
  } else if (!load_.armed()) {
    load_.arm(now + load_interval);
  }
  if (!any.operator()<kind::SwitchPort>()) {
    links_.disarm();
  } else if (!links_.armed()) {
    linked_ = ports_with_link(ports_);
    links_.arm(now + link_interval);
  }
}

void TriggerModule::minute() {
  const WallTime wall = services_.wall.now();
  const WallTime this_minute = std::chrono::floor<std::chrono::minutes>(wall);
  if (this_minute != last_minute_) {
    const auto of_day =
        std::chrono::floor<std::chrono::minutes>(this_minute - std::chrono::floor<std::chrono::days>(this_minute));
    fire_all<kind::TimeOfDay>([&](Trigger&, const kind::TimeOfDay& wanted) { return wanted.of_day == of_day; });
    fire_all<kind::Periodic>([](Trigger& trigger, const kind::Periodic& wanted) {
      if (++trigger.minutes < wanted.minutes) return false;
      trigger.minutes = 0;
      return true;
    });
  }
  arm_timers();
}

void TriggerModule::look_at_load() {
  const unsigned cpu = control_.cpu_load().last_10_seconds;
  const unsigned memory = memory_per_cent(control_, services_.model);
  fire_all<kind::Cpu>([cpu](Trigger& trigger, const kind::Cpu& wanted) {
    return crossed(trigger, cpu, wanted.per_cent, wanted.direction);
  });
  fire_all<kind::Memory>([memory](Trigger& trigger, const kind::Memory& wanted) {
    return crossed(trigger, memory, wanted.per_cent, wanted.direction);
  });
  arm_timers();
}

void TriggerModule::look_at_ports() {
  const std::set<unsigned> now = ports_with_link(ports_);
  std::set<unsigned> changed;
  std::ranges::set_symmetric_difference(now, linked_, std::inserter(changed, changed.end()));
  linked_ = now;
  for (const unsigned port : changed) {
    const Direction event = now.contains(port) ? Direction::up : Direction::down;
    fire_all<kind::SwitchPort>(
        [&](Trigger&, const kind::SwitchPort& wanted) {
          return wanted.event == event && wanted.port.value_or(port) == port;
        },
        {std::to_string(port)});
  }
  links_.arm(services_.clock.now() + link_interval);
}

void TriggerModule::attacked(const firewall::AttackNotice& notice) {
  using Mode = kind::Attack::Mode;
  if (notice.phase == firewall::AttackPhase::in_progress) return;
  const Mode mode = notice.phase == firewall::AttackPhase::start ? Mode::start : Mode::end;
  fire_all<kind::Attack>(
      [&](Trigger&, const kind::Attack& wanted) {
        return wanted.attack.value_or(notice.kind) == notice.kind && (wanted.mode == Mode::both || wanted.mode == mode) &&
               (wanted.policy.empty() || equal_ignoring_case(wanted.policy, notice.policy));
      },
      {to_lower(firewall::keyword_of(notice.kind)), mode == Mode::start ? "start" : "end", notice.policy,
       to_string(notice.source)});
}

/// Interfaces that the interface table has follow their link, whether IP is on them or not; the others (vlan1-1, ppp0)
/// follow IP.
void TriggerModule::ip_interface_changed(const InterfaceChange& change) {
  const std::string& name = change.info.name;
  const bool up = change.info.up && !change.removed;
  if (up == up_.contains(name)) return;
  if (up) {
    up_.insert(name);
  } else {
    up_.erase(name);
  }
  const auto entries = interfaces_.entries();
  const auto entry = std::ranges::find(entries, name, &InterfaceEntry::name);
  if (entry == entries.end() || entry->port->point_to_point()) link_changed(name, up);
}

void TriggerModule::link_changed(const std::string& name, bool up) {
  fire_all<kind::Interface>([&](Trigger&, const kind::Interface& wanted) { return wants(wanted, name, {}, up); },
                            {name, std::string(word(up ? Direction::up : Direction::down))});
}

void TriggerModule::control_protocol_changed(const ppp::ControlProtocolChange& change) {
  const std::string protocol = to_lower(change.protocol);
  fire_all<kind::Interface>(
      [&](Trigger&, const kind::Interface& wanted) { return wants(wanted, change.interface, protocol, change.up); },
      {change.interface, std::string(word(change.up ? Direction::up : Direction::down)), protocol});
}

void TriggerModule::device_changed(unsigned poll, bool up) {
  fire_all<kind::PolledDevice>(
      [&](Trigger&, const kind::PolledDevice& wanted) { return wanted.up == up && wanted.poll.value_or(poll) == poll; },
      {std::to_string(poll)});
}

void TriggerModule::logged(const LogRecord& record) {
  if (record.module == module_number::trigger) return;
  fire_all<kind::Message>(
      [&](Trigger& trigger, const kind::Message& wanted) {
        std::erase_if(trigger.running, [this](unsigned id) { return !scripts_.active(id); });
        return trigger.running.empty() && wanted.wanted(record);
      },
      {std::string(log_module_short_name(record.module)), std::string(record.type), std::string(record.subtype),
       std::to_string(static_cast<int>(record.severity)), record.message});
}

template <class K, class Wanted>
void TriggerModule::fire_all(Wanted&& wanted, const std::vector<std::string>& arguments) {
  if (!enabled_) return;
  for (auto& [id, trigger] : triggers_) {
    const K* const kind = std::get_if<K>(&trigger.kind);
    if (kind != nullptr && wanted(trigger, *kind) && trigger.allowed(services_.wall.now())) run(id, trigger, arguments);
  }
}

void TriggerModule::run(unsigned id, Trigger& trigger, const std::vector<std::string>& arguments) {
  const WallTime now = services_.wall.now();
  trigger.count(now);
  const auto day = std::chrono::floor<std::chrono::days>(now);
  if (today_ != day) {
    all_.today = 0;
    for (Tally& tally : by_kind_) tally.today = 0;
  }
  today_ = day;
  for (Tally* tally : {&all_, &by_kind_[trigger.kind.index()]}) {
    ++tally->total;
    ++tally->today;
  }
  services_.log.record({.severity = LogSeverity::info,
                        .module = module_number::trigger,
                        .type = "TRIG",
                        .subtype = "ACT",
                        .message = fmt::format("Trigger {} activated: {}", id, describe(trigger.kind)),
                        .reference = trigger.name});
  if (trigger.test) return;
  for (const std::string& script : trigger.scripts) {
    const auto started = scripts_.activate(script, arguments, Caller{});
    if (started) {
      if (std::holds_alternative<kind::Message>(trigger.kind)) trigger.running.push_back(*started);
      continue;
    }
    services_.log.record({.severity = LogSeverity::important,
                          .module = module_number::trigger,
                          .type = "TRIG",
                          .subtype = "ERROR",
                          .message = fmt::format("Trigger {}: {}", id, started.error().text),
                          .reference = trigger.name});
  }
}

}  // namespace trigger
}  // namespace arrouter
