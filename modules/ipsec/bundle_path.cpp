// Bundles of several SAs, and those of one that is not ESP: packet by packet, each SA on what the one before left.
#include <fmt/format.h>

#include "modules/ipsec/ah.h"
#include "modules/ipsec/datapath.h"

namespace arrouter::ipsec {

// ---- out ------------------------------------------------------------------------------------------------------

/// The job of the last SA, to be run with the burst's; for AH and IPComp it is one that does nothing any more. nullopt:
/// the packet is lost and counted.
std::optional<enco::Job> Datapath::seal_bundle(Packet& packet, SaBundle& bundle, const OuterHeader& outer) {
  const std::size_t tunnel_at = bundle.tunnel_at();
  std::optional<enco::Job> job;
  for (std::size_t i = 0; i < bundle.sas.size(); ++i) {
    Sa& sa = *bundle.sas[i];
    if (i == tunnel_at) push_outer(*packet, outer);
    begin_seal(sa, packet->size());
    job = seal_behind_header(*packet, sa, outer);
    if (!job || sa.protocol != isakmp::Protocol::esp || i + 1 == bundle.sas.size()) {
      if (!job) return std::nullopt;
      continue;
    }
    state_.enco.run(enco::Direction::encode, std::span(&*job, 1));
    if (!finish_seal(sa, *job)) return std::nullopt;
  }
  return job;
}

std::optional<enco::Job> Datapath::seal_behind_header(PacketBuffer& packet, Sa& sa, const OuterHeader& outer) {
  switch (sa.protocol) {
    case isakmp::Protocol::ah: {
      enco::Job job = put_ah(packet, sa, sa.out_sequence);
      ZeroedHeader header(packet);
      state_.enco.run(enco::Direction::encode, std::span(&job, 1));
      header.restore();
      if (!finish_seal(sa, job)) return std::nullopt;
      break;
    }
    case isakmp::Protocol::ipcomp: {
      const bool shrunk = compress(packet, sa, state_.enco, scratch_);
      const ProtocolCounters counters = counters_of(sa.protocol);
      state_.counters.add(shrunk ? counters.out_done : counters.out_fail);
      ++sa.out.done;
      break;
    }
    default:
      return seal(packet, sa, isakmp::Encapsulation::transport, sa.out_sequence, outer, ivs_);
  }
  enco::Job nothing_left;
  nothing_left.packet = &packet;
  return nothing_left;
}

// ---- in -------------------------------------------------------------------------------------------------------

SaBundle* Datapath::compressed_bundle(const PacketBuffer& packet) const {
  const auto ip = wire::view_ipv4(packet.view(), false);
  const auto compressed = find_ipcomp(packet);
  for (SaBundle* const bundle : state_.peers.with(ip->source()) | std::views::reverse) {
    const Sa& last = *bundle->sas.back();
    if (last.protocol != isakmp::Protocol::ipcomp || bundle->local != ip->destination()) continue;
    if (compressed ? last.in_spi == compressed->cpi
                   : ip->protocol() == wire::protocol::ipip && bundle->only_compresses())
      return bundle;
  }
  return nullptr;
}

void Datapath::open_bundle(InterfaceId interface, Packet packet, SaBundle& bundle, Opening& opening) {
  if (!begin_bundle(bundle, *packet)) return;
  const bool udp = packet->data()[9] == wire::protocol::udp;
  if (!open_all(packet, bundle)) return;
  note_arrival(bundle, packet->size());
  if (!done_bundle(interface, *packet, bundle, udp)) return;
  const std::size_t i = opening.count++;
  opening.jobs[i] = {};
  opening.jobs[i].packet = &*packet;
  opening.sas[i] = nullptr;
  opening.packets[i] = std::move(packet);
}

/// All SAs of the bundle, the last one first. Each has to be there, but IPComp when it had nothing to gain.
bool Datapath::open_all(Packet& packet, SaBundle& bundle) {
  const std::size_t tunnel_at = bundle.tunnel_at();
  for (std::size_t left = bundle.sas.size(); left-- > 0;) {
    if (!open_behind_header(packet, *bundle.sas[left])) return false;
    if (left != tunnel_at || pull_outer(*packet)) continue;
    bundle.policy->counters.add(PolicyCounter::in_process_fail);
    note(*packet, [] { return "no IP packet inside: dropped"; });
    return false;
  }
  if (tunnel_at != bundle.sas.size() || packet->data()[9] != wire::protocol::ipip) return true;
  bundle.policy->counters.add(PolicyCounter::in_process_fail);
  note(*packet, [] { return "a tunnel in transport mode: dropped"; });
  return false;
}

bool Datapath::open_behind_header(Packet& packet, Sa& sa) {
  switch (sa.protocol) {
    case isakmp::Protocol::ah:
      return open_ah(*packet, sa);
    case isakmp::Protocol::ipcomp:
      return open_ipcomp(packet, sa);
    default:
      return open_esp(*packet, sa);
  }
}

bool Datapath::open_esp(PacketBuffer& packet, Sa& sa) {
  const std::uint8_t protocol = packet.data()[9];
  const bool expected =
      protocol == wire::protocol::esp || (protocol == wire::protocol::udp && sa.bundle->nat.udp_encapsulation);
  const auto esp = expected ? find_esp(packet) : std::nullopt;
  if (!esp || esp->spi != sa.in_spi) {
    sa.bundle->policy->counters.add(PolicyCounter::in_policy_filter_fail);
    note(packet, [&] { return fmt::format("not by SA {} of its bundle: dropped", sa.id); });
    return false;
  }
  if (!begin_open(sa, packet, esp->sequence)) return false;
  auto job = open_job(packet, *esp, sa);
  if (!job) {
    bad_length(sa, packet);
    return false;
  }
  state_.enco.run(enco::Direction::decode, std::span(&*job, 1));
  if (!authentic(sa, *job, esp->sequence)) return false;
  note_place(sa, *esp);
  if (!unwrapped(sa, packet, unwrap_behind_header(packet, *esp, sa))) return false;
  done_open(sa, packet.size());
  return true;
}

bool Datapath::open_ah(PacketBuffer& packet, Sa& sa) {
  const auto ah = find_ah(packet);
  if (!ah || ah->spi != sa.in_spi) {
    sa.bundle->policy->counters.add(PolicyCounter::in_policy_filter_fail);
    note(packet, [&] { return fmt::format("not by SA {} of its bundle: dropped", sa.id); });
    return false;
  }
  if (!begin_open(sa, packet, ah->sequence)) return false;
  ZeroedHeader header(packet);
  auto job = check_ah(packet, *ah, sa);
  if (!job) {
    bad_length(sa, packet);
    return false;
  }
  state_.enco.run(enco::Direction::decode, std::span(&*job, 1));
  header.restore();
  if (!authentic(sa, *job, ah->sequence)) return false;
  sa.in_sequence = std::max(sa.in_sequence, ah->sequence);
  remove_ah(packet, *ah, sa);
  done_open(sa, packet.size());
  return true;
}

bool Datapath::open_ipcomp(Packet& packet, Sa& sa) {
  const auto found = find_ipcomp(*packet);
  if (!found) return true;  // sent as it was
  begin_open(sa, *packet, 0);
  if (found->cpi != sa.in_spi || !expand(packet, *found, sa, state_.enco, scratch_, state_.services.pool)) {
    sa.bundle->policy->counters.add(PolicyCounter::in_process_fail);
    state_.counters.add(GroupCounter::comp_in_fail);
    ++sa.failures.in_process;
    note(*packet, [] { return "cannot be expanded: dropped"; });
    return false;
  }
  done_open(sa, packet->size());
  return true;
}

}  // namespace arrouter::ipsec
