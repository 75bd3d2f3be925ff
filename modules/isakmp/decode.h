// ISAKMP messages as text for ENABLE ISAKMP DEBUG (reference/isakmp-ipsec.md 3.4). Key material never shows: bodies of
// hashes, nonces and key exchanges are not printed.
#pragma once

#include <string>

#include "modules/isakmp/sa.h"

namespace arrouter::isakmp {

/// `direction` is "Tx" or "Rx"; an encrypted message must have been decrypted, or `as_sent` tells that it is clear.
std::string decode_message(std::string_view direction, ByteView message, bool as_sent);
/// The bytes on the wire in lower-case hex, `direction` "TX" or "RX".
std::string decode_raw(std::string_view direction, const Endpoint& peer, const Endpoint& local, ByteView message);

}  // namespace arrouter::isakmp
