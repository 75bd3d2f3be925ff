// Calls over established tunnels (RFC 2661 7.4). A virtual line has no telephone behind it, so every call is an "incoming"
// one of the protocol: who wants it sends ICRQ and is the LAC.
#include <algorithm>
#include <utility>
#include <vector>

#include "modules/l2tp/engine.h"
#include "modules/l2tp/timing.h"
#include "os/base/limits.h"

namespace arrouter::l2tp {
namespace {

constexpr std::uint32_t synchronous = 1;
constexpr std::uint32_t line_speed = 10'000'000;  // bits a second, for the peer's information

std::string reason_of(const Control& message) {
  return message.result && !message.result->text.empty() ? message.result->text : "by peer";
}

}  // namespace

struct Engine::CallRow {
  CallState state;
  MessageType message;
  Refusal (Engine::*act)(Tunnel&, Call&, const Control&, Instant);
};

void Engine::work_call(Tunnel& tunnel, const Header& header, const Control& message, Instant now) {
  static constexpr CallRow rows[] = {
      {CallState::wait_reply, MessageType::icrp, &Engine::on_call_reply},
      {CallState::wait_connect, MessageType::iccn, &Engine::on_call_connected},
  };
  if (tunnel.state != TunnelState::established) {
    return close(tunnel, {result::fsm_error, error::none, "call before tunnel"}, now);
  }
  if (message.type == MessageType::wen || message.type == MessageType::sli) return;  // about modems
  if (message.type == MessageType::icrq) return on_call_request(tunnel, message, now);
  if (message.type == MessageType::ocrq) {
    return disconnect(tunnel, {0, message.assigned_session}, {result::no_facilities, error::none, "no telephone lines"},
                      now);
  }
  auto found = tunnel.calls.find(header.session);
  // A CDN may come before the peer has our session id (RFC 2661 4.4.4); it names its own then.
  if (found == tunnel.calls.end() && message.type == MessageType::cdn && message.assigned_session != 0) {
    found = std::ranges::find_if(
        tunnel.calls, [&](const auto& entry) { return entry.second->remote_id == message.assigned_session; });
  }
  if (found == tunnel.calls.end()) {
    ++counters.in_unknown_session;
    return;
  }
  Call& call = *found->second;
  if (message.type == MessageType::cdn) return end_call(tunnel, call, reason_of(message));
  const auto row =
      std::ranges::find_if(rows, [&](const CallRow& r) { return r.state == call.state && r.message == message.type; });
  Refusal refusal = Result{result::general_error, error::none, "out of turn"};
  if (row != std::end(rows)) refusal = (this->*row->act)(tunnel, call, message, now);
  if (!refusal) return;
  disconnect(tunnel, {call.id, call.remote_id}, *refusal, now);
  end_call(tunnel, call, refusal->text);
}

Call* Engine::add_call(Tunnel& tunnel, Role role, Instant now) {
  if (tunnel.calls.size() >= limits::l2tp_calls_per_tunnel) {
    ++counters.too_many;
    return nullptr;
  }
  auto call = std::make_unique<Call>();
  do {
    call->id = static_cast<std::uint16_t>(random_.below(0xffff) + 1);
  } while (tunnel.calls.contains(call->id));
  call->role = role;
  call->started = host_.wall_time();
  call->give_up = now + timing::set_up;
  return (tunnel.calls[call->id] = std::move(call)).get();
}

Call* Engine::place_call(Ipv4Address local, Endpoint peer, const std::string& secret, const std::string& name,
                         const std::string& number, Instant now) {
  const auto usable = std::ranges::find_if(tunnels_, [&](const auto& entry) {
    const Tunnel& tunnel = *entry.second;
    return tunnel.peer.address == peer.address && tunnel.secret == secret &&
           (tunnel.state == TunnelState::established || tunnel.state == TunnelState::wait_reply);
  });
  const bool fresh = usable == tunnels_.end();
  Tunnel* const tunnel = fresh ? add_tunnel(local, peer, secret, now) : usable->second.get();
  if (tunnel == nullptr) return nullptr;
  Call* const call = add_call(*tunnel, Role::lac, now);
  if (call == nullptr) return nullptr;
  call->name = name;
  call->called_number = number;
  call->serial = next_serial_++;
  call->state = CallState::wait_tunnel;
  if (fresh) ask(*tunnel, now);
  if (tunnel->state == TunnelState::established) request_call(*tunnel, *call, now);
  return call;
}

void Engine::request_call(Tunnel& tunnel, Call& call, Instant now) {
  call.state = CallState::wait_reply;
  Control request{.type = MessageType::icrq};
  request.assigned_session = call.id;
  request.call_serial = call.serial;
  request.called_number = call.called_number;
  say(tunnel, request, 0, now);
}

void Engine::on_call_request(Tunnel& tunnel, const Control& message, Instant now) {
  if (message.assigned_session == 0) return close(tunnel, {result::general_error, error::bad_value, "no session id"}, now);
  Call* const call = add_call(tunnel, Role::lns, now);
  if (call == nullptr) {
    return disconnect(tunnel, {0, message.assigned_session}, {result::no_facilities, error::no_resources, "too many"},
                      now);
  }
  call->remote_id = message.assigned_session;
  call->serial = message.call_serial.value_or(0);
  call->called_number = message.called_number;
  if (!host_.accepts(tunnel, *call)) {
    ++counters.refused;
    tunnel.calls.erase(call->id);
    return disconnect(tunnel, {0, message.assigned_session}, {result::administrative, error::none, "not wanted"}, now);
  }
  call->state = CallState::wait_connect;
  Control reply{.type = MessageType::icrp};
  reply.assigned_session = call->id;
  say(tunnel, reply, call->remote_id, now);
}

Engine::Refusal Engine::on_call_reply(Tunnel& tunnel, Call& call, const Control& message, Instant now) {
  if (message.assigned_session == 0) return Result{result::general_error, error::bad_value, "no session id"};
  call.remote_id = message.assigned_session;
  Control connected{.type = MessageType::iccn};
  connected.speed = line_speed;
  connected.framing = synchronous;
  say(tunnel, connected, call.remote_id, now);
  call.state = CallState::established;
  host_.up(tunnel, call);
  return std::nullopt;
}

Engine::Refusal Engine::on_call_connected(Tunnel& tunnel, Call& call, const Control& message, Instant) {
  call.username = message.proxy_name;
  call.state = CallState::established;
  host_.up(tunnel, call);
  return std::nullopt;
}

/// Without an own session id a CDN names none; then the call never came to be.
void Engine::disconnect(Tunnel& tunnel, Sessions sessions, Result result, Instant now) {
  Control message{.type = MessageType::cdn};
  message.assigned_session = sessions.own;
  message.result = std::move(result);
  say(tunnel, message, sessions.remote, now);
}

void Engine::hang_up(Tunnel& tunnel, Call& call, Result result, Instant now) {
  if (call.state != CallState::wait_tunnel) disconnect(tunnel, {call.id, call.remote_id}, std::move(result), now);
  tunnel.calls.erase(call.id);
  without_calls(tunnel, now);
}

void Engine::end_call(Tunnel& tunnel, Call& call, std::string_view reason) {
  const auto found = tunnel.calls.find(call.id);
  const std::unique_ptr<Call> ended = std::move(found->second);
  tunnel.calls.erase(found);
  host_.down(tunnel, *ended, reason);
  without_calls(tunnel, tunnel.last_heard);
}

void Engine::end_calls(Tunnel& tunnel, std::string_view reason) {
  auto calls = std::exchange(tunnel.calls, {});
  for (const auto& [id, call] : calls) host_.down(tunnel, *call, reason);
}

/// Who opened the tunnel closes it with the last call; the other end gives it a little longer.
void Engine::without_calls(Tunnel& tunnel, Instant now) {
  if (tunnel.state != TunnelState::established || !tunnel.calls.empty()) return;
  tunnel.give_up = tunnel.asked ? now : now + timing::without_calls;
}

void Engine::expire_calls(Tunnel& tunnel, Instant now) {
  const auto late = [now](const auto& entry) {
    return entry.second->state != CallState::established && now >= entry.second->give_up;
  };
  for (;;) {  // the host may end other calls when it hears of one, so the search begins anew each time
    const auto found = std::ranges::find_if(tunnel.calls, late);
    if (found == tunnel.calls.end()) return;
    Call& call = *found->second;
    disconnect(tunnel, {call.id, call.remote_id}, {result::no_facilities, error::none, "no answer"}, now);
    end_call(tunnel, call, "no answer");
  }
}

Engine::Found Engine::find(std::uint16_t tunnel, std::uint16_t session) const {
  const auto found = tunnels_.find(tunnel);
  if (found == tunnels_.end()) return {};
  const auto call = found->second->calls.find(session);
  if (call == found->second->calls.end() || call->second->state != CallState::established) return {};
  return {found->second.get(), call->second.get()};
}

Engine::Found Engine::find(std::string_view call_name) const {
  for (const auto& [id, tunnel] : tunnels_) {
    for (const auto& [session, call] : tunnel->calls) {
      if (call->name == call_name) return {tunnel.get(), call.get()};
    }
  }
  return {};
}

}  // namespace arrouter::l2tp
