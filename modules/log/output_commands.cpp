// CREATE, SET, DESTROY LOG OUTPUT, and the filters of outputs.
#include <algorithm>

#include "modules/log/log.h"
#include "modules/log/replies.h"
#include "os/base/limits.h"
#include "os/base/text.h"
#include "os/base/zone.h"

namespace arrouter::logging {

namespace {

#define LOG_OUTPUT "OUTPut={TEmporary|PErmanent|<1-20>}"
#define LOG_SETTINGS                                                                                            \
  "[ASYn=<0-31>] [FACility={DEFault|LOCAL1|LOCAL2|LOCAL3|LOCAL4|LOCAL5|LOCAL6|LOCAL7}] "                        \
  "[FORMat={FULL|MSGonly|SUMmary}] [MAXQueueseverity=<0-7>] [MESSages=<1-3000>] [PASSword={NONE|<name:1-16>}] " \
  "[QUEueonly=<bool>] [SECure=<bool>] [SERver=<ipv4>] [SYSLOGFormat={NORmal|EXTended}] [TO=<name:1-80>] "       \
  "[ZONE=<name:1-9>]"
#define LOG_FIELDS                                                                                              \
  "[DATE=<filter:date>] [DEVice=<filter:device>] [FIle=<filter:filename>] [MODule=<filter:module>] "            \
  "[MSGText=<filter:string>] [ORIgin=<filter:ipadd>] [REFerence=<filter:string>] [SEVerity=<filter:severity>] " \
  "[SOUrceline=<filter:line>] [SUBtype=<filter:subtype>] [TIme=<filter:time>] [TYpe=<filter:type>]"

constexpr std::string_view own_form =
    "datagrams to another router have this program's own form; what the real SECURE does is not known";

/// What TEMPORARY and PERMANENT have no use for.
std::optional<Outcome> needless(OutputId id, const Args& args) {
  if (id != OutputId::temporary && id != OutputId::permanent) return std::nullopt;
  for (const std::string_view parameter : {"MAXQUEUESEVERITY", "QUEUEONLY", "SECURE"})
    if (args.has(parameter)) return reply(message::parameter_wrong, parameter, to_upper(output_word(id)));
  return std::nullopt;
}

/// What a destination cannot do without, and where it belongs.
std::optional<Outcome> lacking(OutputId id, const OutputSettings& settings) {
  const auto need = [&](std::string_view parameter) {
    return reply(message::server_missing, title(settings.destination), parameter);
  };
  const auto only = [&](Destination destination, OutputId place) {
    return (settings.destination == destination) == (id == place);
  };
  if (!only(Destination::memory, OutputId::temporary) || !only(Destination::nvs, OutputId::permanent))
    return reply(message::destination_wrong, title(settings.destination), to_upper(output_word(id)));
  const bool networked = settings.destination == Destination::syslog || settings.destination == Destination::router;
  if (networked && settings.server.unset()) return need("SERVER");
  if (settings.destination == Destination::email && settings.to.empty()) return need("TO");
  if (!settings.zone.empty() && !parse_zone(settings.zone)) return bad_value("ZONE");
  return std::nullopt;
}

bool has_conditions(const Args& args) {
  return args.has("ALL") || std::any_of(fields().begin(), fields().end(),
                                        [&](const FieldTraits& field) { return args.has(field.parameter); });
}

/// ALL empties the filter, conditions replace those on the same field. The outcome is an error or nothing.
std::optional<Outcome> apply(Filter& filter, const Args& args) {
  auto conditions = conditions_of(args);
  if (!conditions) return bad_value(conditions.error());
  if (args.has("ALL")) filter.conditions.clear();
  for (Condition& condition : *conditions) filter.set(std::move(condition));
  if (args.has("ACTION")) filter.action = args.choice("ACTION") == "IGNORE" ? Action::ignore : Action::process;
  return std::nullopt;
}

}  // namespace

std::vector<CommandRow> LogModule::output_rows() {
  return {
      {"CREate LOG " LOG_OUTPUT " DESTination={ASYn|EMAil|MEMory|NVS|PORt|ROUter|SYSlog} " LOG_SETTINGS,
       Access::manager, "Creates an output definition", [this](Invocation& call) { return create_output(call); },
       Coverage::partial, own_form},
      {"SET LOG " LOG_OUTPUT " [DESTination={ASYn|EMAil|MEMory|NVS|PORt|ROUter|SYSlog}] " LOG_SETTINGS
       " [FILTer=<1-100>] [ACTion={PROCess|IGNore}] [ALL] " LOG_FIELDS,
       Access::manager, "Changes an output definition or one of its filters",
       [this](Invocation& call) { return set_output(call); }, Coverage::partial, own_form},
      {"DESTroy LOG " LOG_OUTPUT, Access::manager, "Destroys an output definition",
       [this](Invocation& call) { return destroy_output(call); }},
      {"ADD LOG " LOG_OUTPUT " [FILTer=<1-100>] [ACTion={PROCess|IGNore}] [ALL] " LOG_FIELDS, Access::manager,
       "Adds a filter to an output definition", [this](Invocation& call) { return add_filter(call); }},
      {"DELete LOG " LOG_OUTPUT " FILTer=<1-100>", Access::manager, "Deletes a filter of an output definition",
       [this](Invocation& call) { return delete_filter(call); }},
  };
}

Outcome LogModule::create_output(Invocation& call) {
  const OutputId id = output_id(call.args, "OUTPUT");
  if (outputs_.contains(id)) return reply(message::output_exists);
  if (id == OutputId::permanent && !has_permanent()) return reply(message::no_permanent);
  Output output;
  if (id == OutputId::permanent) output.settings = default_permanent().settings;
  apply(output.settings, call.args);
  if (auto wrong = lacking(id, output.settings)) return *wrong;
  if (auto wrong = needless(id, call.args)) return *wrong;
  outputs_.emplace(id, std::move(output));
  return success();
}

Outcome LogModule::set_output(Invocation& call) {
  const OutputId id = output_id(call.args, "OUTPUT");
  const auto found = outputs_.find(id);
  if (found == outputs_.end()) return reply(message::output_unknown);
  Output& output = found->second;
  OutputSettings settings = output.settings;
  apply(settings, call.args);
  if (auto wrong = lacking(id, settings)) return *wrong;
  if (auto wrong = needless(id, call.args)) return *wrong;
  if (call.args.has("FILTER")) {
    const std::size_t place = call.args.number("FILTER");
    if (place > output.filters.size()) return reply(message::filter_unknown);
    Filter filter = output.filters[place - 1];
    if (auto wrong = apply(filter, call.args)) return *wrong;
    output.filters[place - 1] = std::move(filter);
  } else if (has_conditions(call.args) || call.args.has("ACTION")) {
    return missing("FILTER");
  }
  output.settings = std::move(settings);
  output.shrink();
  if (!output.messages.empty() && output.due(LogSeverity::debug)) {
    blocked_.erase(id);
    due_.insert(id);
    send_soon();
  }
  return success();
}

Outcome LogModule::destroy_output(Invocation& call) {
  const OutputId id = output_id(call.args, "OUTPUT");
  if (outputs_.erase(id) == 0) return reply(message::output_unknown);
  due_.erase(id);
  blocked_.erase(id);
  if (id == OutputId::permanent) save_permanent();
  return success();
}

Outcome LogModule::add_filter(Invocation& call) {
  const auto output = outputs_.find(output_id(call.args, "OUTPUT"));
  if (output == outputs_.end()) return reply(message::output_unknown);
  if (!has_conditions(call.args)) return missing("ALL");
  std::vector<Filter>& filters = output->second.filters;
  if (filters.size() >= limits::log_filters) return reply(message::filters_full);
  Filter filter;
  if (auto wrong = apply(filter, call.args)) return *wrong;
  const std::size_t place =
      std::min<std::size_t>(call.args.number_or("FILTER", filters.size() + 1) - 1, filters.size());
  filters.insert(filters.begin() + static_cast<std::ptrdiff_t>(place), std::move(filter));
  return success();
}

Outcome LogModule::delete_filter(Invocation& call) {
  const auto output = outputs_.find(output_id(call.args, "OUTPUT"));
  if (output == outputs_.end()) return reply(message::output_unknown);
  std::vector<Filter>& filters = output->second.filters;
  const std::size_t place = call.args.number("FILTER");
  if (place > filters.size()) return reply(message::filter_unknown);
  filters.erase(filters.begin() + static_cast<std::ptrdiff_t>(place - 1));
  return success();
}

}  // namespace arrouter::logging
