// An SCP server's words, as any of them may come: the input's first byte says whether a file is read or written, and
// into what pieces the rest is cut.
#include "modules/load/scp.h"

using arrouter::load::ScpTransfer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::size_t longest = 4000;
  std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::size_t piece = bytes[0] / 2 + std::size_t{1};
  const auto made = [writing = bytes[0] % 2 != 0] {
    return writing ? ScpTransfer::put("a.cfg", "content") : ScpTransfer::get("a.cfg", longest);
  };
  ScpTransfer cut = made(), whole = made();
  const std::string replies = whole.receive(rest);
  std::string cut_replies;
  for (; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) {
    cut_replies += cut.receive(rest.substr(0, piece));
  }
  // How bytes arrive makes no difference.
  if (cut.moved() > longest || cut.state() != whole.state() || cut_replies != replies ||
      (cut.state() == arrouter::load::TransferState::done && cut.content() != whole.content())) {
    __builtin_trap();
  }
  return 0;
}
