// Public keys from files that somebody loaded into the router: all three formats, and the DER inside. What is read must
// survive being written again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "modules/enco/rsa.h"
#include "modules/enco/rsa_text.h"
#include "modules/isakmp/distinguished_name.h"

using namespace arrouter;
using namespace arrouter::enco;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const RsaFormat format : {RsaFormat::hex, RsaFormat::niq, RsaFormat::ssh}) {
    const auto key = from_text(text, format);
    if (key && from_text(to_text(*key, format), format) != key) std::abort();
  }
  if (const auto key = decode_rsa_public(bytes); key && decode_rsa_public(encode_rsa_public(*key)) != key) std::abort();
  public_part(bytes);
  isakmp::distinguished_name_text(bytes);
  if (const auto name = isakmp::distinguished_name(text); name && !isakmp::distinguished_name_text(*name)) std::abort();
  return 0;
}
