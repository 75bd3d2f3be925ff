// CBC over whole messages, for ISAKMP.
#pragma once

#include "modules/enco/engine.h"

namespace arrouter::enco {

/// nullptr when the engine is, or when the key has the wrong length.
std::unique_ptr<CbcKey> make_cbc_key(std::shared_ptr<const CipherEngine> engine, Cipher cipher, ByteView key);

}  // namespace arrouter::enco
