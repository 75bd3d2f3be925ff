// Answers of an HTTP server, as any of them may come: the input's first byte says into what pieces the rest is cut.
#include "modules/load/http.h"

using arrouter::load::HttpTransfer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::size_t longest = 4000;
  std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::size_t piece = bytes[0] + std::size_t{1};
  HttpTransfer cut(longest), whole(longest);
  whole.receive(rest);
  whole.ended();
  for (; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) cut.receive(rest.substr(0, piece));
  cut.ended();
  // How bytes arrive makes no difference to what is kept.
  if (cut.moved() > longest || (cut.state() == whole.state() && cut.content() != whole.content())) __builtin_trap();
  return 0;
}
