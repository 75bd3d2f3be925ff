#include "os/command.h"

#include <stdexcept>

namespace arrouter {

void throw_bad_argument(std::string_view name) {
  throw std::logic_error("the command row does not promise " + std::string(name) + " in the form its handler asks for");
}

}  // namespace arrouter
