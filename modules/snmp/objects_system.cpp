// MIB-II system and snmp (RFC 1213), and the models' sysObjectIDs.
#include "modules/snmp/objects.h"
#include <algorithm>
#include "os/base/text.h"

namespace arrouter::snmp {

namespace {

/// Under 1.3.6.1.4.1.207.1: routers are 1, layer 3 switches 14 (reference/operations.md 7; the AR700S are recalled).
struct Product {
  std::string_view model;
  std::uint32_t family, number;
};
constexpr Product products[] = {
    {"AR410", 1, 47},    {"AR410S", 1, 47},      {"AR720", 1, 11},       {"AR740", 1, 23},  {"Rapier 16fi", 14, 14},
    {"AR415S", 1, 71},   {"AR440S", 1, 59},      {"AR441S", 1, 60},      {"AR442S", 1, 61}, {"AR450S", 1, 54},
    {"AR725", 1, 48},    {"AR745", 1, 49},       {"AR750S", 1, 70},      {"AR770S", 1, 77}, {"AT-8824", 14, 36},
    {"AT-8848", 14, 37}, {"Rapier 24i", 14, 20}, {"Rapier 48i", 14, 21},
};
constexpr int services_of_a_router = 2 + 4 + 8 + 64;  // layers 2, 3, 4 and 7
constexpr std::size_t longest_text = 255;

/// A writable DisplayString.
Mib::Write text_writer(std::string& place) {
  return [&place](const Instance&, const Value& value, bool really) {
    if (value.type != Type::octets) return ErrorStatus::wrong_type;
    if (value.octets.size() > longest_text) return ErrorStatus::wrong_length;
    const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
    if (!std::ranges::all_of(value.octets, printable)) return ErrorStatus::wrong_value;
    if (really) place = value.octets;
    return ErrorStatus::none;
  };
}

}  // namespace

std::uint64_t Sources::up_time() const {
  const Duration up = services.clock.now() - control.started();
  return std::chrono::duration_cast<std::chrono::duration<std::uint64_t, std::centi>>(up).count();
}

Oid object_id(const Model& model) {
  for (const Product& product : products) {
    if (equal_ignoring_case(product.model, model.name))
      return oid("1.3.6.1.4.1.207.1") + Oid{product.family, product.number};
  }
  return oid("1.3.6.1.4.1.207.1");
}

void add_system(Mib& mib, Sources& sources) {
  const Model& model = sources.services.model;
  SystemIdentity& identity = sources.services.system;
  const auto text = [&](std::string_view object, std::string& value) {
    mib.scalar(
        object, [&value] { return Value::of_text(value); }, text_writer(value));
  };
  mib.scalar("1.3.6.1.2.1.1.1", [&model] { return Value::of_text(model.description); });     // sysDescr
  mib.scalar("1.3.6.1.2.1.1.2", [&model] { return Value::of_oid(object_id(model)); });       // sysObjectID
  mib.scalar("1.3.6.1.2.1.1.3", [&sources] { return Value::of_ticks(sources.up_time()); });  // sysUpTime
  text("1.3.6.1.2.1.1.4", identity.contact);                                                 // sysContact
  text("1.3.6.1.2.1.1.5", identity.name);                                                    // sysName
  text("1.3.6.1.2.1.1.6", identity.location);                                                // sysLocation
  mib.scalar("1.3.6.1.2.1.1.7", [] { return Value::of_integer(services_of_a_router); });     // sysServices

  const auto counter = [&](std::uint32_t number, std::uint64_t SnmpFigures::*figure) {
    mib.scalar("1.3.6.1.2.1.11." + std::to_string(number),
               [&sources, figure] { return Value::of_counter(sources.figures.snmp_figures().*figure); });
  };
  counter(1, &SnmpFigures::in_packets);
  counter(2, &SnmpFigures::out_packets);
  counter(3, &SnmpFigures::in_bad_versions);
  counter(4, &SnmpFigures::in_bad_community_names);
  counter(5, &SnmpFigures::in_bad_community_uses);
  counter(6, &SnmpFigures::in_parse_errors);
  counter(8, &SnmpFigures::in_too_bigs);
  counter(9, &SnmpFigures::in_no_such_names);
  counter(10, &SnmpFigures::in_bad_values);
  counter(11, &SnmpFigures::in_read_onlys);
  counter(12, &SnmpFigures::in_general_errors);
  counter(13, &SnmpFigures::in_total_requested);
  counter(14, &SnmpFigures::in_total_set);
  counter(15, &SnmpFigures::in_get_requests);
  counter(16, &SnmpFigures::in_get_nexts);
  counter(17, &SnmpFigures::in_set_requests);
  counter(18, &SnmpFigures::in_get_responses);
  counter(19, &SnmpFigures::in_traps);
  counter(20, &SnmpFigures::out_too_bigs);
  counter(21, &SnmpFigures::out_no_such_names);
  counter(22, &SnmpFigures::out_bad_values);
  counter(24, &SnmpFigures::out_general_errors);
  counter(25, &SnmpFigures::out_get_requests);
  counter(26, &SnmpFigures::out_get_nexts);
  counter(27, &SnmpFigures::out_set_requests);
  counter(28, &SnmpFigures::out_get_responses);
  counter(29, &SnmpFigures::out_traps);
  bool& traps = sources.authentication_traps;
  mib.scalar(
      "1.3.6.1.2.1.11.30", [&traps] { return Value::of_integer(traps ? 1 : 2); },  // snmpEnableAuthenTraps
      [&traps](const Instance&, const Value& value, bool really) {
        if (value.type != Type::integer) return ErrorStatus::wrong_type;
        if (value.integer != 1 && value.integer != 2) return ErrorStatus::wrong_value;
        if (really) traps = value.integer == 1;
        return ErrorStatus::none;
      });
}

}  // namespace arrouter::snmp
