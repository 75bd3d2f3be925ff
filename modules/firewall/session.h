// One session: what the private side and the public side call its two ends, what became of it, when it dies.
#pragma once

#include <cstdint>

#include "modules/firewall/event.h"
#include "modules/firewall/flow.h"
#include "modules/ip/ip_api.h"

namespace arrouter::firewall {

struct Policy;

enum class TcpState : std::uint8_t { closed, syn_sent, syn_received, established, fin_wait, time_wait };

/// What one end of a TCP session has sent.
struct TcpEnd {
  std::uint32_t next = 0;   // behind the last byte seen
  std::uint32_t acked = 0;  // the other end's acknowledgement
  bool seen = false, fin = false;
};

struct Session {
  /// What is left to do of a handshake that the router began for the host inside (setup_proxy.h).
  struct Setup {
    enum class Phase : std::uint8_t { none, client, server } phase = Phase::none;  // whose answer is missing
    std::uint16_t window = 0;                                                      // of the client
    std::uint32_t client_first = 0, own_first = 0;                                 // initial sequence numbers
    std::uint32_t shift = 0;  // the client knows the server's number n as n + shift
    bool under_way() const { return phase != Phase::none; }
  };

  // What every packet needs stands together, in three lines of the cache.

  /// As the private side sees it (source: private host) and as the public side does (source: global address). Without
  /// NAT they are the same.
  FlowKey private_key, public_key;
  Instant expires{};
  Policy* policy = nullptr;
  std::uint32_t generation = 0;
  std::uint32_t gateway = 0;                                // its desk there; 0: it has none
  InterfaceId private_interface = 0, public_interface = 0;  // 0: the router itself
  Direction opened = Direction::out;
  TcpState tcp = TcpState::closed;
  bool live = false;
  bool established = false;                       // both sides have been heard: it is not given up for a new one
  bool udp_settled = false;                       // five packets in one direction and one more ended the start phase
  std::uint64_t packets_out = 0, octets_out = 0;  // from the private side
  std::uint64_t packets_in = 0, octets_in = 0;
  TcpEnd private_end, public_end;
  Setup setup;
  std::uint32_t due_s = 0;  // when the timer wheel looks at it

  std::uint32_t id = 0;    // on screens: the global port of enhanced NAT, else the next free number
  std::uint32_t rule = 0;  // serial of the rule that allowed it; 0: the policy's default
  WallTime started{};

  // Its place in the session table, and the chains it stands in.
  std::uint32_t index = 0;
  std::uint32_t wheel_next = 0, wheel_previous = 0;
  std::uint32_t young_next = 0, young_previous = 0;

  bool translated() const { return private_key != public_key; }
};

}  // namespace arrouter::firewall
