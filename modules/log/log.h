// The LOG module put together; its parts are in the files named after them.
#pragma once

#include <chrono>
#include <set>

#include "modules/log/log_module.h"
#include "modules/log/output.h"
#include "modules/log/receiver.h"
#include "os/base/scheduler.h"
#include "os/module.h"

namespace arrouter::logging {

struct LogCounters {
  std::uint64_t generated = 0, received = 0, processed = 0, discarded = 0;
  std::uint64_t refused = 0, malformed = 0;  // datagrams that came
  std::uint64_t syslog_sent = 0, router_sent = 0, emails_sent = 0, overflows = 0;
};

class LogModule final : public Module, public LogApi {
 public:
  LogModule(Services& services, IpApi& ip, MailApi& mail, LogWays ways);
  ~LogModule() override;

  std::string_view name() const override { return "log"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& out) const override;
  void stop(Ending) override;

  // LogApi
  std::expected<MessageTest, std::string> test(const std::vector<MessageCondition>& conditions) const override;
  void on_message(std::function<void(const LogRecord&)> listener) override {
    listeners_.push_back(std::move(listener));
  }

 private:
  // log.cpp: the way of a message
  void take(const LogRecord& record);
  /// `from` sent it here; unset for the router's own.
  void process(const Entry& entry, Ipv4Address from);
  void deliver(OutputId id, Output& output, const Entry& entry);
  bool has_permanent() const;
  void load_permanent();
  void save_permanent();
  // send.cpp
  void send_soon();
  void send_due();
  /// True when the queue is empty or gave one message and now waits for ARP; false when the first was not taken.
  bool drain(Output& output);
  bool mail(Output& output);
  void look_at_old_mail();
  bool print(Output& output);
  bool send(const Output& output, const Entry& entry);
  bool protects(const UdpToSend& datagram);
  Entry in_zone(const Entry& entry, const OutputSettings& settings) const;
  // reception.cpp
  /// Opens and closes ports as the table of receivers wants it. The failure is the port that somebody else has.
  std::expected<void, std::uint16_t> listen();
  void receive(const UdpDatagram& datagram);

  // commands.cpp
  std::vector<CommandRow> switch_rows();
  Outcome set_output_enabled(Invocation& call, bool on);
  Outcome flush(Invocation& call);
  Outcome purge(Invocation& call);
  Outcome set_utc_offset(Invocation& call);
  // receive_commands.cpp
  std::vector<CommandRow> receive_rows();
  Outcome set_reception(bool on);
  Outcome add_receiver(Invocation& call);
  Outcome set_receiver(Invocation& call);
  Outcome delete_receiver(Invocation& call);
  Outcome listen_now();
  // output_commands.cpp
  std::vector<CommandRow> output_rows();
  Outcome create_output(Invocation& call);
  Outcome set_output(Invocation& call);
  Outcome destroy_output(Invocation& call);
  Outcome add_filter(Invocation& call);
  Outcome delete_filter(Invocation& call);
  // show.cpp, show_output.cpp
  std::vector<CommandRow> show_rows();
  Outcome show_log(Invocation& call) const;
  Outcome show_outputs(Invocation& call) const;
  Outcome show_counters(Invocation& call) const;
  Outcome show_status(Invocation& call) const;
  Outcome show_queue(Invocation& call) const;
  Outcome show_receivers(Invocation& call) const;

  /// The outputs a command means: the one of the parameter, or all when it has none.
  std::vector<Output*> outputs_of(const Args& args, std::string_view parameter);

  Services& services_;
  IpApi& ip_;
  MailApi& mail_;
  LogWays ways_;
  Outputs outputs_;
  Receivers receivers_;
  std::set<std::uint16_t> open_ports_;  // UDP, for messages of others
  bool enabled_ = true, generation_ = true, reception_ = true;
  std::optional<std::chrono::seconds> utc_offset_;
  LogCounters counters_;
  std::vector<std::function<void(const LogRecord&)>> listeners_;
  std::set<OutputId> due_;      // outputs with messages that may be sent
  std::set<OutputId> blocked_;  // those whose message IP did not take; tried again when retry_ fires
  bool sending_ = false;        // a datagram is on its way through IP: what that logs is not sent
  bool send_posted_ = false;
  bool permanent_dirty_ = false;
  Timer pace_, retry_, save_, old_mail_;
  std::shared_ptr<LogModule*> alive_;  // lets posted work that outlives the module find out
};

}  // namespace arrouter::logging
