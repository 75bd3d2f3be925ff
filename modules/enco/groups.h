// The MODP groups and the arithmetic of Diffie-Hellman. Pure functions, safe on any thread.
#pragma once

#include "modules/enco/enco_api.h"

namespace arrouter::enco {

/// The prime in network order, group_bytes() long; the generator is always 2.
Bytes group_prime(Group group);

/// 2^exponent mod p, group_bytes() long; empty when memory runs out.
Bytes public_value(Group group, ByteView exponent);

/// peer^exponent mod p, group_bytes() long; nullopt unless 2 <= peer <= p - 2.
std::optional<SecretBytes> shared_value(Group group, ByteView exponent, ByteView peer);

}  // namespace arrouter::enco
