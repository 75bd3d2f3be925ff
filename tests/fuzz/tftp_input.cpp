// Answers of a TFTP server, as any of them may come: the input is a row of datagrams, each behind its length.
#include "modules/load/tftp.h"

using namespace arrouter;
using arrouter::load::TftpTransfer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  ByteView rest(bytes, size);
  if (rest.empty()) return 0;
  const bool writing = (rest[0] & 1) != 0;
  rest = rest.subspan(1);
  auto transfer = writing ? TftpTransfer::put("a.txt", std::string(1300, 'x')) : TftpTransfer::get("a.txt", 4000);
  while (rest.size() >= 3) {
    const std::size_t length = std::min<std::size_t>(load_be16(rest.data()), rest.size() - 3);
    const std::uint16_t port = rest[2] < 250 ? 40000 : 40001;
    static_cast<void>(transfer.receive(port, rest.subspan(3, length)));
    if (transfer.moved() > 4000) __builtin_trap();
    rest = rest.subspan(3 + length);
  }
  return 0;
}
