// Module numbers besides those of os/outcome.h; here so that a new one does not rebuild every file. Provisional: no
// source names them.
#pragma once

#include <cstdint>

namespace arrouter::module_number {
inline constexpr std::uint16_t snmp = 220, ntp = 221, mail = 222, l2tp = 223, tacplus = 224;
}
