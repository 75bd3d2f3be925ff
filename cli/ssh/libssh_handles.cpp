#include "cli/ssh/libssh_handles.h"

#include <poll.h>
#include <unistd.h>

namespace arrouter::ssh {

Owned<ssh_key> import_private_key(SecretBytes pem) {
  ssh_key key = nullptr;
  pem.push_back(0);
  const auto* const text = reinterpret_cast<const char*>(pem.data());
  if (ssh_pki_import_privkey_base64(text, nullptr, nullptr, nullptr, &key) != SSH_OK) return nullptr;
  return Owned<ssh_key>(key);
}

std::string public_blob(ssh_key key) {
  char* blob = nullptr;
  if (ssh_pki_export_pubkey_base64(key, &blob) != SSH_OK) return {};
  std::string text = blob;
  ssh_string_free_char(blob);
  return text;
}

void add_wake_up(ssh_event event, int fd) {
  ssh_event_add_fd(
      event, fd, POLLIN,
      [](socket_t readable, int, void*) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto taken = ::read(readable, &count, sizeof count);
        return 0;
      },
      nullptr);
}

void wake_up(int fd) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
}

}  // namespace arrouter::ssh
