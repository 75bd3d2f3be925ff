// HASH(1) and HASH(2) of RFC 2409 5.5: what authenticates the messages of quick mode and of the transaction exchange.
#pragma once

#include "modules/isakmp/exchange.h"

namespace arrouter::isakmp {

/// Puts the hash of the reply in front of it; `nonce` is empty or the initiator's.
void add_message_hash(Step& step, ByteView nonce);
/// HASH comes first in the message, and covers everything behind it.
bool message_hash_right(const Step& step, ByteView nonce);

}  // namespace arrouter::isakmp
