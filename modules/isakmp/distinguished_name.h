// X.500 distinguished names: "cn=router,o=Example" as people type them, Name in DER as ID payloads carry them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "os/base/bytes.h"

namespace arrouter::isakmp {

/// nullopt unless the text is keyword=value pairs with commas between them; "\," stands for a comma in a value.
/// Keywords: c, st (s), l, street, o, ou, cn, sn, t, dc, uid, e (email, emailaddress).
std::optional<Bytes> distinguished_name(std::string_view text);

/// The text of a Name; nullopt when the bytes are none. Attributes without a keyword show their object identifier.
std::optional<std::string> distinguished_name_text(ByteView der);

/// Equal attributes in the same order, whatever string type, case and outer blanks they have (RFC 5280 7.1); bytes
/// that are no Name equal themselves alone.
bool same_distinguished_name(ByteView left, ByteView right);

}  // namespace arrouter::isakmp
