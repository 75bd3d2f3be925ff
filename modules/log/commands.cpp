// Switches, queues, and the configuration the whole module leaves behind.
#include <algorithm>

#include "modules/log/log.h"
#include "modules/log/replies.h"
#include "os/base/limits.h"
#include "os/base/text.h"
#include "os/base/zone.h"

namespace arrouter::logging {

std::vector<CommandRow> LogModule::commands() {
  std::vector<CommandRow> rows = switch_rows();
  for (auto more : {receive_rows(), output_rows(), show_rows()})
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  return rows;
}

std::vector<CommandRow> LogModule::switch_rows() {
  const auto set = [](bool& flag, bool value) {
    return [&flag, value](Invocation&) { return flag = value, success(); };
  };
  return {
      {"ENAble LOG", Access::manager, "Starts logging", set(enabled_, true)},
      {"DISable LOG", Access::manager, "Stops logging", set(enabled_, false)},
      {"ENAble LOG GENeration", Access::manager, "Lets modules make messages", set(generation_, true)},
      {"DISable LOG GENeration", Access::manager, "Stops the making of messages", set(generation_, false)},
      {"ENAble LOG OUTPut[={TEmporary|PErmanent|<1-20>}]", Access::manager, "Starts an output, or all",
       [this](Invocation& call) { return set_output_enabled(call, true); }},
      {"DISable LOG OUTPut[={TEmporary|PErmanent|<1-20>}]", Access::manager, "Stops an output, or all",
       [this](Invocation& call) { return set_output_enabled(call, false); }},
      {"FLUsh LOG OUTPut[={TEmporary|PErmanent|<1-20>}]", Access::manager, "Sends what waits in a queue, or in all",
       [this](Invocation& call) { return flush(call); }},
      {"PURge LOG[={TEmporary|PErmanent|<1-20>}]", Access::manager, "Deletes the messages of an output, or of all",
       [this](Invocation& call) { return purge(call); }},
      {"SET LOG UTCoffset=<name:1-9>", Access::manager, "Sets how far the router's clock is ahead of UTC",
       [this](Invocation& call) { return set_utc_offset(call); }},
  };
}

std::vector<Output*> LogModule::outputs_of(const Args& args, std::string_view parameter) {
  std::vector<Output*> found;
  if (args.has_value(parameter)) {
    const auto output = outputs_.find(output_id(args, parameter));
    if (output != outputs_.end()) found.push_back(&output->second);
  } else {
    for (auto& [id, output] : outputs_) found.push_back(&output);
  }
  return found;
}

Outcome LogModule::set_output_enabled(Invocation& call, bool on) {
  const auto meant = outputs_of(call.args, "OUTPUT");
  if (meant.empty()) return reply(message::output_unknown);
  for (Output* output : meant) output->settings.enabled = on;
  return success();
}

Outcome LogModule::flush(Invocation& call) {
  const auto meant = outputs_of(call.args, "OUTPUT");
  if (meant.empty()) return reply(message::output_unknown);
  for (const auto& [id, output] : outputs_)
    if (output.sends() && std::find(meant.begin(), meant.end(), &output) != meant.end()) {
      blocked_.erase(id);
      due_.insert(id);
    }
  if (!due_.empty()) send_soon();
  return success();
}

Outcome LogModule::purge(Invocation& call) {
  const auto meant = outputs_of(call.args, "LOG");
  if (meant.empty()) return reply(message::output_unknown);
  for (Output* output : meant) {
    output->messages.clear();
    output->waiting_since.reset();
  }
  if (has_permanent()) save_permanent();
  return success();
}

Outcome LogModule::set_utc_offset(Invocation& call) {
  const std::string& text = call.args.text("UTCOFFSET");
  if (equal_ignoring_case(text, "NONE")) {
    utc_offset_.reset();
    return success();
  }
  const auto offset = parse_zone(text);
  if (!offset) return bad_value("UTCOFFSET");
  utc_offset_ = offset;
  return success();
}

// ---- configuration ---------------------------------------------------------------------------------------------

namespace {

void dump_filters(ConfigWriter& out, OutputId id, const std::vector<Filter>& filters) {
  for (std::size_t i = 0; i < filters.size(); ++i)
    out.line(fmt::format("add log output={} filter={}{}", output_word(id), i + 1, parameters(filters[i])));
}

/// TEMPORARY and PERMANENT exist by themselves; only what was changed is written.
void dump_predefined(ConfigWriter& out, OutputId id, const Outputs& outputs, const Output& usual) {
  const auto found = outputs.find(id);
  const std::string word = output_word(id);
  if (found == outputs.end()) return out.line(fmt::format("destroy log output={}", word));
  const Output& output = found->second;
  const std::string changed = parameters(output.settings, usual.settings);
  if (!changed.empty()) out.line(fmt::format("set log output={}{}", word, changed));
  if (output.filters != usual.filters) {
    out.line(fmt::format("delete log output={} filter=1", word));
    dump_filters(out, id, output.filters);
  }
  if (!output.settings.enabled) out.line(fmt::format("disable log output={}", word));
}

}  // namespace

void LogModule::dump(ConfigWriter& out) const {
  out.section("LOG", {"log"});
  if (utc_offset_) out.line(fmt::format("set log utcoffset={}", zone_text(*utc_offset_)));
  dump_predefined(out, OutputId::temporary, outputs_, default_temporary());
  if (has_permanent()) dump_predefined(out, OutputId::permanent, outputs_, default_permanent());
  for (const auto& [id, output] : outputs_) {
    if (id == OutputId::temporary || id == OutputId::permanent) continue;
    out.line(fmt::format("create log output={} destination={}{}", output_word(id), word(output.settings.destination),
                         parameters(output.settings, {})));
    dump_filters(out, id, output.filters);
    if (!output.settings.enabled) out.line(fmt::format("disable log output={}", output_word(id)));
  }
  for (const auto& [address, receiver] : receivers_)
    out.line(fmt::format("add log receive={}", parameters(address, receiver)));
  if (!reception_) out.line("disable log reception");
  if (!generation_) out.line("disable log generation");
  if (!enabled_) out.line("disable log");
}

}  // namespace arrouter::logging
