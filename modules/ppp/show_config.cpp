// SHOW PPP CONFIG: what was asked for beside what was negotiated (reference/links.md 5.5).
#include <fmt/format.h>

#include "modules/ppp/numbers.h"
#include "modules/ppp/ppp.h"
#include "os/base/text.h"

namespace arrouter::ppp {
namespace {

/// One line; the negotiated columns are empty where nothing is negotiated.
void line(Screen& screen, int indent, std::string_view label, const std::string& configured,
          const std::string& local = {}, const std::string& peer = {}) {
  std::string text = fmt::format("{:<44}{:<14}{:<13}{}", std::string(static_cast<std::size_t>(indent), ' ') +
                                     std::string(label), configured, local, peer);
  text.erase(text.find_last_not_of(' ') + 1);
  screen.line(text);
  const auto scope = screen.object(json_key(label));
  screen.set("configured", configured);
  if (!local.empty() || !peer.empty()) {
    screen.set("local", local);
    screen.set("peer", peer);
  }
}

std::string or_not_set(const std::string& text) { return text.empty() || text == "NONE" ? "NOT SET" : text; }
std::string or_none(Ipv4Address address) { return address.unset() ? "NONE" : to_string(address); }

std::string monitoring(const Settings& link) {
  if (link.text("ECHO") != "OFF") return fmt::format("ECHO {}", link.period("ECHO", 10).value_or(0));
  if (link.text("LQR") != "OFF") return fmt::format("LQR {}", link.period("LQR", 60).value_or(0));
  return "OFF";
}

std::string seconds_or_off(const std::optional<Duration>& period) {
  return period ? std::to_string(whole_seconds(*period)) : "OFF";
}

}  // namespace

void PppModule::config_heading(Screen& screen) const {
  screen.line("Interface - description");
  screen.line("  Parameter                                 Configured    Negotiated");
  screen.line("                                                          Local        Peer");
  screen.rule();
}

void PppModule::show_config(Screen& screen, const Interface& interface) const {
  const Settings& of = interface.settings;
  const Session* const session = interface.session();
  const bool lcp_open = session != nullptr && session->lcp().opened();
  const unsigned own_mru = lcp_open ? session->lcp().own_mru() : default_mru;
  const unsigned peer_mru = lcp_open ? session->lcp().peer_mru() : default_mru;
  const std::string& description = of.text("DESCRIPTION");
  screen.line(fmt::format("{} -{}{}", interface.name, description.empty() ? "" : " ", description));
  line(screen, 2, "Bandwidth Allocation Protocol", of.text("BAP"));
  line(screen, 2, "Bandwidth Allocation Call Mode", of.text("BAPMODE"));
  line(screen, 2, "Multilink fragmentation", of.text("FRAGMENT"));
  line(screen, 2, "Acceptable Fragment Overhead(%)", of.text("FRAGOVERHEAD"));
  line(screen, 2, "Null Fragment Timer (seconds)", of.text("NULLFRAGTIMER"));
  const auto hours = of.number("ONLINELIMIT");
  line(screen, 2, "Session Timer (seconds)", hours ? std::to_string(std::uint64_t{*hours} * 3600) : "OFF");
  line(screen, 2, "Idle Timer (seconds)", seconds_or_off(interface.idle_period()));
  line(screen, 2, "Maximum Receive Unit (bytes)", of.text("MRU"), std::to_string(own_mru), std::to_string(peer_mru));
  line(screen, 2, "Compression", of.text("COMPRESSION"), "NONE", "NONE");
  line(screen, 2, "Encryption", of.text("ENCRYPTION"), "NONE", "NONE");
  line(screen, 2, "Debug Maximum Bytes", of.text("DEBUGMAXBYTES"));
  line(screen, 2, "Username", or_not_set(of.text("USERNAME")));
  line(screen, 2, "IP Pool", or_not_set(of.text("IPPOOL")));
  line(screen, 2, "IP Address Request", of.text("IPREQUEST"));
  line(screen, 2, "MSS Header (bytes)", of.text("MSSHEADER"));
  screen.line(" IP");
  const Addresses& agreed = interface.addresses();
  const auto info = ip_.interface(interface.name);
  const bool assigned = of.on("IPREQUEST");
  const std::string configured = info && !assigned ? to_string(info->address) : "0.0.0.0";
  line(screen, 2, "IP Compression Protocol", "NONE", "NONE", "NONE");
  line(screen, 2, "IP Address", configured, or_none(agreed.own), or_none(agreed.peer));
  line(screen, 2, "Primary DNS Address", "NOT SET", or_none(agreed.primary_dns), "NONE");
  line(screen, 2, "Secondary DNS Address", "NOT SET", or_none(agreed.secondary_dns), "NONE");
  const Settings& link = interface.link_settings();
  screen.line(" " + interface.over());
  line(screen, 2, "Type", link.text("TYPE"));
  line(screen, 2, "Restart Timer (seconds)", link.text("RESTART"));
  line(screen, 2, "Max Configure Requests", link.text("CONFIGURE"));
  line(screen, 2, "Max Terminate Requests", link.text("TERMINATE"));
  line(screen, 2, "Magic Number", link.text("MAGIC"),
       lcp_open ? fmt::format("0x{:08x}", session->lcp().own_magic()) : "NONE",
       lcp_open ? fmt::format("0x{:08x}", session->lcp().peer_magic()) : "NONE");
  line(screen, 2, "Link Quality Monitoring / Echo (seconds)", monitoring(link));
  line(screen, 2, "Authentication", link.text("AUTHENTICATION"),
       lcp_open ? std::string(to_string(session->lcp().required())) : "NONE",
       lcp_open ? std::string(to_string(session->lcp().demanded())) : "NONE");
  line(screen, 2, "Callback Mode", link.text("CBMODE"));
}

}  // namespace arrouter::ppp
