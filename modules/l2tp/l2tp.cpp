// L2TP: PPP over UDP, for Windows clients inside IPsec transport mode and for lines between routers (Software Reference,
// chapter L2TP; RFC 2661; reference/links.md 6).
//
// A tunnel is a control connection to a peer; its calls are lines for PPP. Who asks for a call is the LAC, who answers
// the LNS. A call that a peer of ADD L2TP IP asks for becomes a dynamic PPP interface made from the range's template; a
// call that names one of ADD L2TP CALL becomes the line of the PPP interface over TNL-name.
//
// Invariants: a call has a CallLine exactly while it is established; a line that PPP has closed lives on in closed_
// until the next turn, because PPP may be in the middle of it.
//
// Not modelled: calls from telephone lines (ASYNC, ISDN) and with them ADD L2TP USER, the filter, L2F and drafts before
// number 13 of the protocol, sequence numbers on data messages (a peer may send them, they are passed over).
#include "modules/l2tp/l2tp.h"

#include <fmt/format.h>

#include <algorithm>

#include "modules/l2tp/l2tp_module.h"
#include "os/base/text.h"

namespace arrouter {

std::unique_ptr<Module> make_l2tp(Services& services, IpApi& ip, ppp::PppApi& ppp, enco::EncoApi& enco) {
  return std::make_unique<l2tp::L2tpModule>(services, ip, ppp, enco);
}

namespace l2tp {
namespace {

constexpr std::string_view tunnel_prefix = "TNL-";
constexpr std::string_view vendor = "Allied Telesis";
constexpr std::uint16_t firmware_revision = 0x0200;  // 2-0

Md5 md5_of(enco::EncoApi& enco) {
  return [&enco](std::initializer_list<ByteView> parts) {
    return enco.hash(enco::Hash::md5, std::span(parts.begin(), parts.size()));
  };
}

Identity identity_of(const Services& services, const Settings& settings) {
  const std::string& name = services.system.name.empty() ? services.model.name : services.system.name;
  return {name, std::string(vendor), firmware_revision, settings.window};
}

}  // namespace

L2tpModule::L2tpModule(Services& services, IpApi& ip, ppp::PppApi& ppp, enco::EncoApi& enco)
    : services_(services),
      ip_(ip),
      ppp_(ppp),
      engine_(*this, services.random, md5_of(enco), [this] { return identity_of(services_, settings_); }),
      timer_(services.scheduler, [this] { due(); }) {
  ppp_.set_opener(tunnel_prefix, this);
}

L2tpModule::~L2tpModule() { ppp_.set_opener(tunnel_prefix, nullptr); }

void L2tpModule::stop(Ending ending) {
  if (!settings_.enabled) return;
  if (ending == Ending::process_end) {
    engine_.close_all({result::shutting_down, error::none, "shutting down"}, services_.clock.now());
  }
  engine_.clear();
  timer_.disarm();
}

void L2tpModule::receive(const UdpDatagram& datagram) {
  const auto header = read_header(datagram.payload);
  if (!header) {
    ++engine_.counters.in_bad;
    return;
  }
  if (!header->control) {
    const auto found = engine_.find(header->tunnel, header->session);
    const auto line = found.call == nullptr ? lines_.end() : lines_.find(found.call);
    if (line == lines_.end() || found.tunnel->peer.address != datagram.source) {
      ++engine_.counters.in_unknown_session;
      return;
    }
    return line->second->receive(header->payload);
  }
  if (!debugging_.empty()) {
    debug(fmt::format("In  {}:{} tunnel {} session {} Ns {} Nr {}, {} bytes", to_string(datagram.source),
                      datagram.source_port, header->tunnel, header->session, header->ns, header->nr,
                      header->payload.size()));
  }
  engine_.receive(datagram.destination, {datagram.source, datagram.source_port}, *header, services_.clock.now());
  rearm();
}

void L2tpModule::due() {
  closed_.clear();
  engine_.poll(services_.clock.now());
  rearm();
}

void L2tpModule::rearm() {
  if (!closed_.empty()) return timer_.arm(services_.clock.now());
  timer_.arm(engine_.next_deadline());
}

void L2tpModule::send(const Tunnel& tunnel, ByteView message) {
  if (!debugging_.empty()) {
    const auto header = read_header(message);
    debug(fmt::format("Out {}:{} tunnel {} session {} Ns {} Nr {}, {} bytes", to_string(tunnel.peer.address),
                      tunnel.peer.port, header->tunnel, header->session, header->ns, header->nr,
                      header->payload.size()));
  }
  // Without a route the message is repeated like one that was lost on the way.
  static_cast<void>(ip_.send_udp({.source = tunnel.local,
                                  .destination = tunnel.peer.address,
                                  .source_port = well_known_port,
                                  .destination_port = tunnel.peer.port,
                                  .payload = message}));
}

const Range* L2tpModule::range_of(Ipv4Address peer) const {
  const auto found =
      std::ranges::find_if(settings_.ranges, [peer](const Range& range) { return range.addresses.contains(peer); });
  return found == settings_.ranges.end() ? nullptr : &*found;
}

std::optional<std::string> L2tpModule::admits(Ipv4Address peer) const {
  if (settings_.server != Server::lns && settings_.server != Server::both) return std::nullopt;
  const auto call =
      std::ranges::find_if(settings_.calls, [peer](const auto& entry) { return entry.second.address == peer; });
  if (call != settings_.calls.end() && !call->second.password.empty()) return call->second.password;
  if (call == settings_.calls.end() && range_of(peer) == nullptr) return std::nullopt;
  return settings_.password;
}

/// The configured line that a call from outside names, if a PPP interface waits for it.
ConfiguredCall* L2tpModule::incoming_call(const Tunnel& tunnel, const Call& call) {
  const auto found = settings_.calls.find(to_lower(call.called_number));
  if (found == settings_.calls.end() || !found->second.active) return nullptr;
  return found->second.address == tunnel.peer.address && wanted_.contains(found->first) ? &found->second : nullptr;
}

bool L2tpModule::accepts(const Tunnel& tunnel, Call& call) {
  const ConfiguredCall* const configured = incoming_call(tunnel, call);
  if (configured == nullptr) return range_of(tunnel.peer.address) != nullptr;
  const auto present = engine_.find(configured->name);
  if (present.call != nullptr && !configured->incoming_first) return false;
  if (present.call != nullptr) drop(*configured, "the peer called too");
  call.name = configured->name;
  return true;
}

void L2tpModule::up(Tunnel& tunnel, Call& call) {
  auto line = std::make_unique<CallLine>(ip_, services_.pool, tunnel, call,
                                         [this](CallLine& l, std::string_view reason) { line_closed(l, reason); });
  line->checksum = settings_.checksum;
  CallLine& opened = *(lines_[&call] = std::move(line));
  log("UP", fmt::format("Call {} to {} established", call.id, to_string(tunnel.peer.address)));
  ppp::LineUser* user = nullptr;
  if (const auto wanted = wanted_.find(call.name); wanted != wanted_.end()) {
    user = ppp_.opened(wanted->second, opened);
  } else if (const Range* const range = range_of(tunnel.peer.address)) {
    user = ppp_.answer(range->ppp_template, opened, {tunnel.remote_host});
  }
  opened.set_user(user);
  if (user == nullptr) line_closed(opened, "no PPP interface");
}

void L2tpModule::down(Tunnel& tunnel, Call& call, std::string_view reason) {
  if (const auto line = take_line(call)) {
    log("DOWN", fmt::format("Call {} to {} closed: {}", call.id, to_string(tunnel.peer.address), reason));
    return line->down(reason);
  }
  if (call.role != Role::lac) return;
  if (const auto wanted = wanted_.find(call.name); wanted != wanted_.end()) ppp_.failed(wanted->second, reason);
}

/// The line of a call that ends; nullptr when it had none yet.
std::unique_ptr<CallLine> L2tpModule::take_line(const Call& call) {
  const auto found = lines_.find(&call);
  if (found == lines_.end()) return nullptr;
  std::unique_ptr<CallLine> line = std::move(found->second);
  lines_.erase(found);
  ended_ += line->counters;
  return line;
}

void L2tpModule::tunnel_up(const Tunnel& tunnel) {
  log("UP", fmt::format("Tunnel {} to {} established", tunnel.id, to_string(tunnel.peer.address)));
}

void L2tpModule::tunnel_down(const Tunnel& tunnel, std::string_view reason) {
  log("DOWN", fmt::format("Tunnel {} to {} closed: {}", tunnel.id, to_string(tunnel.peer.address), reason));
}

void L2tpModule::log(std::string_view subtype, std::string message) {
  services_.log.record({.severity = LogSeverity::info,
                        .module = module_number::l2tp,
                        .type = "L2TP",
                        .subtype = subtype,
                        .message = std::move(message)});
}

void L2tpModule::debug(std::string_view text) {
  std::erase_if(debugging_, [](const auto& terminal) { return terminal.expired(); });
  for (const auto& listener : debugging_) {
    if (const auto terminal = listener.lock()) terminal->print(fmt::format("L2TP {}\n", text));
  }
}

}  // namespace l2tp
}  // namespace arrouter
