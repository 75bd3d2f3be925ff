// What the packet path tells about itself: counts of its stages, reasons of drops, and single packets followed.
#include "modules/ip/engine.h"

namespace arrouter::ip {

std::string_view to_string(IpDrop reason) {
  // In the order of IpDrop.
  constexpr std::array<std::string_view, static_cast<std::size_t>(IpDrop::count_)> names{
      "badHeader",   "badAddress",    "unknownProtocol", "noRoute",       "ttlExpired",
      "dfSetTooBig", "noBuffer",      "arpUnresolved",   "interfaceDown", "reassembly",
      "policy",      "notForwarding", "badOption",       "blackhole",     "filtered"};
  return names[static_cast<std::size_t>(reason)];
}

void Datapath::drop(const PacketBuffer& packet, IpDrop reason) {
  drop(reason);
  note(packet, "ip", [&] { return fmt::format("dropped: {}", to_string(reason)); });
  if (state_.switches.debug) [[unlikely]] {
    const ByteView whole = packet.view();
    const ByteView head = whole.first(std::min(whole.size(), BadPackets::head_bytes));
    state_.bad_packets.add(
        {services_.clock.now(), packet.meta.interface, reason, whole.size(), Bytes(head.begin(), head.end())});
  }
}

std::vector<IpApi::StageCount> Engine::stages() const {
  struct Name {
    std::string_view name, reasons;
  };
  // In the order of Stage.
  constexpr std::array<Name, static_cast<std::size_t>(Stage::count_)> names{{{"ip input", "show ip counter"},
                                                                             {"ipsec unseal", "show ipsec counter"},
                                                                             {"ipsec policy in", "show ipsec counter"},
                                                                             {"firewall in", "show firewall"},
                                                                             {"route", "show ip counter"},
                                                                             {"firewall out", "show firewall"},
                                                                             {"ipsec policy out", "show ipsec counter"},
                                                                             {"ip output", "show ip counter"}}};
  std::vector<StageCount> all;
  for (std::size_t i = 0; i < names.size(); ++i) {
    all.push_back({names[i].name, names[i].reasons, state.stages[i].in, state.stages[i].out});
  }
  return all;
}

}  // namespace arrouter::ip
