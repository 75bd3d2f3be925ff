// SSH itself: libssh on a thread of its own, because key exchanges take longer than packets may wait. Only bytes,
// requests and verdicts cross between this thread and the router's: everything is handed over by value.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "netdev/descriptor.h"
#include "os/base/bytes.h"
#include "os/base/reactor.h"

namespace arrouter::ssh {

using ConnectionId = std::uint32_t;

/// Who a client says it is, and how it proves it.
struct Credentials {
  std::string user;
  std::optional<std::string> password;  // none: a key
  std::string public_key;               // "AAAAB3Nza…": the key's blob in base64
  bool proven = true;                   // false: the client only asks whether this key would do
  unsigned attempt = 0;                 // which of the connection's it is
};

/// What a client wants once it is in.
struct Request {
  std::optional<std::string> command;  // none: a shell
  bool terminal = false;
  unsigned width = 80;
};

/// The router's side. Every call comes on the router's thread.
class Desk {
 public:
  virtual ~Desk() = default;
  /// A client wants to come in. SshWorker::answer() says what comes of it, now or later; the client may try something
  /// else meanwhile, which takes the place of this.
  virtual void asked(ConnectionId id, const Credentials& credentials) = 0;
  virtual void opened(ConnectionId id, const Request& request) = 0;
  virtual void received(ConnectionId id, std::string_view bytes) = 0;
  /// The client sends no more; it may still read.
  virtual void ended_input(ConnectionId id) = 0;
  /// The connection is over, for whatever reason. The last call for this id.
  virtual void gone(ConnectionId id) = 0;
};

struct ServerOptions {
  SecretBytes host_key_pem;
  std::string banner;           // behind "SSH-2.0-"
  bool old_algorithms = false;  // SHA-1 key exchanges, CBC ciphers, ssh-rsa, 768-bit keys
};

/// Everything but the thread's own functions is called on the router's thread.
class SshWorker {
 public:
  /// `reactor` takes posts from any thread. Both outlive this.
  SshWorker(Desk& desk, Reactor& reactor);
  ~SshWorker();
  SshWorker(const SshWorker&) = delete;

  void add(ConnectionId id, Descriptor socket, ServerOptions options);
  void answer(ConnectionId id, unsigned attempt, bool good);
  void send(ConnectionId id, std::string bytes);
  /// Ends the client's shell or command with this status, after what was sent has gone.
  void finish(ConnectionId id, int exit_status);
  void drop(ConnectionId id);
  /// "" when the options' key can be a host key, else why not.
  static std::string refuse_host_key(const ServerOptions& options);

 private:
  struct Loop;
  class Client;
  void run();
  void hand_over(std::function<void(Loop&)> action);
  bool has_work();
  /// On the worker's thread: runs `action` on the router's, unless this has gone by then.
  void tell(std::function<void(Desk&)> action);

  Desk& desk_;
  Reactor& reactor_;
  Descriptor wake_;
  std::mutex mutex_;
  std::vector<std::function<void(Loop&)>> handed_over_;
  std::atomic<bool> stopping_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // asked on the router's thread alone
  std::thread thread_;
};

}  // namespace arrouter::ssh
