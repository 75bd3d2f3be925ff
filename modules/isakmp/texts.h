// The wording table texts.def as format strings.
#pragma once

namespace arrouter::isakmp::text {

#define TEXT(name, wording) inline constexpr char name[] = wording;
#include "modules/isakmp/texts.def"
#undef TEXT

}  // namespace arrouter::isakmp::text
