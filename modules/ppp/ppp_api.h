// What carries PPP, and what PPP asks of it: a PPPoE session or an L2TP call is a line; the ppp module runs LCP,
// authentication and IPCP over it and gives IP an interface "pppN".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "os/base/packet.h"

namespace arrouter::ppp {

/// One way to the peer, already open. Frames start at the PPP protocol field, always two bytes, without address,
/// control and FCS (RFC 1661 2).
class Line {
 public:
  virtual ~Line() = default;
  /// Sends every frame and empties the burst; packet buffers keep limits::packet_headroom less what was pushed.
  virtual void transmit(Burst& frames) = 0;
  /// PPP has ended (Terminate, failed authentication, time limits): the carrier closes the session below. PPP does not
  /// use the line again.
  virtual void close(std::string_view reason) = 0;
  /// "eth0-any", "TNL-hq": the column Over of SHOW PPP.
  virtual std::string over() const = 0;
  /// Largest PPP information field the line carries: 1492 for PPPoE (RFC 2516 7).
  virtual unsigned mru() const = 0;
};

/// PPP's end of an open line.
class LineUser {
 public:
  virtual ~LineUser() = default;
  /// Frames as Line::transmit() has them; takes all.
  virtual void receive(Burst& frames) = 0;
  /// The line is gone, by the peer's wish or by accident; PPP lets go of it.
  virtual void down(std::string_view reason) = 0;
};

/// Opens lines for CREATE PPP OVER=TNL-name and the like. One for each prefix of physical interfaces.
class LineOpener {
 public:
  virtual ~LineOpener() = default;
  /// PPP interface `interface` wants its line over `name` (what stands behind "TNL-"). False: there is no such thing.
  /// The opener calls PppApi::opened() when the line is there, or PppApi::failed(); never inside the call.
  virtual bool open(std::string_view name, unsigned interface) = 0;
  /// It does not want it any more, whether it came to be or not.
  virtual void abandon(std::string_view name, unsigned interface) = 0;
  /// The name exists, so CREATE PPP OVER= may name it.
  virtual bool knows(std::string_view name) const = 0;
};

/// How the peer of a dynamic interface showed who it is, when the carrier knows.
struct Caller {
  std::string name;  // L2TP's host name; for logs only
};

/// A control protocol of an interface has opened or closed: what a trigger with CP= waits for.
struct ControlProtocolChange {
  std::string interface;      // "ppp0"
  std::string_view protocol;  // "LCP", "IPCP"
  bool up = false;
};

class PppApi {
 public:
  virtual ~PppApi() = default;
  /// Physical interfaces that begin with `prefix` ("TNL-", in capitals) are lines of this opener; nullptr takes it out.
  virtual void set_opener(std::string_view prefix, LineOpener* opener) = 0;
  /// The line that open() asked for; nullptr when the interface wants none any more. The user lives until the line is
  /// closed (Line::close()) or down (LineUser::down()).
  virtual LineUser* opened(unsigned interface, Line& line) = 0;
  virtual void failed(unsigned interface, std::string_view reason) = 0;
  /// A call came in: makes a dynamic interface, the next free number, from PPP template `number`; it goes with the line.
  /// nullptr: there is no such template, or no number free.
  virtual LineUser* answer(unsigned number, Line& line, const Caller& caller) = 0;
  virtual bool has_template(unsigned number) const = 0;
  /// Who came in by a dynamic interface ("ppp1"), empty when nobody was asked; nullopt: there is no such interface.
  virtual std::optional<std::string> user_of(std::string_view interface) const = 0;
  /// It was made for a call and goes with it.
  virtual bool is_dynamic(std::string_view interface) const = 0;
  virtual void on_control_protocol(std::function<void(const ControlProtocolChange&)> listener) = 0;
};

}  // namespace arrouter::ppp
