#include "modules/ppp/session.h"

#include "modules/ppp/numbers.h"

namespace arrouter::ppp {

Session::Session(SessionHost& host, SessionSettings settings, Md5 md5, Random& random)
    : host_(host),
      settings_(std::move(settings)),
      md5_(std::move(md5)),
      lcp_(*this, settings_.lcp, random, [this](std::uint16_t protocol) { protocol_rejected(protocol); }),
      ipcp_(*this, host, settings_.ipcp),
      prover_(*this, md5_, settings_.username, settings_.password, settings_.lcp.retries),
      examiner_(*this, random, settings_.system_name, settings_.rechallenge, settings_.lcp.retries) {}

void Session::start(Instant now) {
  now_ = now;
  phase_ = Phase::establish;
  lcp_.handle(Event::open, now);
  lcp_.handle(Event::up, now);
}

void Session::close(std::string_view reason, Instant now) {
  now_ = now;
  lcp_.set_reason(reason);
  lcp_.handle(Event::close, now);
}

void Session::line_down(Instant now) {
  now_ = now;
  lcp_.handle(Event::down, now);
  phase_ = Phase::dead;
}

void Session::tick(Instant now) {
  now_ = now;
  lcp_.tick(now);
  prover_.tick(now);
  examiner_.tick(now);
  ipcp_.tick(now);
}

std::optional<Instant> Session::next_deadline() const {
  std::optional<Instant> earliest;
  for (const auto& deadline : {lcp_.next_deadline(), prover_.next_deadline(), examiner_.next_deadline(),
                               ipcp_.next_deadline()}) {
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  }
  return earliest;
}

/// RFC 1661 3.4, 3.5: before its phase a protocol is not listened to, and nobody is told.
void Session::receive(std::uint16_t protocol, ByteView packet, Instant now) {
  now_ = now;
  switch (protocol) {
    case protocol::lcp:
      lcp_.receive(packet, now);
      break;
    case protocol::pap:
      receive_authentication(Method::pap, packet);
      break;
    case protocol::chap:
      receive_authentication(Method::chap, packet);
      break;
    case protocol::ipcp:
      if (phase_ == Phase::network) ipcp_.receive(packet, now);
      break;
    case protocol::ip:
      break;
    default:
      if (phase_ != Phase::network) break;
      ++rejected_;
      lcp_.reject_protocol(protocol, packet);
  }
}

void Session::receive_authentication(Method method, ByteView packet) {
  if (phase_ != Phase::authenticate && phase_ != Phase::network) return;
  const auto control = parse_control(packet);
  if (!control) return;
  // Codes tell which side a packet is for: 1 and 4 are said by one, 2 and 3 by the other.
  if (method == lcp_.required()) prover_.receive(*control, now_);
  if (method == lcp_.demanded()) examiner_.receive(*control, now_);
}

void Session::send_authentication(Method method, const Bytes& packet) {
  host_.send(method == Method::pap ? protocol::pap : protocol::chap, packet);
}

void Session::layer_up(std::uint16_t protocol) {
  if (protocol == protocol::ipcp) {
    host_.control_protocol("IPCP", true);
    host_.network_up(ipcp_.addresses());
    return;
  }
  host_.control_protocol("LCP", true);
  phase_ = Phase::authenticate;
  prover_.start(lcp_.required(), now_);
  examiner_.start(lcp_.demanded(), now_);
  maybe_network();
}

void Session::layer_down(std::uint16_t protocol) {
  if (protocol == protocol::ipcp) {
    host_.network_down();
    host_.control_protocol("IPCP", false);
    return;
  }
  phase_ = Phase::terminate;
  prover_.stop();
  examiner_.stop();
  ipcp_.handle(Event::down, now_);
  host_.control_protocol("LCP", false);
}

void Session::layer_finished(std::uint16_t protocol) {
  if (protocol == protocol::lcp) {
    phase_ = Phase::dead;
    host_.finished(lcp_.reason());
  } else if (phase_ == Phase::network) {
    close("IPCP has ended", now_);  // IP is all that a link is for
  }
}

void Session::maybe_network() {
  if (phase_ != Phase::authenticate || !prover_.passed() || !examiner_.passed()) return;
  phase_ = Phase::network;
  ipcp_.handle(Event::open, now_);
  ipcp_.handle(Event::up, now_);
}

void Session::proved(bool good, std::string_view message) {
  host_.authenticated(false, lcp_.required(), good, settings_.username);
  if (!good) return close(message.empty() ? "authentication failed" : message, now_);
  maybe_network();
}

void Session::examined(bool good, const std::string& user) {
  host_.authenticated(true, lcp_.demanded(), good, user);
  if (!good) return close("authentication of the peer failed", now_);
  peer_name_ = user;
  maybe_network();
}

void Session::decide(bool good, Instant now) {
  now_ = now;
  examiner_.decide(good, now);
}

void Session::protocol_rejected(std::uint16_t protocol) {
  if (protocol == protocol::ipcp || protocol == protocol::ip) {
    ipcp_.handle(Event::reject_fatal, now_);
  } else if (protocol == protocol::lcp) {
    lcp_.handle(Event::reject_fatal, now_);
  }
}

}  // namespace arrouter::ppp
