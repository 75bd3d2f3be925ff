// The host's side of PPPoE discovery (RFC 2516 5): finds an access concentrator for one interface. Pure logic.
#pragma once

#include <optional>
#include <string>

#include "modules/ppp/discovery_packet.h"
#include "os/base/address.h"
#include "os/base/time.h"

namespace arrouter::ppp {

class DiscoveryHost {
 public:
  virtual ~DiscoveryHost() = default;
  virtual void send_discovery(const MacAddress& to, const Bytes& payload) = 0;
  virtual void session_opened(const MacAddress& peer, std::uint16_t session) = 0;
  /// A PADT of the peer, or an error in its PADS; discovery is idle then.
  virtual void session_failed(std::string_view reason) = 0;
};

class Discovery {
 public:
  enum class State : std::uint8_t { idle, searching, requesting, open };

  /// `service` empty: any. `unique` tells the answers to this interface from others'. `padr_retries` 0: for ever.
  Discovery(DiscoveryHost& host, std::string service, std::uint32_t unique, unsigned padr_retries)
      : host_(host), service_(std::move(service)), unique_(unique), padr_retries_(padr_retries) {}

  void start(Instant now);
  /// Ends a session with a PADT that names the reason.
  void stop(std::string_view reason);
  /// A packet from `from`; true when it was for this interface.
  bool receive(const MacAddress& from, const DiscoveryPacket& packet, Instant now);
  void tick(Instant now);
  std::optional<Instant> next_deadline() const { return deadline_; }

  State state() const { return state_; }

 private:
  void search(Instant now);
  void request(Instant now);
  bool ours(const DiscoveryPacket& packet) const;
  void take_offer(const MacAddress& from, const DiscoveryPacket& offer, Instant now);
  void take_session(const DiscoveryPacket& answer);

  DiscoveryHost& host_;
  std::string service_;
  std::uint32_t unique_;
  unsigned padr_retries_;
  State state_ = State::idle;
  MacAddress peer_;
  std::uint16_t session_ = 0;
  Bytes cookie_, relay_;  // of the offer, to be shown again
  bool has_cookie_ = false, has_relay_ = false;
  unsigned sent_ = 0;
  Duration wait_{};
  std::optional<Instant> deadline_;
};

}  // namespace arrouter::ppp
