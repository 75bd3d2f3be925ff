// A whole router booting any text as its configuration. What it writes as its own configuration afterwards must be
// accepted by a fresh router, line by line, and come out the same.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/support/configuration.h"

namespace {

using arrouter::test::VirtualRouter;
using arrouter::test::VirtualTime;

void must(bool good, const char* what, const std::string& script, const std::string& detail) {
  if (good) return;
  std::fprintf(stderr, "%s\n--- script\n%s\n--- found\n%s\n", what, script.c_str(), detail.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  const std::string script(reinterpret_cast<const char*>(data), size);
  VirtualTime time;
  VirtualRouter first(time, "");
  first.boot(script);
  time.advance(std::chrono::seconds(1));
  const std::string dumped = first.configuration();
  VirtualRouter second(time, "", "AR415S", 2);
  second.boot(dumped);
  must(arrouter::test::refusals(*second).empty(), "a dumped line is refused", script,
       arrouter::test::refusals(*second) + dumped);
  must(second.configuration() == dumped, "the dump changes", script, dumped + "---\n" + second.configuration());
  return 0;
}
