// Control connections and calls: messages and deadlines in, messages and calls out. No socket, no clock of its own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "modules/l2tp/tunnel.h"
#include "os/base/random.h"

namespace arrouter::l2tp {

/// What the engine needs from the module.
class Host {
 public:
  virtual ~Host() = default;
  virtual void send(const Tunnel& tunnel, ByteView message) = 0;
  /// The secret shared with a router that asks for a tunnel (empty: none); nullopt: it has no business here.
  virtual std::optional<std::string> admits(Ipv4Address peer) const = 0;
  /// A call came in, its number in `call`: the host may name it. False: it is not wanted.
  virtual bool accepts(const Tunnel& tunnel, Call& call) = 0;
  virtual void up(Tunnel& tunnel, Call& call) = 0;
  /// After up(), or for a call this router placed: it is over. The call lives until the return.
  virtual void down(Tunnel& tunnel, Call& call, std::string_view reason) = 0;
  virtual void tunnel_up(const Tunnel& tunnel) = 0;
  virtual void tunnel_down(const Tunnel& tunnel, std::string_view reason) = 0;
  virtual WallTime wall_time() const = 0;
};

struct EngineCounters {
  std::uint64_t in_control = 0, out_control = 0, in_bad = 0, in_unknown_tunnel = 0, in_unknown_session = 0, refused = 0,
                too_many = 0;
};

struct Identity {
  std::string host_name, vendor_name;
  std::uint16_t firmware = 0;
  std::uint16_t window = Channel::standard_window;  // of tunnels from now on
};

class Engine {
 public:
  Engine(Host& host, Random& random, Md5 md5, std::function<Identity()> identity);

  /// A control message from `peer` to this router's address `local`.
  void receive(Ipv4Address local, Endpoint peer, const Header& header, Instant now);
  /// Asks the peer for a call, over the tunnel there is or a new one. nullptr: too many.
  Call* place_call(Ipv4Address local, Endpoint peer, const std::string& secret, const std::string& name,
                   const std::string& number, Instant now);
  /// Ends a call that this router does not want any more; Host::down() is not called.
  void hang_up(Tunnel& tunnel, Call& call, Result result, Instant now);
  /// Ends a tunnel with all its calls; Host::down() is called for each.
  void close(Tunnel& tunnel, Result result, Instant now);
  void close_all(Result result, Instant now);
  /// Forgets everything without a word: the addresses are gone.
  void clear();

  void poll(Instant now);
  std::optional<Instant> next_deadline() const;

  struct Found {
    Tunnel* tunnel = nullptr;
    Call* call = nullptr;
  };
  /// Of a data message; nothing unless the call is established.
  Found find(std::uint16_t tunnel, std::uint16_t session) const;
  Found find(std::string_view call_name) const;
  const std::map<std::uint16_t, std::unique_ptr<Tunnel>>& tunnels() const { return tunnels_; }
  EngineCounters counters;

 private:
  struct TunnelRow;
  struct CallRow;
  using Refusal = std::optional<Result>;

  void open(Ipv4Address local, Endpoint peer, const Header& header, Instant now);
  Tunnel* find_peer(const Endpoint& peer, std::uint16_t remote_id) const;
  Tunnel* add_tunnel(Ipv4Address local, Endpoint peer, std::string secret, Instant now);
  Call* add_call(Tunnel& tunnel, Role role, Instant now);
  std::size_t half_open(Ipv4Address peer) const;
  void ask(Tunnel& tunnel, Instant now);
  void say(Tunnel& tunnel, const Control& message, std::uint16_t session, Instant now);
  void describe(Control& message, const Tunnel& tunnel) const;

  void work(Tunnel& tunnel, const Header& header, Instant now);
  void work_tunnel(Tunnel& tunnel, const Control& message, Instant now);
  void work_call(Tunnel& tunnel, const Header& header, const Control& message, Instant now);
  void take_description(Tunnel& tunnel, const Control& message);
  Refusal take_challenge(Tunnel& tunnel, MessageType answer, const Control& message);
  Refusal check_response(Tunnel& tunnel, const Control& message);
  static bool outlived(const Tunnel& tunnel, Instant now);
  void forget(Tunnel& tunnel, std::string_view reason, Instant now);
  bool lose_tie(Ipv4Address peer, const Control& request, Instant now);

  Refusal on_request(Tunnel& tunnel, const Control& message, Instant now);
  Refusal on_reply(Tunnel& tunnel, const Control& message, Instant now);
  Refusal on_connected(Tunnel& tunnel, const Control& message, Instant now);
  Refusal on_nothing(Tunnel&, const Control&, Instant) { return std::nullopt; }
  void established(Tunnel& tunnel, Instant now);

  void on_call_request(Tunnel& tunnel, const Control& message, Instant now);
  Refusal on_call_reply(Tunnel& tunnel, Call& call, const Control& message, Instant now);
  Refusal on_call_connected(Tunnel& tunnel, Call& call, const Control& message, Instant now);
  void request_call(Tunnel& tunnel, Call& call, Instant now);
  struct Sessions {
    std::uint16_t own = 0, remote = 0;
  };
  void disconnect(Tunnel& tunnel, Sessions sessions, Result result, Instant now);

  void end_call(Tunnel& tunnel, Call& call, std::string_view reason);
  void end_calls(Tunnel& tunnel, std::string_view reason);
  void begin_closing(Tunnel& tunnel, std::string_view reason, Instant now);
  bool poll_tunnel(Tunnel& tunnel, Instant now);
  void expire_calls(Tunnel& tunnel, Instant now);
  void without_calls(Tunnel& tunnel, Instant now);
  std::uint16_t free_id() const;

  Host& host_;
  Random& random_;
  Md5 md5_;
  std::function<Identity()> identity_;
  std::map<std::uint16_t, std::unique_ptr<Tunnel>> tunnels_;
  std::uint32_t next_serial_ = 1;
};

}  // namespace arrouter::l2tp
