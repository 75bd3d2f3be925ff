// The LOAD module's inside: shared by its commands and the transfer in progress.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "modules/ip/dns_api.h"
#include "modules/ip/ip_api.h"
#include "modules/load/http_load.h"
#include "modules/load/scp_load.h"
#include "modules/load/tftp.h"
#include "os/message.h"
#include "os/module.h"

namespace arrouter::load {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::load, number, text};
#include "modules/load/texts.def"
#undef MESSAGE
}  // namespace texts

enum class Method : std::uint8_t { tftp, http, scp };
inline constexpr std::uint16_t scp_port = 22;

/// What SET LOADER keeps and one LOAD may override.
struct Settings {
  Method method = Method::tftp;
  std::string file;   // at the server
  std::string destination_file;
  std::string server, proxy;  // names or addresses
  std::optional<std::uint16_t> server_port;  // none: that of the method
  std::uint16_t proxy_port = http_port;
  std::string user, password;           // the server's, for HTTP and SCP
  std::optional<std::uint16_t> key_id;  // the ENCO key that proves the user instead
  std::string destination = "flash";
  unsigned delay_s = 0;
};

/// The words of SHOW LOADER (reference/operations.md 7).
enum class Status : std::uint8_t { idle, wait, loading, complete, reset };

class LoadModule final : public Module {
 public:
  LoadModule(Services& services, IpApi& ip, DnsApi& dns, Tcp& tcp, std::shared_ptr<SecureShell> shell)
      : services_(services),
        ip_(ip),
        dns_(dns),
        tcp_(tcp),
        shell_(std::move(shell)),
        timer_(services.scheduler, [this] { due(); }) {}
  std::string_view name() const override { return "load"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  void stop(Ending) override { forget(); }

 private:
  Outcome load(Invocation& invocation);
  Outcome upload(Invocation& invocation);
  Outcome set(const Args& args);
  Outcome reset(const Caller& caller);
  Outcome show(Screen& screen);

  // transfer.cpp
  Outcome begin(const Settings& settings, const Caller& caller);
  /// Whom a transfer speaks to: the proxy, or the server itself.
  static const std::string& partner(const Settings& settings) {
    return settings.method == Method::http && !settings.proxy.empty() ? settings.proxy : settings.server;
  }
  const Transfer* transfer() const;
  void due();
  void look_up();
  void fetch();
  void call();
  void went_on(const std::string& refused);
  void send(const TftpTransfer::Reply& reply);
  void receive(const UdpDatagram& datagram);
  void settle();
  void store();
  void finish(const Outcome& outcome, Status status);
  void forget();
  Outcome keep() const;

  Services& services_;
  IpApi& ip_;
  DnsApi& dns_;
  Tcp& tcp_;
  std::shared_ptr<SecureShell> shell_;
  Settings defaults_;
  Status status_ = Status::idle;
  std::string last_message_;

  // Of the transfer in progress.
  Settings current_;
  DnsApi::Lookup lookup_;
  Ipv4Address partner_;  // unset until its name was looked up
  std::optional<TftpTransfer> tftp_;
  std::shared_ptr<HttpLoad> http_;
  std::shared_ptr<ScpLoad> scp_;
  std::optional<FileName> target_;  // where a loaded file goes; none for an upload
  std::shared_ptr<const FileName> source_;  // that is sent
  std::weak_ptr<Terminal> terminal_;
  std::uint16_t port_ = 0;
  unsigned attempts_ = 0;
  Timer timer_;
};

}  // namespace arrouter::load
