// The MAIL module put together.
#pragma once

#include <deque>
#include <optional>

#include "modules/mail/mail_module.h"
#include "modules/mail/smtp.h"
#include "os/base/scheduler.h"
#include "os/message.h"
#include "os/module_numbers.h"

namespace arrouter::mail {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::mail, number, text};
#define TEXT(name, wording) inline constexpr char name[] = wording;
#include "modules/mail/texts.def"
#undef MESSAGE
#undef TEXT
}  // namespace texts

/// "user@domain" or "user@[1.2.3.4]", what SMTP can carry without quoting.
struct Address {
  std::string text, domain;            // domain is empty when there is
  std::optional<Ipv4Address> literal;  // an address in brackets
};
std::optional<Address> parse_address(std::string_view text);

struct Queued {
  unsigned id = 0;
  Address to;
  std::string subject, text, etrn;
  WallTime written{};  // by the router's clock
  Instant since{}, next{};
  unsigned attempts = 0;
  std::string last_error = {};
};

class MailModule final : public Module, public MailApi {
 public:
  MailModule(Services& services, IpApi& ip, DnsApi& dns, Tcp& tcp);
  std::string_view name() const override { return "mail"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  bool send(MailToSend mail) override;

 private:
  Outcome set(const Args& args);
  Outcome write(Invocation& invocation);
  Outcome remove(const Args& args);
  void show(Screen& screen) const;
  /// Queues it, or says why not.
  Outcome enqueue(MailToSend mail);

  // The mail in delivery: its servers are found and tried one after the other.
  void look();
  void arm();
  void find_servers();
  void try_next_server();
  void connect(Ipv4Address server);
  void connected(std::unique_ptr<TcpStream> stream);
  void received(std::string_view bytes);
  void timed_out();
  void conversation_over();
  void postpone(std::string_view why);
  void finish(std::string_view log_line, LogSeverity severity);
  /// Forgets everything about the mail in delivery but the mail.
  void stop_delivery();
  std::string message_of(const Queued& mail) const;
  std::string sender() const { return "manager@" + host_name_; }
  Queued* current();

  Services& services_;
  IpApi& ip_;
  DnsApi& dns_;
  Tcp& tcp_;
  std::string host_name_, server_;
  std::deque<Queued> queue_;
  unsigned last_id_ = 0;
  std::uint64_t sent_ = 0, failed_ = 0;

  unsigned delivering_ = 0;          // its id; 0: none
  std::deque<std::string> servers_;  // still to be tried: names or addresses
  DnsApi::Lookup lookup_;
  std::shared_ptr<int> connecting_;  // owner of an attempt to connect
  std::unique_ptr<TcpStream> stream_;
  std::optional<Smtp> smtp_;
  Timer retry_, deadline_;
};

}  // namespace arrouter::mail
