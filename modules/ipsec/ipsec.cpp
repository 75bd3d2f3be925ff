// IPsec: policies, security associations, ESP, AH and IPComp.
//
// Manual chapter: "IP Security (IPsec)" of the AlliedWare 2.9 Software Reference (reference/isakmp-ipsec.md 1.4-1.8,
// 2.9-2.20, 3.3, 4.6, 4.9-4.12). RFCs: 4301 and 2401 (policies, selectors), 4303 and 2406 (ESP), 4302 and 2402 (AH),
// 3173 (IPComp), 3948 (ESP in UDP), 2407 4.6.2 (identities of phase 2), 6479 (the idea of the replay window's ring).
//
// How the parts hang together
//   Specifications, PolicyTable   what the commands configured
//   Setup                         the life of SA bundles; asks ISAKMP and answers it (isakmp::KeyUser)
//   Datapath                      the stage in IP's packet path (IpsecStage); asks Setup when a bundle is missing
//   Conversations                 tells callers apart who share a NAT's address and use the same ports
//   State                         what they share, and the generation number that makes cached decisions stale
//
// Invariants
//   - First match wins, in order of position, for leaving and arriving packets alike; an interface that has a policy
//     drops what matches none. IKE is not exempt: without a permit policy it meets the same list.
//   - An SA belongs to one bundle, a bundle to one policy; they die together and with the policy. A bundle holds a list
//     of SAs; it has one pair of end points and at most one outer header. With manual keys they are applied as the
//     bundle's string has them, left to right; negotiated ones IPComp first, then ESP, then AH, however either end
//     wrote them. What arrives has to carry every SA of its bundle, but IPComp where nothing was gained.
//   - A bundle is replaced before it ends: its initiator, or a responder that grants less than was asked for, asks for
//     the next one at 95 % of its life. The newest bundle carries outbound traffic as soon as the peer is known to have
//     it; the old one keeps receiving, until 30 seconds after the first packet by the new one or until its own end.
//   - Sequence numbers are checked before and committed after authentication. A number is never sent twice, except with
//     manual keys without anti-replay, where RFC 4303 3.3.3 lets it wrap.
//   - The inner packet of an SA is compared with the selectors that were negotiated for it, not with the policy list.
//   - The outer header takes TOS from the inner one and TTL 64; its DF bit follows DFBIT. A packet too big for the
//     interface with DF set outside and inside is answered with ICMP; every other one is fragmented after ESP.
//     Congestion that the outer header met on its way is told inside, nothing else of it.
//
//   - What a policy has sealed leaves, whatever the list says about clear packets: PERMIT need not name ESP. But where
//     the first match for the sealed packet is another policy with a tunnel to a fixed peer elsewhere, it goes into that
//     tunnel too.
//   - What routers on the way say about the size of outer packets holds for their bundle, and its successor, for ten
//     minutes (RFC 4301 8.2); it is believed only about packets this router can have sent. In transport mode it holds
//     for packets with DF; the others may be fragmented on the way.
//   - A bundle of a policy with IPROUTETEMPLATE brings routes to its remote networks along and takes them away again.
//   - LNAME and RNAME are names of ISAKMP's ends (RFC 2401 4.4.2): a policy that has them negotiates, and answers,
//     under an ISAKMP SA between these two alone. They tell nothing about a packet, so packets choose policies without
//     them; of policies for callers known by RNAME alone the first that has a bundle for the packet takes it.
//   - Callers in transport mode who share an address are told apart by the IDs they proved.
//
// Not modelled: IPv6, the pre-2.0 SA module.
#include "modules/ipsec/ipsec.h"

#include "modules/ipsec/ipsec_module.h"

namespace arrouter::ipsec {

IpsecModule::IpsecModule(Services& services, IpApi& ip, enco::EncoApi& enco, isakmp::IsakmpApi& isakmp)
    : state_(services, ip, enco, isakmp),
      setup_(state_),
      datapath_(state_, setup_),
      heartbeat_timer_(services.scheduler, [this] { send_heartbeats(); }) {}

void IpsecModule::start() {
  state_.isakmp.set_user(&setup_);
  state_.ip.set_ipsec(&datapath_);
  state_.ip.on_interface_change([this](const InterfaceChange& change) {
    if (state_.enabled) setup_.interface_changed(change);
    datapath_.attach();
  });
}

void IpsecModule::stop(Ending ending) {
  const auto farewell = ending == Ending::process_end ? Setup::Farewell::tell_peer : Setup::Farewell::silent;
  for (Policy* const policy : state_.policies.all()) setup_.clear(*policy, farewell);
  state_.ip.set_ipsec(nullptr);
  state_.isakmp.set_user(nullptr);
}

void IpsecModule::follow() {
  datapath_.attach();
  for (Policy* const policy : state_.policies.all()) setup_.refresh_manual(*policy);
}

}  // namespace arrouter::ipsec

namespace arrouter {

std::unique_ptr<Module> make_ipsec(Services& services, IpApi& ip, enco::EncoApi& enco, isakmp::IsakmpApi& isakmp) {
  return std::make_unique<ipsec::IpsecModule>(services, ip, enco, isakmp);
}

}  // namespace arrouter
