// Between the keywords of commands, screens and scripts and the values they stand for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "modules/firewall/monitor.h"
#include "modules/firewall/notify.h"
#include "modules/firewall/policy.h"
#include "modules/firewall/session.h"
#include "os/command.h"

namespace arrouter::firewall {

// From words the rows have checked.
Action action_of(std::string_view word);
NatType nat_type_of(std::string_view word);
NatKind nat_kind_of(std::string_view word);
Monitor::Side monitor_side_of(std::string_view word);
/// {ALL|<number>|keyword}: nullopt for ALL.
std::optional<std::uint8_t> protocol_of(const Value& value);
/// {ALL|port[-port]|port-name}; `range` is nullopt for ALL. False when the text is none of them.
bool read_ports(std::string_view text, std::optional<PortRange>& range);
/// "MON,TUE", "WEEKDAY", "ALL".
std::uint8_t days_of(std::string_view words);
/// The bits of "INDENY,OUTATCP"; groups stand for their members.
LogOptions log_options_of(std::string_view words);

/// A session's number as screens print it: hex digits.
std::optional<std::uint32_t> session_id_of(std::string_view text);

// To words of screens.
std::string session_id_text(std::uint32_t id);
std::string_view text_of(Action action);
std::string_view text_of(NatType type);
std::string_view text_of(NatKind kind);
std::string_view text_of(Side side);
std::string_view text_of(Method method);
std::string_view text_of(TcpState state);
std::string_view text_of(Monitor::Side side);
std::string_view text_of(Direction direction);  // "IN"
std::string protocol_text(std::uint8_t number);  // "TCP", "47"
std::string port_text(const std::optional<PortRange>& range);
std::string range_text(const Ipv4Range& range);  // "1.1.1.1 - 1.1.1.9"
/// "1.1.1.1:80", the address alone for protocols without ports.
std::string endpoint_text(const Endpoint& endpoint, std::uint8_t protocol);
std::string days_text(std::uint8_t days);  // "all", "mon,tue"
std::string time_text(unsigned minutes);   // "07:30"
/// "none", or the keywords in lower case, joined by `separator`.
std::string icmp_text(const IcmpForwarding& icmp, std::string_view separator);
std::string options_text(const IpOptionsAllowed& options, std::string_view separator);
std::string debug_text(const DebugOptions& debug, std::string_view separator);
std::string log_text(LogOptions options, std::string_view separator);
std::string fragment_text(const PolicySettings& policy, std::string_view separator);
std::string notify_text(const NotifySettings& notify, std::string_view separator);
std::string_view log_subtype(LogOption option);

/// Of the switches in a list of words ("PING,UNREACHABLE", "ALL"); what they name becomes `on`.
void switch_icmp(IcmpForwarding& icmp, std::string_view words, bool on);
void switch_options(IpOptionsAllowed& options, std::string_view words, bool on);
void switch_debug(DebugOptions& debug, std::string_view words, bool on);
void switch_fragment(PolicySettings& policy, std::string_view words, bool on);
void switch_notify(NotifySettings& notify, std::string_view words, bool on);

}  // namespace arrouter::firewall
