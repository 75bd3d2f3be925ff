// LOG, the logging facility (Software Reference, chapter "Logging Facility"; reference/logging.md). Modules record
// messages through os/log.h; here they are counted, filtered and kept or sent.
//
// Outputs      TEMPORARY (memory), PERMANENT (NVS, where the model has one), and 1 to 20 made by commands. Each has
//              a queue of its own and an ordered list of filters: the first that fits decides, no fit means no.
// Destinations MEMORY keeps; SYSLOG sends UDP datagrams (RFC 3164) from the router's own address. A message waits in
//              the queue until IP takes the datagram, so what was logged before an interface came up is not lost.
//              EMAIL collects MESSAGES of them, or those of a day, and hands them to the MAIL module as one mail.
// No loop      Datagrams leave from the event loop, never from inside the module that logged; what IP or IPsec log
//              while one leaves goes to every output but the syslog ones. What MAIL logs is never mailed.
//
// Invariants: every queue is bounded by its MESSAGES (at most limits::log_messages), the oldest goes first; a message
// is never changed by an output; the permanent log is written at most once a second.
//
// Not modelled: ASYN and ROUTER destinations keep their queue and send nothing; no messages are received.
#include "modules/log/log.h"

#include <algorithm>

#include "modules/log/log_module.h"
#include "modules/log/syslog.h"
#include "os/base/limits.h"
#include "os/module_numbers.h"
#include "os/base/text.h"

namespace arrouter {

namespace logging {

namespace {

constexpr std::string_view permanent_store = "permanent-log";
constexpr std::chrono::seconds save_delay{1}, retry_delay{10};
/// After a pause the server's address may have to be resolved, and IP holds one packet meanwhile: the first datagram
/// goes alone.
constexpr std::chrono::seconds long_pause{60};
constexpr std::chrono::milliseconds resolve_delay{20};
/// A mail is sent at last when its first message is so old.
constexpr std::chrono::hours oldest_mail{24};

/// Models that keep a permanent log (reference/logging.md 1: AR400, AR550S and kin have TEMPORARY alone).
constexpr std::string_view models_with_permanent[] = {"AR72", "AR74", "RAPIER", "AT-8", "AT8"};

}  // namespace

LogModule::LogModule(Services& services, IpApi& ip, MailApi& mail)
    : services_(services),
      ip_(ip),
      mail_(mail),
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

LogModule::~LogModule() { services_.log.listen({}); }

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
  const Entry entry = make_entry(record);
  bool wanted = false;
  if (enabled_) {
    for (auto& [id, output] : outputs_) {
      if (!output.settings.enabled || !output.wants(entry) || (sending_ && output.syslog())) continue;
      if (output.email() && entry.module == module_number::mail) continue;
      wanted = true;
      deliver(id, output, entry);
    }
  }
  ++(wanted ? counters_.processed : counters_.discarded);
  for (const auto& listener : listeners_) listener(record);
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
  const OutputSettings& settings = output.settings;
  if (settings.destination != Destination::memory && settings.destination != Destination::nvs && dropped)
    ++counters_.overflows;
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

/// Sending waits for the event loop: the module that logs may be in the middle of its work.
void LogModule::send_soon() {
  if (send_posted_ || pace_.armed()) return;
  send_posted_ = true;
  services_.reactor.post([weak = std::weak_ptr(alive_)] {
    const auto alive = weak.lock();
    if (!alive) return;
    (*alive)->send_posted_ = false;
    (*alive)->send_due();
  });
}

void LogModule::send_due() {
  sending_ = true;
  for (auto due = due_.begin(); due != due_.end();) {
    const auto output = outputs_.find(*due);
    if (output != outputs_.end() && !drain(output->second)) blocked_.insert(*due);
    const bool more = output != outputs_.end() && !output->second.messages.empty() && !blocked_.contains(*due);
    due = more ? std::next(due) : due_.erase(due);
  }
  sending_ = false;
  if (!due_.empty()) pace_.arm(services_.clock.now() + resolve_delay);
  if (!blocked_.empty() && !retry_.armed()) retry_.arm(services_.clock.now() + retry_delay);
}

bool LogModule::drain(Output& output) {
  if (output.email()) return mail(output);
  std::deque<Entry>& queue = output.messages;
  while (!queue.empty()) {
    if (!send(output, queue.front())) return false;
    queue.pop_front();
    const bool pause_ends = !output.last_sent || services_.clock.now() - *output.last_sent > long_pause;
    output.last_sent = services_.clock.now();
    if (pause_ends) return true;
  }
  return true;
}

/// One mail with all that is queued, or as much of it as a mail may hold.
bool LogModule::mail(Output& output) {
  std::deque<Entry>& queue = output.messages;
  if (queue.empty()) return true;
  std::string text;
  auto rest = queue.begin();
  for (; rest != queue.end(); ++rest) {
    const std::string line = mail_line(*rest, output.settings.format) + "\n";
    if (text.size() + line.size() > limits::mail_bytes) break;
    text += line;
  }
  if (!mail_.send({output.settings.to, "Log messages from " + services_.system.name, std::move(text)})) return false;
  ++counters_.emails_sent;
  queue.erase(queue.begin(), rest);
  if (queue.empty()) output.waiting_since.reset();
  return true;
}

void LogModule::look_at_old_mail() {
  const Instant now = services_.clock.now();
  std::optional<Instant> next;
  for (auto& [id, output] : outputs_) {
    if (!output.email() || !output.waiting_since || output.settings.queue_only) continue;
    const Instant due = *output.waiting_since + oldest_mail;
    if (due <= now) due_.insert(id);
    if (due > now && (!next || due < *next)) next = due;
  }
  old_mail_.arm(next);
  if (!due_.empty()) send_soon();
}

bool LogModule::send(const Output& output, const Entry& entry) {
  const std::string text = syslog_text(entry, output.settings, services_.system.name);
  UdpToSend datagram;
  datagram.destination = output.settings.server;
  datagram.source_port = syslog_port;
  datagram.destination_port = syslog_port;
  datagram.payload = as_bytes(text);
  if (!ip_.send_udp(datagram)) return false;
  ++counters_.syslog_sent;
  return true;
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

MadeLog make_log(Services& services, IpApi& ip, MailApi& mail) {
  auto module = std::make_unique<logging::LogModule>(services, ip, mail);
  logging::LogApi& api = *module;
  return {std::move(module), api};
}

}  // namespace arrouter
