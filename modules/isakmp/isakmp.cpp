// ISAKMP: the negotiation of keys for IPsec (IKE version 1).
//
// Manual: chapter "IP Security (IPsec)", the ISAKMP half; what is known of it stands in reference/isakmp-ipsec.md.
// Standards: RFC 2407 (the IPsec DOI), RFC 2408 (messages), RFC 2409 (main, aggressive and quick mode, informational
// exchanges), RFC 3947 and its drafts 00, 02, 03 and 08 (NAT traversal), RFC 3948 (the marker on port 4500, keep-alives),
// draft-ietf-ipsec-isakmp-mode-cfg-05 (the transaction exchange) and draft-beaulieu-ike-xauth-02 (XAUTH over it).
//
// A negotiation is an Exchange: rows of exchange_table.cpp say what a message must bring in which state, the actions of
// main_mode, aggressive_mode and quick_mode read and write payloads, the Engine owns everything else: duplicates, the
// CBC chain, retransmission, crypto jobs that suspend an exchange, the end. A finished phase 1 leaves an Sa behind,
// under which quick modes make bundles of keys; those go to IPsec, which ISAKMP knows only as a KeyUser.
//
// Invariants:
//  * The engine never asks for time, randomness or packets: they come with events, and leave as Effects. This file is
//    the only one that talks to the rest of the router.
//  * Nothing a stranger sends changes an authenticated SA: what is not protected by its keys is counted and dropped,
//    message ids are used once, and a message that fails a check leaves the exchange as it was.
//  * Both sides repeat a message that is not answered, as the real router does. A stranger's request is answered so
//    often too, but at most limits::isakmp_half_open strangers are remembered, so this cannot become a flood; what else
//    they may cause is bounded in strangers.h.
//  * What builds on the last message of an exchange (another exchange, ESP) leaves it settling_time, or less
//    when the peer goes on by itself: Initial Contact reaches it before the first bundle does.
//  * Where a policy wants XAUTH, an SA has keys from the end of phase 1 on, but serves no quick mode, heartbeat or Initial
//    Contact before its user has passed.
//  * A policy is fixed while a negotiation runs; SET affects later ones.
//  * IPsec's calls return before their results come: they are queued and worked from the event loop.
//
// Phase 1 proves the peers by pre-shared keys or by RSA signatures with raw keys (proof.cpp): LOCALRSAKEY names our
// pair, KEY the peer's public key; without KEY it is the ENCO key whose IPADDRESS is the peer's. Without LOCALID a
// policy with RSASIG sends the distinguished name of SET SYSTEM, where there is one. With HYBRIDXAUTH the client of XAUTH
// needs no pair.
//
// Not modelled: certificates (they are passed over), addresses for clients (an ISAKMP_CFG_REQUEST gets an answer without
// them), the VPN client policy server, IPv6 peers, Dead Peer Detection (2.9.1 has none).
#include "modules/isakmp/isakmp.h"

#include <algorithm>
#include <set>

#include "modules/isakmp/isakmp_module.h"
#include "modules/isakmp/texts.h"
#include "os/base/limits.h"

namespace arrouter::isakmp {

namespace {

std::string refusal(UserDatabase& users, const std::string& name, std::string_view password) {
  switch (users.authenticate(name, password)) {
    case LoginResult::good: return {};
    case LoginResult::bad: return text::refusal_password;
    case LoginResult::locked_out: return text::refusal_locked_out;
    case LoginResult::not_allowed: break;
  }
  return text::refusal_not_allowed;
}

}  // namespace

Isakmp::Isakmp(Services& services, IpApi& ip, enco::EncoApi& enco)
    : services_(services),
      ip_(ip),
      enco_(enco),
      engine_(policies_, enco, services.random),
      timer_(services.scheduler, [this] { submit(event::Deadline{}); }) {
  ip_.on_interface_change([this, alive = std::weak_ptr<int>(alive_)](const InterfaceChange&) {
    if (!alive.expired()) interface_changed();
  });
}

void Isakmp::submit(Event event) {
  inbox_.push_back(std::move(event));
  drain();
}

// For calls of IPsec: never inside the call.
void Isakmp::submit_later(Event event) {
  inbox_.push_back(std::move(event));
  services_.reactor.post([this, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) drain();
  });
}

