// Tunnels and calls as the engine keeps them and the screens show them (RFC 2661 5 and 7).
#pragma once

#include <map>
#include <memory>
#include <string>

#include "modules/l2tp/channel.h"
#include "os/base/address.h"
#include "os/base/time.h"

namespace arrouter::l2tp {

inline constexpr std::uint16_t well_known_port = 1701;

struct Endpoint {
  Ipv4Address address;
  std::uint16_t port = well_known_port;
  bool operator==(const Endpoint&) const = default;
};

/// RFC 2661 7.2 and 7.4, in its words; `closing` only acknowledges what the peer repeats.
enum class TunnelState : std::uint8_t { idle, wait_reply, wait_connect, established, closing };
enum class CallState : std::uint8_t { idle, wait_tunnel, wait_reply, wait_connect, established };
std::string_view name_of(TunnelState state);  // "wait-ctl-reply"
std::string_view name_of(CallState state);    // "wait-reply"

/// Who asks for calls is the LAC, who answers the LNS.
enum class Role : std::uint8_t { lac, lns };

struct Call {
  std::uint16_t id = 0, remote_id = 0;
  Role role = Role::lns;  // this router's
  CallState state = CallState::idle;
  std::string name;           // of ADD L2TP CALL; empty: a call from outside for a dynamic interface
  std::string called_number;  // the peer's name for the call
  std::string username;       // of the caller, as the LAC learnt it (proxy authentication); often empty
  std::uint32_t serial = 0;
  WallTime started{};
  Instant give_up{};  // when it must be established by
};

struct Tunnel {
  explicit Tunnel(Channel::Transmit transmit) : channel(std::move(transmit)) {}
  std::uint16_t id = 0, remote_id = 0;
  TunnelState state = TunnelState::idle;
  bool asked = false;  // this router opened it
  Ipv4Address local;
  Endpoint peer;
  std::uint16_t window = Channel::standard_window;  // messages we take without an acknowledgement
  std::string secret;  // shared with the peer; empty: nobody is asked to prove anything
  WallTime started{};
  Channel channel;
  // what the peer said of itself
  unsigned remote_window = 4;
  std::uint16_t remote_firmware = 0;
  std::uint32_t remote_framing = 0, remote_bearer = 0;
  std::string remote_host;
  std::optional<std::uint64_t> tie_breaker;  // of our SCCRQ
  Bytes challenge;                           // of ours, until it is answered
  Bytes response;                            // ours to the peer's challenge, to be sent next
  Instant opened{};                          // when it was established, if it ever was
  Instant last_heard{}, give_up{};           // give_up: of a tunnel on its way up, without calls, or closing
  std::map<std::uint16_t, std::unique_ptr<Call>> calls;
};

}  // namespace arrouter::l2tp
