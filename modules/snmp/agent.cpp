#include "modules/snmp/agent.h"

#include "os/base/limits.h"

namespace arrouter::snmp {

namespace {

/// Everything of a response but its community and bindings takes less.
constexpr std::size_t frame_bytes = 48;

/// False when the list would become longer than a response may be.
bool append(Bytes& list, const Binding& binding, std::size_t room) {
  const Bytes encoded = encode(binding);
  if (list.size() + encoded.size() > room) return false;
  list.insert(list.end(), encoded.begin(), encoded.end());
  return true;
}

std::size_t room_of(const Message& request) {
  const std::size_t used = frame_bytes + request.community.size();
  return limits::snmp_response > used ? limits::snmp_response - used : 0;
}

Bytes encode_all(const std::vector<Binding>& bindings) {
  Bytes list;
  for (const Binding& binding : bindings) append(list, binding, std::size_t{1} << 20);
  return list;
}

}  // namespace

Agent::Answer Agent::handle(ByteView datagram, Ipv4Address source) {
  ++figures_.in_packets;
  const auto request = decode(datagram);
  if (!request) {
    ++(request.error() == DecodeError::version ? figures_.in_bad_versions : figures_.in_parse_errors);
    return {};
  }
  const auto community = communities_.find(request->community);
  if (community == communities_.end() || !community->second.admits(source)) {
    ++figures_.in_bad_community_names;
    return {.response = std::nullopt, .not_authentic = true};
  }
  const PduType type = request->pdu.type;
  if (type != PduType::get && type != PduType::get_next && type != PduType::get_bulk && type != PduType::set) {
    count_foreign(request->pdu);
    return {};
  }
  count_request(type);
  mib_.begin();
  return {.response = respond(*request, serve(*request, community->second.write)), .not_authentic = false};
}

Agent::Result Agent::serve(const Message& request, bool may_write) {
  switch (request.pdu.type) {
    case PduType::get:
      return read(request, false);
    case PduType::get_next:
      return read(request, true);
    case PduType::get_bulk:
      return bulk(request);
    default:
      break;
  }
  if (may_write) return write(request);
  ++figures_.in_bad_community_uses;
  return {ErrorStatus::no_access, request.pdu.bindings.empty() ? std::size_t{0} : std::size_t{1}, {}};
}

/// Version 1 knows no 64-bit counters: it passes over them (RFC 3584 4.2.2.1).
Binding Agent::next_visible(Oid name, Version version) {
  Binding found = mib_.next(name);
  while (version == Version::v1 && found.value.type == Type::counter64) found = mib_.next(found.name);
  return found;
}

Agent::Result Agent::read(const Message& request, bool next) {
  Result result;
  const std::size_t room = room_of(request);
  const std::vector<Binding>& wanted = request.pdu.bindings;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Binding found =
        next ? next_visible(wanted[i].name, request.version) : Binding{wanted[i].name, mib_.get(wanted[i].name)};
    const bool unknown_to_v1 = found.value.exception() || found.value.type == Type::counter64;
    if (request.version == Version::v1 && unknown_to_v1) return {ErrorStatus::no_such_name, i + 1, {}};
    if (!append(result.bindings, found, room)) return {ErrorStatus::too_big, 0, {}};
  }
  figures_.in_total_requested += wanted.size();
  return result;
}

Agent::Result Agent::bulk(const Message& request) {
  Result result;
  const std::size_t room = room_of(request);
  const std::vector<Binding>& wanted = request.pdu.bindings;
  const auto once = static_cast<std::size_t>(
      std::clamp<std::int64_t>(request.pdu.error_status, 0, static_cast<std::int64_t>(wanted.size())));
  std::size_t found = 0;
  const auto add = [&](const Binding& binding) {
    if (!append(result.bindings, binding, room)) return false;
    ++found;
    return true;
  };
  bool fits = true;
  for (std::size_t i = 0; i < once && fits; ++i) fits = add(mib_.next(wanted[i].name));
  std::vector<Oid> names;
  for (std::size_t i = once; i < wanted.size(); ++i) names.push_back(wanted[i].name);
  // Ends with the room in a response or with the tree, whatever the number asked for.
  bool more = !names.empty();
  for (std::int64_t round = 0; round < request.pdu.error_index && fits && more; ++round) {
    more = false;
    for (Oid& name : names) {
      const Binding binding = mib_.next(name);
      fits = add(binding);
      if (!fits) break;
      more = more || !binding.value.exception();
      name = binding.name;
    }
  }
  figures_.in_total_requested += found;
  return result;
}

/// All or nothing: every binding is checked before the first is taken over.
Agent::Result Agent::write(const Message& request) {
  const std::vector<Binding>& wanted = request.pdu.bindings;
  Bytes same = encode_all(wanted);
  if (same.size() > room_of(request)) return {ErrorStatus::too_big, 0, {}};
  for (const bool really : {false, true}) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const ErrorStatus status = mib_.set(wanted[i], really);
      if (status != ErrorStatus::none) return {status, i + 1, {}};
    }
  }
  figures_.in_total_set += wanted.size();
  return {ErrorStatus::none, 0, std::move(same)};
}

Bytes Agent::respond(const Message& request, Result result) {
  if (request.version == Version::v1) result.status = as_v1(result.status);
  // An error gives the request's bindings back; only "too big" in version 2 gives none (RFC 3416 4.2.1).
  const bool empty = result.status == ErrorStatus::too_big && request.version == Version::v2c;
  if (result.status != ErrorStatus::none && !empty) result.bindings = encode_all(request.pdu.bindings);
  count_answer(result.status);
  return encode_response(request, result.status, result.index, result.bindings);
}

void Agent::count_request(PduType type) {
  if (type == PduType::get) ++figures_.in_get_requests;
  if (type == PduType::get_next || type == PduType::get_bulk) ++figures_.in_get_nexts;
  if (type == PduType::set) ++figures_.in_set_requests;
}

void Agent::count_answer(ErrorStatus status) {
  ++figures_.out_packets;
  ++figures_.out_get_responses;
  if (status == ErrorStatus::too_big) ++figures_.out_too_bigs;
  if (status == ErrorStatus::no_such_name) ++figures_.out_no_such_names;
  if (status == ErrorStatus::bad_value) ++figures_.out_bad_values;
  if (status == ErrorStatus::general) ++figures_.out_general_errors;
}

/// Messages that only a manager would take.
void Agent::count_foreign(const Pdu& pdu) {
  if (pdu.type == PduType::trap_v1 || pdu.type == PduType::trap_v2) ++figures_.in_traps;
  if (pdu.type != PduType::response) return;
  ++figures_.in_get_responses;
  const auto status = static_cast<ErrorStatus>(pdu.error_status);
  if (status == ErrorStatus::too_big) ++figures_.in_too_bigs;
  if (status == ErrorStatus::no_such_name) ++figures_.in_no_such_names;
  if (status == ErrorStatus::bad_value) ++figures_.in_bad_values;
  if (status == ErrorStatus::read_only) ++figures_.in_read_onlys;
  if (status == ErrorStatus::general) ++figures_.in_general_errors;
}

}  // namespace arrouter::snmp
