// The TACACS+ client: which server is asked, over which connection, how often, and what its verdict means.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "modules/enco/enco_api.h"
#include "modules/ip/ip_api.h"
#include "modules/tacplus/dialogue.h"
#include "os/module.h"
#include "os/tcp.h"

namespace arrouter::tacplus {

struct ServerCounters {
  std::uint64_t logins = 0, accepts = 0, rejects = 0, timeouts = 0, no_connections = 0, errors = 0, bad_packets = 0;
};

struct Server {
  Ipv4Address address;
  SecretBytes key = {};  // empty: nothing is hidden
  std::uint16_t port = 49;
  unsigned retries = 3, timeout_s = 5;
  bool single_connection = false;
  bool authenticates = true;  // false: it is not asked
  bool authorizes = true;     // false: its users are USER
  ServerCounters counters = {};
};

struct Decision {
  Verdict verdict = Verdict::none;  // failed: nobody decided
  Privilege privilege = Privilege::user;
  Ipv4Address server = {};  // that decided
};

/// What happens, for the log and for debugging.
class Witness {
 public:
  virtual ~Witness() = default;
  virtual void sent(const Server& server, ByteView packet) = 0;
  virtual void received(const Server& server, ByteView bytes) = 0;
  /// A server will not be asked further in this matter.
  virtual void gave_up(const Server& server, std::string_view why) = 0;
  virtual void decided(const Server& server, const std::string& user, const Dialogue& dialogue) = 0;
};

class Client {
 public:
  Client(Services& services, IpApi& ip, enco::EncoApi& enco, Tcp& tcp, Witness& witness)
      : services_(services), ip_(ip), enco_(enco), tcp_(tcp), witness_(witness), timer_(services.scheduler, [this] {
          due();
        }) {}

  std::vector<Server>& servers() { return servers_; }
  const std::vector<Server>& servers() const { return servers_; }
  Server* find(Ipv4Address address);
  /// Logins that wait for it go on to the next one.
  void remove(Ipv4Address address);
  /// Its settings have changed: a connection kept for later is of no more use.
  void hang_up(Ipv4Address address);
  std::size_t connections(Ipv4Address address) const;

  bool any() const;
  void ask(Person person, std::weak_ptr<void> owner, std::function<void(const Decision&)> answered);
  /// Nobody decides what is under way.
  void give_up();
  /// Forgets everything without an answer.
  void stop();

 private:
  using LoginId = std::uint64_t;
  using LineId = std::uint64_t;
  struct Login {
    Person person;
    std::weak_ptr<void> owner;
    std::function<void(const Decision&)> answered;
    std::vector<Ipv4Address> left = {};  // servers to ask after this one, in order
    Ipv4Address server = {};
    unsigned attempts = 0;
    std::unique_ptr<Dialogue> dialogue = {};
    LineId line = 0;  // 0: none
    Instant due{};
  };
  /// A connection to a server, made or being made.
  struct Line {
    Ipv4Address server;
    LoginId login = 0;  // 0: kept for the next one
    std::shared_ptr<int> connecting = {};
    std::unique_ptr<TcpStream> stream = {};
    bool used_before = false;
  };
  using Logins = std::map<LoginId, Login>;

  void ask_next(LoginId id);
  /// One attempt, from the first packet on.
  void begin(LoginId id);
  /// Sends the dialogue's packet on the login's line, over a kept or a new one when it has none.
  void talk(LoginId id);
  void dial(LoginId id, const Server& server);
  void connected(LineId line, Result<std::unique_ptr<TcpStream>> made);
  void transmit(Login& login);
  void received(LineId line, std::string_view bytes);
  void ended(LineId line);
  void settle(LoginId id);
  /// The server is of no use for this login.
  void fail(LoginId id, std::uint64_t ServerCounters::*counter, std::string_view why);
  void due();
  void overdue(LoginId id);
  /// Lets go of the login's line; a line the server keeps waits for the next login.
  void release(Login& login, bool keep);
  void end(LoginId id, Decision decision);
  void rearm();

  Services& services_;
  IpApi& ip_;
  enco::EncoApi& enco_;
  Tcp& tcp_;
  Witness& witness_;
  std::vector<Server> servers_;
  Logins logins_;
  std::map<LineId, Line> lines_;
  std::uint64_t last_id_ = 0;  // of logins and lines
  Timer timer_;
};

}  // namespace arrouter::tacplus
