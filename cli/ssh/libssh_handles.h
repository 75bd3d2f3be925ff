// libssh's handles with an owner, and what both sides do with them. Private to cli/ssh.
#pragma once

// libssh's call-backs answer within the call. Its older interface of messages, which it marks so, can wait for a server
// that knows the user.
#define SSH_SUPPRESS_DEPRECATED
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

#include <memory>
#include <string>
#include <type_traits>

#include "os/base/bytes.h"

namespace arrouter::ssh {

struct Free {
  void operator()(ssh_bind bind) const { ssh_bind_free(bind); }
  void operator()(ssh_channel channel) const { ssh_channel_free(channel); }
  void operator()(ssh_event event) const { ssh_event_free(event); }
  void operator()(ssh_key key) const { ssh_key_free(key); }
  void operator()(ssh_message message) const { ssh_message_free(message); }
  void operator()(ssh_session session) const { ssh_free(session); }
};
template <class Handle>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Free>;

/// A private key from its PEM text; none when that is no key.
Owned<ssh_key> import_private_key(SecretBytes pem);
/// The public half as "AAAA…": its blob in base64; empty when there is none.
std::string public_blob(ssh_key key);
/// An event that `fd`, an eventfd, wakes up.
void add_wake_up(ssh_event event, int fd);
void wake_up(int fd);

}  // namespace arrouter::ssh
