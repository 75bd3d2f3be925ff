// From the keywords of the command rows to values; the rows have checked that the word is one of them.
#pragma once

#include <string_view>

#include "modules/ipsec/policy.h"
#include "modules/ipsec/specification.h"

namespace arrouter::ipsec {

KeyManagement key_management_of(std::string_view word);
isakmp::Encapsulation mode_of(std::string_view word);
enco::Cipher cipher_of(std::string_view word);
enco::Hash hash_of(std::string_view word);
enco::Compression compression_of(std::string_view word);
isakmp::Protocol protocol_of(std::string_view word);
unsigned window_of(std::string_view word);
Action action_of(std::string_view word);
DfBit df_bit_of(std::string_view word);
FromPacket from_packet_of(std::string_view word);

}  // namespace arrouter::ipsec
