// Application gateways: sessions whose text names addresses and ports of further connections. The text is translated
// with the session, and what it announces is let through (reference/firewall.md 1.6).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/firewall/ftp.h"
#include "modules/firewall/line_stream.h"
#include "modules/firewall/pinhole.h"
#include "modules/firewall/session.h"
#include "os/base/packet.h"

namespace arrouter::firewall {

struct State;

class Gateways {
 public:
  explicit Gateways(State& state) : state_(state) {}

  Pinholes pinholes;

  /// A session was made by `first`: it gets its gateway, if its protocol has one.
  void begun(Session& session, PacketBuffer& first);
  void ended(Session& session);
  /// A packet of a session with a gateway, not translated yet. A reason: it must be dropped; the session may have
  /// ended.
  std::optional<Reason> pass(Session& session, Direction direction, PacketBuffer& packet);

 private:
  /// What one session needs; it knows its place as 1 + index.
  struct Desk {
    std::array<LineStream, 2> streams;      // by direction
    std::array<std::uint16_t, 2> window{};  // as the sender of that direction last said it
    std::vector<Pinholes::Id> holes;
    bool refused = false;
  };
  static std::size_t side(Direction direction) { return static_cast<std::size_t>(direction); }
  Desk& desk(const Session& session) { return desks_[session.gateway - 1]; }

  bool open_hole(const Session& session, const Pinhole& hole);
  void close_holes(const Session& session);
  /// The first of `count` public ports for `inside`.
  std::optional<std::uint16_t> public_port(const Session& session, const Endpoint& inside, unsigned count);

  // gateway_ftp.cpp
  std::optional<Reason> pass_ftp(Session& session, Direction direction, PacketBuffer& packet);
  std::optional<std::string> replace_line(const Session& session, Direction direction, std::string_view line);
  std::optional<std::string> announce(const Session& session, Direction direction, std::string_view line,
                                      const ftp::Offer& offer);
  void acknowledge(const Session& session, Direction direction);
  // gateway_sip.cpp
  std::optional<Reason> pass_sip(Session& session, Direction direction, PacketBuffer& packet);
  void remember_client(const Session& session, std::string_view message);
  std::optional<std::uint16_t> announce_media(const Session& session, std::uint16_t port);

  State& state_;
  std::deque<Desk> desks_;
  std::vector<std::uint32_t> idle_;
};

}  // namespace arrouter::firewall
