#include "cli/ssh/ssh_client.h"

#include <fcntl.h>

#include "cli/ssh/algorithms.h"
#include "os/base/limits.h"

namespace arrouter::ssh {
namespace {

constexpr unsigned most_failures = 6;  // wrong passwords and keys of one connection

void set_options(ssh_bind bind, const ServerOptions& options) {
  const bool no_files = false;
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no_files);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_BANNER, options.banner.c_str());
  if (!options.old_algorithms) return;
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_RSA_MIN_SIZE, &every::smallest_key);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_KEY_EXCHANGE, every::key_exchange);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_CIPHERS_C_S, every::cipher);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_CIPHERS_S_C, every::cipher);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HMAC_C_S, every::mac);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HMAC_S_C, every::mac);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, every::rsa);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES, every::key_type);
}

/// A bind that listens nowhere: it only lends its options and key to one session.
Owned<ssh_bind> make_bind(const ServerOptions& options, bool& good) {
  Owned<ssh_bind> bind(ssh_bind_new());
  set_options(bind.get(), options);
  auto key = import_private_key(options.host_key_pem);
  good = key && ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_IMPORT_KEY, key.get()) == SSH_OK;
  if (good) key.release();  // the bind's now
  return bind;
}

}  // namespace

std::string SshWorker::refuse_host_key(const ServerOptions& options) {
  bool good = false;
  const auto bind = make_bind(options, good);
  return good ? std::string() : std::string(ssh_get_error(bind.get()));
}

SshWorker::Client::Client(ssh_event event, Descriptor socket, const ServerOptions& options, ClientEvents events)
    : event_(event), session_(ssh_new()), events_(std::move(events)) {
  ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL) | O_NONBLOCK);
  const auto bind = make_bind(options, failed_);
  failed_ = !failed_ || ssh_bind_accept_fd(bind.get(), session_.get(), socket.get()) != SSH_OK;
  if (failed_) return;
  socket.release();  // libssh's now
  set_callbacks();
  ssh_set_blocking(session_.get(), 0);
  ssh_set_auth_methods(session_.get(), SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_PUBLICKEY);
  failed_ =
      ssh_handle_key_exchange(session_.get()) == SSH_ERROR || ssh_event_add_session(event_, session_.get()) != SSH_OK;
}

SshWorker::Client::~Client() {
  ssh_event_remove_session(event_, session_.get());
  asking_.reset();
  session_.reset();  // before the call-back tables it points to
}

void SshWorker::Client::set_callbacks() {
  server_.userdata = this;
  server_.channel_open_request_session_function = [](ssh_session, void* self) {
    return static_cast<Client*>(self)->open_channel();
  };
  ssh_callbacks_init(&server_);

  on_channel_.userdata = this;
  on_channel_.channel_pty_request_function = [](ssh_session, ssh_channel, const char*, int width, int, int, int,
                                                void* self) {
    auto& request = static_cast<Client*>(self)->request_;
    request.terminal = true;
    if (width > 0) request.width = static_cast<unsigned>(width);
    return 0;
  };
  on_channel_.channel_shell_request_function = [](ssh_session, ssh_channel, void* self) {
    return static_cast<Client*>(self)->request(std::nullopt);
  };
  on_channel_.channel_exec_request_function = [](ssh_session, ssh_channel, const char* command, void* self) {
    return static_cast<Client*>(self)->request(command);
  };
  on_channel_.channel_data_function = [](ssh_session, ssh_channel, void* data, std::uint32_t length, int, void* self) {
    static_cast<Client*>(self)->events_.received(std::string(static_cast<const char*>(data), length));
    return static_cast<int>(length);
  };
  on_channel_.channel_eof_function = [](ssh_session, ssh_channel, void* self) {
    static_cast<Client*>(self)->events_.ended_input();
  };
  ssh_callbacks_init(&on_channel_);
}

void SshWorker::Client::count_failure() { failed_ = failed_ || ++failures_ >= most_failures; }

