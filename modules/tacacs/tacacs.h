// The TACACS module's inside: its commands, and the queries under way.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "modules/ip/ip_api.h"
#include "modules/tacacs/packet.h"
#include "os/login.h"
#include "os/message.h"
#include "os/module.h"

namespace arrouter::tacacs {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::tacacs, number, text};
#define TEXT(name, wording) inline constexpr char name[] = wording;
#include "modules/tacacs/texts.def"
#undef TEXT
#undef MESSAGE
}  // namespace texts

class TacacsModule final : public Module, public UserServers {
 public:
  TacacsModule(Services& services, IpApi& ip);
  ~TacacsModule() override;

  // Module
  std::string_view name() const override { return "tacacs"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  void stop(Ending) override { forget(); }

  // UserServers
  bool any() const override { return !servers_.empty(); }
  void ask(const LoginRequest& request, std::weak_ptr<void> owner,
           std::function<void(const Answer&)> answered) override;

 private:
  /// One user, asked about in rounds through the servers that have not said no.
  struct Query {
    std::string user;
    SecretBytes packet = {};
    std::weak_ptr<void> owner = {};
    std::function<void(const Answer&)> answered = {};
    std::vector<Ipv4Address> servers = {};  // that have not said no
    std::size_t turn = 0;                   // of the server asked last
    unsigned round = 0;
    bool rejected = false;  // by some
    Instant due{};
  };
  using Queries = std::map<std::uint16_t, Query>;  // by nonce

  Outcome add_server(const Args& args);
  Outcome delete_server(const Args& args);
  Outcome show(Screen& screen) const;

  void send(Query& query);
  /// To the next server, the next round, or the end.
  void go_on(Queries::iterator found);
  void due();
  void receive(const UdpDatagram& datagram);
  void end(Queries::iterator found, Reply reply, std::string server);
  bool listen();
  void forget();
  void rearm();
  void log(LogSeverity severity, std::string_view subtype, std::string message) const;

  Services& services_;
  IpApi& ip_;
  std::vector<Ipv4Address> servers_;
  Queries queries_;
  std::uint16_t port_ = 0;  // while there are queries
  Timer timer_;
};

}  // namespace arrouter::tacacs
