// CBC over whole messages, for ISAKMP.
#pragma once

#include "modules/enco/suite.h"

namespace arrouter::enco {

/// nullptr when there are no engines, or when the key has the wrong length.
std::unique_ptr<CbcKey> make_cbc_key(const CipherEngines& engines, Cipher cipher, ByteView key);

}  // namespace arrouter::enco
