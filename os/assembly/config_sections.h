// The order of SHOW CONFIG DYNAMIC.
#pragma once

#include "os/module.h"

namespace arrouter {

/// Puts the modules' sections into the order of the real router's script (reference/operations.md 5.1) and adds the
/// empty headings it prints for what no module here configures. Sections it does not know keep their order at the end.
ConfigWriter in_section_order(const ConfigWriter& written);

}  // namespace arrouter
