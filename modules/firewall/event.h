// What the firewall tells about its decisions: events for the three lists of a policy, the log and accounting.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>

#include "modules/firewall/firewall_api.h"
#include "modules/firewall/flow.h"
#include "os/base/time.h"

namespace arrouter::firewall {

struct Policy;
struct Session;

/// Why a packet was denied, or what an attack is: one text each in texts.def.
enum class Reason : std::uint8_t {
#define REASON(id, text) id,
#include "modules/firewall/texts.def"
};
std::string_view text_of(Reason reason);

/// LOG=: allow, deny and deny with dump, each by direction and kind of protocol.
enum class LogOption : std::uint8_t {
#define LOG_OPTION(id, keyword, subtype) id,
#include "modules/firewall/texts.def"
  count_
};
using LogOptions = std::uint32_t;  // bit of each LogOption
constexpr LogOptions bit(LogOption option) { return LogOptions{1} << static_cast<unsigned>(option); }

/// One line (and its dump) of SHOW FIREWALL EVENT.
struct Event {
  static constexpr std::size_t dump_bytes = 40;
  WallTime time{};
  Direction direction = Direction::in;
  FlowKey flow;                    // as the packet came
  Endpoint mapped, mapped_remote;  // allow events: the global side
  std::uint32_t repeats = 1;       // deny and notify events: the same again
  Reason reason{};                 // of deny events
  std::string text;                // of notify events
  std::array<std::uint8_t, dump_bytes> dump{};
  std::size_t dumped = 0;
};

/// The newest events of each kind, newest last, at most limits::firewall_events each.
struct EventLists {
  std::deque<Event> allow, deny, notify;
  std::uint64_t allowed = 0, denied = 0, notified = 0;
};

/// Hears of every decision; there is one, and it must not allocate for packets beyond its lists.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// A session was made; `opened` tells in which direction its first packet went.
  virtual void allowed(Policy& policy, const Session& session, Direction opened) = 0;
  /// A TCP session was answered.
  virtual void established(Policy& policy, const Session& session) = 0;
  /// A packet was dropped.
  virtual void denied(Policy& policy, const FlowKey& flow, Direction direction, Reason reason, ByteView packet) = 0;
  /// A session is over; its counters are final.
  virtual void ended(Policy& policy, const Session& session) = 0;
};

}  // namespace arrouter::firewall
