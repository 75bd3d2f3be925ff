#include "modules/ppp/discovery.h"

#include <algorithm>

namespace arrouter::ppp {
namespace {

constexpr std::chrono::seconds first_wait{5}, longest_wait{60};
constexpr std::chrono::seconds request_wait{5};

std::array<std::uint8_t, 4> bytes_of(std::uint32_t number) {
  std::array<std::uint8_t, 4> bytes{};
  store_be32(bytes.data(), number);
  return bytes;
}

/// The concentrator says why there will be no session.
const Tag* error_in(const DiscoveryPacket& packet) {
  for (const std::uint16_t type :
       {pppoe_tag::service_name_error, pppoe_tag::ac_system_error, pppoe_tag::generic_error}) {
    if (const Tag* const tag = packet.find(type)) return tag;
  }
  return nullptr;
}

}  // namespace

void Discovery::start(Instant now) {
  wait_ = first_wait;
  search(now);
}

void Discovery::search(Instant now) {
  state_ = State::searching;
  sent_ = 0;
  const auto unique = bytes_of(unique_);
  host_.send_discovery(MacAddress::broadcast(), encode({pppoe_code::padi, 0,
                                                        {{pppoe_tag::service_name, as_bytes(service_)},
                                                         {pppoe_tag::host_uniq, unique}}}));
  deadline_ = now + wait_;
  wait_ = std::min<Duration>(wait_ * 2, longest_wait);
}

void Discovery::request(Instant now) {
  ++sent_;
  const auto unique = bytes_of(unique_);
  DiscoveryPacket padr{pppoe_code::padr, 0,
                       {{pppoe_tag::service_name, as_bytes(service_)}, {pppoe_tag::host_uniq, unique}}};
  if (has_cookie_) padr.tags.push_back({pppoe_tag::ac_cookie, cookie_});
  if (has_relay_) padr.tags.push_back({pppoe_tag::relay_session_id, relay_});
  host_.send_discovery(peer_, encode(padr));
  deadline_ = now + request_wait;
}

void Discovery::stop(std::string_view reason) {
  if (state_ == State::open) {
    host_.send_discovery(peer_, encode({pppoe_code::padt, session_, {{pppoe_tag::generic_error, as_bytes(reason)}}}));
  }
  state_ = State::idle;
  deadline_.reset();
}

void Discovery::tick(Instant now) {
  if (!deadline_ || *deadline_ > now) return;
  if (state_ == State::requesting && (padr_retries_ == 0 || sent_ <= padr_retries_)) {
    request(now);
  } else {
    search(now);
  }
}

bool Discovery::ours(const DiscoveryPacket& packet) const {
  const Tag* const tag = packet.find(pppoe_tag::host_uniq);
  return tag != nullptr && std::ranges::equal(tag->value, bytes_of(unique_));
}

bool Discovery::receive(const MacAddress& from, const DiscoveryPacket& packet, Instant now) {
  switch (packet.code) {
    case pppoe_code::pado:
      if (!ours(packet)) return false;
      if (state_ == State::searching) take_offer(from, packet, now);
      return true;
    case pppoe_code::pads:
      if (!ours(packet)) return false;
      if (state_ == State::requesting && from == peer_) take_session(packet);
      return true;
    case pppoe_code::padt: {
      if (state_ != State::open || from != peer_ || packet.session != session_) return false;
      state_ = State::idle;
      const Tag* const why = error_in(packet);
      host_.session_failed(why != nullptr && !why->value.empty() ? text(*why) : "the peer ended the session");
      return true;
    }
    default:
      return false;
  }
}

void Discovery::take_offer(const MacAddress& from, const DiscoveryPacket& offer, Instant now) {
  if (error_in(offer) != nullptr || from.group()) return;
  const bool offered = std::ranges::any_of(offer.tags, [&](const Tag& tag) {
    return tag.type == pppoe_tag::service_name && (service_.empty() || text(tag) == service_);
  });
  if (!offered) return;
  const auto keep = [&](std::uint16_t type, Bytes& value, bool& there) {
    const Tag* const tag = offer.find(type);
    there = tag != nullptr;
    value.clear();
    if (there) value.assign(tag->value.begin(), tag->value.end());
  };
  keep(pppoe_tag::ac_cookie, cookie_, has_cookie_);
  keep(pppoe_tag::relay_session_id, relay_, has_relay_);
  peer_ = from;
  state_ = State::requesting;
  request(now);
}

void Discovery::take_session(const DiscoveryPacket& answer) {
  deadline_.reset();
  if (const Tag* const error = error_in(answer); error != nullptr || answer.session == 0) {
    state_ = State::idle;
    host_.session_failed(error != nullptr && !error->value.empty() ? text(*error) : "no session");
    return;
  }
  session_ = answer.session;
  state_ = State::open;
  host_.session_opened(peer_, session_);
}

}  // namespace arrouter::ppp
