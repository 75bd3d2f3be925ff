// SHOW IPSEC SA in its forms.
#include <fmt/format.h>

#include "modules/ipsec/messages.h"
#include "modules/ipsec/show.h"

namespace arrouter::ipsec {
namespace {

std::string_view state_text(const Sa& sa) { return sa.bundle->exhausted ? "Removing" : "Valid"; }

/// UDP_ENCAP_TUNNEL …
std::string mode_word(const Sa& sa) {
  return fmt::format("{}{}",
                     sa.protocol == isakmp::Protocol::esp && sa.bundle->nat.udp_encapsulation ? "UDP_ENCAP_" : "",
                     mode_text(sa.mode));
}

/// As the SA screens have it; "COMP" is the keyword of commands.
std::string_view protocol_word(const Sa& sa) {
  return sa.protocol == isakmp::Protocol::ipcomp ? "IPComp" : to_string(sa.protocol);
}

std::string channel_text(enco::ChannelId channel) { return channel == 0 ? "-" : std::to_string(channel); }

NumberSelector number_of(std::uint16_t value) {
  return value == 0 ? NumberSelector{} : NumberSelector{NumberSelector::Kind::number, value};
}

void show_filters(const Traffic& traffic, Screen& screen, int column) {
  const auto scope = screen.object("filters");
  const AddressSelector local = address_of(traffic.local), remote = address_of(traffic.remote);
  const auto field = [&](std::string_view label, std::string value) {
    screen.field(4, column, label, std::move(value));
  };
  field("Local address", address_text(local));
  field("Local mask", mask_text(local));
  field("Local port", port_text(number_of(traffic.local.port)));
  field("Remote address", address_text(remote));
  field("Remote mask", mask_text(remote));
  field("Remote port", port_text(number_of(traffic.remote.port)));
  field("Transport protocol", protocol_text(number_of(traffic.local.protocol)));
}

void show_sa(const Sa& sa, Screen& screen) {
  constexpr int column = 43;
  const SaBundle& bundle = *sa.bundle;
  const auto field = [&](std::string_view label, Json value) { screen.field(2, column, label, std::move(value)); };
  screen.field(0, column, "SA Id", sa.id);
  field("Policy", bundle.policy->name);
  field("Bundle", bundle.index);
  field("SA Specification Used", sa.specification);
  field("State", state_text(sa));
  field("Protocol", protocol_word(sa));
  field("Role", bundle.initiator ? "INITIATOR" : "RESPONDER");
  field("Mode", mode_word(sa));
  field("Outbound SPI", sa.out_spi);
  field("Inbound SPI", sa.in_spi);
  field("Encryption algorithm", enco::traits(sa.cipher).name);
  screen.field(2, column, "Encryption ENCO channel.", channel_text(sa.encryption));
  field("Hash algorithm", enco::traits(sa.hash).name);
  screen.field(2, column, "Hash ENCO channel.", channel_text(sa.authentication));
  if (sa.protocol == isakmp::Protocol::ipcomp) {
    field("Compression algorithm", enco::name(sa.compression));
    screen.field(2, column, "Compression ENCO channel", channel_text(sa.compressor));
  }
  const isakmp::NatInfo& nat = bundle.nat;
  if (!nat.peer_original_source.unset() || !nat.peer_original_destination.unset()) {
    const auto scope = screen.object("natTraversalNatOa");
    screen.line("  NAT Traversal NAT-OA");
    screen.field(4, column, "Peer original source IP address", to_string(nat.peer_original_source));
    screen.field(4, column, "Peer original destination IP address", to_string(nat.peer_original_destination));
  }
  screen.line("  Filters");
  show_filters(bundle.traffic, screen, column);
  field("Anti-replay", sa.anti_replay ? "ENABLED" : "DISABLED");
  field("Outbound sequence number", sa.out_sequence);
  field("Inbound sequence number", sa.in_sequence);
}

void list_sas(const State& state, Screen& screen) {
  screen.table(
      "sas",
      {{"SA Id", 8}, {"Policy", 25}, {"Bundle", 9}, {"State", 11}, {"Protocol", 11}, {"OutSPI", 13}, {"InSPI", 10}});
  screen.rule();
  for (const auto& [id, sa] : state.sas.by_id()) {
    screen.row({id, sa->bundle->policy->name, sa->bundle->index, state_text(*sa), protocol_word(*sa), sa->out_spi,
                sa->in_spi});
  }
}

void show_sa_counters(const Sa& sa, Screen& screen) {
  const auto scope = screen.item("sas");
  screen.set("saId", sa.id);
  screen.set("policy", sa.bundle->policy->name);
  screen.line();
  screen.line(fmt::format("SA Id ...................... {:<8} Policy ..................... {}", sa.id,
                          sa.bundle->policy->name));
  screen.line();
  screen.counters({
#define SA_COUNTER(member, name) {name, sa.member},
#include "modules/ipsec/texts.def"
  });
}

}  // namespace

Outcome show_sas(const State& state, const Args& args, Screen& screen) {
  const auto& sas = state.sas.by_id();
  const Sa* only = nullptr;
  if (args.has_value("SA")) {
    const auto found = sas.find(static_cast<std::uint16_t>(args.number("SA")));
    if (found == sas.end()) return outcome(Message::sa_not_found, args.number("SA"));
    only = found->second;
  }
  if (args.has("COUNTERS")) {
    screen.line("IPSEC SA Counters");
    for (const auto& [id, sa] : sas) {
      if (only == nullptr || only == sa) show_sa_counters(*sa, screen);
    }
  } else if (only != nullptr) {
    show_sa(*only, screen);
  } else {
    list_sas(state, screen);
  }
  return Outcome::screen();
}

}  // namespace arrouter::ipsec
