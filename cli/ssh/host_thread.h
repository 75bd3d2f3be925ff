// SSH with one host, on a thread of its own: libssh may wait there as long as it likes. Only bytes and verdicts cross
// between this thread and the router's, by value.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "cli/ssh/libssh_handles.h"
#include "netdev/descriptor.h"
#include "os/base/reactor.h"

namespace arrouter::ssh {

class HostThread {
 public:
  struct Settings {
    std::string host, user, command;    // no command: a shell
    SecretBytes password, private_key;  // a key in PEM goes before the password
    std::string host_key;               // "ssh-ed25519 AAAA…", as it was before; empty: any will do
    bool old_algorithms = false;
  };
  /// All run on the router's thread, none once this is destroyed.
  struct Events {
    std::function<void(const std::string& host_key)> learned;  // of a host without one in the settings
    std::function<void()> opened;
    std::function<void(std::string_view bytes)> received;
    std::function<void(const std::string& why)> ended;
  };
  /// `socket` is connected to the host.
  HostThread(Descriptor socket, Settings settings, Reactor& reactor, Events events);
  ~HostThread();
  HostThread(const HostThread&) = delete;

  void send(std::string_view bytes);
  void end_input();

 private:
  // On the thread. What returns text says why it failed; empty: it did not.
  std::string talk();
  void set_options(ssh_session session);
  std::string check_host_key(ssh_session session);
  std::string authenticate(ssh_session session);
  std::string answer_prompts(ssh_session session);
  std::string open(ssh_session session, ssh_channel channel);
  std::string relay(ssh_session session, ssh_channel channel);
  std::string ending(ssh_channel channel) const;
  bool write(ssh_channel channel);
  bool read(ssh_channel channel);
  bool has_work();
  bool all_sent();
  void deliver(std::string bytes);
  void tell(std::function<void(const Events&)> action);

  Descriptor socket_;  // a second handle on it, to hang up by
  int libssh_socket_;
  Settings settings_;
  Reactor& reactor_;
  std::shared_ptr<const Events> events_;  // its life says whether somebody listens still
  Descriptor wake_;
  std::mutex mutex_;
  std::condition_variable delivered_;
  std::string to_send_;
  std::size_t undelivered_ = 0;  // bytes
  bool input_over_ = false;
  std::string errors_;  // the last words of a command's standard error
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace arrouter::ssh
