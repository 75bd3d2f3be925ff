// Reliable delivery of control messages in order: sequence numbers, a window with slow start, adaptive time-outs
// (RFC 2661 5.8 and appendix A).
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "modules/l2tp/message.h"
#include "os/base/time.h"

namespace arrouter::l2tp {

class Channel {
 public:
  static constexpr std::uint16_t standard_window = 4;            // RFC 2661 4.4.3
  static constexpr unsigned retransmissions = 5;                 // then the peer is gone
  static constexpr Duration shortest_timeout = std::chrono::seconds(1);
  static constexpr Duration longest_timeout = std::chrono::seconds(5);  // of a message that was not repeated yet
  static constexpr std::size_t longest_queue = 256;              // messages not acknowledged

  /// Puts a message on the wire, its Ns and Nr set.
  using Transmit = std::function<void(const Bytes& message)>;
  explicit Channel(Transmit transmit) : transmit_(std::move(transmit)) {}

  /// The id that acknowledgements are addressed to.
  void set_peer_tunnel(std::uint16_t id) { peer_tunnel_ = id; }
  /// The peer's Receive Window Size AVP.
  void set_peer_window(unsigned messages) { peer_window_ = messages; }
  /// Sends now or when the window allows. False: too many wait already, and it is lost.
  bool send(Bytes message, Instant now);
  enum class Arrival : std::uint8_t { next, repeated, early };
  /// Takes the sequence fields of an arrived message; a ZLB has no Ns of its own. `next`: its body is to be worked. What
  /// comes twice is acknowledged again, what comes early will be repeated by the peer.
  Arrival received(const Header& header, Instant now);
  /// Acknowledges by a message without a body what no message of ours has acknowledged yet.
  void acknowledge();
  /// Repeats what is due. False: the peer does not answer any more.
  bool poll(Instant now);
  std::optional<Instant> deadline() const;
  /// Everything sent has been acknowledged.
  bool idle() const { return queue_.empty(); }

  // for the screens
  std::uint16_t last_acknowledged() const { return static_cast<std::uint16_t>(first_unacknowledged_ - 1); }
  std::uint16_t next_sent() const { return static_cast<std::uint16_t>(first_unacknowledged_ + sent_); }
  std::uint16_t next_received() const { return next_received_; }
  Duration round_trip() const { return round_trip_; }
  Duration timeout() const { return timeout_; }

 private:
  struct Queued {
    Bytes message;
    Instant sent{};
    unsigned times = 0;
  };
  void acknowledged(std::uint16_t nr, Instant now);
  void measured(Duration round_trip);
  void fill_window(Instant now);
  void put_on_wire(Queued& queued, std::uint16_t ns, Instant now);

  Transmit transmit_;
  std::deque<Queued> queue_;    // not acknowledged
  std::size_t sent_ = 0;        // of them, the first so many have been on the wire
  std::size_t under_way_ = 0;   // of those, the first so many since the network was last found full
  std::uint16_t peer_tunnel_ = 0;
  std::uint16_t first_unacknowledged_ = 0, next_received_ = 0;
  bool owes_acknowledgement_ = false;
  unsigned peer_window_ = standard_window;  // until it says otherwise
  unsigned congestion_window_ = 1, slow_start_limit_ = standard_window, grown_ = 0;
  Duration round_trip_{}, deviation_{};
  bool has_round_trip_ = false;
  Duration timeout_ = shortest_timeout;
};

}  // namespace arrouter::l2tp
