// ADD, SET, DELETE, SHOW IP FILTER.
#include "modules/ip/rows.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::ip {
namespace {

constexpr std::string_view patterns =
    " [SMask=<mask>] [SPort=<text:1-20>] [DEStination=<ipv4>] [DMask=<mask>] [DPort=<text:1-20>] "
    "[ICmptype={<0-255>|<text:1-20>}] [ICMPCode={<0-255>|<text:1-20>}] [LOg={<4-1600>|Dump|Header|None}] "
    "[OPtions=<bool>] [PROTocol={<0-255>|Any|Egp|Icmp|Ospf|Tcp|Udp}] [SEssion={Any|Established|Start}] "
    "[SIze=<0-65535>]";
constexpr std::string_view verdict = "{ACtion={INCLude|EXCLude}|POLIcy=<0-15>|PRIOrity={P0|P1|P2|P3|P4|P5|P6|P7}}";
constexpr std::string_view note =
    "Filters of type ROUTING are kept and shown: no routing protocol asks them. A priority orders the packets that "
    "leave in one burst.";

FilterKind kind_named(const std::string& word) {
  if (word == "POLICY") return FilterKind::policy;
  if (word == "PRIORITY") return FilterKind::priority;
  return word == "ROUTING" ? FilterKind::routing : FilterKind::traffic;
}

/// Since 2.8.1 the kind follows from TYPE, else from the parameters (reference/ip.md 5).
FilterKind kind_of(unsigned number, const Args& args) {
  constexpr unsigned first_of_other_kinds = 100;
  if (args.has("TYPE")) return kind_named(args.choice("TYPE"));
  if (args.has("POLICY")) return FilterKind::policy;
  if (args.has("PRIORITY")) return FilterKind::priority;
  if (number < first_of_other_kinds) return FilterKind::traffic;
  for (const auto& [name, value] : args.all()) {
    if (name != "FILTER" && name != "SOURCE" && name != "SMASK" && name != "ENTRY" && name != "ACTION") {
      return FilterKind::traffic;
    }
  }
  return FilterKind::routing;
}

bool verdict_fits(FilterKind kind, const Args& args) {
  if (args.has("POLICY")) return kind == FilterKind::policy;
  if (args.has("PRIORITY")) return kind == FilterKind::priority;
  return !args.has("ACTION") || kind == FilterKind::traffic || kind == FilterKind::routing;
}

std::uint8_t protocol_named(const std::string& word) {
  if (word == "EGP") return wire::protocol::egp;
  if (word == "ICMP") return wire::protocol::icmp;
  if (word == "OSPF") return wire::protocol::ospf;
  return word == "TCP" ? wire::protocol::tcp : wire::protocol::udp;
}

/// An address with its mask: a mask left out means one host, or anybody for 0.0.0.0. False when bits of the address lie
/// outside the mask.
bool read_network(const Args& args, std::string_view name, std::string_view mask_name, Ipv4Address& address,
                  Ipv4Address& mask) {
  if (args.has(name)) {
    address = args.address(name);
    mask = address.unset() ? Ipv4Address() : mask_of(32);
  }
  if (args.has(mask_name)) mask = args.address(mask_name);
  return address.masked(mask) == address;
}

/// A number or one of the names `parse` knows.
template <class Parse>
bool read_icmp(const Args& args, std::string_view name, Parse parse, std::optional<std::uint8_t>& into) {
  if (!args.has(name)) return true;
  if (args.holds<std::uint64_t>(name)) {
    into = static_cast<std::uint8_t>(args.number(name));
    return true;
  }
  into.reset();
  if (equal_ignoring_case(args.text(name), "ANY")) return true;
  into = parse(args.text(name));
  return into.has_value();
}

bool read_ports(const Args& args, std::string_view name, PortRange& into) {
  if (!args.has(name)) return true;
  const auto ports = parse_ports(args.text(name));
  if (ports) into = *ports;
  return ports.has_value();
}

void read_log(const Args& args, FilterEntry& to) {
  if (!args.has("LOG")) return;
  if (args.holds<std::uint64_t>("LOG")) {
    to.log = FilterLog::bytes;
    to.log_bytes = static_cast<unsigned>(args.number("LOG"));
    return;
  }
  const std::string& word = args.choice("LOG");
  to.log = word == "DUMP" ? FilterLog::dump : (word == "HEADER" ? FilterLog::header : FilterLog::none);
}

/// Ports, sessions and ICMP messages need the protocol that has them.
bool fits_protocol(const FilterEntry& entry) {
  const bool ports = !entry.source_ports.any() || !entry.destination_ports.any();
  const bool has_ports = entry.protocol == wire::protocol::tcp || entry.protocol == wire::protocol::udp;
  return (!ports || has_ports) && (entry.session == FilterSession::any || entry.protocol == wire::protocol::tcp) &&
         ((!entry.icmp_type && !entry.icmp_code) || entry.protocol == wire::protocol::icmp);
}

std::optional<Outcome> read(const Args& args, FilterEntry& to) {
  if (!read_network(args, "SOURCE", "SMASK", to.source, to.source_mask) ||
      !read_network(args, "DESTINATION", "DMASK", to.destination, to.destination_mask)) {
    return messages::filter_mask();
  }
  if (args.has("PROTOCOL")) {
    if (args.holds<std::uint64_t>("PROTOCOL")) {
      to.protocol = static_cast<std::uint8_t>(args.number("PROTOCOL"));
    } else if (args.choice("PROTOCOL") == "ANY") {
      to.protocol.reset();
    } else {
      to.protocol = protocol_named(args.choice("PROTOCOL"));
    }
  }
  if (!read_ports(args, "SPORT", to.source_ports) || !read_ports(args, "DPORT", to.destination_ports)) {
    return messages::filter_port();
  }
  if (!read_icmp(args, "ICMPTYPE", parse_icmp_type, to.icmp_type) ||
      !read_icmp(args, "ICMPCODE", parse_icmp_code, to.icmp_code)) {
    return messages::filter_icmp();
  }
  if (args.has("SESSION")) {
    const std::string& word = args.choice("SESSION");
    to.session = word == "ESTABLISHED" ? FilterSession::established
                                       : (word == "START" ? FilterSession::start : FilterSession::any);
  }
  if (args.has("OPTIONS")) to.options = args.boolean("OPTIONS");
  if (args.has("SIZE")) to.size = static_cast<unsigned>(args.number("SIZE"));
  if (args.has("ACTION")) to.include = args.choice("ACTION") == "INCLUDE";
  if (args.has("POLICY")) to.policy = static_cast<unsigned>(args.number("POLICY"));
  if (args.has("PRIORITY")) to.priority = static_cast<unsigned>(args.choice("PRIORITY")[1] - '0');
  read_log(args, to);
  return fits_protocol(to) ? std::nullopt : std::optional(messages::filter_protocol());
}

Outcome add(Engine& engine, const Args& args) {
  if (!engine.state.switches.enabled) return messages::ip_not_enabled();
  FilterTable& filters = engine.state.filters;
  const auto number = static_cast<unsigned>(args.number("FILTER"));
  const Filter* const present = filters.find(number);
  // More patterns of a filter that is there are of its kind, unless they say something else.
  const FilterKind kind = present != nullptr && !args.has("TYPE") ? present->kind : kind_of(number, args);
  if (!verdict_fits(kind, args) || (present != nullptr && present->kind != kind)) return messages::filter_kind();
  if (filters.entries() >= limits::filter_entries) return messages::filter_limit();
  FilterEntry entry;
  if (auto refused = read(args, entry)) return *refused;
  filters.add(number, kind,
              args.has("ENTRY") ? std::optional(static_cast<unsigned>(args.number("ENTRY"))) : std::nullopt, entry);
  return messages::done();
}

/// Finds the filter and the entry a command names.
template <class Action>
Outcome with_entry(Engine& engine, const Args& args, Action action) {
  if (!engine.state.switches.enabled) return messages::ip_not_enabled();
  const auto number = static_cast<unsigned>(args.number("FILTER"));
  Filter* const filter = engine.state.filters.find(number);
  if (filter == nullptr) return messages::filter_unknown();
  const std::uint64_t entry = args.number("ENTRY");
  if (entry > filter->entries.size()) return messages::filter_entry_unknown();
  return action(number, *filter, static_cast<unsigned>(entry));
}

Outcome set(Engine& engine, const Args& args) {
  return with_entry(engine, args, [&](unsigned, Filter& filter, unsigned entry) {
    if (!verdict_fits(filter.kind, args)) return messages::filter_kind();
    FilterEntry changed = filter.entries[entry - 1];
    if (auto refused = read(args, changed)) return *refused;
    filter.entries[entry - 1] = changed;
    return messages::done();
  });
}

Outcome remove(Engine& engine, const Args& args) {
  if (args.holds<std::uint64_t>("ENTRY")) {
    return with_entry(engine, args, [&](unsigned number, Filter&, unsigned entry) {
      engine.state.filters.remove(number, entry);
      return messages::done();
    });
  }
  if (!engine.state.switches.enabled) return messages::ip_not_enabled();
  const auto number = static_cast<unsigned>(args.number("FILTER"));
  if (engine.state.filters.find(number) == nullptr) return messages::filter_unknown();
  engine.state.filters.remove(number);
  return messages::done();
}

Outcome show(Engine& engine, Invocation& call) {
  std::optional<unsigned> only;
  if (call.args.has_value("FILTER")) only = static_cast<unsigned>(call.args.number("FILTER"));
  if (only && engine.state.filters.find(*only) == nullptr) return messages::filter_unknown();
  if (engine.state.filters.all().empty()) return messages::filters_none();
  show_filters(engine, call.screen, only);
  return Outcome::screen();
}

}  // namespace

