// The TACACS+ module's inside: shared by its commands, its screens and the log-in that asks it.
#pragma once

#include <string>
#include <vector>

#include "modules/tacplus/client.h"
#include "os/debuggers.h"
#include "os/login.h"
#include "os/message.h"
#include "os/module_numbers.h"

namespace arrouter::tacplus {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::tacplus, number, text};
#define TEXT(name, wording) inline constexpr char name[] = wording;
#include "modules/tacplus/texts.def"
#undef TEXT
#undef MESSAGE
}  // namespace texts

class TacplusModule final : public Module, public UserServers, private Witness {
 public:
  TacplusModule(Services& services, IpApi& ip, enco::EncoApi& enco, Tcp& tcp);
  ~TacplusModule() override;

  // Module
  std::string_view name() const override { return "tacplus"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  void stop(Ending) override { client_.stop(); }

  // UserServers
  bool any() const override { return enabled_ && client_.any(); }
  void ask(const LoginRequest& request, std::weak_ptr<void> owner,
           std::function<void(const UserServers::Answer&)> answered) override;

 private:
  Outcome set_enabled(bool on);
  Outcome set_debug(Invocation& call, bool on);
  Outcome add_server(const Args& args);
  Outcome set_server(const Args& args);
  Outcome delete_server(const Args& args);
  void show_status(Screen& screen) const;
  Outcome show(Screen& screen) const;
  Outcome show_servers(Invocation& call);

  // Witness
  void sent(const Server& server, ByteView packet) override;
  void received(const Server& server, ByteView bytes) override;
  void gave_up(const Server& server, std::string_view why) override;
  void decided(const Server& server, const std::string& user, const Dialogue& dialogue) override;

  void log(LogSeverity severity, std::string_view subtype, std::string message) const;
  void tell(std::string_view text) const;

  Services& services_;
  bool enabled_ = false;
  Client client_;
  Debuggers debuggers_;
};

}  // namespace arrouter::tacplus
