// One SSH connection on the worker's thread. Private to cli/ssh.
#pragma once

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

#include <memory>
#include <string>

#include "cli/ssh/ssh_worker.h"

namespace arrouter::ssh {

struct Free {
  void operator()(ssh_bind bind) const { ssh_bind_free(bind); }
  void operator()(ssh_event event) const { ssh_event_free(event); }
  void operator()(ssh_key key) const { ssh_key_free(key); }
  void operator()(ssh_session session) const { ssh_free(session); }
};
template <class Handle>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Free>;

/// What a connection tells; called on the worker's thread.
struct ClientEvents {
  std::function<bool(Credentials)> admits;
  std::function<void(Request)> opened;
  std::function<void(std::string)> received;
  std::function<void()> ended_input;
};

class SshWorker::Client {
 public:
  /// Greets the client on `socket` and joins `event`.
  Client(ssh_event event, Descriptor socket, const ServerOptions& options, ClientEvents events);
  ~Client();
  Client(const Client&) = delete;

  void send(std::string_view bytes);
  void finish(int exit_status);
  /// Sends what the client's window has room for. Call it after every poll.
  void pump();
  bool over() const;
  /// Waits for room in the client's window.
  bool waiting() const { return !pending_.empty(); }

 private:
  void set_callbacks();
  int password(const char* user, const char* password);
  int public_key(const char* user, ssh_key key, char state);
  int verdict(bool good);
  ssh_channel open_channel();
  int request(std::optional<std::string> command);

  ssh_event event_;
  Owned<ssh_session> session_;
  ClientEvents events_;
  ssh_server_callbacks_struct server_{};
  ssh_channel_callbacks_struct on_channel_{};
  ssh_channel channel_ = nullptr;
  Request request_;
  bool requested_ = false, authenticated_ = false, failed_ = false, finished_ = false;
  std::optional<int> exit_status_;
  unsigned failures_ = 0;
  std::string pending_;
};

}  // namespace arrouter::ssh
