#include "modules/ipsec/keywords.h"

#include "os/base/text.h"

namespace arrouter::ipsec {
namespace {

/// The value whose printed word is `word`; the last one when none is.
template <class Value, class Name>
Value by_name(std::string_view word, Value first, Value last, Name name) {
  for (int i = static_cast<int>(first); i < static_cast<int>(last); ++i) {
    if (name(static_cast<Value>(i)) == word) return static_cast<Value>(i);
  }
  return last;
}

}  // namespace

KeyManagement key_management_of(std::string_view word) {
  return word == "MANUAL" ? KeyManagement::manual : KeyManagement::isakmp;
}

isakmp::Encapsulation mode_of(std::string_view word) {
  return word == "TRANSPORT" ? isakmp::Encapsulation::transport : isakmp::Encapsulation::tunnel;
}

enco::Cipher cipher_of(std::string_view word) {
  return by_name(word, enco::Cipher::null, enco::Cipher::aes256, [](enco::Cipher c) { return enco::traits(c).name; });
}

enco::Hash hash_of(std::string_view word) {
  return by_name(word, enco::Hash::null, enco::Hash::des_mac, [](enco::Hash h) { return enco::traits(h).name; });
}

enco::Compression compression_of(std::string_view word) {
  return by_name(word, enco::Compression::none, enco::Compression::deflate,
                 [](enco::Compression c) { return enco::name(c); });
}

isakmp::Protocol protocol_of(std::string_view word) {
  return by_name(word, isakmp::Protocol::ah, isakmp::Protocol::ipcomp, [](isakmp::Protocol p) { return to_string(p); });
}

unsigned window_of(std::string_view word) { return static_cast<unsigned>(parse_number(word).value_or(32)); }

Action action_of(std::string_view word) {
  return by_name(word, Action::deny, Action::permit, [](Action a) { return to_string(a); });
}

DfBit df_bit_of(std::string_view word) {
  return by_name(word, DfBit::set, DfBit::clear, [](DfBit b) { return to_string(b); });
}

FromPacket from_packet_of(std::string_view word) {
  return by_name(word, FromPacket::none, FromPacket::protocol, [](FromPacket f) { return to_string(f); });
}

}  // namespace arrouter::ipsec
