// PAP (RFC 1334) and CHAP with MD5 (RFC 1994), both sides: proving who we are, and asking the peer for proof.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "modules/ppp/control_packet.h"
#include "modules/ppp/lcp.h"

namespace arrouter::ppp {

/// MD5 over the parts one after another; ENCO's.
using Md5 = std::function<Bytes(std::span<const ByteView> parts)>;

/// What a peer has said about itself. Of PAP the password, of CHAP what it takes to check a password that is known.
struct Credentials {
  Method method = Method::pap;
  std::string user;
  SecretBytes password;
  std::uint8_t id = 0;
  Bytes challenge, response;
};
/// The response to a challenge: MD5 over identifier, password and challenge.
Bytes chap_response(const Md5& md5, std::uint8_t id, ByteView password, ByteView challenge);
/// The credentials belong to this password.
bool right_password(const Md5& md5, const Credentials& credentials, ByteView password);

class AuthenticationHost {
 public:
  virtual ~AuthenticationHost() = default;
  virtual void send_authentication(Method method, const Bytes& packet) = 0;
  /// We have passed, or not; `message` is what the peer said.
  virtual void proved(bool good, std::string_view message) = 0;
  /// Asks whether the peer may come in; Examiner::decide() gets the answer, perhaps inside the call.
  virtual void verify(const Credentials& credentials) = 0;
  /// The peer has passed, or not.
  virtual void examined(bool good, const std::string& user) = 0;
};

/// Shows our user name and password to a peer that demands it.
class Prover {
 public:
  Prover(AuthenticationHost& host, const Md5& md5, std::string user, SecretBytes password, const Retries& retries)
      : host_(host), md5_(md5), user_(std::move(user)), password_(std::move(password)), retries_(retries) {}
  void start(Method method, Instant now);
  void stop();
  void receive(const ControlPacket& packet, Instant now);
  void tick(Instant now);
  std::optional<Instant> next_deadline() const { return deadline_; }
  bool passed() const { return passed_; }

 private:
  void send_pap(Instant now);
  void answer_challenge(const ControlPacket& packet);
  void send_response(Instant now);
  void end(bool good, ByteView message);

  AuthenticationHost& host_;
  const Md5& md5_;
  std::string user_;
  SecretBytes password_;
  Retries retries_;
  Method method_ = Method::none;
  bool passed_ = false;
  std::uint8_t id_ = 0;
  unsigned sent_ = 0;
  Bytes response_;  // to the last challenge, until there is a verdict
  std::optional<Instant> deadline_;
};

/// Demands proof of the peer.
class Examiner {
 public:
  /// `name` is what we call ourselves in challenges; `rechallenge` zero: once is enough.
  Examiner(AuthenticationHost& host, Random& random, std::string name, Duration rechallenge, const Retries& retries)
      : host_(host), random_(random), name_(std::move(name)), rechallenge_(rechallenge), retries_(retries) {}
  void start(Method method, Instant now);
  void stop();
  void receive(const ControlPacket& packet, Instant now);
  /// The answer to AuthenticationHost::verify(); late ones are ignored.
  void decide(bool good, Instant now);
  void tick(Instant now);
  std::optional<Instant> next_deadline() const { return deadline_; }
  bool passed() const { return passed_; }

 private:
  void challenge(Instant now);
  void receive_pap(const ControlPacket& packet);
  void receive_response(const ControlPacket& packet);
  void answer(bool good);

  AuthenticationHost& host_;
  Random& random_;
  std::string name_;
  Duration rechallenge_;
  Retries retries_;
  Method method_ = Method::none;
  bool passed_ = false;
  bool deciding_ = false;
  bool good_ = false;        // what was decided last, for a peer that did not hear it
  std::uint8_t id_ = 0;      // of the challenge, or of the request being answered
  std::uint8_t answered_ = 0;
  bool any_answered_ = false;
  unsigned sent_ = 0;
  Bytes challenge_;
  std::string user_;
  std::optional<Instant> deadline_;
};

}  // namespace arrouter::ppp