void Isakmp::drain() {
  if (draining_) return;
  draining_ = true;
  while (!inbox_.empty()) {
    Event next = std::move(inbox_.front());
    inbox_.pop_front();
    engine_.handle(std::move(next), services_.clock.now(), *this);
  }
  draining_ = false;
  timer_.arm(engine_.next_deadline());
}

void Isakmp::stop(Ending ending) {
  if (enabled() && ending == Ending::process_end) disable();
  user_ = nullptr;
}

// ---- UDP --------------------------------------------------------------------------------------------------------

bool Isakmp::listen() {
  const auto listener = [this](const UdpDatagram& datagram) { received(datagram); };
  if (!ip_.listen_udp(settings_.udp_port, "ISAKMP", listener)) return false;
  listen_floated();
  return true;
}

// Port 4500 is open while a policy wants NAT traversal.
void Isakmp::listen_floated() {
  const bool wanted = engine_.enabled() && std::ranges::any_of(policies_.all(), [](const auto& entry) {
                        return entry.second->nat_traversal;
                      });
  if (wanted == listening_floated_) return;
  listening_floated_ =
      ip_.listen_udp(floated_port, "ISAKMP",
                     wanted ? IpApi::UdpListener([this](const UdpDatagram& datagram) { received(datagram); })
                            : IpApi::UdpListener()) &&
      wanted;
  encapsulate();
}

// ESP in UDP comes by the port it was negotiated on: 4500, in draft 00 ISAKMP's own.
void Isakmp::encapsulate() {
  const auto open = [&](std::uint16_t port) { return listening_floated_ ? port : std::uint16_t{0}; };
  ip_.set_udp_encapsulation_ports(open(floated_port), open(settings_.udp_port));
}

void Isakmp::stop_listening() {
  ip_.listen_udp(settings_.udp_port, "ISAKMP", {});
  listen_floated();
}

void Isakmp::received(const UdpDatagram& datagram) {
  submit(event::Received{{datagram.destination, datagram.destination_port},
                         {datagram.source, datagram.source_port},
                         Bytes(datagram.payload.begin(), datagram.payload.end())});
}

bool Isakmp::send(const Endpoint& from, const Endpoint& to, ByteView datagram) {
  return ip_.send_udp({from.address, to.address, from.port, to.port, datagram});
}

// SAs of an address that is no longer ours are dead; a policy that wanted to negotiate early gets its chance again.
void Isakmp::interface_changed() {
  std::set<Ipv4Address> lost;
  for (const auto& [id, sa] : engine_.sas().all())
    if (!ip_.is_own(sa->local.address)) lost.insert(sa->local.address);
  for (const Ipv4Address address : lost) submit_later(event::AddressGone{address});
  if (!engine_.enabled()) return;
  for (const auto& [name, policy] : policies_.all())
    if (policy->prenegotiate) submit_later(event::PolicyChanged{name});
}

// SRCINTERFACE, else SET IP LOCAL, else what IPsec wants, else the route's interface.
Ipv4Address Isakmp::source_for(const Policy& policy, Ipv4Address peer, Ipv4Address wanted) {
  if (!policy.source_interface.empty()) {
    const auto interface = ip_.interface(policy.source_interface);
    return interface ? interface->address : Ipv4Address();
  }
  if (!ip_.local_address().unset()) return ip_.local_address();
  if (!wanted.unset()) return wanted;
  return ip_.route(peer) ? ip_.source_towards(peer) : Ipv4Address();
}

// ---- log and debug ----------------------------------------------------------------------------------------------

void Isakmp::log(LogSeverity severity, std::string_view subtype, std::string message, std::string reference) {
  LogRecord record;
  record.severity = severity;
  record.module = module_number::isakmp;
  record.type = "VPN";
  record.subtype = subtype;
  record.message = std::move(message);
  record.reference = std::move(reference);
  services_.log.record(std::move(record));
}

