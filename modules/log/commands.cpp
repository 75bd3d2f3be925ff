// Switches, queues, receivers, and the configuration the whole module leaves behind.
#include <algorithm>

#include "modules/log/log.h"
#include "modules/log/replies.h"
#include "os/base/limits.h"
#include "os/base/text.h"
#include "os/base/zone.h"

namespace arrouter::logging {

namespace {
constexpr std::string_view nothing_received = "messages of other routers are not received";
}

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
      {"ENAble LOG RECeption", Access::manager, "Accepts messages of other routers", set(reception_, true),
       Coverage::no_effect, nothing_received},
      {"DISable LOG RECeption", Access::manager, "Refuses messages of other routers", set(reception_, false),
       Coverage::no_effect, nothing_received},
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

std::vector<CommandRow> LogModule::receive_rows() {
  return {
      {"ADD LOG RECeive=<ipv4> [MASK=<mask>] [PASSword=<name:1-20>]", Access::manager,
       "Adds a router whose messages are accepted", [this](Invocation& call) { return add_receiver(call); },
       Coverage::no_effect, nothing_received},
      {"SET LOG RECeive=<ipv4> [MASK=<mask>] [PASSword=<name:1-20>]", Access::manager,
       "Changes a router whose messages are accepted", [this](Invocation& call) { return set_receiver(call); },
       Coverage::no_effect, nothing_received},
      {"DELete LOG RECeive=<ipv4>", Access::manager, "Deletes a router whose messages are accepted",
       [this](Invocation& call) { return delete_receiver(call); }, Coverage::no_effect, nothing_received},
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

namespace {

void apply(Receiver& receiver, const Args& args) {
  if (args.has("MASK")) receiver.mask = args.address("MASK");
  receiver.password = args.text_or("PASSWORD", receiver.password);
}

}  // namespace

Outcome LogModule::add_receiver(Invocation& call) {
  const Ipv4Address address = call.args.address("RECEIVE");
  if (receivers_.contains(address)) return reply(message::receiver_exists);
  if (receivers_.size() >= limits::log_receivers) return reply(message::receivers_full);
  apply(receivers_[address], call.args);
  return success();
}

Outcome LogModule::set_receiver(Invocation& call) {
  const auto receiver = receivers_.find(call.args.address("RECEIVE"));
  if (receiver == receivers_.end()) return reply(message::receiver_unknown);
  apply(receiver->second, call.args);
  return success();
}

Outcome LogModule::delete_receiver(Invocation& call) {
  return receivers_.erase(call.args.address("RECEIVE")) == 0 ? reply(message::receiver_unknown) : success();
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
  if (output.settings.destination != usual.settings.destination) {
    out.line(fmt::format("destroy log output={}", word));
    out.line(fmt::format("create log output={} destination={}{}", word, logging::word(output.settings.destination),
                         parameters(output.settings, {})));
    dump_filters(out, id, output.filters);
  } else {
    const std::string changed = parameters(output.settings, usual.settings);
    if (!changed.empty()) out.line(fmt::format("set log output={}{}", word, changed));
    if (output.filters != usual.filters) {
      out.line(fmt::format("delete log output={} filter=1", word));
      dump_filters(out, id, output.filters);
    }
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
    out.line(fmt::format("add log receive={} mask={}{}", to_string(address), to_string(receiver.mask),
                         receiver.password.empty() ? "" : " password=" + arrouter::quoted(receiver.password)));
  if (!reception_) out.line("disable log reception");
  if (!generation_) out.line("disable log generation");
  if (!enabled_) out.line("disable log");
}

}  // namespace arrouter::logging
