// A protocol that negotiates options (LCP, IPCP): the automaton with its packets, counters and restart timer. What the
// options mean is the derived class's business.
#pragma once

#include <optional>
#include <vector>

#include "modules/ppp/automaton.h"
#include "modules/ppp/control_packet.h"
#include "os/base/time.h"

namespace arrouter::ppp {

/// How often things are repeated (RESTART, CONFIGURE, TERMINATE).
struct Retries {
  Duration restart = std::chrono::seconds(3);
  std::optional<unsigned> configure = 10;  // nothing: for ever
  std::optional<unsigned> terminate = 2;
};

/// Packets seen by a protocol, for SHOW PPP COUNT.
struct ControlCounters {
  std::uint64_t in = 0, out = 0, in_malformed = 0;
};

/// Whom the control protocols of a link serve, by their numbers: the line that carries what they say, and whoever waits
/// for them to open.
class ControlHost {
 public:
  virtual ~ControlHost() = default;
  virtual void send_control(std::uint16_t protocol, const Bytes& packet) = 0;
  virtual void layer_up(std::uint16_t protocol) = 0;
  virtual void layer_down(std::uint16_t protocol) = 0;
  /// There is no further reason for the layer below to be up.
  virtual void layer_finished(std::uint16_t protocol) = 0;
};

class ControlProtocol {
 public:
  ControlProtocol(ControlHost& host, std::uint16_t protocol, const Retries& retries)
      : host_(host), protocol_(protocol), retries_(retries) {}
  virtual ~ControlProtocol() = default;
  ControlProtocol(const ControlProtocol&) = delete;

  /// The events of the layers above and below.
  void handle(Event event, Instant now);
  /// What stands behind the protocol field.
  void receive(ByteView packet, Instant now);
  /// Repeats what is due.
  virtual void tick(Instant now);
  virtual std::optional<Instant> next_deadline() const { return deadline_; }

  State state() const { return state_; }
  bool opened() const { return state_ == State::opened; }
  const ControlCounters& counters() const { return counters_; }

 protected:
  enum class Verdict : std::uint8_t { good, nak, reject };

  /// It has opened, or will be open no more; the host is told next.
  virtual void on_open() {}
  virtual void on_close() {}
  /// A negotiation begins anew: forgets what an earlier one brought.
  virtual void begin() = 0;
  /// The options of our Configure-Request.
  virtual void write_request(Bytes& options) = 0;
  /// What we think of an option of the peer's; with Verdict::nak, `suggestion` is the option we should like (nothing:
  /// that one as it is).
  virtual Verdict judge(const Option& option, Bytes& suggestion) = 0;
  /// All of these are what the peer may use from now on.
  virtual void peer_options(const std::vector<Option>& options) = 0;
  /// The peer's opinion of options of ours. False: there is nothing to be agreed on.
  virtual bool naked(const Option& option) = 0;
  virtual bool rejected(const Option& option) = 0;
  /// A code that this protocol has beyond the common seven; false: it has not.
  virtual bool other_code(const ControlPacket&) { return false; }
  /// A packet of ours with this code was rejected; true when we can do without.
  virtual bool does_without([[maybe_unused]] std::uint8_t code) const { return false; }

  void send(std::uint8_t code, std::uint8_t id, ByteView data);
  std::uint8_t next_id() { return ++id_; }
  Instant now() const { return now_; }

 private:
  void act(Action action, State next);
  void receive_request(const ControlPacket& packet);
  void receive_answer(const ControlPacket& packet);
  void receive_code_reject(const ControlPacket& packet);
  void arm() { deadline_ = now_ + retries_.restart; }
  bool exhausted() const;

  ControlHost& host_;
  std::uint16_t protocol_;
  Retries retries_;
  State state_ = State::initial;
  Instant now_{};
  std::optional<Instant> deadline_;
  bool terminating_ = false;  // the count is that of Terminate-Requests
  unsigned sent_ = 0;         // requests since the count was set
  bool no_more_ = false;      // the count was set to zero
  unsigned naks_sent_ = 0, naks_received_ = 0;
  std::uint8_t id_ = 0;
  std::optional<std::uint8_t> request_id_;  // of the Configure-Request that has no answer yet
  Bytes request_;      // options of our last Configure-Request
  Bytes answer_;       // for the actions: options for Ack, Nak or Reject, or data to echo or reject
  std::uint8_t answer_code_ = 0, answer_id_ = 0;
  const std::vector<Option>* accepted_ = nullptr;  // of the request an Ack is for
  ControlCounters counters_;
};

}  // namespace arrouter::ppp