void add_filter_rows(Engine& engine, Rows& rows) {
  static const std::string add_syntax = "ADD IP FILter=<0-999> SOurce=<ipv4> " + std::string(verdict) +
                                        " [TYpe={TRAFFIC|POLICY|PRIORITY|ROUTING}] [ENTry=<1-3071>]" +
                                        std::string(patterns);
  static const std::string set_syntax =
      "SET IP FILter=<0-999> ENTry=<1-3071> [" + std::string(verdict) + "] [SOurce=<ipv4>]" + std::string(patterns);
  rows.push_back({add_syntax, Access::manager, "Adds a pattern to an IP filter.",
                  [&engine](Invocation& call) { return add(engine, call.args); }, Coverage::partial, note});
  rows.push_back({set_syntax, Access::manager, "Changes a pattern of an IP filter.",
                  [&engine](Invocation& call) { return set(engine, call.args); }, Coverage::partial, note});
  rows.push_back({"DELete IP FILter=<0-999> ENTry={<1-3071>|ALL}", Access::manager,
                  "Deletes a pattern of an IP filter; those behind it move up.",
                  [&engine](Invocation& call) { return remove(engine, call.args); }});
  rows.push_back({"SHow IP FILter[=<0-999>]", Access::manager, "Displays the IP filters and what they matched.",
                  [&engine](Invocation& call) { return show(engine, call); }});
}

}  // namespace arrouter::ip
