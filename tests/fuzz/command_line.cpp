// Anything that reaches the command language from a terminal, a script or the control socket.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tests/unit/language/sample_rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace arrouter;
  static const CommandTable table = test::sample_table();
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto match = table.parse(line);
  if (match ? match->row == nullptr : !match.error().line().starts_with("Error (3035")) std::abort();
  const std::string help = table.help(line, Access::security);
  if (!help.starts_with("Options :") && !help.starts_with("Error (3035")) std::abort();
  return 0;
}
