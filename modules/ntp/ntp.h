// The NTP module put together.
#pragma once

#include <map>

#include "modules/ip/ip_api.h"
#include "modules/ntp/client.h"
#include "modules/ntp/ntp_module.h"
#include "os/base/scheduler.h"
#include "os/message.h"
#include "os/module_numbers.h"

namespace arrouter::ntp {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::ntp, number, text};
#define TEXT(name, wording) inline constexpr char name[] = wording;
#include "modules/ntp/texts.def"
#undef MESSAGE
#undef TEXT
}  // namespace texts

struct Counters {
  std::uint64_t client_sent = 0, client_received = 0, client_discarded = 0;  // asking our peers
  std::uint64_t server_received = 0, server_sent = 0, server_discarded = 0;  // answering others
};

class NtpModule final : public Module {
 public:
  NtpModule(Services& services, const SystemApi& system, IpApi& ip);
  ~NtpModule() override;
  std::string_view name() const override { return "ntp"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;

 private:
  Outcome set_enabled(bool on);
  Outcome add_peer(Ipv4Address peer);
  Outcome delete_peer(Ipv4Address peer);
  Outcome set_utc_offset(const Args& args);
  void forget();
  void purge();
  void show(Screen& screen) const;

  void ask_due();
  void arm();
  void receive(const UdpDatagram& datagram);
  void take_answer(Ipv4Address from, Client& client, Packet packet);
  void serve(const UdpDatagram& datagram, const Packet& request);
  /// The peer we go by: the nearest to a reference clock that can be reached.
  const std::pair<const Ipv4Address, Client>* source() const;
  void follow();
  void note(std::string message, LogSeverity severity) const;
  /// How far the clock on the wall is ahead of UTC.
  std::chrono::seconds ahead() const { return utc_offset_ + system_.summer_offset(); }
  WallTime utc() const { return services_.wall.now() - ahead(); }

  Services& services_;
  const SystemApi& system_;
  IpApi& ip_;
  bool enabled_ = false;
  std::chrono::seconds utc_offset_{};
  std::map<Ipv4Address, Client> peers_;
  Counters counters_;
  std::optional<WallTime> updated_;  // UTC when the clock was last compared with a peer's
  Duration last_delta_{};
  Timer timer_;
};

}  // namespace arrouter::ntp
