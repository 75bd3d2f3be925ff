// The wording table texts.def as format strings and command replies.
#pragma once

#include "os/message.h"

namespace arrouter::isakmp::text {

#define TEXT(name, wording) inline constexpr char name[] = wording;
#include "modules/isakmp/texts.def"
#undef TEXT

}  // namespace arrouter::isakmp::text

namespace arrouter::isakmp::message {

#define MESSAGE(name, kind, number, wording) \
  inline constexpr Message name{MessageClass::kind, module_number::isakmp, number, wording};
#include "modules/isakmp/texts.def"
#undef MESSAGE

}  // namespace arrouter::isakmp::message
