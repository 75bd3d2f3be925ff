// The forms in which RSA keys are read and written: FORMAT=HEX, NIQ and SSH, and PEM for front ends.
//   HEX  RSAPublicKey (RFC 8017 A.1.1) in hex digits, 32 bytes a line. What the real routers put into these digits is
//        not documented; this is what `xxd -r -p | openssl rsa -RSAPublicKey_in -inform DER` reads.
//   NIQ  the public key in PEM, which other programs read. The real form is not documented.
//   SSH  "bits exponent modulus" in decimal, as in version 1 of that protocol; "ssh-rsa AAAA…" is read too.
#pragma once

#include <string>
#include <string_view>

#include "modules/enco/enco_api.h"

namespace arrouter::enco {

std::string_view name(RsaFormat format);  // "SSH"
std::optional<RsaFormat> find_rsa_format(std::string_view name);

/// Lines with their ends.
std::string to_text(const RsaPublicKey& key, RsaFormat format);
/// nullopt unless the text is one public key in that form.
std::optional<RsaPublicKey> from_text(std::string_view text, RsaFormat format);

/// PrivateKeyInfo (RFC 5208) in PEM from an RSAPrivateKey.
SecretBytes to_private_pem(ByteView private_der);

/// A number in decimal, "0" for an empty one.
std::string to_decimal(ByteView number);

}  // namespace arrouter::enco
