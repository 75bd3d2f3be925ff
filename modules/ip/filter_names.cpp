// Names that filters know for ports and ICMP messages, and how ports are written.
#include <array>

#include "modules/ip/filter.h"
#include "netdev/wire/ipv4.h"
#include "os/base/text.h"

namespace arrouter::ip {
namespace {

struct NamedNumber {
  std::string_view name;
  std::uint16_t number;
};

// [recalled]; the numbers are IANA's.
constexpr NamedNumber port_names[] = {
    {"BOOTPC", 68},    {"BOOTPS", 67}, {"DISCARD", 9},    {"DOMAIN", 53},   {"FINGER", 79}, {"FTP", 21},
    {"FTPDATA", 20},   {"GOPHER", 70}, {"HOSTNAME", 101}, {"KERBEROS", 88}, {"LOGIN", 49},  {"NAMESERVER", 42},
    {"NNTP", 119},     {"NTP", 123},   {"RTELNET", 107},  {"SFTP", 115},    {"SMTP", 25},   {"SNMP", 161},
    {"SNMPTRAP", 162}, {"SYSTAT", 11}, {"TELNET", 23},    {"TFTP", 69},     {"TIME", 37},   {"UUCP", 540},
    {"WWW", 80},       {"XNSTIME", 52}};
constexpr NamedNumber icmp_type_names[] = {
    {"ECHORPLY", 0},      {"UNREACHABLE", 3},   {"QUENCH", 4},      {"REDIRECT", 5},   {"ECHO", 8},
    {"ADVERTISEMENT", 9}, {"SOLICITATION", 10}, {"TIMEEXCEED", 11}, {"PARAMETER", 12}, {"TSTAMP", 13},
    {"TSTAMPRPLY", 14},   {"INFOREQ", 15},      {"INFOREP", 16},    {"ADDRREQ", 17},   {"ADDRREP", 18},
    {"NAMEREQ", 37},      {"NAMERPLY", 38}};
constexpr NamedNumber icmp_code_names[] = {
    {"NETUNREACH", 0},  {"HOSTUNREACH", 1}, {"PROTUNREACH", 2},  {"PORTUNREACH", 3},  {"FRAGMENT", 4},
    {"SOURCEROUTE", 5}, {"NETUNKNOWN", 6},  {"HOSTUNKNOWN", 7},  {"HOSTISOLATED", 8}, {"NETCOMM", 9},
    {"HOSTCOMM", 10},   {"NETTOS", 11},     {"HOSTTOS", 12},     {"FILTER", 13},      {"HOSTPREC", 14},
    {"PREC", 15},       {"NETREDIRECT", 0}, {"HOSTREDIRECT", 1}, {"NETRTOS", 2},      {"HOSTRTOS", 3},
    {"TTL", 0},         {"FRAGREASSM", 1},  {"PTR", 0},          {"NOPTR", 1}};

template <std::size_t n>
std::optional<std::uint16_t> number_of(std::string_view text, const NamedNumber (&names)[n], std::uint64_t maximum) {
  for (const NamedNumber& of : names) {
    if (equal_ignoring_case(of.name, text)) return of.number;
  }
  const auto number = parse_number(text, maximum);
  return number ? std::optional(static_cast<std::uint16_t>(*number)) : std::nullopt;
}

std::optional<std::uint8_t> octet(std::optional<std::uint16_t> number) {
  return number ? std::optional(static_cast<std::uint8_t>(*number)) : std::nullopt;
}

}  // namespace

std::optional<PortRange> parse_ports(std::string_view text) {
  if (equal_ignoring_case(text, "ANY")) return PortRange{};
  PortRange range;
  const std::size_t separator = text.find_first_of(":-");
  if (separator == std::string_view::npos) {
    const auto port = number_of(text, port_names, 65535);
    if (!port) return std::nullopt;
    return PortRange{*port, *port};
  }
  const std::string_view low = text.substr(0, separator), high = text.substr(separator + 1);
  if (low.empty() && high.empty()) return std::nullopt;
  if (!low.empty()) {
    const auto port = number_of(low, port_names, 65535);
    if (!port) return std::nullopt;
    range.low = *port;
  }
  if (!high.empty()) {
    const auto port = number_of(high, port_names, 65535);
    if (!port) return std::nullopt;
    range.high = *port;
  }
  return range.low <= range.high ? std::optional(range) : std::nullopt;
}

std::optional<std::uint8_t> parse_icmp_type(std::string_view text) {
  return octet(number_of(text, icmp_type_names, 255));
}
std::optional<std::uint8_t> parse_icmp_code(std::string_view text) {
  return octet(number_of(text, icmp_code_names, 255));
}

std::string to_string(const PortRange& ports) { return std::to_string(ports.low) + ":" + std::to_string(ports.high); }

std::string protocol_name(std::optional<std::uint8_t> protocol) {
  if (!protocol) return "Any";
  switch (*protocol) {
    case wire::protocol::icmp:
      return "ICMP";
    case wire::protocol::tcp:
      return "TCP";
    case wire::protocol::egp:
      return "EGP";
    case wire::protocol::udp:
      return "UDP";
    case wire::protocol::ospf:
      return "OSPF";
    default:
      return std::to_string(*protocol);
  }
}

}  // namespace arrouter::ip
