// MAIL: messages to people (Software Reference, chapter "Operation", "Mail"; RFC 5321, 5322, 974).
//
// A mail waits in a queue and is delivered to the mail exchangers of its domain, best first, or to the address in
// brackets, or to SMTPSERVER where that is set. One is delivered at a time. What cannot be delivered now is tried again
// after a minute, then after twice the time and so on up to an hour, for a day; what a server refuses for good is given
// up and logged.
//
// Invariants: the queue is bounded, and so is what a server may say; nothing a mail contains can become a command
// (lines are dotted, headers hold no control characters); every wait has an end.
//
// The queue lives in memory: a restart loses it. Not modelled: encryption and authentication (the real router knows
// neither), receiving mail.
#include "modules/mail/mail.h"

#include <fmt/format.h>

#include <algorithm>

#include "os/base/calendar.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter {

MadeMail make_mail(Services& services, IpApi& ip, DnsApi& dns, Tcp& tcp) {
  auto module = std::make_unique<mail::MailModule>(services, ip, dns, tcp);
  MailApi& api = *module;
  return {std::move(module), api};
}

namespace mail {

namespace {

constexpr std::uint16_t smtp_port = 25;
constexpr std::chrono::seconds connect_time{30}, reply_time{120};
constexpr std::chrono::minutes first_retry{1}, longest_retry{60};
constexpr std::chrono::hours patience{24};
constexpr std::size_t longest_local_part = 64, longest_domain = 253;

/// Without what would end a header or a command.
std::string one_line(std::string_view text) {
  std::string clean(text);
  std::ranges::replace_if(
      clean, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  return clean;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > longest_local_part) return std::nullopt;
  const auto plain = [](std::string_view part) {
    return std::ranges::all_of(part, [](char c) {
      return c > ' ' && c <= '~' && std::string_view("<>()[],;:\\\"@").find(c) == std::string_view::npos;
    });
  };
  std::string_view domain = text.substr(at + 1);
  if (!plain(text.substr(0, at)) || domain.empty() || domain.size() > longest_domain) return std::nullopt;
  if (!domain.starts_with('[')) {
    return plain(domain) ? std::optional(Address{std::string(text), std::string(domain), {}}) : std::nullopt;
  }
  if (!domain.ends_with(']')) return std::nullopt;
  const auto literal = parse_ipv4(domain.substr(1, domain.size() - 2));
  return literal ? std::optional(Address{std::string(text), {}, literal}) : std::nullopt;
}

MailModule::MailModule(Services& services, IpApi& ip, DnsApi& dns, Tcp& tcp)
    : services_(services),
      ip_(ip),
      dns_(dns),
      tcp_(tcp),
      retry_(services.scheduler, [this] { look(); }),
      deadline_(services.scheduler, [this] { timed_out(); }) {}

bool MailModule::send(MailToSend mail) { return !enqueue(std::move(mail)).failed(); }

Outcome MailModule::enqueue(MailToSend mail) {
  const auto to = parse_address(mail.to);
  if (host_name_.empty()) return say(texts::no_host_name);
  if (!to) return say(texts::bad_address, mail.to);
  if (queue_.size() >= limits::mail_queue) return say(texts::queue_full);
  if (mail.text.size() > limits::mail_bytes) return say(texts::too_long);
  const Instant now = services_.clock.now();
  queue_.push_back({.id = ++last_id_,
                    .to = *to,
                    .subject = one_line(mail.subject),
                    .text = std::move(mail.text),
                    .etrn = one_line(mail.etrn),
                    .written = services_.wall.now(),
                    .since = now,
                    .next = now});
  arm();
  return say(texts::queued, last_id_);
}

Queued* MailModule::current() {
  const auto found = std::ranges::find(queue_, delivering_, &Queued::id);
  return found == queue_.end() ? nullptr : &*found;
}

void MailModule::arm() {
  if (delivering_ != 0 || queue_.empty()) return retry_.disarm();
  retry_.arm(std::ranges::min_element(queue_, {}, &Queued::next)->next);
}

/// Begins with the mail whose time has come first.
void MailModule::look() {
  const auto due = std::ranges::min_element(queue_, {}, &Queued::next);
  if (delivering_ != 0 || due == queue_.end() || due->next > services_.clock.now()) return arm();
  delivering_ = due->id;
  ++due->attempts;
  servers_.clear();
  find_servers();
}

void MailModule::find_servers() {
  const Queued& mail = *current();
  if (!server_.empty() || mail.to.literal) {
    servers_.push_back(server_.empty() ? to_string(*mail.to.literal) : server_);
    return try_next_server();
  }
  lookup_ = dns_.find_mail_exchangers(mail.to.domain, [this](std::optional<std::vector<MailExchanger>> found) {
    for (const MailExchanger& exchanger : found.value_or(std::vector<MailExchanger>{}))
      servers_.push_back(exchanger.host);
    // A domain without exchangers is its own (RFC 5321 5.1).
    if (found && servers_.empty()) servers_.push_back(current()->to.domain);
    try_next_server();
  });
}

void MailModule::try_next_server() {
  stream_.reset();
  smtp_.reset();
  connecting_.reset();
  deadline_.disarm();
  if (servers_.empty()) {
    const std::string why = current()->last_error;
    return postpone(why.empty() ? texts::no_server : why);
  }
  const std::string server = servers_.front();
  servers_.pop_front();
  lookup_ = dns_.find_address(server, [this](std::optional<Ipv4Address> address) {
    if (address) return connect(*address);
    try_next_server();
  });
}

void MailModule::connect(Ipv4Address server) {
  current()->last_error = texts::no_connection;
  if (!ip_.route(server)) return try_next_server();
  connecting_ = std::make_shared<int>();
  deadline_.arm(services_.clock.now() + connect_time);
  tcp_.connect(ip_.source_towards(server), {server, smtp_port}, connecting_,
               [this](Result<std::unique_ptr<TcpStream>> made) {
                 if (!made) return try_next_server();
                 connected(std::move(*made));
               });
}

void MailModule::connected(std::unique_ptr<TcpStream> stream) {
  Queued& mail = *current();
  stream_ = std::move(stream);
  smtp_.emplace(Envelope{host_name_, sender(), mail.to.text, message_of(mail), mail.etrn});
  mail.last_error = texts::no_reply;
  deadline_.arm(services_.clock.now() + reply_time);
  stream_->start([this](std::string_view bytes) { received(bytes); },
                 [this] {
                   smtp_->hung_up();
                   conversation_over();
                 });
}

void MailModule::received(std::string_view bytes) {
  const std::string answer = smtp_->receive(bytes);
  current()->last_error = smtp_->last_reply();
  if (!answer.empty()) {
    stream_->send(answer);
    // A server that drips out its reply gains no time by it.
    deadline_.arm(services_.clock.now() + reply_time);
  }
  if (smtp_->over()) conversation_over();
}

void MailModule::timed_out() {
  if (!smtp_) return try_next_server();
  smtp_->hung_up();
  conversation_over();
}

void MailModule::conversation_over() {
  const Smtp::Result result = smtp_->result();
  if (result == Smtp::Result::sent) return finish(texts::mail_sent, LogSeverity::info);
  if (result == Smtp::Result::failed) return finish(texts::mail_failed, LogSeverity::important);
  try_next_server();
}

void MailModule::postpone(std::string_view why) {
  Queued& mail = *current();
  mail.last_error = why;
  const Instant now = services_.clock.now();
  if (now - mail.since >= patience) return finish(texts::mail_given_up, LogSeverity::important);
  const Duration wait = std::min<Duration>(longest_retry, first_retry * (1U << std::min(mail.attempts - 1, 6U)));
  mail.next = now + wait;
  stop_delivery();
  arm();
}

void MailModule::finish(std::string_view log_line, LogSeverity severity) {
  const Queued mail = *current();
  stop_delivery();
  std::erase_if(queue_, [&](const Queued& each) { return each.id == mail.id; });
  ++(severity == LogSeverity::info ? sent_ : failed_);
  services_.log.record({.severity = severity,
                        .module = module_number::mail,
                        .type = "MAIL",
                        .subtype = severity == LogSeverity::info ? "SENT" : "FAIL",
                        .message = fmt::format(fmt::runtime(log_line), mail.to.text, mail.last_error)});
  arm();
}

void MailModule::stop_delivery() {
  delivering_ = 0;
  servers_.clear();
  lookup_.reset();
  connecting_.reset();
  stream_.reset();
  smtp_.reset();
  deadline_.disarm();
}

std::string MailModule::message_of(const Queued& mail) const {
  const std::string day = date_text(mail.written);  // "02-Feb-2007"
  // The zone of the router's clock is not known to it: "-0000" says so (RFC 5322 3.3).
  return fmt::format("Date: {}, {} {} {} {} -0000\nFrom: <{}>\nTo: <{}>\nSubject: {}\nMessage-ID: <{}.{}@{}>\n\n{}",
                     weekday_text(mail.written).substr(0, 3), day.substr(0, 2), day.substr(3, 3), day.substr(7),
                     time_of_day_text(mail.written), sender(), mail.to.text, mail.subject,
                     mail.written.time_since_epoch().count(), mail.id, host_name_, mail.text);
}

}  // namespace mail
}  // namespace arrouter
