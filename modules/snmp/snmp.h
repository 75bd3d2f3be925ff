// The SNMP module put together; its parts are in the files named after them.
#pragma once

#include "modules/snmp/agent.h"
#include "modules/snmp/notifier.h"
#include "modules/snmp/objects.h"
#include "modules/snmp/snmp_module.h"
#include "os/message.h"
#include "os/module_numbers.h"

namespace arrouter::snmp {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr arrouter::Message name{MessageClass::message_class, module_number::snmp, number, text};
#include "modules/snmp/texts.def"
#undef MESSAGE
}  // namespace texts

class SnmpModule final : public Module {
 public:
  SnmpModule(Services& services, RouterControl& control, const SystemApi& system, IpApi& ip, IpMib& figures,
             InterfaceApi& interfaces, Tcp& tcp, firewall::FirewallApi& firewall);
  ~SnmpModule() override;

  std::string_view name() const override { return "snmp"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  void booted() override;

 private:
  Outcome set_enabled(bool on);
  void receive(const UdpDatagram& datagram);
  void tell(const Notification& notification);
  void firewall_trap(std::string_view text);
  void login_trap(const LockOut& locked);
  void link_changed(const InterfaceEntry& entry);
  /// One more link trap of this interface may leave in this minute.
  bool within_limit(const InterfaceEntry& entry);

  // commands.cpp
  std::vector<CommandRow> community_rows();
  Outcome create(const Args& args);
  Outcome set(const Args& args);
  Outcome destroy(const Args& args);
  Outcome add_hosts(const Args& args);
  Outcome delete_hosts(const Args& args);
  Outcome set_community_enabled(const Args& args, bool on);

  // show.cpp
  void show(Screen& screen) const;
  Outcome show_communities(Invocation& invocation) const;

  Services& services_;
  const SystemApi& system_;
  IpApi& ip_;
  bool enabled_ = false;
  bool authentication_traps_ = false;
  std::string firewall_trap_;
  Communities communities_;
  Sources sources_;
  Mib mib_;
  Agent agent_;
  Notifier notifier_;
  struct LinkTraps {
    Instant since{};
    unsigned sent = 0;
  };
  std::map<std::string, LinkTraps, std::less<>> link_traps_;  // of the minute
};

}  // namespace arrouter::snmp
