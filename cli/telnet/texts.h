// The TELNET module's wording as names; see texts.def.
#pragma once

#include "cli/session/host_names.h"

namespace arrouter::telnet::texts {

#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::telnet, number, text};
#include "cli/telnet/texts.def"
#undef MESSAGE

inline constexpr ConnectTexts connect{not_allowed, unknown_host, no_route, no_tcp, too_many_sessions};

inline constexpr std::string_view banner = "TELNET session now in ESTABLISHED state\r\n\r\n";

}  // namespace arrouter::telnet::texts
