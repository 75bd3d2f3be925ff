// Messages from router to router, one in a datagram. That there is such a protocol, its name and its ports are
// AlliedWare's ("Secure Router Log Protocol"); no document tells its format, so the one here is this program's own and
// no real router understands it.
//
//   octets  0 "ARL1"  4 routers passed  5 severity  6 module  8 device  10 source line  14 origin  18 time (ms of UTC)
//          26 seal: HMAC-MD5 over the datagram with a seal of zeros; zeros without a password
//          42 type, subtype, source file, reference, message: each two octets of length and that many characters
//
// Numbers are big-endian. The seal proves who made a datagram and that nobody changed it; it does not hide what it
// says, and a datagram seen on the way can be sent again.
#pragma once

#include <functional>

#include "modules/log/entry.h"
#include "os/base/bytes.h"

namespace arrouter::logging::srlp {

inline constexpr std::uint16_t port = 5023;
inline constexpr std::uint8_t most_hops = 8;  // routers that hand a message on, one to the other

/// HMAC-MD5, which ENCO has.
using Seal = std::function<SecretBytes(ByteView key, ByteView data)>;

/// `entry` has UTC. One hop is added; texts too long for their field are cut.
Bytes encode(const Entry& entry, std::string_view password, const Seal& seal);
/// nullopt: not of this form, or with a field that no router writes. The time is UTC.
std::optional<Entry> decode(ByteView datagram);
/// The seal is the password's. Only for what decode() takes.
bool sealed_with(ByteView datagram, std::string_view password, const Seal& seal);

}  // namespace arrouter::logging::srlp
