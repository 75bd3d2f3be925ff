// The agent: a request in, a response out. It knows neither sockets nor clocks.
#pragma once

#include <optional>

#include "modules/ip/ip_mib_api.h"
#include "modules/snmp/community.h"
#include "modules/snmp/mib.h"

namespace arrouter::snmp {

class Agent {
 public:
  Agent(Mib& mib, const Communities& communities, SnmpFigures& figures)
      : mib_(mib), communities_(communities), figures_(figures) {}

  struct Answer {
    std::optional<Bytes> response;
    bool not_authentic = false;  // unknown community, or the wrong host
  };
  Answer handle(ByteView datagram, Ipv4Address source);

 private:
  /// What a request came to: encoded bindings, or an error at one of the request's.
  struct Result {
    ErrorStatus status = ErrorStatus::none;
    std::size_t index = 0;
    Bytes bindings;
  };
  Result serve(const Message& request, bool may_write);
  Result read(const Message& request, bool next);
  Result bulk(const Message& request);
  Result write(const Message& request);
  Binding next_visible(Oid name, Version version);
  void count_request(PduType type);
  void count_answer(ErrorStatus status);
  void count_foreign(const Pdu& pdu);
  Bytes respond(const Message& request, Result result);

  Mib& mib_;
  const Communities& communities_;
  SnmpFigures& figures_;
};

}  // namespace arrouter::snmp
