#include "modules/ppp/pppoe.h"

#include <fmt/format.h>

#include <algorithm>

#include "modules/ppp/numbers.h"
#include "netdev/wire/ethernet.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::ppp {
namespace {

constexpr std::chrono::seconds between_refusals{1};
constexpr std::string_view any_service = "any";
constexpr std::size_t longest_service = 18;  // characters (reference/links.md 5.1)

/// "eth0-any" -> "eth0", "any".
std::pair<std::string, std::string_view> split_over(std::string_view over) {
  const std::size_t dash = over.find('-');
  if (dash == std::string_view::npos) return {to_lower(over), any_service};
  return {to_lower(over.substr(0, dash)), over.substr(dash + 1)};
}

}  // namespace

Pppoe::Pppoe(Services& services, PppApi& ppp, const Md5& md5)
    : concentrator(*this, md5, services.random),
      services_(services),
      ppp_(ppp),
      burial_(services.scheduler, [this] { buried_.clear(); }) {}

Pppoe::~Pppoe() {
  clients_.clear();
  served_.clear();
  for (const auto& [name, port] : attached_) port->divert(0, 0, {}, {});
}

std::optional<std::string> Pppoe::canonical(std::string_view over) const {
  const auto [name, service] = split_over(over);
  const auto port = services_.ports.find(name);
  const bool ethernet = port != services_.ports.end() && !port->second->point_to_point();
  if (!ethernet || service.empty() || service.size() > longest_service) return std::nullopt;
  return name + "-" + (equal_ignoring_case(service, any_service) ? std::string(any_service) : std::string(service));
}

void Pppoe::attach(Port& port) {
  if (!attached_.emplace(port.name(), &port).second) return;
  port.divert(
      wire::ether_type::pppoe_discovery, wire::ether_type::pppoe_session,
      [this, &port](Burst& frames) { receive(port, frames); }, [this, &port](bool up) { link_changed(port, up); });
}

void Pppoe::open(const std::string& over, unsigned interface, unsigned padr_retries) {
  const auto [name, service] = split_over(over);
  const auto port = services_.ports.find(name);
  if (port == services_.ports.end()) return;
  attach(*port->second);
  auto& client = clients_[interface];
  if (client == nullptr || client->over() != over) {
    client = std::make_unique<PppoeClient>(*this, *port->second, over,
                                           service == any_service ? std::string() : std::string(service), interface,
                                           padr_retries);
  }
  client->start();
}

void Pppoe::abandon(unsigned interface) { clients_.erase(interface); }

const PppoeClient* Pppoe::client(unsigned interface) const {
  const auto found = clients_.find(interface);
  return found == clients_.end() ? nullptr : found->second.get();
}

void Pppoe::listen() {
  for (const auto& [key, service] : concentrator.services) {
    const auto port = services_.ports.find(service.interface);
    if (port != services_.ports.end()) attach(*port->second);
  }
}

unsigned Pppoe::sessions_of(const AcService& service) const {
  const std::string key = to_lower(service.name);
  return static_cast<unsigned>(
      std::ranges::count_if(served_, [&](const auto& entry) { return entry.second->service == key; }));
}

void Pppoe::end_sessions(std::string_view service) {
  std::vector<ServedLine*> ending;
  for (const auto& [session, line] : served_) {
    if (service.empty() || line->service == service) ending.push_back(line.get());
  }
  for (ServedLine* const line : ending) {
    LineUser* const user = line->user;
    line->close("service ended");
    if (user != nullptr) user->down("service ended");
  }
}

// ---- frames in --------------------------------------------------------------------------------------------------

void Pppoe::receive(Port& port, Burst& frames) {
  Burst run;
  EthernetLine* of = nullptr;
  // A session that ends meanwhile has no user any more; its line is there until burial.
  const auto hand_on = [&] {
    if (of != nullptr && of->user != nullptr && !run.empty()) of->user->receive(run);
    run.clear();
  };
  for (Packet& frame : frames) {
    if (load_be16(frame->data() + wire::ethernet_header - 2) == wire::ether_type::pppoe_discovery) {
      hand_on();
      discover(port, frame->view());
      continue;
    }
    EthernetLine* const line = line_of(port, frame, of);
    if (line != of) hand_on();
    of = line;
    if (of != nullptr) run.add(std::move(frame));
  }
  hand_on();
  frames.clear();
}

