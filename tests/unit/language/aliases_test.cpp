#include <catch2/catch.hpp>

#include "cli/language/aliases.h"

namespace arrouter {
namespace {

TEST_CASE("an alias stands for its text wherever it is a word of the line") {
  Aliases aliases;
  CHECK(aliases.add("SII", "show ip interface"));
  CHECK_FALSE(aliases.add("sii", "something else"));
  CHECK(aliases.add("e0", "eth0"));
  CHECK(aliases.expand("sii") == "show ip interface");
  CHECK(aliases.expand(" Sii=e0  e0\tx") == " Sii=e0  eth0\tx");  // a value is not a word
  CHECK(aliases.expand("set system name=\"e0 e0\"") == "set system name=\"e0 e0\"");
  CHECK(aliases.expand("\"e0\"") == "\"e0\"");
  CHECK(aliases.expand("open \"quote e0") == "open \"quote e0");
  CHECK(aliases.expand("").empty());
  CHECK(aliases.add("loop", "loop loop"));
  CHECK(aliases.expand("loop") == "loop loop");
  CHECK(aliases.remove("LOOP"));
  CHECK_FALSE(aliases.remove("loop"));
}

}  // namespace
}  // namespace arrouter
