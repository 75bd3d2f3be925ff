// Lines for CREATE PPP OVER=TNL-name: which are wanted, placed, and given up.
#include "modules/l2tp/l2tp.h"
#include "os/base/text.h"

namespace arrouter::l2tp {

bool L2tpModule::knows(std::string_view name) const { return settings_.calls.contains(to_lower(name)); }

bool L2tpModule::open(std::string_view name, unsigned interface) {
  const auto call = settings_.calls.find(to_lower(name));
  if (call == settings_.calls.end()) return false;
  wanted_[call->first] = interface;
  place(call->second);
  return true;
}

void L2tpModule::abandon(std::string_view name, unsigned interface) {
  const auto wanted = wanted_.find(to_lower(name));
  if (wanted == wanted_.end() || wanted->second != interface) return;
  wanted_.erase(wanted);
  const auto call = settings_.calls.find(to_lower(name));
  if (call != settings_.calls.end()) drop(call->second, "not wanted any more");
}

/// Calls, unless that cannot be now: place_wanted() comes back to it.
void L2tpModule::place(const ConfiguredCall& call) {
  if (!settings_.enabled || !call.active || engine_.find(call.name).call != nullptr) return;
  const std::string& secret = call.password.empty() ? settings_.password : call.password;
  const std::string& number = call.remote.empty() ? call.name : call.remote;
  engine_.place_call(ip_.source_towards(call.address), {call.address}, secret, call.name, number,
                     services_.clock.now());
  rearm();
}

void L2tpModule::place_wanted() {
  for (const auto& [name, interface] : wanted_) place(settings_.calls.at(name));
}

/// Ends the call of that name, whatever its state; its PPP hears of it.
void L2tpModule::drop(const ConfiguredCall& configured, std::string_view reason) {
  const auto [tunnel, call] = engine_.find(configured.name);
  if (call == nullptr) return;
  const std::unique_ptr<CallLine> line = take_line(*call);
  engine_.hang_up(*tunnel, *call, {result::administrative, error::none, std::string(reason)}, services_.clock.now());
  if (line) line->down(reason);
  rearm();
}

void L2tpModule::line_closed(CallLine& line, std::string_view reason) {
  Tunnel& tunnel = line.tunnel();
  Call& call = line.call();
  line.set_user(nullptr);
  auto closed = take_line(call);
  if (!closed) return;  // it was on its way out already
  closed_.push_back(std::move(closed));
  engine_.hang_up(tunnel, call, {result::administrative, error::none, std::string(reason)}, services_.clock.now());
  rearm();
}

}  // namespace arrouter::l2tp