/// The session a frame belongs to, with its headers taken off; nullptr (and no frame) when there is none. Mostly it is
/// the `last` one's.
EthernetLine* Pppoe::line_of(Port& port, Packet& frame, EthernetLine* last) {
  const auto ethernet = wire::view_ethernet(frame->view());
  ByteReader reader(ethernet ? ethernet->payload : ByteView());
  const std::uint8_t version_type = reader.u8(), packet_code = reader.u8();
  const std::uint16_t session = reader.u16();
  const std::size_t length = reader.u16();
  const bool sound = reader.ok() && version_type == pppoe_version_type && packet_code == pppoe_code::session &&
                     length >= protocol_field && length <= reader.remaining();
  if (!sound || ethernet->destination != port.mac()) {
    frame.reset();
    return nullptr;
  }
  EthernetLine* line = last;
  if (line == nullptr || !line->registered() || line->session() != session || line->peer() != ethernet->source) {
    const auto found = sessions_.find({&port, ethernet->source, session});
    line = found == sessions_.end() ? nullptr : found->second;
  }
  if (line == nullptr) {
    refuse(port, ethernet->source, session);
    frame.reset();
    return nullptr;
  }
  frame->pull(wire::ethernet_header + pppoe_header);
  frame->trim(length);
  return line;
}

void Pppoe::discover(Port& port, ByteView frame) {
  const auto ethernet = wire::view_ethernet(frame);
  const auto packet = ethernet ? parse_discovery(ethernet->payload) : std::nullopt;
  if (!packet || ethernet->source == port.mac()) return;
  for (const auto& [interface, client] : clients_) {
    if (&client->port() == &port && client->receive(ethernet->source, *packet)) return;
  }
  if (packet->code == pppoe_code::padt) {
    const auto found = served_.find(packet->session);
    if (found != served_.end() && &found->second->port() == &port && found->second->peer() == ethernet->source) {
      found->second->ended("the client ended the session");
    }
    return;
  }
  concentrator.name = services_.system.name;
  concentrator.receive(port.name(), ethernet->source, *packet);
}

/// Whoever still speaks in a session that is gone (a router here restarted) should notice.
void Pppoe::refuse(Port& port, const MacAddress& peer, std::uint16_t session) {
  const Instant now = services_.clock.now();
  if (now < refusing_from_ || peer.group()) return;
  refusing_from_ = now + between_refusals;
  send(port, peer, encode({pppoe_code::padt, session, {}}));
}

void Pppoe::link_changed(const Port& port, bool up) {
  for (const auto& [interface, client] : clients_) {
    if (&client->port() == &port) client->link_changed(up);
  }
  if (up) return;
  std::vector<ServedLine*> ending;
  for (const auto& [session, line] : served_) {
    if (&line->port() == &port) ending.push_back(line.get());
  }
  for (ServedLine* const line : ending) line->ended("link down");
}

void Pppoe::send(Port& port, const MacAddress& to, const Bytes& payload) {
  if (silent) return;
  Packet frame = services_.pool.copy(payload);
  if (!frame) return;  // the pool counts it; discovery repeats what matters
  wire::write_ethernet(frame->push(wire::ethernet_header), to, port.mac(), wire::ether_type::pppoe_discovery);
  Burst burst;
  burst.add(std::move(frame));
  port.send(burst);
}

// ---- the concentrator's ends ------------------------------------------------------------------------------------

void Pppoe::send_offer(const std::string& interface, const MacAddress& to, const Bytes& payload) {
  send(*attached_.at(interface), to, payload);
}

bool Pppoe::session_taken(std::uint16_t session) const {
  return std::ranges::any_of(sessions_, [&](const auto& entry) { return entry.first.session == session; });
}

