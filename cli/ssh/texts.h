// The SSH module's wording as names; see texts.def.
#pragma once

#include "cli/session/host_names.h"

namespace arrouter::ssh::texts {

#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::ssh, number, text};
#include "cli/ssh/texts.def"
#undef MESSAGE

inline constexpr ConnectTexts connect{not_allowed, unknown_host, no_route, no_tcp, too_many_sessions};

// The log's words; the form is that of cli/session/texts.def.
inline constexpr std::string_view log_login = "{} SSH login from {}";
inline constexpr std::string_view log_failed = "{} SSH login from {} failed";
inline constexpr std::string_view log_lockout = "{} locked out, SSH login from {}";
inline constexpr std::string_view log_refused = "{} SSH login from {} refused: {}";

}  // namespace arrouter::ssh::texts
