# Compiles every profile of this folder into the target: model_profiles(<target>).
function(model_profiles target)
  file(GLOB profiles CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/config/models/*.model)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${profiles})
  set(entries "")
  foreach(profile ${profiles})
    get_filename_component(name ${profile} NAME_WE)
    file(READ ${profile} text)
    string(APPEND entries "    {\"${name}\", R\"model(${text})model\"},\n")
  endforeach()
  set(generated ${CMAKE_BINARY_DIR}/generated/model_builtin.cpp)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT
"// Made from config/models by embed.cmake.
#include \"os/model_builtin.h\"

namespace arrouter {

std::span<const BuiltinModel> builtin_models() {
  static constexpr BuiltinModel models[] = {
@entries@  };
  return models;
}

}  // namespace arrouter
")
  target_sources(${target} PRIVATE ${generated})
endfunction()
