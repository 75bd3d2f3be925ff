// Packets that arrive protected: found by SPI, checked, decrypted, checked again.
#include <algorithm>

#include "modules/ipsec/datapath.h"

namespace arrouter::ipsec {

void Datapath::inbound_protected(InterfaceId interface, Burst& burst) {
  const auto area = openings_.borrow();
  Opening& opening = *area;
  opening.count = 0;
  for (Packet& packet : burst) {
    if (packet) prepare_open(interface, std::move(packet), opening);
  }
  burst.clear();
  if (opening.count == 0) return;
  state_.enco.run(enco::Direction::decode, std::span(opening.jobs).first(opening.count));
  Burst opened;
  for (std::size_t i = 0; i < opening.count; ++i) {
    if (finish_open(interface, opening, i)) opened.add(std::move(opening.packets[i]));
    opening.packets[i].reset();
  }
  remove_exhausted();  // before IP goes on: what follows may come back here
  if (!opened.empty()) state_.ip.receive_decrypted(interface, opened);
}

void Datapath::prepare_open(InterfaceId interface, Packet packet, Opening& opening) {
  if (!state_.enabled) return state_.counters.add(GroupCounter::main_in_no_sa);
  const auto ip = wire::view_ipv4(packet->view(), false);
  const auto esp = find_esp(*packet);
  if (!ip || !esp) {
    const bool udp = ip && ip->protocol() == wire::protocol::udp;
    return state_.counters.add(udp ? GroupCounter::udp_in_bad : GroupCounter::esp_in_length_bad);
  }
  if (ip->protocol() == wire::protocol::ah) {  // its SPI is the second word, and no SA has it
    return unknown_spi(esp->source, esp->destination, esp->sequence);
  }
  Sa* const sa = state_.sas.find(esp->spi);
  if (sa == nullptr) {
    if (!setup_.early(interface, esp->spi, packet)) unknown_spi(esp->source, esp->destination, esp->spi);
    return;
  }
  Policy& policy = *sa->bundle->policy;
  if (sa->bundle->exhausted) return policy.counters.add(PolicyCounter::in_bundle_state_bad);
  state_.count(policy, PolicyCounter::in_process_start, GroupCounter::main_in_process_start);
  state_.counters.add(GroupCounter::esp_in_start);
  sa->counters.add(SaCounter::in_process_start);
  if (sa->anti_replay && !sa->window.acceptable(esp->sequence)) {
    policy.counters.add(PolicyCounter::in_process_fail_imm);
    state_.counters.add(GroupCounter::esp_in_replay_fail);
    return sa->counters.add(SaCounter::in_replay_fail);
  }
  const auto job = open_job(*packet, *esp, *sa);
  if (!job) {
    policy.counters.add(PolicyCounter::in_process_fail_imm);
    state_.counters.add(GroupCounter::esp_in_length_bad);
    return sa->counters.add(SaCounter::in_process_fail);
  }
  const std::size_t i = opening.count++;
  opening.jobs[i] = *job;
  opening.sas[i] = sa;
  opening.places[i] = *esp;
  opening.packets[i] = std::move(packet);
}

/// True: the inner packet stands alone in its buffer and may go on.
bool Datapath::finish_open(InterfaceId interface, Opening& opening, std::size_t i) {
  Sa& sa = *opening.sas[i];
  const std::size_t bytes = opening.packets[i]->size();
  if (!authentic(opening, i)) return false;
  note_arrival(*sa.bundle, sa, opening.places[i], bytes);
  if (!unwrapped(interface, opening, i)) return false;
  Policy& policy = *sa.bundle->policy;
  state_.count(policy, PolicyCounter::in_process_done, GroupCounter::main_in_process_done);
  state_.counters.add(GroupCounter::esp_in_done);
  if (opening.places[i].udp) state_.counters.add(GroupCounter::udp_in_tunnel);
  sa.counters.add(SaCounter::in_process_done);
  PacketMeta& meta = opening.packets[i]->meta;
  const InterfaceId arrived_by = meta.interface;
  meta = {};
  meta.interface = arrived_by;
  meta.ipsec_sa = 1U + sa.id;
  // The NAT changed addresses under the inner checksum; ESP has vouched for the bytes (RFC 3948 3.1.2).
  if (opening.places[i].udp && sa.mode == isakmp::Encapsulation::transport) meta.checksum = Checksum::verified;
  return true;
}

/// ICV and replay window.
bool Datapath::authentic(Opening& opening, std::size_t i) {
  Sa& sa = *opening.sas[i];
  const bool good = opening.jobs[i].result == enco::JobResult::good;
  if (good && (!sa.anti_replay || sa.window.commit(opening.places[i].sequence))) return true;
  sa.bundle->policy->counters.add(PolicyCounter::in_process_fail);
  if (good) {
    state_.counters.add(GroupCounter::esp_in_replay_fail);
    sa.counters.add(SaCounter::in_replay_fail);
  } else if (opening.jobs[i].result == enco::JobResult::bad_icv) {
    state_.counters.add(GroupCounter::esp_in_auth_fail);
    sa.counters.add(SaCounter::in_auth_fail);
  } else {
    state_.counters.add(GroupCounter::esp_in_decrypt_fail);
    sa.counters.add(SaCounter::in_process_fail);
  }
  return false;
}

/// Padding, inner header and selectors.
bool Datapath::unwrapped(InterfaceId interface, Opening& opening, std::size_t i) {
  Sa& sa = *opening.sas[i];
  Policy& policy = *sa.bundle->policy;
  PacketBuffer& packet = *opening.packets[i];
  switch (unwrap(packet, opening.places[i], sa)) {
    case Opened::good:
      break;
    case Opened::dummy:  // traffic flow confidentiality: done with it (RFC 4303 2.6)
      state_.counters.add(GroupCounter::esp_in_done);
      return false;
    case Opened::bad_padding:
      policy.counters.add(PolicyCounter::in_process_fail);
      state_.counters.add(GroupCounter::esp_in_decrypt_fail);
      sa.counters.add(SaCounter::in_pad_fail);
      return false;
    case Opened::bad_inner:
      policy.counters.add(PolicyCounter::in_process_fail);
      state_.counters.add(GroupCounter::esp_in_decrypt_fail);
      sa.counters.add(SaCounter::in_process_fail);
      return false;
  }
  const auto flow = flow_of(packet.view(), Heading::arriving, interface);
  if (flow && sa.bundle->traffic.contains(*flow)) return true;
  policy.counters.add(PolicyCounter::in_policy_filter_fail);
  return false;
}

/// What an authentic packet tells about its bundle: bytes, liveness of the peer's side, the place the peer is at.
void Datapath::note_arrival(SaBundle& bundle, Sa& sa, const EspPacket& esp, std::size_t bytes) {
  sa.counters.add(SaCounter::in_bytes, bytes);
  bundle.in_bytes += bytes;
  if (!bundle.used_inbound) setup_.first_inbound(bundle);
  const bool newest = esp.sequence > sa.in_sequence;
  if (newest) sa.in_sequence = esp.sequence;
  // Only an authenticated packet that cannot be an old one moves the peer (RFC 3948 5.1: NAT mappings change).
  if (esp.udp && bundle.nat.udp_encapsulation && newest && sa.authentication != 0) {
    if (bundle.policy->peer.kind != PeerAddress::Kind::address) bundle.peer = esp.source;
    if (bundle.peer == esp.source) bundle.nat.peer_port = esp.peer_port;
  }
  if (bundle.soft_bytes != 0 && bundle.in_bytes >= bundle.soft_bytes && !bundle.soft_expired) {
    setup_.soft_limit(bundle, Heading::arriving);
  }
  if (bundle.hard_bytes != 0 && bundle.in_bytes > bundle.hard_bytes) exhaust(bundle, Heading::arriving);
}

}  // namespace arrouter::ipsec
