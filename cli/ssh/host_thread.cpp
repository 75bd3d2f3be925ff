#include "cli/ssh/host_thread.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <utility>

#include "cli/ssh/algorithms.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::ssh {
namespace {

constexpr long patience_s = 20;  // for each answer of the host until the shell or command is there
constexpr int idle_wait_ms = 1000;
constexpr int columns = 80, lines = 24;
constexpr std::size_t longest_error = 200;

std::string error_of(ssh_session session) { return printable(ssh_get_error(session)); }

std::string text_of(const SecretBytes& secret) { return {secret.begin(), secret.end()}; }

}  // namespace

HostThread::HostThread(Descriptor socket, Settings settings, Reactor& reactor, Events events)
    : socket_(::dup(socket.get())),
      libssh_socket_(socket.release()),
      settings_(std::move(settings)),
      reactor_(reactor),
      events_(std::make_shared<const Events>(std::move(events))),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      thread_([this] {
        const std::string why = talk();
        tell([why](const Events& told) { told.ended(why); });
      }) {}

HostThread::~HostThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ::shutdown(socket_.get(), SHUT_RDWR);  // whatever libssh waits for ends
  wake_up(wake_.get());
  delivered_.notify_all();
  thread_.join();
}

void HostThread::send(std::string_view bytes) {
  {
    const std::lock_guard lock(mutex_);
    to_send_ += bytes;
  }
  wake_up(wake_.get());
}

void HostThread::end_input() {
  {
    const std::lock_guard lock(mutex_);
    input_over_ = true;
  }
  wake_up(wake_.get());
}

void HostThread::tell(std::function<void(const Events&)> action) {
  reactor_.post([action = std::move(action), weak = std::weak_ptr<const Events>(events_)] {
    if (const auto events = weak.lock()) action(*events);
  });
}

std::string HostThread::talk() {
  const Owned<ssh_session> session(ssh_new());
  set_options(session.get());
  if (ssh_connect(session.get()) != SSH_OK) return error_of(session.get());
  if (std::string why = check_host_key(session.get()); !why.empty()) return why;
  if (std::string why = authenticate(session.get()); !why.empty()) return why;
  Owned<ssh_channel> channel(ssh_channel_new(session.get()));
  if (std::string why = open(session.get(), channel.get()); !why.empty()) return why;
  tell([](const Events& told) { told.opened(); });
  std::string why = relay(session.get(), channel.get());
  channel.reset();  // ssh_disconnect() frees those that are left
  ssh_disconnect(session.get());
  return why;
}

void HostThread::set_options(ssh_session session) {
  const auto set = [session](ssh_options_e option, const void* value) { ssh_options_set(session, option, value); };
  const bool no_files = false;
  set(SSH_OPTIONS_PROCESS_CONFIG, &no_files);
  set(SSH_OPTIONS_HOST, settings_.host.c_str());
  set(SSH_OPTIONS_USER, settings_.user.c_str());
  set(SSH_OPTIONS_FD, &libssh_socket_);
  set(SSH_OPTIONS_TIMEOUT, &patience_s);
  if (settings_.old_algorithms) {
    set(SSH_OPTIONS_RSA_MIN_SIZE, &every::smallest_key);
    set(SSH_OPTIONS_KEY_EXCHANGE, every::key_exchange);
    set(SSH_OPTIONS_CIPHERS_C_S, every::cipher);
    set(SSH_OPTIONS_CIPHERS_S_C, every::cipher);
    set(SSH_OPTIONS_HMAC_C_S, every::mac);
    set(SSH_OPTIONS_HMAC_S_C, every::mac);
    set(SSH_OPTIONS_HOSTKEYS, every::key_type);
    set(SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, every::key_type);
  }
  if (settings_.host_key.empty()) return;
  // A host has keys of several kinds; the one that is known is asked for.
  const std::string kind = settings_.host_key.substr(0, settings_.host_key.find(' '));
  const std::string rsa = settings_.old_algorithms ? every::rsa : "rsa-sha2-512,rsa-sha2-256";
  set(SSH_OPTIONS_HOSTKEYS, kind == "ssh-rsa" ? rsa.c_str() : kind.c_str());
}

std::string HostThread::check_host_key(ssh_session session) {
  ssh_key given = nullptr;
  if (ssh_get_server_publickey(session, &given) != SSH_OK) return error_of(session);
  const Owned<ssh_key> key(given);
  const std::string shown = fmt::format("{} {}", ssh_key_type_to_char(ssh_key_type(given)), public_blob(given));
  if (settings_.host_key.empty()) {
    tell([shown](const Events& told) { told.learned(shown); });
    return {};
  }
  return shown == settings_.host_key ? "" : "the host has another key than before";
}