bool Isakmp::debugging(DebugFlag flag) const {
  return std::ranges::any_of(debug_terminals_, [&](const DebugTerminal& debug) {
    return (debug.flags & static_cast<unsigned>(flag)) != 0 && !debug.terminal.expired();
  });
}

void Isakmp::debug(DebugFlag flag, std::string text) {
  text += '\n';
  for (const DebugTerminal& debug : debug_terminals_) {
    if ((debug.flags & static_cast<unsigned>(flag)) == 0) continue;
    if (const auto terminal = debug.terminal.lock()) terminal->print(text);
  }
}

// ---- jobs of ENCO -----------------------------------------------------------------------------------------------

void Isakmp::generate_dh(std::uint64_t serial, enco::Group group, unsigned exponent_bits) {
  enco_.dh_generate(group, exponent_bits, alive_, [this, serial](std::optional<enco::DhPair> pair) {
    submit(event::DhGenerated{serial, std::move(pair)});
  });
}

void Isakmp::compute_dh(std::uint64_t serial, const enco::DhPair& own, ByteView peer_public) {
  enco_.dh_shared(own, peer_public, alive_, [this, serial](std::optional<SecretBytes> secret) {
    submit(event::DhShared{serial, std::move(secret)});
  });
}

void Isakmp::sign(std::uint64_t serial, std::uint16_t key, ByteView data) {
  enco_.rsa_sign(key, data, alive_, [this, serial](std::optional<Bytes> signature) {
    submit(event::Signed{serial, std::move(signature)});
  });
}

void Isakmp::verify(std::uint64_t serial, const enco::RsaPublicKey& key, ByteView data, ByteView signature) {
  enco_.rsa_verify(key, data, signature, alive_,
                   [this, serial](bool good) { submit(event::Verified{serial, good}); });
}

// ---- XAUTH ------------------------------------------------------------------------------------------------------

void Isakmp::authenticate(std::uint64_t serial, XauthType type, const std::string& user, SecretBytes password) {
  if (type == XauthType::generic) {
    const std::string_view text(reinterpret_cast<const char*>(password.data()), password.size());
    return submit({event::Authenticated{serial, refusal(services_.users, user, text)}});
  }
  if (authenticator_ == nullptr) return submit({event::Authenticated{serial, text::refusal_no_radius}});
  authenticator_->authenticate(user, std::move(password),
                               [this, serial, alive = std::weak_ptr<int>(alive_)](std::string refusal) {
                                 if (!alive.expired()) submit({event::Authenticated{serial, std::move(refusal)}});
                               });
}

// ---- IPsec's side -----------------------------------------------------------------------------------------------

void Isakmp::acquire(const Acquire& wanted) { submit_later(event::Wanted{wanted}); }

void Isakmp::observe_keys(KeyObserver* observer) {
  key_observer_ = observer;
  if (user_ != nullptr) user_->observe_keys(observer);
}

void Isakmp::deleted(const PeerName& peer, const std::string& isakmp_policy, Protocol protocol,
                     const std::vector<std::uint32_t>& in_spis) {
  submit_later(event::Deleted{peer, isakmp_policy, protocol, in_spis});
}

void Isakmp::peer_moved(const PeerName& before, Ipv4Address after, std::uint16_t port) {
  submit_later(event::PeerMoved{before, after, port});
}

BadSpiAnswer Isakmp::bad_spi(Ipv4Address local, Ipv4Address peer, const std::string& isakmp_policy) {
  PolicyPtr policy;
  const BadSpiAnswer answer = engine_.ask_bad_spi(peer, isakmp_policy, policy);
  if (answer == BadSpiAnswer::accepted) submit_later(event::BadSpi{local, peer, policy});
  return answer;
}

}  // namespace arrouter::isakmp

namespace arrouter {

MadeIsakmp make_isakmp(Services& services, IpApi& ip, enco::EncoApi& enco) {
  auto module = std::make_unique<isakmp::Isakmp>(services, ip, enco);
  isakmp::IsakmpApi& api = *module;
  return {std::move(module), api};
}

}  // namespace arrouter
