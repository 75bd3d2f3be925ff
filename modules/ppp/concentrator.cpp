#include "modules/ppp/concentrator.h"

#include <algorithm>

#include "os/base/text.h"

namespace arrouter::ppp {
namespace {

/// What a client wants to see again in the answer.
std::vector<Tag> echoed(const DiscoveryPacket& packet) {
  std::vector<Tag> tags;
  for (const std::uint16_t type : {pppoe_tag::host_uniq, pppoe_tag::relay_session_id}) {
    if (const Tag* const tag = packet.find(type)) tags.push_back(*tag);
  }
  return tags;
}

}  // namespace

bool AcService::offers(std::string_view asked) const {
  return asked.empty() || equal_ignoring_case(name, "any") || equal_ignoring_case(name, asked);
}

Bytes Concentrator::cookie_for(const MacAddress& client) const {
  const std::array<ByteView, 2> parts{ByteView(client.octets), ByteView(secret_)};
  return md5_(parts);
}

const AcService* Concentrator::service_for(const std::string& interface, std::string_view asked) const {
  for (const auto& [key, service] : services) {
    if (service.interface == interface && service.offers(asked)) return &service;
  }
  return nullptr;
}

void Concentrator::receive(const std::string& interface, const MacAddress& from, const DiscoveryPacket& packet) {
  if (!enabled || from.group()) return;
  if (packet.code == pppoe_code::padi) offer(interface, from, packet);
  if (packet.code == pppoe_code::padr) confirm(interface, from, packet);
}

void Concentrator::offer(const std::string& interface, const MacAddress& from, const DiscoveryPacket& padi) {
  const Tag* const asked = padi.find(pppoe_tag::service_name);
  if (asked == nullptr) return;
  const AcService* const service = service_for(interface, text(*asked));
  if (service == nullptr || host_.sessions_of(*service) >= service->max_sessions) return;
  const Bytes cookie = cookie_for(from);
  DiscoveryPacket pado{pppoe_code::pado, 0, {{pppoe_tag::ac_name, as_bytes(name)}, *asked}};
  for (const auto& [key, other] : services) {
    const bool listed = other.interface == interface && !equal_ignoring_case(other.name, text(*asked)) &&
                        !equal_ignoring_case(other.name, "any");
    if (listed) pado.tags.push_back({pppoe_tag::service_name, as_bytes(other.name)});
  }
  pado.tags.push_back({pppoe_tag::ac_cookie, cookie});
  for (const Tag& tag : echoed(padi)) pado.tags.push_back(tag);
  host_.send_offer(interface, from, encode(pado));
}

void Concentrator::confirm(const std::string& interface, const MacAddress& from, const DiscoveryPacket& padr) {
  const Tag* const asked = padr.find(pppoe_tag::service_name);
  const Tag* const cookie = padr.find(pppoe_tag::ac_cookie);
  // Only who got our offer may ask for a session: memory is not for forged addresses.
  if (asked == nullptr || cookie == nullptr || !equal_constant_time(cookie->value, cookie_for(from))) return;
  DiscoveryPacket pads{pppoe_code::pads, 0, {*asked}};
  for (const Tag& tag : echoed(padr)) pads.tags.push_back(tag);
  const Tag* const unique = padr.find(pppoe_tag::host_uniq);
  const Bytes mark = unique == nullptr ? Bytes() : Bytes(unique->value.begin(), unique->value.end());
  const auto before = std::ranges::find_if(
      confirmed_, [&](const Confirmed& held) { return held.client == from && held.unique == mark; });
  const AcService* const service = service_for(interface, text(*asked));
  if (before != confirmed_.end() && !mark.empty()) {
    pads.session = before->session;  // our PADS was lost
  } else if (service == nullptr) {
    pads.tags.push_back({pppoe_tag::service_name_error, {}});
  } else {
    const std::uint16_t session = free_session();
    const bool room = host_.sessions_of(*service) < service->max_sessions;
    if (room && session != 0 && host_.open_session(*service, from, session)) {
      pads.session = session;
      confirmed_.push_back({from, mark, session});
    } else {
      pads.tags.push_back({pppoe_tag::ac_system_error, as_bytes("no session is free")});
    }
  }
  host_.send_offer(interface, from, encode(pads));
}

std::uint16_t Concentrator::free_session() {
  for (unsigned tries = 0; tries < 64; ++tries) {
    const auto session = static_cast<std::uint16_t>(1 + random_.below(0xfffe));  // 0 and 0xffff are no sessions
    if (!host_.session_taken(session)) return session;
  }
  return 0;
}

void Concentrator::ended(std::uint16_t session) {
  std::erase_if(confirmed_, [&](const Confirmed& held) { return held.session == session; });
}

}  // namespace arrouter::ppp
