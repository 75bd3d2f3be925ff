#include "modules/ipsec/conversations.h"

#include <algorithm>

namespace arrouter::ipsec {
namespace {

constexpr Duration look_pause = std::chrono::minutes(1);
constexpr std::uint16_t first_dynamic_port = 49152;  // RFC 6335 6
constexpr std::uint32_t dynamic_ports = 65536 - first_dynamic_port;
constexpr int attempts = 64;  // to find one that is free

/// An answer need not leave by the interface that the question came by.
FlowKey anywhere(FlowKey flow) {
  flow.interface = 0;
  return flow;
}

}  // namespace

Conversations::Heard Conversations::heard(const FlowKey& flow, const std::string& nat_id, Random& random, Instant now) {
  const FlowKey said = anywhere(flow);
  if (const auto found = clients_.find(said); found != clients_.end()) {
    const auto client = std::ranges::find(found->second, nat_id, &Client::nat_id);
    if (client != found->second.end()) {
      client->last_heard = now;
      return {client->port, false};
    }
  }
  if (now >= next_look_) forget_silent(now);
  FlowKey inside = said;
  for (int attempt = 0; owners_.contains(inside); ++attempt) {
    if (attempt == attempts) return {said.remote_port, false};
    inside.remote_port = static_cast<std::uint16_t>(first_dynamic_port + random.below(dynamic_ports));
  }
  if (owners_.size() >= most) return {said.remote_port, false};
  owners_[inside] = {nat_id, said.remote_port};
  clients_[said].push_back({nat_id, inside.remote_port, now});
  return {inside.remote_port, true};
}

const Conversations::Owner* Conversations::owner(const FlowKey& flow) const {
  const auto found = owners_.find(anywhere(flow));
  return found == owners_.end() ? nullptr : &found->second;
}

void Conversations::forget_silent(Instant now) {
  next_look_ = now + look_pause;
  for (auto at = clients_.begin(); at != clients_.end();) {
    std::erase_if(at->second, [&](const Client& client) {
      if (now - client.last_heard < silence) return false;
      FlowKey inside = at->first;
      inside.remote_port = client.port;
      owners_.erase(inside);
      return true;
    });
    at = at->second.empty() ? clients_.erase(at) : std::next(at);
  }
}

}  // namespace arrouter::ipsec
