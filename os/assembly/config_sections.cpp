#include "os/assembly/config_sections.h"

#include <algorithm>

namespace arrouter {

namespace {

struct Heading {
  std::string_view title, name;
  bool later = false;  // of later releases: it does not stand there without a configuration below
};

// New format of 2.7 to 2.9.2; the order is recalled.
constexpr Heading headings[] = {
    {"Command Handler", "CH"},
    {"System", "SYS"},
    {"Flash memory", "FFS"},
    {"LOADER", "LOAD"},
    {"User", "USER"},
    {"RADIUS", "RADIUS"},
    {"TACACS", "TACACS"},
    {"TACPLUS", "TACPLUS", true},
    {"TTY", "TTY"},
    {"ASYN", "ASYN"},
    {"ETH", "ETH"},
    {"INTERFACE", "INT"},
    {"SWITCH (pre-VLAN)", "SWITCH"},
    {"VLAN general", "VLAN"},
    {"VLAN port", "VLAN"},
    {"SWITCH (post-VLAN)", "SWITCH"},
    {"ENCO", "ENCO"},
    {"PKI", "PKI"},
    {"L2TP", "L2TP"},
    {"PPP templates", "PPP"},
    {"PPP", "PPP"},
    {"FRAME RELAY", "FR"},
    {"GRE", "GRE"},
    {"IP", "IP"},
    {"IPv6", "IPV6"},
    {"OSPF", "OSPF"},
    {"BGP", "BGP"},
    {"SNMP", "SNMP"},
    {"HTTP", "HTTP"},
    {"VRRP", "VRRP"},
    {"BOOTP", "BOOTP"},
    {"Classifier", "CLASSIFIER"},
    {"FIREWALL", "FIREWALL"},
    {"DHCP", "DHCP"},
    {"TELNET", "TELNET"},
    {"SSH", "SSH"},
    {"MAIL", "MAIL"},
    {"NTP", "NTP"},
    {"LOG", "LOG"},
    {"TRIGGER", "TRIGGER"},
    {"SCRIPT", "SCRIPT"},
    {"IPSEC", "IPSEC"},
    {"ISAKMP", "ISAKMP"},
    {"GUI", "GUI"},
};

void copy(const ConfigWriter::Section& section, ConfigWriter& to) {
  to.section(section.title, {section.names.begin(), section.names.end()});
  for (const std::string& line : section.lines) to.line(line);
}

}  // namespace

ConfigWriter in_section_order(const ConfigWriter& written) {
  ConfigWriter ordered;
  for (const Heading& heading : headings) {
    const auto section = std::ranges::find(written.sections(), heading.title, &ConfigWriter::Section::title);
    const bool there = section != written.sections().end();
    if (heading.later && (!there || section->lines.empty())) continue;
    if (there) {
      copy(*section, ordered);
    } else {
      ordered.section(heading.title, {heading.name});
    }
  }
  for (const ConfigWriter::Section& section : written.sections()) {
    if (std::ranges::find(headings, section.title, &Heading::title) == std::end(headings)) copy(section, ordered);
  }
  return ordered;
}

}  // namespace arrouter
