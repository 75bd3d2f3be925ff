// The TCP setup proxy: opens from outside are answered by the router, and the host inside hears of them when the
// handshake is complete, so forged SYNs never reach it (reference/firewall.md 1.6, TCPSETUPPROXY).
//
//   client              router                    server
//   SYN         ->      answers SYN-ACK, window 0
//   ACK         ->      sends SYN as the client   ->
//                       <-                        SYN-ACK
//               <-      says ACK to both          ->
// From then on segments pass. The client was told a number that the server knows nothing of, so what the server's side
// numbers is shifted on its way. Neither end is offered SACK, timestamps or window scaling: each would have to be
// agreed on before the other is known.
//
// The number is a cookie (a keyed hash of the ends, the client's number, the time and the segment size), so a session
// that a flood pushed out of the table is made anew from the client's ACK, or from its probe of the closed window.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "modules/firewall/session.h"
#include "netdev/wire/tcp.h"
#include "os/base/random.h"
#include "os/base/scheduler.h"

namespace arrouter::firewall {

struct State;

/// Numbers that only who sees the router's SYN-ACK can know.
class SynCookies {
 public:
  static constexpr std::chrono::seconds lifetime{64};  // at least; at most twice that

  explicit SynCookies(Random& random) : key_{random.u64(), random.u64()} {}
  /// `ends` is as the client's packets have it, `client_first` the number of its SYN.
  std::uint32_t make(const FlowKey& ends, std::uint32_t client_first, std::uint16_t segment_size, Instant now) const;
  /// The segment size of a number made for this SYN a short time ago; nullopt: it was not.
  std::optional<std::uint16_t> check(const FlowKey& ends, std::uint32_t client_first, std::uint32_t cookie,
                                     Instant now) const;

 private:
  std::uint32_t mac(const FlowKey& ends, std::uint32_t client_first, std::uint64_t tick, unsigned size_index) const;
  std::array<std::uint64_t, 2> key_;
};

class SetupProxy {
 public:
  static constexpr std::chrono::seconds retry_after{2};
  static constexpr unsigned tries = 5;  // SYNs to the server

  explicit SetupProxy(State& state);

  /// Such a session of this policy is set up by the router.
  static bool wants(const Session& session, bool through_ipsec);
  /// A segment without session is the end of a handshake that the router began.
  bool completes(const FlowKey& ends, const wire::TcpView& segment) const;
  /// A session was made for a client's SYN, or for what completes() said yes to.
  void begin(Session& session, const wire::TcpView& segment);
  /// Takes a segment of a session whose setup is under way.
  void take(Session& session, Direction direction, const wire::TcpView& segment);

 private:
  /// The number of the SYN that this segment follows, when the router has answered one.
  std::optional<std::uint32_t> client_first(const FlowKey& ends, const wire::TcpView& segment) const;
  void answer(Session& session, const wire::TcpView& syn);
  void complete(Session& session, const wire::TcpView& acknowledgement);
  void open_server(const Session& session);
  void splice(Session& session, const wire::TcpView& answer);
  void from_client(Session& session, const wire::TcpView& segment);
  void from_server(Session& session, const wire::TcpView& segment);
  void refuse_client(Session& session);
  void retry();

  State& state_;
  SynCookies cookies_;
  struct Waiting {
    Instant due;
    std::uint32_t session;  // handle
    unsigned sent = 1;
  };
  std::deque<Waiting> waiting_;  // for the server's answer; in the order they are due
  Timer timer_;
};

/// What the setup has left to do for every segment of a session that it began.
void number_for_server(const Session& session, PacketBuffer& segment);
void number_for_client(const Session& session, PacketBuffer& segment);

}  // namespace arrouter::firewall
