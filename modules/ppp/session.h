// One life of a PPP link, from the moment its line is open: LCP, authentication, IPCP, and the end of all three
// (RFC 1661 3.2). Pure logic: frames and deadlines in, frames and news out.
#pragma once

#include "modules/ppp/authentication.h"
#include "modules/ppp/ipcp.h"

namespace arrouter::ppp {

enum class Phase : std::uint8_t { dead, establish, authenticate, network, terminate };

struct SessionSettings {
  LcpSettings lcp;
  IpcpSettings ipcp;
  std::string username;     // shown to a peer that demands it
  SecretBytes password;
  std::string system_name;  // in challenges
  Duration rechallenge{};   // zero: no more after the first
};

class SessionHost : public AddressSource {
 public:
  virtual void send(std::uint16_t protocol, ByteView packet) = 0;
  /// A control protocol of the link has opened or closed: "LCP", "IPCP".
  virtual void control_protocol(std::string_view name, bool up) = 0;
  /// IPCP is open: packets may pass; and the opposite.
  virtual void network_up(const Addresses& addresses) = 0;
  virtual void network_down() = 0;
  virtual void authenticated(bool peer, Method method, bool good, const std::string& user) = 0;
  /// As of AuthenticationHost; Session::decide() gets the answer.
  virtual void verify(const Credentials& credentials) = 0;
  /// The link is dead: the line has no more use.
  virtual void finished(std::string_view reason) = 0;
};

class Session final : ControlHost, AuthenticationHost {
 public:
  Session(SessionHost& host, SessionSettings settings, Md5 md5, Random& random);

  /// The line is there.
  void start(Instant now);
  /// The line is gone; nothing is said and finished() does not follow.
  void line_down(Instant now);
  /// Says goodbye; finished() follows.
  void close(std::string_view reason, Instant now);
  /// What stands behind the protocol field, of anything but IP packets.
  void receive(std::uint16_t protocol, ByteView packet, Instant now);
  void tick(Instant now);
  std::optional<Instant> next_deadline() const;
  void decide(bool good, Instant now);

  Phase phase() const { return phase_; }
  const Lcp& lcp() const { return lcp_; }
  const Ipcp& ipcp() const { return ipcp_; }
  void set_echo(Duration period, Instant now) { lcp_.set_echo(period, now); }
  /// Name the peer has shown; empty when nobody asked.
  const std::string& peer_name() const { return peer_name_; }
  std::uint64_t rejected_protocols() const { return rejected_; }

 private:
  void send_control(std::uint16_t protocol, const Bytes& packet) override { host_.send(protocol, packet); }
  void layer_up(std::uint16_t protocol) override;
  void layer_down(std::uint16_t protocol) override;
  void layer_finished(std::uint16_t protocol) override;
  void send_authentication(Method method, const Bytes& packet) override;
  void proved(bool good, std::string_view message) override;
  void verify(const Credentials& credentials) override { host_.verify(credentials); }
  void examined(bool good, const std::string& user) override;
  void receive_authentication(Method method, ByteView packet);
  void protocol_rejected(std::uint16_t protocol);
  void maybe_network();

  SessionHost& host_;
  SessionSettings settings_;
  Md5 md5_;
  Lcp lcp_;
  Ipcp ipcp_;
  Prover prover_;
  Examiner examiner_;
  Phase phase_ = Phase::dead;
  Instant now_{};
  std::string peer_name_;
  std::uint64_t rejected_ = 0;
};

}  // namespace arrouter::ppp