bool Pppoe::open_session(const AcService& service, const MacAddress& client, std::uint16_t session) {
  if (served_.size() >= limits::pppoe_sessions) return false;
  Port& port = *attached_.at(service.interface);
  auto line = std::make_unique<ServedLine>(*this, port, fmt::format("{}-{}", port.name(), service.name),
                                           to_lower(service.name), client, session);
  line->user = ppp_.answer(service.template_number, *line, Caller{to_string(client)});
  if (line->user == nullptr) return false;
  served_.emplace(session, std::move(line));
  return true;
}

/// Somebody may be on the way out of the line.
void Pppoe::bury(ServedLine& line) {
  for (auto entry = served_.begin(); entry != served_.end(); ++entry) {
    if (entry->second.get() != &line) continue;
    concentrator.ended(entry->first);
    buried_.push_back(std::move(entry->second));
    served_.erase(entry);
    burial_.arm(services_.clock.now());
    return;
  }
}

// ---- lines ------------------------------------------------------------------------------------------------------

EthernetLine::~EthernetLine() { leave(); }

void EthernetLine::enter(const MacAddress& peer, std::uint16_t session) {
  peer_ = peer;
  session_ = session;
  pppoe_.sessions_[{&port_, peer_, session_}] = this;
}

void EthernetLine::leave() {
  if (session_ != 0) pppoe_.sessions_.erase({&port_, peer_, session_});
  session_ = 0;
}

void EthernetLine::transmit(Burst& frames) {
  for (Packet& frame : frames) {
    const std::size_t length = frame->size();
    std::uint8_t* const at = frame->push(wire::ethernet_header + pppoe_header);
    wire::write_ethernet(at, peer_, port_.mac(), wire::ether_type::pppoe_session);
    at[wire::ethernet_header] = pppoe_version_type;
    at[wire::ethernet_header + 1] = pppoe_code::session;
    store_be16(at + wire::ethernet_header + 2, session_);
    store_be16(at + wire::ethernet_header + 4, static_cast<std::uint16_t>(length));
  }
  if (registered() && !pppoe_.silent) port_.send(frames);
  frames.clear();
}

PppoeClient::PppoeClient(Pppoe& pppoe, Port& port, std::string over, std::string service, unsigned interface,
                         unsigned padr_retries)
    : EthernetLine(pppoe, port, std::move(over)),
      interface_(interface),
      discovery_(*this, std::move(service), pppoe.services_.random.u32(), padr_retries),
      timer_(pppoe.services_.scheduler, [this] {
        discovery_.tick(pppoe_.services_.clock.now());
        schedule();
      }) {}

void PppoeClient::start() {
  discovery_.start(pppoe_.services_.clock.now());
  schedule();
}

void PppoeClient::close(std::string_view reason) {
  user = nullptr;
  leave();
  discovery_.stop(reason);
  schedule();
}

bool PppoeClient::receive(const MacAddress& from, const DiscoveryPacket& packet) {
  const bool taken = discovery_.receive(from, packet, pppoe_.services_.clock.now());
  schedule();
  return taken;
}

void PppoeClient::link_changed(bool up) {
  if (up) {
    if (discovery_.state() == Discovery::State::searching) start();
  } else if (registered()) {
    discovery_.stop("link down");
    session_failed("link down");
  }
}

void PppoeClient::send_discovery(const MacAddress& to, const Bytes& payload) { pppoe_.send(port(), to, payload); }

void PppoeClient::session_opened(const MacAddress& peer, std::uint16_t session) {
  enter(peer, session);
  user = pppoe_.ppp_.opened(interface_, *this);
  if (user == nullptr) close("not wanted");
}

void PppoeClient::session_failed(std::string_view reason) {
  leave();
  if (user != nullptr) {
    std::exchange(user, nullptr)->down(reason);
  } else {
    pppoe_.ppp_.failed(interface_, reason);
  }
}

void ServedLine::let_go() {
  user = nullptr;
  leave();
  pppoe_.bury(*this);
}

void ServedLine::close(std::string_view reason) {
  pppoe_.send(port(), peer(),
              encode({pppoe_code::padt, session(), {{pppoe_tag::generic_error, as_bytes(reason)}}}));
  let_go();
}

void ServedLine::ended(std::string_view reason) {
  LineUser* const left = user;
  let_go();
  if (left != nullptr) left->down(reason);
}

}  // namespace arrouter::ppp
