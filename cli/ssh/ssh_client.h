// One SSH connection on the worker's thread. Private to cli/ssh.
#pragma once

#include <memory>
#include <string>

#include "cli/ssh/libssh_handles.h"
#include "cli/ssh/ssh_worker.h"

namespace arrouter::ssh {

/// What a connection tells; called on the worker's thread.
struct ClientEvents {
  std::function<void(Credentials)> asked;  // answer() follows
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

  /// Lets the client in or not; nothing when that attempt is not the latest.
  void answer(unsigned attempt, bool good);
  void send(std::string_view bytes);
  void finish(int exit_status);
  /// Takes what the client asks and sends what its window has room for. Call it after every poll.
  void pump();
  bool over() const;
  /// Waits for room in the client's window.
  bool waiting() const { return !pending_.empty(); }

 private:
  void set_callbacks();
  void take_requests();
  void log_in(Owned<ssh_message> message);
  void count_failure();
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
  Owned<ssh_message> asking_;  // the request to log in that waits for its answer
  unsigned attempt_ = 0;
  bool proven_ = false;  // it is more than the question whether a key would do
  std::string pending_;
};

}  // namespace arrouter::ssh
