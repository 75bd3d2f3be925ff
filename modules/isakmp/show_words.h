// Words and blocks that several screens of the module share.
#pragma once

#include <string>
#include <string_view>

#include "modules/isakmp/policy.h"
#include "os/screen.h"

namespace arrouter::isakmp {

std::string_view mode_name(ExchangeType mode);       // "IDPROT", "AGGR"
std::string_view short_cipher(enco::Cipher cipher);  // "3DES" for 3DESOUTER
std::string or_dash(const std::string& text);
void show_policy_detail(Screen& screen, const Policy& policy);

}  // namespace arrouter::isakmp
