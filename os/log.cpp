#include "os/log.h"

#include <utility>

#include "os/base/text.h"
#include "os/module_numbers.h"
#include "os/outcome.h"

namespace arrouter {

namespace {

constexpr std::size_t early_records = 200;  // kept until modules/log listens

struct LogModule {
  std::uint16_t number;
  std::string_view name;        // what MODULE= accepts in full
  std::string_view short_name;  // what the column Mod prints
};

// reference/cli.md 7.1 and logging.md 6. A found Log Message Reference corrects one line each.
constexpr LogModule modules[] = {
    {module_number::ppp, "PPP", "PPP"},
    {module_number::ip, "IPG", "IPG"},
    {module_number::ip, "IP", "IPG"},
    {module_number::eth, "ETH", "ETH"},
    {module_number::flash, "FFS", "FFS"},
    {module_number::system, "SYS", "SYS"},
    {module_number::system, "SYSTEM", "SYS"},
    {module_number::command, "CH", "CH"},
    {module_number::tty, "TTY", "TTY"},
    {37, "CC", "CC"},
    {41, "BRI", "BRI"},
    {42, "PRI", "PRI"},
    {module_number::user, "USER", "USER"},
    {module_number::load, "LOAD", "LOAD"},
    {module_number::install, "INSTALL", "INST"},
    {module_number::trigger, "TRIGGER", "TRIG"},
    {module_number::ping, "PING", "PING"},
    {module_number::file, "FILE", "FILE"},
    {70, "DHCP", "DHCP"},
    {module_number::enco, "ENCO", "ENCO"},
    {module_number::firewall, "FIREWALL", "FIRE"},
    {module_number::ipsec, "IPSEC", "IPSC"},
    {module_number::isakmp, "ISAKMP", "ISAK"},
    {module_number::switching, "SWITCH", "SWIT"},
    {module_number::vlan, "VLAN", "VLAN"},
    {97, "PIM", "PIM"},
    {104, "LB", "LB"},
    {118, "PORTAUTH", "PAUT"},
    {136, "EPSR", "EPSR"},
    {139, "IGMP", "IGMP"},
    {module_number::log, "LOG", "LOG"},
    {module_number::script, "SCR", "SCR"},
    {module_number::script, "SCRIPT", "SCR"},
    {module_number::lab, "LAB", "LAB"},
    {module_number::telnet, "TELNET", "TELN"},
    {module_number::ssh, "SSH", "SSH"},
    {module_number::tcp, "TCP", "TCP"},
    {module_number::l2tp, "L2TP", "L2TP"},
    {module_number::radius, "RADIUS", "RAD"},
    {module_number::tacacs, "TACACS", "TAC"},
    {module_number::tacplus, "TACPLUS", "TACP"},
    {module_number::snmp, "SNMP", "SNMP"},
    {module_number::ntp, "NTP", "NTP"},
    {module_number::mail, "MAIL", "MAIL"},
    // Modules of other models: filters may name them. The numbers are none of AlliedWare's.
    {230, "ACC", "ACC"},
    {231, "ADSL", "ADSL"},
    {232, "APPLE", "APPL"},
    {233, "ASYN", "ASYN"},
    {233, "PORT", "ASYN"},
    {234, "BGP", "BGP"},
    {235, "BOOTP", "BOOT"},
    {236, "CLAS", "CLAS"},
    {237, "FR", "FR"},
    {238, "GRE", "GRE"},
    {239, "HTTP", "HTTP"},
    {240, "OSPF", "OSPF"},
    {241, "PKI", "PKI"},
    {242, "Q931", "Q931"},
    {243, "RSVP", "RSVP"},
    {244, "SSL", "SSL"},
    {245, "STP", "STP"},
    {246, "SYN", "SYN"},
    {247, "TPAD", "TPAD"},
    {248, "UPNP", "UPNP"},
    {249, "VRRP", "VRRP"},
    {250, "X25", "X25"},
};

const LogModule* by_number(std::uint64_t number) {
  for (const LogModule& module : modules) {
    if (module.number == number) return &module;
  }
  return nullptr;
}

}  // namespace

void Log::record(LogRecord record, std::source_location where) {
  record.time = clock_.now();
  if (record.file.empty()) {
    const std::string_view path = where.file_name();
    record.file = path.substr(path.find_last_of('/') + 1);  // npos + 1 is 0: the whole name
    record.line = where.line();
  }
  if (listener_) {
    listener_(record);
  } else if (early_.size() < early_records) {
    early_.push_back(std::move(record));
  }
}

void Log::listen(Listener listener) {
  listener_ = std::move(listener);
  if (!listener_) return;
  for (const LogRecord& record : std::exchange(early_, {})) listener_(record);
}

std::string_view log_module_short_name(std::uint16_t module) {
  const LogModule* const found = by_number(module);
  return found == nullptr ? std::string_view("-") : found->short_name;
}

std::string_view log_module_name(std::uint16_t module) {
  const LogModule* const found = by_number(module);
  return found == nullptr ? std::string_view("-") : found->name;
}

std::uint16_t find_log_module(std::string_view text) {
  if (text.empty()) return 0;
  if (const auto number = parse_number(text, 999)) {
    return by_number(*number) == nullptr ? std::uint16_t{0} : static_cast<std::uint16_t>(*number);
  }
  std::uint16_t prefix_of = 0;
  bool ambiguous = false;
  for (const LogModule& module : modules) {
    if (equal_ignoring_case(text, module.name) || equal_ignoring_case(text, module.short_name)) return module.number;
    if (!starts_with_ignoring_case(module.name, text)) continue;
    ambiguous = ambiguous || (prefix_of != 0 && prefix_of != module.number);
    prefix_of = module.number;
  }
  return ambiguous ? std::uint16_t{0} : prefix_of;
}

}  // namespace arrouter
