// A PPP interface: its settings, the line it has or wants, the session on it, and the port IP sees.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "modules/ip/ip_api.h"
#include "modules/ppp/ppp_api.h"
#include "modules/ppp/ppp_port.h"
#include "modules/ppp/session.h"
#include "modules/ppp/settings.h"
#include "os/module.h"

namespace arrouter::ppp {

class Interface;

/// DEBUG= of ENABLE PPP.
enum class DebugKind : std::uint8_t { auth, demand, lcp, ncp, packet, pppoe, utilisation };

/// What interfaces need of the module.
class InterfaceHost {
 public:
  virtual ~InterfaceHost() = default;
  /// Asks the carrier of a physical interface for a line; PppApi::opened() or failed() follows.
  virtual void want_line(Interface& interface) = 0;
  virtual void abandon_line(Interface& interface) = 0;
  virtual void control_protocol_changed(const ControlProtocolChange& change) = 0;
  /// A dynamic interface has lost its line.
  virtual void gone(Interface& interface) = 0;
  virtual void verify(Interface& interface, const Credentials& credentials) = 0;
  /// The name server that callers are told of; unset: none.
  virtual Ipv4Address name_server(bool primary) const = 0;
  /// The peer told of name servers, or they went with the link (Interface::addresses()).
  virtual void name_servers_told(const Interface& interface) = 0;
  virtual bool debugging(const Interface& interface, DebugKind kind) const = 0;
  virtual void debug(const Interface& interface, DebugKind kind, std::string_view text) = 0;
  virtual const Md5& md5() const = 0;
};

/// ADD PPP OVER=: a physical interface and the parameters of the link over it.
struct LinkSettings {
  std::string over;  // "eth0-any"
  Settings settings;
};

/// What passed through an interface, for limits (SHOW PPP LIMITS).
struct Usage {
  Duration online{};
  std::uint64_t in_bytes = 0, out_bytes = 0;
};

class Interface final : public LineUser, public SessionHost, public PortUser {
 public:
  /// A static interface has the links of CREATE and ADD PPP; a dynamic one has none, and `settings` of its template.
  Interface(Services& services, IpApi& ip, InterfaceHost& host, unsigned number, Settings settings, bool dynamic);
  ~Interface() override;

  const unsigned number;
  const bool dynamic;
  const std::string name;  // "ppp0"
  Settings settings;
  std::vector<LinkSettings> links;
  unsigned template_number = 0;  // of a dynamic interface

  bool enabled() const { return enabled_; }
  void set_enabled(bool on);
  /// Begins anew with the settings as they are: the link is closed and opened.
  void reset();
  /// Dials now (ACTIVATE PPP).
  void activate();
  /// Settings have changed: what needs no negotiation is in effect at once.
  void refresh();
  /// IP's interface on the port has come, gone or got another address: a link that told or took another begins anew.
  void address_changed(const InterfaceChange& change);
  /// The router goes down: says goodbye at once.
  void leave(std::string_view reason);

  // PppApi
  LineUser* opened(Line& line);
  void failed(std::string_view reason);
  // LineUser
  void receive(Burst& frames) override;
  void down(std::string_view reason) override;

  void decide(bool good);
  /// Expires with the session that asks for a verdict.
  std::weak_ptr<void> session_life() const { return session_life_; }

  // For screens.
  const PppPort& port() const { return port_; }
  const Session* session() const { return session_.get(); }
  const Line* line() const { return line_; }
  bool network() const { return network_; }
  const Addresses& addresses() const { return addresses_; }
  const Usage& previous() const { return previous_; }
  Usage usage() const;
  bool exceeded() const;
  /// Settings of the link in use: a static interface's first, else the template's.
  const Settings& link_settings() const { return links.empty() ? settings : links.front().settings; }
  std::string over() const;
  std::optional<Duration> idle_period() const { return limits_.idle; }
  /// Until the link is closed for want of traffic.
  std::optional<Duration> idle_left() const;
  Duration echo_period() const;
  unsigned mtu() const;
  /// Packets that wait for the link.
  std::size_t held() const { return held_.size(); }

 private:
  // SessionHost
  void send(std::uint16_t protocol, ByteView packet) override;
  void control_protocol(std::string_view protocol, bool up) override;
  void network_up(const Addresses& addresses) override;
  void network_down() override;
  void authenticated(bool peer, Method method, bool good, const std::string& user) override;
  void verify(const Credentials& credentials) override { host_.verify(*this, credentials); }
  Ipv4Address address_for_peer() override;
  Ipv4Address name_server(bool primary) override;
  void finished(std::string_view reason) override;
  // PortUser
  std::size_t outgoing(Burst& frames) override;

  SessionSettings session_settings();
  bool wants_address() const { return settings.on("IPREQUEST") && ip_.remote_assign(); }
  void dial();
  void tick();
  /// After every call into the session: what it has ended is cleared away, and the next deadline is set.
  void settle();
  void end_session();
  void retry_later(bool was_open);
  void schedule();
  void tell_port();
  void passed(Burst& frames, std::uint64_t& bytes);
  void read_limits();
  void release_lease();
  template <class Text>
  void debug(DebugKind kind, Text text) {
    if (host_.debugging(*this, kind)) host_.debug(*this, kind, text());
  }
  bool on_demand() const { return !dynamic && idle_period().has_value(); }
  void log(LogSeverity severity, std::string_view type, std::string_view subtype, std::string message);

  Services& services_;
  IpApi& ip_;
  InterfaceHost& host_;
  PppPort port_;
  bool enabled_ = true;
  bool wants_line_ = false;  // asked for, not here yet
  Line* line_ = nullptr;
  bool starting_ = false;    // the session begins with the next turn of the event loop
  std::unique_ptr<Session> session_;
  std::shared_ptr<int> session_life_;
  std::optional<std::string> ended_;  // why the session in work has finished
  bool network_ = false;
  bool was_network_ = false;  // it has been up on this line
  bool begin_anew_ = false;   // the session's addresses are not those of IP's interface
  Addresses addresses_;
  Ipv4Address told_;   // our address when the session began; unset: none, or asked for
  bool asked_ = false;  // the peer is to give us one
  std::optional<MadeRoute> peer_route_;
  Ipv4Address leased_;
  Instant last_traffic_{};
  Instant online_since_{};
  Usage usage_, previous_;
  struct {
    std::optional<std::uint64_t> in, out, total;  // bytes
    std::optional<Duration> online, idle;
  } limits_;  // of the settings, for the packet path
  std::optional<Instant> retry_at_;
  std::vector<Packet> held_;  // until the link is up
  Timer timer_;
};

}  // namespace arrouter::ppp
