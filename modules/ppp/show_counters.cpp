// SHOW PPP COUNT, MULTILINK, UTILISATION and TXSTATUS (reference/links.md 5.5).
#include <fmt/format.h>

#include "modules/ppp/ppp.h"

namespace arrouter::ppp {
namespace {

constexpr std::uint64_t line_bps = 100'000'000;  // every line begins on an Ethernet port

}  // namespace

void PppModule::show_counters(Screen& screen, const Interface& interface) const {
  const PortCounters port = interface.port().counters();
  screen.line(fmt::format("{}:", interface.name));
  screen.line();
  screen.counters({{"ifInOctets", port.in_octets},
                   {"ifOutOctets", port.out_octets},
                   {"ifInUcastPkts", port.in_frames},
                   {"ifOutUcastPkts", port.out_frames - port.out_discards},
                   {"ifInDiscards", port.in_discards},
                   {"ifOutDiscards", port.out_discards},
                   {"ifInErrors", port.in_errors},
                   {"ifOutErrors", port.out_errors}});
  const Session* const session = interface.session();
  const ControlCounters lcp = session == nullptr ? ControlCounters{} : session->lcp().counters();
  const ControlCounters ipcp = session == nullptr ? ControlCounters{} : session->ipcp().counters();
  screen.line();
  screen.line(fmt::format(" {}", interface.over()));
  screen.counters({{"inLCPs", lcp.in},
                   {"outLCPs", lcp.out},
                   {"inIPCPs", ipcp.in},
                   {"outIPCPs", ipcp.out},
                   {"inBadPackets", lcp.in_malformed + ipcp.in_malformed},
                   {"rejectedProtocols", session == nullptr ? 0 : session->rejected_protocols()},
                   {"inLQRs", 0},
                   {"outLQRs", 0}});
  screen.line();
}

void PppModule::show_multilink(Screen& screen, const Interface& interface) const {
  // No bundle is ever made, so what one would count stays at zero.
  const auto field = [&](std::string_view label, const Json& value) { screen.field(2, 70, label, value); };
  screen.field(0, 70, "Interface", interface.name);
  field("Multilink Enabled", "NO");
  field("Fragmentation Enabled", interface.settings.on("FRAGMENT") ? "YES" : "NO");
  field("Acceptable fragmentation overhead for VF scheme (%)", interface.settings.text("FRAGOVERHEAD"));
  field("Minimum packet size for fragmentation using VF scheme (bytes)", 0);
  field("Null fragment timer (seconds)", interface.settings.text("NULLFRAGTIMER"));
  field("Number of links in bundle", interface.network() ? 1 : 0);
  field("Total bandwidth of bundle (bps)", interface.network() ? line_bps : 0);
  for (const std::string_view label :
       {"Number of packets fragmented using VF scheme", "Number of packets fragmented using FF scheme",
        "Number of packets not fragmented", "Next output sequence number", "Minimum sequence number received on bundle",
        "Next expected sequence number", "Length of receive queue", "Discards from receive queue"}) {
    field(label, 0);
  }
}

void PppModule::show_utilisation(Screen& screen, const Interface& interface) const {
  const Usage usage = interface.usage();
  const auto online_s = whole_seconds(usage.online);
  const double could = static_cast<double>(online_s) * line_bps, did = 8.0 * (usage.in_bytes + usage.out_bytes);
  const auto percent = could > 0 ? static_cast<std::uint64_t>(100 * did / could) : 0;
  screen.field(0, 35, "Interface", interface.name);
  screen.field(2, 35, "Time", online_s);
  screen.field(2, 35, "Over", interface.over());
  screen.field(2, 35, "Utilisation(%)", percent);
  screen.field(2, 35, "Bandwidth(bps)", line_bps);
  screen.field(2, 35, "Utilisation Overall(%)", percent);
  screen.field(2, 35, "Up Timer(seconds)", interface.settings.text("UPTIME"));
  screen.field(2, 35, "Down Timer(seconds)", interface.settings.text("DOWNTIME"));
}

void PppModule::show_transmit(Screen& screen, const Interface& interface) const {
  screen.field(0, 35, "Interface", interface.name);
  screen.field(2, 35, "Over", interface.over());
  screen.field(2, 35, "Transmit", interface.network() ? "ready" : "blocked");
  screen.field(2, 35, "Packets queued", interface.held());
}

}  // namespace arrouter::ppp
