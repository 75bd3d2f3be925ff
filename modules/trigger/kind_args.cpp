// What a trigger waits for, read from the parameters of CREATE and SET TRIGGER.
#include <fmt/format.h>

#include "modules/trigger/kinds.h"
#include "os/base/calendar.h"
#include "os/base/text.h"

namespace arrouter::trigger {

namespace {

/// MODULE=LOG: the trigger's parameter and the log's own name of the field. MODULE, DATE and TIME are the trigger's.
struct MessageField {
  std::string_view parameter, syntax, field;
};
constexpr MessageField message_fields[] = {
    {"DEVICE", "DEVice=<filter:device>", "DEVICE"},
    {"LOGMODULE", "LOGModule=<filter:module>", "MODULE"},
    {"MSGTEXT", "MSGText=<filter:string>", "MSGTEXT"},
    {"REFERENCE", "REFerence=<filter:string>", "REFERENCE"},
    {"SEVERITY", "SEVerity=<filter:severity>", "SEVERITY"},
    {"SUBTYPE", "SUBtype=<filter:subtype>", "SUBTYPE"},
    {"TYPE", "TYpe=<filter:type>", "TYPE"},
};

std::string attack_words() {
  std::string words = "ALL";
  for (std::size_t i = 0; i < static_cast<std::size_t>(firewall::AttackKind::count_); ++i)
    words += fmt::format("|{}", firewall::keyword_of(static_cast<firewall::AttackKind>(i)));
  return words;
}

unsigned number(const Args& args, std::string_view name) { return static_cast<unsigned>(args.number(name)); }

/// UP, DOWN, ANY, and the same with what goes up before it (LINKUP, DEVICEDOWN).
Direction direction_of(const std::string& word) {
  return word.ends_with("UP") ? Direction::up : word.ends_with("DOWN") ? Direction::down : Direction::any;
}

void take(kind::Interface& of, const Args& args) {
  if (args.has("INTERFACE")) of.name = args.text("INTERFACE");
  if (args.has("EVENT")) of.event = direction_of(args.choice("EVENT"));
  if (args.has("CP")) of.control_protocol = to_lower(args.choice("CP"));
}

void take(kind::Cpu& of, const Args& args) {
  if (args.has("CPU")) of.per_cent = number(args, "CPU");
  if (args.has("DIRECTION")) of.direction = direction_of(args.choice("DIRECTION"));
}

void take(kind::Memory& of, const Args& args) {
  if (args.has("MEMORY")) of.per_cent = number(args, "MEMORY");
  if (args.has("DIRECTION")) of.direction = direction_of(args.choice("DIRECTION"));
}

void take(kind::Periodic& of, const Args& args) {
  if (args.has("PERIODIC")) of.minutes = number(args, "PERIODIC");
}

void take(kind::TimeOfDay& of, const Args& args) {
  if (args.has("TIME")) of.of_day = minutes_of(args.text("TIME"));
}

void take(kind::Reboot& of, const Args& args) {
  using enum kind::Reboot::Cause;
  if (!args.has("REBOOT")) return;
  const std::string& word = args.choice("REBOOT");
  of.cause = word == "CRASH" ? crash : word == "RESTART" ? restart : all;
}

void take(kind::SwitchPort& of, const Args& args) {
  if (args.has("EVENT")) of.event = direction_of(args.choice("EVENT"));
  if (args.has("PORT")) of.port = number(args, "PORT");
}

void take(kind::Attack& of, const Args& args) {
  using enum kind::Attack::Mode;
  if (args.has("FIREWALL")) of.attack = firewall::find_attack(args.choice("FIREWALL"));  // none for ALL
  if (args.has("MODE")) {
    const std::string& word = args.choice("MODE");
    of.mode = word == "START" ? start : word == "END" ? end : both;
  }
  if (args.has("POLICY")) of.policy = args.text("POLICY");
}

void take(kind::PolledDevice& of, const Args& args) {
  if (args.has("EVENT")) of.up = direction_of(args.choice("EVENT")) == Direction::up;
  if (args.has("POLL")) of.poll = number(args, "POLL");
}

/// A condition replaces the one on the same field.
void take(kind::Message& of, const Args& args) {
  for (const MessageField& each : message_fields) {
    if (!args.has(each.parameter)) continue;
    std::erase_if(of.conditions, [&](const auto& condition) { return condition.field == each.field; });
    of.conditions.push_back({std::string(each.field), args.text(each.parameter)});
  }
}

Kind empty_kind(const Args& args) {
  if (args.has("INTERFACE")) return kind::Interface{};
  if (args.has("CPU")) return kind::Cpu{};
  if (args.has("MEMORY")) return kind::Memory{};
  if (args.has("PERIODIC")) return kind::Periodic{};
  if (args.has("TIME")) return kind::TimeOfDay{};
  if (args.has("FIREWALL")) return kind::Attack{};
  if (args.has("REBOOT")) return kind::Reboot{};
  const std::string& module = args.choice("MODULE");
  if (module == "PING") return kind::PolledDevice{};
  if (module == "LOG") return kind::Message{};
  return kind::SwitchPort{};
}

/// The events of each kind that has any.
bool has_event(const Kind& kind, std::string_view event) {
  if (std::holds_alternative<kind::SwitchPort>(kind)) return event.starts_with("LINK");
  if (std::holds_alternative<kind::PolledDevice>(kind)) return event.starts_with("DEVICE");
  if (std::holds_alternative<kind::Message>(kind)) return event == "MESSAGE";
  return std::holds_alternative<kind::Interface>(kind) && (event == "UP" || event == "DOWN" || event == "ANY");
}

}  // namespace

std::chrono::minutes minutes_of(const std::string& time) {
  return std::chrono::floor<std::chrono::minutes>(*parse_time_of_day(time));
}

std::string kind_syntax() {
  return fmt::format(
      "{{INTerface=<interface>|CPU=<1-100>|MEMory=<1-100>|PERiodic=<1-1440>|TIme=<time>|REBoot={{ALL|CRAsh|REStart}}|"
      "MODule={{LOG|PING|SWItch}}|FIREwall={{{}}}}}",
      attack_words());
}

std::string detail_syntax() {
  std::string text =
      "[EVent={UP|DOWN|ANY|LINKUp|LINKDown|DEVICEUp|DEVICEDown|MESsage}] "
      "[CP={APPLE|ATCP|BCP|CCP|IPCP|IPXCP|LCP}] [DIRection={UP|DOWN|ANY}] [POrt=<1-48>] [MODE={STArt|END|BOTH}] "
      "[POLIcy=<name:1-15>] [POLL=<1-100>]";
  for (const MessageField& each : message_fields) text += fmt::format(" [{}]", each.syntax);
  return text;
}

std::string_view message_parameter(std::string_view field) {
  for (const MessageField& each : message_fields)
    if (each.field == field) return each.parameter;
  return field;
}

Kind kind_of(const Args& args) {
  Kind kind = empty_kind(args);
  adjust(kind, args);
  return kind;
}

std::string_view misplaced(const Args& args, const Kind& kind) {
  const auto is = [&kind]<class... K>() { return (std::holds_alternative<K>(kind) || ...); };
  const bool module = is.operator()<kind::SwitchPort, kind::PolledDevice, kind::Message>();
  const std::pair<std::string_view, bool> fits[] = {
      {"EVENT", args.has("EVENT") && has_event(kind, args.choice("EVENT"))},
      {"INTERFACE", is.operator()<kind::Interface>()},
      {"CP", is.operator()<kind::Interface>()},
      {"CPU", is.operator()<kind::Cpu>()},
      {"MEMORY", is.operator()<kind::Memory>()},
      {"DIRECTION", is.operator()<kind::Cpu, kind::Memory>()},
      {"PERIODIC", is.operator()<kind::Periodic>()},
      {"TIME", is.operator()<kind::TimeOfDay>()},
      {"REBOOT", is.operator()<kind::Reboot>()},
      {"MODULE", module && (!args.has("MODULE") || empty_kind(args).index() == kind.index())},
      {"PORT", is.operator()<kind::SwitchPort>()},
      {"FIREWALL", is.operator()<kind::Attack>()},
      {"MODE", is.operator()<kind::Attack>()},
      {"POLICY", is.operator()<kind::Attack>()},
      {"POLL", is.operator()<kind::PolledDevice>()},
  };
  for (const auto& [name, fitting] : fits)
    if (args.has(name) && !fitting) return name;
  for (const MessageField& each : message_fields)
    if (args.has(each.parameter) && !is.operator()<kind::Message>()) return each.parameter;
  return {};
}

void adjust(Kind& kind, const Args& args) {
  std::visit([&args](auto& of) { take(of, args); }, kind);
}

}  // namespace arrouter::trigger
