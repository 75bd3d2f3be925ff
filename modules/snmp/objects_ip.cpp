// MIB-II at, ip and icmp (RFC 1213).
#include "modules/snmp/objects.h"
#include "netdev/wire/icmp.h"

namespace arrouter::snmp {

namespace {

constexpr std::string_view at_entry = "1.3.6.1.2.1.3.1.1", address_entry = "1.3.6.1.2.1.4.20.1",
                           route_entry = "1.3.6.1.2.1.4.21.1", neighbour_entry = "1.3.6.1.2.1.4.22.1";
constexpr std::int64_t own_ttl = 64, largest_datagram = 65535, unused_metric = -1;
/// Tables that may be long are gathered at most once in this time.
constexpr std::chrono::seconds table_life{1};

Instance of_address(Ipv4Address address) {
  return {address.value >> 24, address.value >> 16 & 0xff, address.value >> 8 & 0xff, address.value & 0xff};
}

/// ifIndex of every port by its name: a route table asks often.
std::map<std::string, unsigned, std::less<>> indices(const Sources& sources) {
  std::map<std::string, unsigned, std::less<>> by_name;
  for (const InterfaceEntry& entry : sources.interfaces.entries()) by_name[entry.name] = entry.index;
  return by_name;
}

template <class Item>
struct Indexed {
  unsigned index = 0;  // ifIndex
  Item item;
};

template <class Item>
std::vector<Indexed<Item>> indexed(const Sources& sources, std::vector<Item> items) {
  const auto by_name = indices(sources);
  std::vector<Indexed<Item>> found;
  for (Item& item : items) {
    const auto entry = by_name.find(item.link);
    found.push_back({entry == by_name.end() ? 0 : entry->second, std::move(item)});
  }
  return found;
}

void add_ip_figures(Mib& mib, Sources& sources) {
  const auto scalar = [&](std::uint32_t number, std::function<Value(const IpFigures&)> read) {
    mib.scalar("1.3.6.1.2.1.4." + std::to_string(number),
               [&sources, read = std::move(read)] { return read(sources.figures.ip_figures()); });
  };
  const auto counter = [&](std::uint32_t number, std::uint64_t IpFigures::*figure) {
    scalar(number, [figure](const IpFigures& of) { return Value::of_counter(of.*figure); });
  };
  mib.scalar(
      "1.3.6.1.2.1.4.1", [&sources] { return Value::of_integer(sources.figures.forwarding() ? 1 : 2); },
      [&sources](const Instance&, const Value& value, bool really) {  // ipForwarding
        if (value.type != Type::integer) return ErrorStatus::wrong_type;
        if (value.integer != 1 && value.integer != 2) return ErrorStatus::wrong_value;
        if (really) sources.figures.set_forwarding(value.integer == 1);
        return ErrorStatus::none;
      });
  mib.scalar("1.3.6.1.2.1.4.2", [] { return Value::of_integer(own_ttl); });  // ipDefaultTTL
  counter(3, &IpFigures::in_receives);
  counter(4, &IpFigures::in_header_errors);
  counter(5, &IpFigures::in_address_errors);
  counter(6, &IpFigures::forwarded);
  counter(7, &IpFigures::in_unknown_protocols);
  counter(8, &IpFigures::in_discards);
  counter(9, &IpFigures::in_delivers);
  counter(10, &IpFigures::out_requests);
  counter(11, &IpFigures::out_discards);
  counter(12, &IpFigures::out_no_routes);
  scalar(13, [](const IpFigures& of) { return Value::of_integer(static_cast<std::int64_t>(of.reassembly_timeout_s)); });
  counter(14, &IpFigures::reassembly_required);
  counter(15, &IpFigures::reassembled);
  counter(16, &IpFigures::reassembly_fails);
  counter(17, &IpFigures::fragmented);
  counter(18, &IpFigures::fragment_fails);
  counter(19, &IpFigures::fragments_created);
  counter(23, &IpFigures::routing_discards);
}

void add_addresses(Mib& mib, Sources& sources) {
  using Item = Indexed<MibAddress>;
  const auto table = std::make_shared<Table<Item>>(
      [&sources] {
        Table<Item>::Content rows;
        for (Item& item : indexed(sources, sources.figures.addresses()))
          rows.emplace(of_address(item.item.address), std::move(item));
        return rows;
      },
      Duration::zero());
  const auto column = [&](std::uint32_t number, std::function<Value(const Item&)> read) {
    mib.column<Item>(table, address_entry, number, std::move(read));
  };
  column(1, [](const Item& row) { return Value::of_address(row.item.address); });
  column(2, [](const Item& row) { return Value::of_integer(row.index); });
  column(3, [](const Item& row) { return Value::of_address(row.item.mask); });
  column(4, [](const Item& row) { return Value::of_integer(row.item.ones_broadcast ? 1 : 0); });
  column(5, [](const Item&) { return Value::of_integer(largest_datagram); });
}

void add_routes(Mib& mib, Sources& sources) {
  using Item = Indexed<MibRoute>;
  const auto table = std::make_shared<Table<Item>>(
      [&sources] {
        Table<Item>::Content rows;
        // A row for each destination; the longest mask is the last of its routes and stays.
        for (Item& item : indexed(sources, sources.figures.routes()))
          rows.insert_or_assign(of_address(item.item.network), std::move(item));
        return rows;
      },
      table_life);
  const auto column = [&](std::uint32_t number, std::function<Value(const Item&)> read) {
    mib.column<Item>(table, route_entry, number, std::move(read));
  };
  using Origin = MibRoute::Origin;
  column(1, [](const Item& row) { return Value::of_address(row.item.network); });
  column(2, [](const Item& row) { return Value::of_integer(row.index); });
  column(3, [](const Item& row) { return Value::of_integer(row.item.metric); });
  for (const std::uint32_t metric : {4U, 5U, 6U, 12U})
    column(metric, [](const Item&) { return Value::of_integer(unused_metric); });
  column(7, [](const Item& row) { return Value::of_address(row.item.next_hop); });
  column(8, [](const Item& row) {  // ipRouteType: other 1, direct 3, indirect 4
    if (row.item.link.empty()) return Value::of_integer(1);
    return Value::of_integer(row.item.next_hop.unset() ? 3 : 4);
  });
  column(9, [](const Item& row) {  // ipRouteProto: other 1, local 2, netmgmt 3
    return Value::of_integer(row.item.origin == Origin::connected ? 2 : row.item.origin == Origin::configured ? 3 : 1);
  });
  column(10, [](const Item& row) { return Value::of_integer(row.item.age.count()); });
  column(11, [](const Item& row) { return Value::of_address(row.item.mask); });
  column(13, [](const Item&) { return Value::of_oid({0, 0}); });  // ipRouteInfo
}

/// atTable and ipNetToMediaTable are the same rows under two names.
void add_neighbours(Mib& mib, Sources& sources) {
  using Item = Indexed<MibNeighbour>;
  const auto table_of = [&sources](Instance after_index) {
    return std::make_shared<Table<Item>>(
        [&sources, after_index] {
          Table<Item>::Content rows;
          for (Item& item : indexed(sources, sources.figures.neighbours()))
            rows.emplace(Instance{item.index} + after_index + of_address(item.item.address), std::move(item));
          return rows;
        },
        table_life);
  };
  const auto add = [&](const std::shared_ptr<Table<Item>>& table, std::string_view entry) {
    mib.column<Item>(table, entry, 1, [](const Item& row) { return Value::of_integer(row.index); });
    mib.column<Item>(table, entry, 2, [](const Item& row) { return Value::of_mac(row.item.mac); });
    mib.column<Item>(table, entry, 3, [](const Item& row) { return Value::of_address(row.item.address); });
  };
  add(table_of({1}), at_entry);  // the 1 says: an Internet address
  const auto table = table_of({});
  add(table, neighbour_entry);
  mib.column<Item>(table, neighbour_entry, 4,  // ipNetToMediaType: dynamic 3, static 4
                   [](const Item& row) { return Value::of_integer(row.item.fixed ? 4 : 3); });
}

void add_icmp(Mib& mib, Sources& sources) {
  const auto counter = [&](std::uint32_t number, std::function<std::uint64_t(const IcmpFigures&)> read) {
    mib.scalar("1.3.6.1.2.1.5." + std::to_string(number),
               [&sources, read = std::move(read)] { return Value::of_counter(read(sources.figures.icmp_figures())); });
  };
  counter(1, [](const IcmpFigures& of) { return of.in_messages; });
  counter(2, [](const IcmpFigures& of) { return of.in_errors; });
  counter(14, [](const IcmpFigures& of) { return of.out_messages; });
  counter(15, [](const IcmpFigures& of) { return of.out_errors; });
  namespace type = wire::icmp_type;
  // The order of icmpInDestUnreachs to icmpInAddrMaskReps; the same again for what left.
  constexpr std::uint8_t types[] = {type::unreachable,   type::time_exceeded,     type::parameter_problem,
                                    type::source_quench, type::redirect,          type::echo,
                                    type::echo_reply,    type::timestamp,         type::timestamp_reply,
                                    type::address_mask,  type::address_mask_reply};
  for (std::uint32_t i = 0; i < std::size(types); ++i) {
    counter(3 + i, [at = types[i]](const IcmpFigures& of) { return of.in[at]; });
    counter(16 + i, [at = types[i]](const IcmpFigures& of) { return of.out[at]; });
  }
}

}  // namespace

void add_ip(Mib& mib, Sources& sources) {
  add_ip_figures(mib, sources);
  add_addresses(mib, sources);
  add_routes(mib, sources);
  add_neighbours(mib, sources);
  add_icmp(mib, sources);
}

}  // namespace arrouter::snmp
