// The counters of SHOW IPSEC COUNTERS that ESP, AH and IPComp have in common.
#pragma once

#include "modules/ipsec/counters.h"
#include "modules/isakmp/isakmp_api.h"

namespace arrouter::ipsec {

struct ProtocolCounters {
  GroupCounter out_start, out_done, out_fail, in_start, in_done, in_auth_fail, in_replay_fail, in_length_bad;
};

constexpr ProtocolCounters counters_of(isakmp::Protocol protocol) {
  using enum GroupCounter;
  switch (protocol) {
    case isakmp::Protocol::ah:
      return {ah_out_start, ah_out_done,     ah_out_fail,       ah_in_start,
              ah_in_done,   ah_in_auth_fail, ah_in_replay_fail, ah_in_length_bad};
    case isakmp::Protocol::ipcomp:  // has neither authentication nor sequence numbers
      return {comp_out_start, comp_out_done, comp_out_not_compressed, comp_in_start, comp_in_done, comp_in_fail,
              comp_in_fail,   comp_in_fail};
    default:
      return {esp_out_start, esp_out_done,     esp_out_fail,       esp_in_start,
              esp_in_done,   esp_in_auth_fail, esp_in_replay_fail, esp_in_length_bad};
  }
}

}  // namespace arrouter::ipsec
