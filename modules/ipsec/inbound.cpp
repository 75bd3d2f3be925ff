// Packets that arrive protected: found by SPI, checked, decrypted, checked again.
#include <fmt/format.h>

#include "modules/ipsec/ah.h"
#include "modules/ipsec/datapath.h"

namespace arrouter::ipsec {

void Datapath::inbound_protected(InterfaceId interface, Burst& burst) {
  if (state_.debug.active()) [[unlikely]] return inbound_protected_debugged(interface, burst);
  open_burst(interface, burst);
}

bool Datapath::owns(const PacketBuffer& packet) const {
  if (packet.data()[9] == wire::protocol::ah) {
    const auto ah = find_ah(packet);
    return ah && (state_.sas.find(isakmp::Protocol::ah, ah->spi) != nullptr || setup_.offered(ah->spi));
  }
  const auto esp = find_esp(packet);
  return esp && (state_.sas.find(isakmp::Protocol::esp, esp->spi) != nullptr || setup_.offered(esp->spi));
}

void Datapath::open_burst(InterfaceId interface, Burst& burst) {
  auto area = openings_.borrow();
  Opening& opening = *area;
  opening.count = 0;
  Spis spis;
  const std::span<const std::uint32_t> known = fetch_slots(burst, spis);
  for (std::size_t i = 0; i < burst.size(); ++i) {
    fetch_for_opening(known, i);
    if (burst[i]) prepare_open(interface, std::move(burst[i]), opening);
  }
  burst.clear();
  if (opening.count == 0) return;
  state_.enco.run(enco::Direction::decode, std::span(opening.jobs).first(opening.count));
  Burst opened;
  for (std::size_t i = 0; i < opening.count; ++i) {
    if (finish_open(interface, opening, i)) opened.add(std::move(opening.packets[i]));
    opening.packets[i].reset();
  }
  area.reset();
  remove_exhausted();  // before IP goes on: what follows may come back here
  if (!opened.empty()) state_.ip.receive_decrypted(interface, opened);
}

void Datapath::prepare_open(InterfaceId interface, Packet packet, Opening& opening) {
  if (!state_.enabled) {
    note(*packet, [] { return "IPsec is disabled: dropped"; });
    return state_.counters.add(GroupCounter::main_in_no_sa);
  }
  const std::uint8_t protocol = packet->data()[9];
  if (protocol != wire::protocol::esp && protocol != wire::protocol::udp) {
    return prepare_other(interface, std::move(packet), opening);
  }
  const auto esp = find_esp(*packet);
  if (!esp) {
    const bool udp = protocol == wire::protocol::udp;
    note(*packet, [] { return "no ESP header: dropped"; });
    return state_.counters.add(udp ? GroupCounter::udp_in_bad : GroupCounter::esp_in_length_bad);
  }
  Sa* const sa = state_.sas.find(isakmp::Protocol::esp, esp->spi);
  if (sa == nullptr) return take_unknown(interface, std::move(packet), esp->spi);
  note_sa(*packet, *sa, esp->sequence);
  if (!sa->bundle->only_esp()) return open_bundle(interface, std::move(packet), *sa->bundle, opening);
  if (!begin_bundle(*sa->bundle, *packet) || !begin_open(*sa, *packet, esp->sequence)) return;
  const auto job = open_job(*packet, *esp, *sa);
  if (!job) return bad_length(*sa, *packet);
  const std::size_t i = opening.count++;
  opening.jobs[i] = *job;
  opening.sas[i] = sa;
  opening.places[i] = *esp;
  opening.packets[i] = std::move(packet);
  if (many_sas()) state_.enco.expect(enco::Direction::decode, std::span(opening.jobs).first(opening.count));
}

/// AH, IPComp, and IP in IP of a tunnel that compresses.
void Datapath::prepare_other(InterfaceId interface, Packet packet, Opening& opening) {
  const auto ip = wire::view_ipv4(packet->view(), false);
  if (ip->protocol() != wire::protocol::ah) {
    SaBundle* const bundle = compressed_bundle(*packet);
    if (bundle == nullptr) {
      note(*packet, [] { return "no SA compresses so: dropped"; });
      return state_.counters.add(GroupCounter::main_in_bad_spi);
    }
    return open_bundle(interface, std::move(packet), *bundle, opening);
  }
  const auto ah = find_ah(*packet);
  if (!ah) {
    note(*packet, [] { return "no AH header: dropped"; });
    return state_.counters.add(GroupCounter::ah_in_length_bad);
  }
  const Sa* const sa = state_.sas.find(isakmp::Protocol::ah, ah->spi);
  if (sa == nullptr) return take_unknown(interface, std::move(packet), ah->spi);
  note_sa(*packet, *sa, ah->sequence);
  open_bundle(interface, std::move(packet), *sa->bundle, opening);
}

/// ESP or AH by an SPI of no SA: it waits where one is about to come, or is dropped and perhaps answered.
void Datapath::take_unknown(InterfaceId interface, Packet packet, std::uint32_t spi) {
  const auto ip = wire::view_ipv4(packet->view(), false);
  const Ipv4Address source = ip->source(), destination = ip->destination();
  const bool waits = setup_.offered(spi);
  note(*packet, [&] { return fmt::format("SPI {} is unknown: {}", spi, waits ? "waits for its SA" : "dropped"); });
  if (!setup_.early(interface, spi, packet)) unknown_spi(source, destination, spi);
}

void Datapath::note_sa(const PacketBuffer& packet, const Sa& sa, std::uint32_t sequence) const {
  note(packet, [&] {
    return fmt::format("SPI {}, sequence {}: SA {} of policy \"{}\"", sa.in_spi, sequence, sa.id,
                       sa.bundle->policy->name);
  });
}

/// Counts a packet for the bundle; false when that is at its end.
bool Datapath::begin_bundle(SaBundle& bundle, const PacketBuffer& packet) {
  Policy& policy = *bundle.policy;
  if (state_.debug.active()) [[unlikely]] state_.debug.packet(policy, Heading::arriving, "sealed", packet.view());
  if (bundle.exhausted) {
    policy.counters.add(PolicyCounter::in_bundle_state_bad);
    note(packet, [] { return "the SA is at its end: dropped"; });
    return false;
  }
  state_.count(policy, PolicyCounter::in_process_start, GroupCounter::main_in_process_start);
  return true;
}

/// Counts a packet for the SA; false for a replay.
bool Datapath::begin_open(Sa& sa, const PacketBuffer& packet, std::uint32_t sequence) {
  state_.counters.add(counters_of(sa.protocol).in_start);
  ++sa.in.started;
  if (!sa.anti_replay || sa.window.acceptable(sequence)) return true;
  sa.bundle->policy->counters.add(PolicyCounter::in_process_fail_imm);
  state_.counters.add(counters_of(sa.protocol).in_replay_fail);
  ++sa.failures.in_replay;
  note(packet, [&] { return fmt::format("sequence {} was seen or is too old: dropped", sequence); });
  return false;
}

void Datapath::bad_length(Sa& sa, const PacketBuffer& packet) {
  note(packet, [] { return "length does not fit the SA: dropped"; });
  sa.bundle->policy->counters.add(PolicyCounter::in_process_fail_imm);
  state_.counters.add(counters_of(sa.protocol).in_length_bad);
  ++sa.failures.in_process;
}

/// True: the inner packet stands alone in its buffer and may go on.
bool Datapath::finish_open(InterfaceId interface, Opening& opening, std::size_t i) {
  if (opening.sas[i] == nullptr) return true;  // open_bundle() has done everything
  Sa& sa = *opening.sas[i];
  const EspPacket& esp = opening.places[i];
  PacketBuffer& packet = *opening.packets[i];
  if (!authentic(sa, opening.jobs[i], esp.sequence)) return false;
  note_place(sa, esp);
  const bool whole = unwrapped(sa, packet, unwrap(packet, esp, sa));
  note_arrival(*sa.bundle, packet.size());
  if (!whole) return false;
  done_open(sa, packet.size());
  return done_bundle(interface, packet, *sa.bundle, esp.udp);
}

/// ICV and replay window.
bool Datapath::authentic(Sa& sa, const enco::Job& job, std::uint32_t sequence) {
  const bool good = job.result == enco::JobResult::good;
  if (good && (!sa.anti_replay || sa.window.commit(sequence))) return true;
  sa.bundle->policy->counters.add(PolicyCounter::in_process_fail);
  note(*job.packet, [&]() -> std::string {
    if (good) return fmt::format("sequence {} was seen: dropped", sequence);
    return job.result == enco::JobResult::bad_icv ? "check value wrong: dropped" : "ENCO failed: dropped";
  });
  if (good) {
    state_.counters.add(counters_of(sa.protocol).in_replay_fail);
    ++sa.failures.in_replay;
  } else if (job.result == enco::JobResult::bad_icv) {
    state_.counters.add(counters_of(sa.protocol).in_auth_fail);
    ++sa.failures.in_authentication;
  } else {
    state_.counters.add(GroupCounter::esp_in_decrypt_fail);
    ++sa.failures.in_process;
  }
  return false;
}

/// What ESP held, counted.
bool Datapath::unwrapped(Sa& sa, const PacketBuffer& packet, Opened opened) {
  switch (opened) {
    case Opened::good:
      return true;
    case Opened::dummy:  // traffic flow confidentiality: done with it (RFC 4303 2.6)
      state_.counters.add(GroupCounter::esp_in_done);
      ++sa.in.done;
      state_.count(*sa.bundle->policy, PolicyCounter::in_process_done, GroupCounter::main_in_process_done);
      note(packet, [] { return "a dummy packet: done with it"; });
      return false;
    case Opened::bad_padding:
    case Opened::bad_inner:
      sa.bundle->policy->counters.add(PolicyCounter::in_process_fail);
      state_.counters.add(GroupCounter::esp_in_decrypt_fail);
      ++(opened == Opened::bad_padding ? sa.failures.in_padding : sa.failures.in_process);
      note(packet, [&] {
        return opened == Opened::bad_padding ? "padding wrong: dropped" : "no IP packet inside: dropped";
      });
      return false;
  }
  return false;
}

void Datapath::done_open(Sa& sa, std::size_t bytes) {
  state_.counters.add(counters_of(sa.protocol).in_done);
  ++sa.in.done;
  sa.in.bytes += bytes;
}

/// The packet that came out, against the selectors, and ready for IP.
bool Datapath::done_bundle(InterfaceId interface, PacketBuffer& packet, SaBundle& bundle, bool udp) {
  const auto flow = flow_of(packet.view(), Heading::arriving, interface);
  if (!flow || !bundle.traffic.contains(*flow)) {
    bundle.policy->counters.add(PolicyCounter::in_policy_filter_fail);
    note(packet, [] { return "what is inside is not the SA's traffic: dropped"; });
    return false;
  }
  state_.count(*bundle.policy, PolicyCounter::in_process_done, GroupCounter::main_in_process_done);
  note(packet, [] { return "opened"; });
  if (state_.debug.active()) [[unlikely]] {
    state_.debug.packet(*bundle.policy, Heading::arriving, "opened", packet.view());
  }
  if (udp) state_.counters.add(GroupCounter::udp_in_tunnel);
  PacketMeta& meta = packet.meta;
  const PacketMeta before = meta;
  meta = {};
  meta.interface = before.interface;
  meta.trace = before.trace;
  meta.ipsec_sa = 1U + bundle.sas.back()->id;
  // The NAT changed addresses under the inner checksum; ESP has vouched for the bytes (RFC 3948 3.1.2).
  if (udp && bundle.transport()) meta.checksum = Checksum::verified;
  if (bundle.transport() && bundle.policy->peer.kind != PeerAddress::Kind::address) tell_apart(*flow, bundle, packet);
  return true;
}

/// Callers behind one NAT may all use the same ports.
void Datapath::tell_apart(const FlowKey& flow, const SaBundle& bundle, PacketBuffer& packet) {
  if (flow.ports != FlowKey::Ports::known) return;
  const auto heard = conversations_.heard(flow, bundle.nat_id, state_.services.random, state_.now());
  if (heard.begins) ++state_.generation;
  if (heard.port == flow.remote_port) return;
  note(packet, [&] { return fmt::format("the peer's port {} is {} here", flow.remote_port, heard.port); });
  change_port(packet, Heading::arriving, heard.port);
}

/// What an authentic packet tells about its bundle: bytes, of what was inside as on the way out, so that both ends of an SA
/// count alike, and that the peer uses it.
void Datapath::note_arrival(SaBundle& bundle, std::size_t bytes) {
  bundle.in_bytes += bytes;
  if (!bundle.used_inbound) setup_.first_inbound(bundle);
  if (!bundle.near_limit(bundle.in_bytes)) return;
  if (!bundle.soft_expired) setup_.soft_limit(bundle, Heading::arriving);
  if (bundle.in_bytes > bundle.hard_bytes) exhaust(bundle, Heading::arriving);
}

/// The place an authentic packet's sender is at. Only a packet that cannot be an old one moves the peer (RFC 3948 5.1:
/// NAT mappings change).
void Datapath::note_place(Sa& sa, const EspPacket& esp) {
  SaBundle& bundle = *sa.bundle;
  if (esp.sequence <= sa.in_sequence) return;
  sa.in_sequence = esp.sequence;
  if (!esp.udp || !bundle.nat.udp_encapsulation || sa.authentication == 0) return;
  if (bundle.peer == esp.source && bundle.nat.peer_port == esp.peer_port) return;
  const isakmp::PeerName before = bundle.peer_name();
  const std::uint16_t port = bundle.nat.peer_port;
  if (bundle.policy->peer.kind != PeerAddress::Kind::address) state_.peers.move(bundle, esp.source);
  if (bundle.peer == esp.source) bundle.nat.peer_port = esp.peer_port;
  // ISAKMP shares the NAT's mapping, and may be silent for hours.
  const bool moved = bundle.peer != before.address || bundle.nat.peer_port != port;
  if (moved && !bundle.nat_id.empty()) state_.isakmp.peer_moved(before, bundle.peer, bundle.nat.peer_port);
}

}  // namespace arrouter::ipsec
