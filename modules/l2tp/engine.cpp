// The control connection: how tunnels come, stay and go. Calls are in calls.cpp.
#include "modules/l2tp/engine.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "modules/l2tp/timing.h"
#include "os/base/limits.h"

namespace arrouter::l2tp {
namespace {

constexpr std::uint32_t both_framings = 3, both_bearers = 3;
constexpr std::size_t challenge_bytes = 16;

Result no_answer() { return {result::general_error, error::no_resources, "no answer"}; }

}  // namespace

std::string_view name_of(TunnelState state) {
  switch (state) {
    case TunnelState::idle: return "idle";
    case TunnelState::wait_reply: return "wait-ctl-reply";
    case TunnelState::wait_connect: return "wait-ctl-conn";
    case TunnelState::established: return "established";
    case TunnelState::closing: return "closing";
  }
  return "";
}

std::string_view name_of(CallState state) {
  switch (state) {
    case CallState::idle: return "idle";
    case CallState::wait_tunnel: return "wait-tunnel";
    case CallState::wait_reply: return "wait-reply";
    case CallState::wait_connect: return "wait-connect";
    case CallState::established: return "established";
  }
  return "";
}

Engine::Engine(Host& host, Random& random, Md5 md5, std::function<Identity()> identity)
    : host_(host), random_(random), md5_(std::move(md5)), identity_(std::move(identity)) {}

// RFC 2661 7.2.1. What has no row is answered with the end of the tunnel.
struct Engine::TunnelRow {
  TunnelState state;
  MessageType message;
  Refusal (Engine::*act)(Tunnel&, const Control&, Instant);
};

void Engine::work_tunnel(Tunnel& tunnel, const Control& message, Instant now) {
  static constexpr TunnelRow rows[] = {
      {TunnelState::idle, MessageType::sccrq, &Engine::on_request},
      {TunnelState::wait_reply, MessageType::sccrp, &Engine::on_reply},
      {TunnelState::wait_connect, MessageType::scccn, &Engine::on_connected},
      {TunnelState::wait_connect, MessageType::hello, &Engine::on_nothing},
      {TunnelState::established, MessageType::hello, &Engine::on_nothing},
  };
  if (message.type == MessageType::stopccn) {
    return begin_closing(tunnel, message.result && !message.result->text.empty() ? message.result->text : "by peer", now);
  }
  const auto row = std::ranges::find_if(rows, [&](const TunnelRow& r) {
    return r.state == tunnel.state && r.message == message.type;
  });
  if (row == std::end(rows)) return close(tunnel, {result::fsm_error, error::none, "out of turn"}, now);
  if (auto refusal = (this->*row->act)(tunnel, message, now)) close(tunnel, std::move(*refusal), now);
}

void Engine::receive(Ipv4Address local, Endpoint peer, const Header& header, Instant now) {
  ++counters.in_control;
  if (header.tunnel == 0) return open(local, peer, header, now);
  const auto found = tunnels_.find(header.tunnel);
  if (found == tunnels_.end() || found->second->peer.address != peer.address) {
    ++counters.in_unknown_tunnel;
    return;
  }
  Tunnel& tunnel = *found->second;
  tunnel.peer.port = peer.port;  // a NAT may have moved it
  tunnel.local = local;          // not known before when a call was placed while there was no route
  work(tunnel, header, now);
}

/// A message to no tunnel yet: a request, for the first time or again.
void Engine::open(Ipv4Address local, Endpoint peer, const Header& header, Instant now) {
  const auto secret = host_.admits(peer.address);
  if (!secret) {
    ++counters.refused;
    return;
  }
  const auto request = decode(header.payload, *secret, md5_);
  if (!request || request->type != MessageType::sccrq || request->assigned_tunnel == 0) {
    ++counters.in_bad;
    return;
  }
  if (Tunnel* const known = find_peer(peer, request->assigned_tunnel)) {
    if (!outlived(*known, now)) return work(*known, header, now);
    forget(*known, "the peer began anew", now);
  }
  if (!lose_tie(peer.address, *request, now)) return;
  if (half_open(peer.address) >= limits::l2tp_half_open_per_source) {
    ++counters.too_many;
    return;
  }
  if (Tunnel* const tunnel = add_tunnel(local, peer, *secret, now)) work(*tunnel, header, now);
}

void Engine::work(Tunnel& tunnel, const Header& header, Instant now) {
  const auto arrival = tunnel.channel.received(header, now);
  tunnel.last_heard = now;
  if (arrival == Channel::Arrival::next && tunnel.state != TunnelState::closing) {
    auto message = decode(header.payload, tunnel.secret, md5_);
    if (!message) {
      ++counters.in_bad;
      // What is wrong with a call's message ends the call, not the tunnel.
      const auto call = tunnel.calls.find(header.session);
      if (call == tunnel.calls.end()) {
        close(tunnel, std::move(message.error()), now);
      } else {
        disconnect(tunnel, {call->second->id, call->second->remote_id}, message.error(), now);
        end_call(tunnel, *call->second, message.error().text);
      }
    } else if (message->type >= MessageType::ocrq) {
      work_call(tunnel, header, *message, now);
    } else {
      work_tunnel(tunnel, *message, now);
    }
  }
  tunnel.channel.acknowledge();
}

Tunnel* Engine::find_peer(const Endpoint& peer, std::uint16_t remote_id) const {
  const auto found = std::ranges::find_if(tunnels_, [&](const auto& entry) {
    const Tunnel& tunnel = *entry.second;
    return !tunnel.asked && tunnel.remote_id == remote_id && tunnel.peer == peer;
  });
  return found == tunnels_.end() ? nullptr : found->second.get();
}

/// Whether a request from the tunnel's peer, under the number the tunnel has there, can be no late copy of the one that
/// opened it: a client that lost its memory counts from one again.
bool Engine::outlived(const Tunnel& tunnel, Instant now) {
  if (tunnel.opened == Instant{}) return false;
  return tunnel.state == TunnelState::closing || now >= tunnel.opened + timing::closing;
}

/// Ends it without a word: the peer knows nothing of it.
void Engine::forget(Tunnel& tunnel, std::string_view reason, Instant now) {
  begin_closing(tunnel, reason, now);
  tunnel.channel = Channel([](const Bytes&) {});
  tunnel.remote_id = 0;  // nothing is for it any more
  tunnel.give_up = now;
}

/// RFC 2661 4.4.3 (Tie Breaker): both ends have asked at once. The lower number wins; true: this router answers the
/// peer's request, having withdrawn its own where it must.
bool Engine::lose_tie(Ipv4Address peer, const Control& request, Instant now) {
  if (!request.tie_breaker) return true;
  const auto own = std::ranges::find_if(tunnels_, [&](const auto& entry) {
    return entry.second->state == TunnelState::wait_reply && entry.second->peer.address == peer;
  });
  if (own == tunnels_.end()) return true;
  const std::uint64_t ours = own->second->tie_breaker.value_or(0);
  if (ours < *request.tie_breaker) return false;
  forget(*own->second, "the peer asked first", now);
  return ours != *request.tie_breaker;
}

std::size_t Engine::half_open(Ipv4Address peer) const {
  return static_cast<std::size_t>(std::ranges::count_if(tunnels_, [peer](const auto& entry) {
    return entry.second->peer.address == peer && entry.second->state != TunnelState::established;
  }));
}

std::uint16_t Engine::free_id() const {
  for (;;) {
    const auto id = static_cast<std::uint16_t>(random_.below(0xffff) + 1);
    if (!tunnels_.contains(id)) return id;
  }
}

Tunnel* Engine::add_tunnel(Ipv4Address local, Endpoint peer, std::string secret, Instant now) {
  if (tunnels_.size() >= limits::l2tp_tunnels) {
    ++counters.too_many;
    return nullptr;
  }
  const std::uint16_t id = free_id();
  auto tunnel = std::make_unique<Tunnel>([this, id](const Bytes& message) {
    ++counters.out_control;
    host_.send(*tunnels_.at(id), message);
  });
  tunnel->id = id;
  tunnel->local = local;
  tunnel->peer = peer;
  tunnel->secret = std::move(secret);
  tunnel->started = host_.wall_time();
  tunnel->window = identity_().window;
  tunnel->last_heard = now;
  tunnel->give_up = now + timing::set_up;
  return (tunnels_[id] = std::move(tunnel)).get();
}

void Engine::describe(Control& message, const Tunnel& tunnel) const {
  Identity identity = identity_();
  message.host_name = std::move(identity.host_name);
  message.vendor_name = std::move(identity.vendor_name);
  message.firmware = identity.firmware;
  message.framing = both_framings;
  message.bearer = both_bearers;
  message.assigned_tunnel = tunnel.id;
  message.receive_window = tunnel.window;
  message.challenge = tunnel.challenge;
}

void Engine::say(Tunnel& tunnel, const Control& message, std::uint16_t session, Instant now) {
  if (!tunnel.channel.send(encode(message, tunnel.remote_id, session), now)) ++counters.too_many;
}

void Engine::ask(Tunnel& tunnel, Instant now) {
  tunnel.asked = true;
  tunnel.state = TunnelState::wait_reply;
  tunnel.tie_breaker = random_.u64();
  if (!tunnel.secret.empty()) tunnel.challenge = random_.bytes(challenge_bytes);
  Control request{.type = MessageType::sccrq};
  describe(request, tunnel);
  request.tie_breaker = tunnel.tie_breaker;
  say(tunnel, request, 0, now);
}

void Engine::take_description(Tunnel& tunnel, const Control& message) {
  tunnel.remote_id = message.assigned_tunnel;
  tunnel.remote_host = message.host_name;
  tunnel.remote_firmware = message.firmware.value_or(0);
  tunnel.remote_framing = message.framing.value_or(0);
  tunnel.remote_bearer = message.bearer.value_or(0);
  tunnel.remote_window = message.receive_window.value_or(tunnel.remote_window);
  tunnel.channel.set_peer_tunnel(tunnel.remote_id);
  tunnel.channel.set_peer_window(tunnel.remote_window);
}

/// The peer wants this router to prove that it knows the secret, in the message `answer`.
Engine::Refusal Engine::take_challenge(Tunnel& tunnel, MessageType answer, const Control& message) {
  if (message.challenge.empty()) return std::nullopt;
  if (tunnel.secret.empty()) return Result{result::not_authorized, error::none, "no secret"};
  tunnel.response = challenge_response(answer, tunnel.secret, message.challenge, md5_);
  return std::nullopt;
}

Engine::Refusal Engine::check_response(Tunnel& tunnel, const Control& message) {
  if (tunnel.challenge.empty()) return std::nullopt;
  const Bytes expected = challenge_response(message.type, tunnel.secret, tunnel.challenge, md5_);
  tunnel.challenge.clear();
  if (equal_constant_time(expected, message.challenge_response)) return std::nullopt;
  return Result{result::not_authorized, error::none, "wrong secret"};
}

Engine::Refusal Engine::on_request(Tunnel& tunnel, const Control& message, Instant now) {
  take_description(tunnel, message);
  if (auto refusal = take_challenge(tunnel, MessageType::sccrp, message)) return refusal;
  if (!tunnel.secret.empty()) tunnel.challenge = random_.bytes(challenge_bytes);
  Control reply{.type = MessageType::sccrp};
  describe(reply, tunnel);
  reply.challenge_response = std::exchange(tunnel.response, {});
  tunnel.state = TunnelState::wait_connect;
  say(tunnel, reply, 0, now);
  return std::nullopt;
}

Engine::Refusal Engine::on_reply(Tunnel& tunnel, const Control& message, Instant now) {
  if (message.assigned_tunnel == 0) return Result{result::general_error, error::bad_value, "no tunnel id"};
  take_description(tunnel, message);
  if (auto refusal = check_response(tunnel, message)) return refusal;
  if (auto refusal = take_challenge(tunnel, MessageType::scccn, message)) return refusal;
  Control connected{.type = MessageType::scccn};
  connected.challenge_response = std::exchange(tunnel.response, {});
  say(tunnel, connected, 0, now);
  established(tunnel, now);
  return std::nullopt;
}

Engine::Refusal Engine::on_connected(Tunnel& tunnel, const Control& message, Instant now) {
  if (auto refusal = check_response(tunnel, message)) return refusal;
  established(tunnel, now);
  return std::nullopt;
}

void Engine::established(Tunnel& tunnel, Instant now) {
  tunnel.state = TunnelState::established;
  tunnel.opened = now;
  tunnel.give_up = now + timing::without_calls;
  host_.tunnel_up(tunnel);
  for (const auto& [id, call] : tunnel.calls) {
    if (call->state == CallState::wait_tunnel) request_call(tunnel, *call, now);
  }
}

void Engine::close(Tunnel& tunnel, Result result, Instant now) {
  if (tunnel.state == TunnelState::closing) return;
  Control stop{.type = MessageType::stopccn};
  stop.assigned_tunnel = tunnel.id;
  const std::string reason = result.text;
  stop.result = std::move(result);
  say(tunnel, stop, 0, now);
  begin_closing(tunnel, reason, now);
}

void Engine::close_all(Result result, Instant now) {
  for (const auto& [id, tunnel] : tunnels_) close(*tunnel, result, now);
}

void Engine::clear() {
  for (const auto& [id, tunnel] : tunnels_) end_calls(*tunnel, "gone");
  tunnels_.clear();
}

/// From now on the tunnel only repeats and acknowledges, until the peer has heard of its end (RFC 2661 5.7).
void Engine::begin_closing(Tunnel& tunnel, std::string_view reason, Instant now) {
  if (tunnel.state == TunnelState::established) host_.tunnel_down(tunnel, reason);
  tunnel.state = TunnelState::closing;
  tunnel.give_up = now + timing::closing;
  end_calls(tunnel, reason);
}

void Engine::poll(Instant now) {
  std::erase_if(tunnels_, [&](auto& entry) { return !poll_tunnel(*entry.second, now); });
}

/// False: it is over and done with.
bool Engine::poll_tunnel(Tunnel& tunnel, Instant now) {
  if (!tunnel.channel.poll(now)) {
    begin_closing(tunnel, no_answer().text, now);
    return false;
  }
  if (tunnel.state == TunnelState::closing) return now < tunnel.give_up;
  expire_calls(tunnel, now);
  if (tunnel.state != TunnelState::established) {
    if (now >= tunnel.give_up) close(tunnel, no_answer(), now);
    return true;
  }
  if (tunnel.calls.empty() && now >= tunnel.give_up) {
    close(tunnel, {result::clear, error::none, "no calls"}, now);
  } else if (now >= tunnel.last_heard + timing::hello && tunnel.channel.idle()) {
    tunnel.last_heard = now;
    say(tunnel, {.type = MessageType::hello}, 0, now);
  }
  return true;
}

std::optional<Instant> Engine::next_deadline() const {
  std::optional<Instant> next;
  const auto consider = [&next](Instant when) { next = std::min(next.value_or(when), when); };
  for (const auto& [id, tunnel] : tunnels_) {
    if (const auto repeat = tunnel->channel.deadline()) consider(*repeat);
    const bool established = tunnel->state == TunnelState::established;
    if (!established || tunnel->calls.empty()) consider(tunnel->give_up);
    if (established && tunnel->channel.idle()) consider(tunnel->last_heard + timing::hello);
    for (const auto& [session, call] : tunnel->calls) {
      if (call->state != CallState::established) consider(call->give_up);
    }
  }
  return next;
}

}  // namespace arrouter::l2tp