void SshWorker::Client::take_requests() {
  while (!authenticated_ && !failed_) {
    Owned<ssh_message> message(ssh_message_get(session_.get()));
    if (!message) return;
    if (ssh_message_type(message.get()) == SSH_REQUEST_AUTH) {
      log_in(std::move(message));
    } else {
      ssh_message_reply_default(message.get());
    }
  }
}

void SshWorker::Client::log_in(Owned<ssh_message> message) {
  // A request that comes before the last one's answer takes its place (RFC 4252 5.1). It counts, so that nobody tries
  // a thousand passwords a second.
  if (asking_) count_failure();
  asking_.reset();
  const char* const user = ssh_message_auth_user(message.get());  // none in answers to questions nobody asked
  Credentials credentials{.user = user == nullptr ? "" : user, .password = {}, .public_key = {}};
  switch (ssh_message_subtype(message.get())) {
    case SSH_AUTH_METHOD_PASSWORD:
      credentials.password = ssh_message_auth_password(message.get());
      break;
    case SSH_AUTH_METHOD_PUBLICKEY:
      credentials.public_key = public_blob(ssh_message_auth_pubkey(message.get()));
      // libssh drops a request whose signature is wrong.
      credentials.proven = ssh_message_auth_publickey_state(message.get()) == SSH_PUBLICKEY_STATE_VALID;
      break;
    default:  // "none", to hear what there is
      ssh_message_reply_default(message.get());
      return;
  }
  asking_ = std::move(message);
  proven_ = credentials.proven;
  credentials.attempt = ++attempt_;
  events_.asked(std::move(credentials));
}

void SshWorker::Client::answer(unsigned attempt, bool good) {
  if (!asking_ || attempt != attempt_ || over()) return;
  const Owned<ssh_message> message = std::move(asking_);
  if (good && proven_) {
    authenticated_ = true;
    ssh_set_server_callbacks(session_.get(), &server_);
    ssh_message_auth_reply_success(message.get(), 0);
  } else if (good) {
    ssh_message_auth_reply_pk_ok_simple(message.get());
  } else {
    ssh_message_reply_default(message.get());
    // A client may ask about every key it has; only wrong proofs count.
    if (proven_) count_failure();
  }
}

ssh_channel SshWorker::Client::open_channel() {
  if (!authenticated_ || channel_ != nullptr) return nullptr;
  channel_ = ssh_channel_new(session_.get());
  if (channel_ != nullptr) ssh_set_channel_callbacks(channel_, &on_channel_);
  return channel_;
}

int SshWorker::Client::request(std::optional<std::string> command) {
  if (std::exchange(requested_, true)) return SSH_ERROR;
  request_.command = std::move(command);
  events_.opened(request_);
  return SSH_OK;
}

void SshWorker::Client::send(std::string_view bytes) {
  if (pending_.size() + bytes.size() > limits::terminal_backlog) {
    failed_ = true;
    return;
  }
  pending_ += bytes;
}

void SshWorker::Client::finish(int exit_status) { exit_status_ = exit_status; }

void SshWorker::Client::pump() {
  take_requests();
  if (channel_ == nullptr || over()) return;
  while (!pending_.empty()) {
    const int sent = ssh_channel_write(channel_, pending_.data(), static_cast<std::uint32_t>(pending_.size()));
    if (sent <= 0) {
      failed_ = failed_ || sent == SSH_ERROR;
      break;
    }
    pending_.erase(0, static_cast<std::size_t>(sent));
  }
  if (!pending_.empty() || !exit_status_ || std::exchange(finished_, true)) return;
  ssh_channel_request_send_exit_status(channel_, *exit_status_);
  ssh_channel_send_eof(channel_);
  ssh_channel_close(channel_);
}

bool SshWorker::Client::over() const {
  return failed_ || (ssh_get_status(session_.get()) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0 ||
         ssh_is_connected(session_.get()) == 0;
}

}  // namespace arrouter::ssh