std::string HostThread::authenticate(ssh_session session) {
  int result = ssh_userauth_none(session, nullptr);
  const int methods = ssh_userauth_list(session, nullptr);
  if (result == SSH_AUTH_DENIED && !settings_.private_key.empty()) {
    const auto key = import_private_key(settings_.private_key);
    result = ssh_userauth_publickey(session, nullptr, key.get());
  } else if (result == SSH_AUTH_DENIED && (methods & SSH_AUTH_METHOD_PASSWORD) != 0) {
    result = ssh_userauth_password(session, nullptr, text_of(settings_.password).c_str());
  } else if (result == SSH_AUTH_DENIED && (methods & SSH_AUTH_METHOD_INTERACTIVE) != 0) {
    return answer_prompts(session);
  }
  if (result == SSH_AUTH_SUCCESS) return {};
  return result == SSH_AUTH_ERROR ? error_of(session) : "access denied";
}

/// RFC 4256: a host that asks for passwords this way asks for one; every hidden prompt gets it.
std::string HostThread::answer_prompts(ssh_session session) {
  int result = ssh_userauth_kbdint(session, nullptr, nullptr);
  for (int round = 0; result == SSH_AUTH_INFO && round < 3; ++round) {
    for (int i = 0; i < ssh_userauth_kbdint_getnprompts(session); ++i) {
      char echo = 0;
      ssh_userauth_kbdint_getprompt(session, static_cast<unsigned>(i), &echo);
      const std::string answer = echo == 0 ? text_of(settings_.password) : settings_.user;
      ssh_userauth_kbdint_setanswer(session, static_cast<unsigned>(i), answer.c_str());
    }
    result = ssh_userauth_kbdint(session, nullptr, nullptr);
  }
  return result == SSH_AUTH_SUCCESS ? "" : "access denied";
}

std::string HostThread::open(ssh_session session, ssh_channel channel) {
  const auto good = [&] {
    if (ssh_channel_open_session(channel) != SSH_OK) return false;
    if (!settings_.command.empty()) return ssh_channel_request_exec(channel, settings_.command.c_str()) == SSH_OK;
    return ssh_channel_request_pty_size(channel, "vt100", columns, lines) == SSH_OK &&
           ssh_channel_request_shell(channel) == SSH_OK;
  };
  return good() ? "" : error_of(session);
}

std::string HostThread::relay(ssh_session session, ssh_channel channel) {
  const Owned<ssh_event> event(ssh_event_new());
  add_wake_up(event.get(), wake_.get());
  ssh_event_add_session(event.get(), session);
  std::string why;
  bool our_end = false;
  while (!stopping_) {
    if (!write(channel) || !read(channel)) {
      why = error_of(session);
      break;
    }
    if (ssh_channel_is_closed(channel) != 0) {
      why = ending(channel);
      break;
    }
    if (!our_end && (ssh_channel_is_eof(channel) != 0 || all_sent())) {
      our_end = true;
      ssh_channel_send_eof(channel);
    }
    // All of this may have polled, and so have taken a wake-up or the host's last bytes.
    const bool more = ssh_channel_poll(channel, 0) > 0 || ssh_channel_is_closed(channel) != 0 || has_work();
    ssh_event_dopoll(event.get(), more ? 0 : idle_wait_ms);
  }
  ssh_event_remove_session(event.get(), session);
  return why;
}

bool HostThread::has_work() {
  const std::lock_guard lock(mutex_);
  return !to_send_.empty();
}

bool HostThread::all_sent() {
  const std::lock_guard lock(mutex_);
  return input_over_ && to_send_.empty();
}

bool HostThread::write(ssh_channel channel) {
  std::string bytes;
  {
    const std::lock_guard lock(mutex_);
    bytes.swap(to_send_);
  }
  return bytes.empty() ||
         ssh_channel_write(channel, bytes.data(), static_cast<std::uint32_t>(bytes.size())) != SSH_ERROR;
}

bool HostThread::read(ssh_channel channel) {
  std::array<char, 16384> buffer{};
  for (const int standard_error : {0, 1}) {
    int count = 0;
    while ((count = ssh_channel_read_nonblocking(channel, buffer.data(), buffer.size(), standard_error)) > 0) {
      std::string bytes(buffer.data(), static_cast<std::size_t>(count));
      if (standard_error != 0) errors_ = (errors_ + bytes).substr(0, longest_error);
      if (standard_error == 0) deliver(std::move(bytes));
    }
    if (count == SSH_ERROR) return false;
  }
  return true;
}

/// A host that sends faster than the router takes it has to wait.
void HostThread::deliver(std::string bytes) {
  const std::size_t size = bytes.size();
  {
    std::unique_lock lock(mutex_);
    delivered_.wait(lock, [this] { return stopping_ || undelivered_ < limits::terminal_backlog; });
    undelivered_ += size;
  }
  // `this` lives while its events do.
  tell([this, bytes = std::move(bytes), size](const Events& told) {
    {
      const std::lock_guard lock(mutex_);
      undelivered_ -= size;
    }
    delivered_.notify_all();
    told.received(bytes);
  });
}

std::string HostThread::ending(ssh_channel channel) const {
  const int status = ssh_channel_get_exit_status(channel);
  if (settings_.command.empty() || status <= 0) return {};
  const std::string words = printable(trim(errors_));
  return words.empty() ? fmt::format("the command ended with status {} there", status) : words;
}

}  // namespace arrouter::ssh
