// Numbers of PPP on the wire (RFC 1661, 1332, 1334, 1877, 1994; IANA "Point-to-Point Protocol Field Assignments").
#pragma once

#include <cstddef>
#include <cstdint>

namespace arrouter::ppp {

namespace protocol {
inline constexpr std::uint16_t ip = 0x0021, ipcp = 0x8021, lcp = 0xc021, pap = 0xc023, lqr = 0xc025, chap = 0xc223;
}

namespace code {
inline constexpr std::uint8_t configure_request = 1, configure_ack = 2, configure_nak = 3, configure_reject = 4,
                              terminate_request = 5, terminate_ack = 6, code_reject = 7, protocol_reject = 8,
                              echo_request = 9, echo_reply = 10, discard_request = 11;
}

namespace lcp_option {
inline constexpr std::uint8_t mru = 1, authentication = 3, magic = 5;
}

namespace ipcp_option {
inline constexpr std::uint8_t address = 3, primary_dns = 129, secondary_dns = 131;
}

namespace pap_code {
inline constexpr std::uint8_t request = 1, ack = 2, nak = 3;
}

namespace chap_code {
inline constexpr std::uint8_t challenge = 1, response = 2, success = 3, failure = 4;
}
inline constexpr std::uint8_t chap_md5 = 5;  // the algorithm (RFC 1994 3)

inline constexpr std::size_t protocol_field = 2;   // bytes in front of every frame
inline constexpr std::size_t control_header = 4;   // code, identifier, length
inline constexpr unsigned default_mru = 1500;
inline constexpr unsigned smallest_mru = 128;      // of a peer we send to

}  // namespace arrouter::ppp
