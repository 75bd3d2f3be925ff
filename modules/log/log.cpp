// LOG, the logging facility (Software Reference, chapter "Logging Facility"; reference/logging.md). Modules record
// messages through os/log.h; here they are counted, filtered and kept or sent.
//
// Outputs      TEMPORARY (memory), PERMANENT (NVS, where the model has one), and 1 to 20 made by commands. Each has
//              a queue of its own and an ordered list of filters: the first that fits decides, no fit means no.
// Destinations MEMORY keeps; SYSLOG sends UDP datagrams (RFC 3164) and ROUTER those of srlp.h, from the router's own
//              address; with SECURE=YES only where an IPsec policy protects them. A message waits in the queue until
//              IP takes the datagram, so what was logged before an interface came up is not lost. PORT prints on the
//              session of an asynchronous port and waits for one. EMAIL collects MESSAGES of them, or those of a day,
//              and hands them to the MAIL module as one mail. ZONE shifts the times of an output.
// Reception    Who stands in the table of ADD LOG RECEIVE (of several entries the one with the longest mask) may send
//              messages here, by srlp.h or syslog; they go through the filters like the router's own, with the sender
//              as their origin. The ports are open only while the table has an entry that wants them.
// No loop      Datagrams leave from the event loop, never from inside the module that logged; what IP or IPsec log
//              while one leaves goes to every output but those that send datagrams. What MAIL logs is never mailed.
//              What was received does not go back to where it came from, goes on through a few routers at most (a
//              count in the datagram), and not at all when it came by syslog, which has no such count.
//
// Invariants: every queue is bounded by its MESSAGES (at most limits::log_messages), the oldest goes first; a message
// is never changed by an output; the permanent log is written at most once a second; every datagram that comes is
// received, refused or malformed, and counted as that.
//
// Inferred: AlliedWare has SECURE for ROUTER and SYSLOG but what it does could not be read. Not modelled: the older Net
// Manage messages (PROTOCOL=OLD); TRIGGER acts on the router's own messages alone.
#include "modules/log/log.h"

#include <algorithm>

#include "modules/log/log_module.h"
#include "modules/log/srlp.h"
#include "os/base/limits.h"
#include "os/module_numbers.h"
#include "os/base/text.h"

namespace arrouter {

namespace logging {

namespace {

constexpr std::string_view permanent_store = "permanent-log";
constexpr std::chrono::seconds save_delay{1};
/// A mail is sent at last when its first message is so old.
constexpr std::chrono::hours oldest_mail{24};

/// Models that keep a permanent log (reference/logging.md 1: AR400, AR550S and kin have TEMPORARY alone).
constexpr std::string_view models_with_permanent[] = {"AR72", "AR74", "RAPIER", "AT-8", "AT8"};

}  // namespace

LogModule::LogModule(Services& services, IpApi& ip, MailApi& mail, LogWays ways)
    : services_(services),
      ip_(ip),
      mail_(mail),
      ways_(std::move(ways)),
      pace_(services.scheduler, [this] { send_due(); }),
      retry_(services.scheduler,
             [this] {
               due_.merge(blocked_);
               send_due();
             }),
      save_(services.scheduler, [this] { save_permanent(); }),
      old_mail_(services.scheduler, [this] { look_at_old_mail(); }),
      alive_(std::make_shared<LogModule*>(this)) {
  outputs_[OutputId::temporary] = default_temporary();
  if (has_permanent()) {
    outputs_[OutputId::permanent] = default_permanent();
    load_permanent();
  }
  services.log.listen([this](const LogRecord& record) { take(record); });
}

LogModule::~LogModule() {
  services_.log.listen({});
  for (const std::uint16_t port : open_ports_) ip_.listen_udp(port, {}, {});
}

void LogModule::stop(Ending) {
  listeners_.clear();  // they belong to modules that go before this one
  if (permanent_dirty_) save_permanent();
}

bool LogModule::has_permanent() const {
  return std::any_of(std::begin(models_with_permanent), std::end(models_with_permanent),
                     [&](std::string_view begin) { return starts_with_ignoring_case(services_.model.name, begin); });
}

void LogModule::take(const LogRecord& record) {
  if (!generation_) return;
  ++counters_.generated;
  process(make_entry(record), {});
  for (const auto& listener : listeners_) listener(record);
}

void LogModule::process(const Entry& entry, Ipv4Address from) {
  bool wanted = false;
  const auto barred = [&](const Output& output) {
    if (output.networked())
      return sending_ || entry.hops >= srlp::most_hops || (!from.unset() && from == output.settings.server);
    return output.email() && entry.origin.unset() && entry.module == module_number::mail;
  };
  if (enabled_) {
    for (auto& [id, output] : outputs_) {
      if (!output.settings.enabled || barred(output) || !output.wants(entry)) continue;
      wanted = true;
      deliver(id, output, entry);
    }
  }
  ++(wanted ? counters_.processed : counters_.discarded);
}

std::expected<MessageTest, std::string> LogModule::test(const std::vector<MessageCondition>& conditions) const {
  Filter filter;
  for (const MessageCondition& wanted : conditions) {
    const auto field = std::ranges::find(fields(), wanted.field, &FieldTraits::parameter);
    auto condition = field == fields().end() ? std::nullopt : parse_condition(field->field, wanted.value);
    if (!condition) return std::unexpected(wanted.field);
    filter.set(std::move(*condition));
  }
  return [filter](const LogRecord& record) { return filter.matches(make_entry(record)); };
}

void LogModule::deliver(OutputId id, Output& output, const Entry& entry) {
  const bool dropped = output.add(entry);
  if (output.sends() && dropped) ++counters_.overflows;
  if (id == OutputId::permanent) {
    permanent_dirty_ = true;
    if (!save_.armed()) save_.arm(services_.clock.now() + save_delay);
  }
  if (output.email() && !output.waiting_since) {
    output.waiting_since = services_.clock.now();
    if (!old_mail_.armed()) old_mail_.arm(services_.clock.now() + oldest_mail);
  }
  if (!output.due(entry.severity) || blocked_.contains(id)) return;
  due_.insert(id);
  send_soon();
}

void LogModule::load_permanent() {
  const auto stored = services_.files.read_private(permanent_store);
  if (!stored) return;
  Output& output = outputs_[OutputId::permanent];
  for (const std::string_view line : split(*stored, '\n'))
    if (const auto entry = parse_line(line)) output.add(*entry);
}

void LogModule::save_permanent() {
  permanent_dirty_ = false;
  const auto permanent = outputs_.find(OutputId::permanent);
  std::string text;
  if (permanent != outputs_.end())
    for (const Entry& entry : permanent->second.messages) text += to_line(entry) + "\n";
  // A full NVS costs the messages their life over a restart, nothing else.
  static_cast<void>(services_.files.write_private(permanent_store, text));
}

}  // namespace logging

MadeLog make_log(Services& services, IpApi& ip, MailApi& mail, LogWays ways) {
  auto module = std::make_unique<logging::LogModule>(services, ip, mail, std::move(ways));
  logging::LogApi& api = *module;
  return {std::move(module), api};
}

}  // namespace arrouter
