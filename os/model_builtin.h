// The model profiles compiled into the program; the table itself is generated from config/models (see embed.cmake
// there).
#pragma once

#include <span>
#include <string_view>

namespace arrouter {

struct BuiltinModel {
  std::string_view file;  // "ar415s", from ar415s.model
  std::string_view text;
};
std::span<const BuiltinModel> builtin_models();

}  // namespace arrouter
