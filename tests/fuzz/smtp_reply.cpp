// What an SMTP server may say. The first byte cuts the rest into pieces.
#include "modules/mail/smtp.h"

using namespace arrouter::mail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  Smtp smtp(
      {"router", "manager@router", "noc@example.com", "Subject: x\n\n.\nhello\n", bytes[0] & 1 ? "example.com" : ""});
  std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::size_t piece = bytes[0] / 2 + 1;
  std::size_t said = 0;
  while (!rest.empty()) {
    said += smtp.receive(rest.substr(0, piece)).size();
    rest.remove_prefix(std::min(piece, rest.size()));
  }
  // The conversation has few steps, whatever the server says.
  if (said > 300 || smtp.last_reply().find('\n') != std::string::npos) __builtin_trap();
  smtp.hung_up();
  if (!smtp.over() || smtp.result() == Smtp::Result::open) __builtin_trap();
  return 0;
}
