// The RADIUS module's inside: shared by its commands, its screens and those who ask it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "modules/isakmp/isakmp_api.h"
#include "modules/radius/client.h"
#include "os/debuggers.h"
#include "os/login.h"
#include "os/message.h"

namespace arrouter::radius {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::radius, number, text};
#define TEXT(name, wording) inline constexpr char name[] = wording;
#include "modules/radius/texts.def"
#undef TEXT
#undef MESSAGE
}  // namespace texts

class RadiusModule final : public Module,
                           public RadiusApi,
                           public UserServers,
                           public isakmp::XauthAuthenticator,
                           private Witness {
 public:
  using Answer = radius::Answer;  // of all that have this name

  RadiusModule(Services& services, IpApi& ip, enco::EncoApi& enco);
  ~RadiusModule() override;

  // Module
  std::string_view name() const override { return "radius"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  void stop(Ending) override { client_.stop(); }

  // RadiusApi and UserServers
  bool any() const override { return client_.any(); }
  void ask(Query query, std::weak_ptr<void> owner, std::function<void(const Answer&)> answered) override;
  void ask(const LoginRequest& request, std::weak_ptr<void> owner,
           std::function<void(const UserServers::Answer&)> answered) override;
  // XauthAuthenticator
  void authenticate(const std::string& user, SecretBytes password,
                    isakmp::XauthAuthenticator::Answer answer) override;

 private:
  Outcome add_server(const Args& args);
  Outcome delete_server(const Args& args);
  Outcome set(const Args& args);
  Outcome set_debug(Invocation& invocation, bool on);
  Outcome show(Screen& screen) const;
  Outcome show_counters(Screen& screen) const;
  Outcome show_debug(Screen& screen) const;

  // Witness
  void sent(const Server& server, unsigned attempt, ByteView packet) override;
  void received(Ipv4Address from, ByteView packet) override;
  void refused(Ipv4Address from, std::string_view why) override;
  void silent(const Server& server) override;

  void log(LogSeverity severity, std::string_view subtype, std::string message) const;
  void tell_packet(const std::string& heading, ByteView packet) const;

  Services& services_;
  Client client_;
  Debuggers debuggers_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // owner of what XAUTH asks
};

}  // namespace arrouter::radius
