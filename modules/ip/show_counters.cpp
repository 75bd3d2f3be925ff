// SHOW IP COUNTER (reference/ip.md 8): MIB-II names in two columns of dotted pairs.
#include <fmt/format.h>

#include "modules/ip/mib.h"
#include "modules/ip/rows.h"

namespace arrouter::ip {
namespace {

struct Pair {
  std::string_view name;
  std::uint64_t value = 0;
};

/// " inReceives ................. 24501      outRequests ................. 22345"
void print(Screen& screen, std::string_view title, std::string_view key, const std::vector<Pair>& pairs) {
  constexpr std::size_t left_width = 34, right_width = 35;
  const auto dotted = [](const Pair& pair, std::size_t width) {
    const std::string value = std::to_string(pair.value);
    const std::size_t used = pair.name.size() + value.size() + 2;
    return fmt::format("{} {} {}", pair.name, std::string(used < width ? width - used : 1, '.'), value);
  };
  if (!screen.empty()) screen.line();
  screen.line(title);
  const auto scope = screen.object(key);
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    std::string line = " " + dotted(pairs[i], left_width);
    screen.set(pairs[i].name, pairs[i].value);
    if (i + 1 < pairs.size() && !pairs[i + 1].name.empty()) {
      line += "      " + dotted(pairs[i + 1], right_width);
      screen.set(pairs[i + 1].name, pairs[i + 1].value);
    }
    screen.line(line);
  }
}

void print_ip(const Engine& engine, Screen& screen) {
  const IpFigures of = ip_figures(engine.state.ip);
  print(screen, "IP counters", "ip",
        {{"inReceives", of.in_receives},
         {"outRequests", of.out_requests},
         {"inHdrErrors", of.in_header_errors},
         {"outDiscards", of.out_discards},
         {"inAddrErrors", of.in_address_errors},
         {"outNoRoutes", of.out_no_routes},
         {"forwDatagrams", of.forwarded},
         {"inDelivers", of.in_delivers},
         {"inUnknownProtos", of.in_unknown_protocols},
         {"inDiscards", of.in_discards},
         {"reasmReqds", of.reassembly_required},
         {"reasmOKs", of.reassembled},
         {"reasmFails", of.reassembly_fails},
         {"reasmTimeout", of.reassembly_timeout_s},
         {"fragOKs", of.fragmented},
         {"fragFails", of.fragment_fails},
         {"fragCreates", of.fragments_created},
         {"routingDiscards", of.routing_discards}});
  std::uint64_t foreign = 0, no_interface = 0, other_hosts = 0;
  for (const auto& link : engine.state.interfaces.links()) {
    foreign += link->in_unknown_protocols;
    no_interface += link->in_no_interface;
    other_hosts += link->in_other_hosts;
  }
  const auto discard = [&](IpDrop reason) { return Pair{to_string(reason), engine.state.ip.dropped(reason)}; };
  // Reasons behind the sums above, since 2.8.1; the last three are of frames that never became a packet.
  print(screen, "IP discards", "ipDiscards",
        {discard(IpDrop::header_error),
         discard(IpDrop::option),
         discard(IpDrop::ttl_expired),
         discard(IpDrop::address_error),
         discard(IpDrop::not_forwarding),
         discard(IpDrop::unknown_protocol),
         discard(IpDrop::no_route),
         discard(IpDrop::blackhole),
         discard(IpDrop::would_fragment),
         discard(IpDrop::arp_failed),
         discard(IpDrop::interface_down),
         discard(IpDrop::reassembly_failed),
         discard(IpDrop::no_buffer),
         discard(IpDrop::policy),
         discard(IpDrop::filter),
         {"otherHost", other_hosts},
         {"foreignProtocol", foreign},
         {"noInterface", no_interface}});
}

void print_icmp(const Engine& engine, Screen& screen) {
  namespace type = wire::icmp_type;
  const IcmpCounters& of = engine.state.icmp;
  print(screen, "ICMP counters", "icmp",
        {{"inMsgs", of.in_messages},
         {"outMsgs", of.out_messages},
         {"inErrors", of.in_errors},
         {"outErrors", of.out_suppressed},
         {"inDestUnreachs", of.in[type::unreachable]},
         {"outDestUnreachs", of.out[type::unreachable]},
         {"inTimeExcds", of.in[type::time_exceeded]},
         {"outTimeExcds", of.out[type::time_exceeded]},
         {"inParmProbs", of.in[type::parameter_problem]},
         {"outParmProbs", of.out[type::parameter_problem]},
         {"inSrcQuenchs", of.in[type::source_quench]},
         {"outSrcQuenchs", of.out[type::source_quench]},
         {"inRedirects", of.in[type::redirect]},
         {"outRedirects", of.out[type::redirect]},
         {"inEchos", of.in[type::echo]},
         {"outEchos", of.out[type::echo]},
         {"inEchoReps", of.in[type::echo_reply]},
         {"outEchoReps", of.out[type::echo_reply]},
         {"inTimestamps", of.in[type::timestamp]},
         {"outTimestamps", of.out[type::timestamp]},
         {"inTimestampReps", of.in[type::timestamp_reply]},
         {"outTimestampReps", of.out[type::timestamp_reply]},
         {"inAddrMasks", of.in[type::address_mask]},
         {"outAddrMasks", of.out[type::address_mask]},
         {"inAddrMaskReps", of.in[type::address_mask_reply]},
         {"outAddrMaskReps", of.out[type::address_mask_reply]}});
}

void print_udp(const Engine& engine, Screen& screen) {
  const UdpFigures& of = engine.state.udp;
  print(screen, "UDP counters", "udp",
        {{"inDatagrams", of.in_datagrams},
         {"outDatagrams", of.out_datagrams},
         {"inErrors", of.in_errors},
         {"noPorts", of.no_ports}});
}

void print_arp(const Engine& engine, Screen& screen) {
  const ArpCounters& of = engine.path.arp().counters;
  print(screen, "ARP counters", "arp",
        {{"inRequests", of.in_requests},
         {"outRequests", of.out_requests},
         {"inReplies", of.in_replies},
         {"outReplies", of.out_replies},
         {"inMalformed", of.in_malformed},
         {"inDisparity", of.in_disparity},
         {"inConflicts", of.in_conflicts},
         {"inOffSubnet", of.in_off_subnet},
         {"unresolved", of.unresolved},
         {"tableFull", of.table_full}});
}

void print_route(const Engine& engine, Screen& screen) {
  print(screen, "Route counters", "route",
        {{"cacheHits", engine.state.cache_hits}, {"cacheMisses", engine.state.cache_misses}});
}

void print_snmp(const Engine& engine, Screen& screen) {
  const SnmpFigures& of = engine.state.snmp;
  print(screen, "SNMP counters", "snmp",
        {{"inPkts", of.in_packets},
         {"outPkts", of.out_packets},
         {"inBadVersions", of.in_bad_versions},
         {"outTooBigs", of.out_too_bigs},
         {"inBadCommunityNames", of.in_bad_community_names},
         {"outNoSuchNames", of.out_no_such_names},
         {"inBadCommunityUses", of.in_bad_community_uses},
         {"outBadValues", of.out_bad_values},
         {"inASNParseErrs", of.in_parse_errors},
         {"outGenErrs", of.out_general_errors},
         {"inTooBigs", of.in_too_bigs},
         {"outGetRequests", of.out_get_requests},
         {"inNoSuchNames", of.in_no_such_names},
         {"outGetNexts", of.out_get_nexts},
         {"inBadValues", of.in_bad_values},
         {"outSetRequests", of.out_set_requests},
         {"inReadOnlys", of.in_read_onlys},
         {"outGetResponses", of.out_get_responses},
         {"inGenErrs", of.in_general_errors},
         {"outTraps", of.out_traps},
         {"inTotalReqVars", of.in_total_requested},
         {},
         {"inTotalSetVars", of.in_total_set},
         {},
         {"inGetRequests", of.in_get_requests},
         {},
         {"inGetNexts", of.in_get_nexts},
         {},
         {"inSetRequests", of.in_set_requests},
         {},
         {"inGetResponses", of.in_get_responses},
         {},
         {"inTraps", of.in_traps}});
}

}  // namespace

void show_counters(const Engine& engine, Screen& screen, std::string_view group) {
  const bool all = group == "ALL";
  if (all || group == "IP") print_ip(engine, screen);
  if (all || group == "ICMP") print_icmp(engine, screen);
  if (all || group == "UDP") print_udp(engine, screen);
  if (all || group == "SNMP") print_snmp(engine, screen);
  if (all || group == "ARP") print_arp(engine, screen);
  if (all || group == "ROUTE") print_route(engine, screen);
  if (group == "MULTICAST") print(screen, "Multicast counters", "multicast", {{"inPkts"}, {"outPkts"}});
  if (group == "INTERFACE") show_interface_counters(engine, screen, nullptr);
}

}  // namespace arrouter::ip
