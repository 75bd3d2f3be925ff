// The command rows but those of keys, and the configuration they leave behind.
#include <fmt/format.h>

#include "modules/enco/enco.h"
#include "modules/enco/texts.h"
#include "os/base/text.h"

namespace arrouter::enco {

namespace {

constexpr std::string_view no_predictor = "PREDCHANNELS has no effect: nothing here compresses by Predictor";

std::string_view word(JobPriority priority) {
  switch (priority) {
    case JobPriority::low:
      return "low";
    case JobPriority::medium:
      return "medium";
    case JobPriority::high:
      break;
  }
  return "high";
}

JobPriority priority_of(std::string_view chosen) {
  if (chosen == "LOW") return JobPriority::low;
  return chosen == "MEDIUM" ? JobPriority::medium : JobPriority::high;
}

Outcome done() { return Outcome::successful(module_number::enco); }

}  // namespace

std::vector<CommandRow> Enco::commands() {
  std::vector<CommandRow> rows = key_commands();
  const auto add = [&](std::string_view syntax, std::string_view summary, std::function<Outcome(Invocation&)> run,
                       Coverage coverage = Coverage::full, std::string_view note = {}) {
    rows.push_back({syntax, Access::manager, summary, std::move(run), coverage, note});
  };
  add("ENAble ENCo COMPstatistics", "Keeps compression statistics",
      [this](Invocation&) { return channels_.statistics().keep(true), done(); });
  add("DISable ENCo COMPstatistics", "Stops compression statistics",
      [this](Invocation&) { return channels_.statistics().keep(false), done(); });
  add("ENAble ENCo DEBugging", "Prints events of ENCO on this terminal",
      [this](Invocation& call) { return set_debugging(call, true); });
  add("DISable ENCo DEBugging", "Ends the printing of events",
      [this](Invocation& call) { return set_debugging(call, false); });
  add("RESet ENCo COUnters", "Sets all counters to zero", [this](Invocation&) { return reset_counters(); });
  add("SET ENCo DHPADding={ON|OFF}", "Pads Diffie-Hellman values to the length of the group, or cuts leading zeros",
      [this](Invocation& call) { return dh_.padding = call.args.choice("DHPADDING") == "ON", done(); });
  add("SET ENCo DHPRIority={HIGH|MEDium|LOW}", "Sets how many Diffie-Hellman jobs run side by side",
      [this](Invocation& call) { return jobs_->priority = priority_of(call.args.choice("DHPRIORITY")), done(); });
  add(
      "SET ENCo SW [PREDChannels=<0-4>] [STACChannels=<0-4>] [STACSpeed=<0-3>]", "Sets up software compression",
      [this](Invocation& call) { return set_software(call); }, Coverage::partial, no_predictor);
  add("LAB SET ENCo WOrkers=<0-15>", "Sets how many processors beside the datapath's own work on DES and triple DES",
      [this](Invocation& call) { return set_workers(call); });
  add("LAB SHow ENCo", "Shows the worker threads and what they did",
      [this](Invocation& call) { return show_workers(call.screen); });
  add("SHow ENCo", "Shows what ENCO offers", [this](Invocation& call) { return show(call); });
  add("SHow ENCo CHannel[=<1-65535>] [COUnters]", "Shows the channels in use",
      [this](Invocation& call) { return show_channels(call); });
  add("SHow ENCo COUnters"
      "[={3DES|AES|DEFlate|DES|DH|HMAC|HW|JOB|MAC|MD5|PAC|PREDictor|PSEUdo|RSA|SHA|STAC|USER|UTIL}]",
      "Shows the counters of ENCO or of one group",
      [this](Invocation& call) { return show_counters(call); });
  return rows;
}

Outcome Enco::set_software(Invocation& call) {
  software_.predictor_channels = call.args.number_or("PREDCHANNELS", software_.predictor_channels);
  software_.stac_channels = call.args.number_or("STACCHANNELS", software_.stac_channels);
  software_.stac_speed = call.args.number_or("STACSPEED", software_.stac_speed);
  channels_.set_lzs_speed(static_cast<unsigned>(software_.stac_speed));
  channels_.limit_lzs(software_.stac_channels);
  return done();
}

Outcome Enco::set_workers(Invocation& call) {
  const std::uint64_t wanted = call.args.number("WORKERS");
  const std::size_t given = suite_.set_workers(wanted);
  return given == wanted ? done() : reply(message::workers_missing, given);
}

Outcome Enco::set_debugging(Invocation& call, bool on) {
  debugging_ = on;
  debug_terminal_ = on ? call.caller.terminal : std::weak_ptr<Terminal>();
  return done();
}

Outcome Enco::reset_counters() {
  channels_.reset_counters();
  jobs_->counters = {};
  dh_.counters = {};
  rsa_.counters = {};
  utility_ = {};
  suite_.reset_worker_counters();
  return done();
}

void Enco::dump(ConfigWriter& out) const {
  out.section("ENCO", {"enco"});
  if (!dh_.padding) out.line("set enco dhpadding=off");
  if (jobs_->priority != JobPriority::high) out.line(fmt::format("set enco dhpriority={}", word(jobs_->priority)));
  if (software_ != SoftwareSettings{})
    out.line(fmt::format("set enco sw predchannels={} stacchannels={} stacspeed={}", software_.predictor_channels,
                         software_.stac_channels, software_.stac_speed));
  if (channels_.statistics().kept()) out.line("enable enco compstatistics");
}

}  // namespace arrouter::enco
