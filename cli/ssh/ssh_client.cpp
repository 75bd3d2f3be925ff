#include "cli/ssh/ssh_client.h"

#include <fcntl.h>

#include "os/base/limits.h"

namespace arrouter::ssh {
namespace {

constexpr unsigned most_failures = 6;  // wrong passwords and keys of one connection

// libssh takes whole lists. What it offers by itself is what is thought strong today; these add what clients of the
// real router's time know.
constexpr const char* every_key_exchange =
    "curve25519-sha256,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group16-sha512,"
    "diffie-hellman-group14-sha256,diffie-hellman-group14-sha1,diffie-hellman-group1-sha1";
constexpr const char* every_cipher =
    "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr,"
    "aes256-cbc,aes192-cbc,aes128-cbc,3des-cbc";
constexpr const char* every_mac =
    "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1";
constexpr const char* every_key_type =
    "rsa-sha2-512,rsa-sha2-256,ssh-rsa,ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521";
constexpr const char* every_host_key = "rsa-sha2-512,rsa-sha2-256,ssh-rsa";
constexpr int smallest_old_key = 768;  // bits; the least libssh has

void set_options(ssh_bind bind, const ServerOptions& options) {
  const bool no_files = false;
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no_files);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_BANNER, options.banner.c_str());
  if (!options.old_algorithms) return;
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_RSA_MIN_SIZE, &smallest_old_key);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_KEY_EXCHANGE, every_key_exchange);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_CIPHERS_C_S, every_cipher);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_CIPHERS_S_C, every_cipher);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HMAC_C_S, every_mac);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HMAC_S_C, every_mac);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, every_host_key);
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES, every_key_type);
}

ssh_key import_key(SecretBytes pem) {
  ssh_key key = nullptr;
  pem.push_back(0);
  const auto* const text = reinterpret_cast<const char*>(pem.data());
  return ssh_pki_import_privkey_base64(text, nullptr, nullptr, nullptr, &key) == SSH_OK ? key : nullptr;
}

/// A bind that listens nowhere: it only lends its options and key to one session.
Owned<ssh_bind> make_bind(const ServerOptions& options, bool& good) {
  Owned<ssh_bind> bind(ssh_bind_new());
  set_options(bind.get(), options);
  const ssh_key key = import_key(options.host_key_pem);
  good = key != nullptr && ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_IMPORT_KEY, key) == SSH_OK;
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
  session_.reset();  // before the call-back tables it points to
}

void SshWorker::Client::set_callbacks() {
  server_.userdata = this;
  server_.auth_password_function = [](ssh_session, const char* user, const char* password, void* self) {
    return static_cast<Client*>(self)->password(user, password);
  };
  server_.auth_pubkey_function = [](ssh_session, const char* user, ssh_key key, char state, void* self) {
    return static_cast<Client*>(self)->public_key(user, key, state);
  };
  server_.channel_open_request_session_function = [](ssh_session, void* self) {
    return static_cast<Client*>(self)->open_channel();
  };
  ssh_callbacks_init(&server_);
  ssh_set_server_callbacks(session_.get(), &server_);

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

int SshWorker::Client::verdict(bool good) {
  if (good) {
    authenticated_ = true;
    return SSH_AUTH_SUCCESS;
  }
  failed_ = ++failures_ >= most_failures;
  return SSH_AUTH_DENIED;
}

int SshWorker::Client::password(const char* user, const char* password) {
  return verdict(events_.admits({.user = user, .password = password, .public_key = {}}));
}

int SshWorker::Client::public_key(const char* user, ssh_key key, char state) {
  char* blob = nullptr;
  if (ssh_pki_export_pubkey_base64(key, &blob) != SSH_OK) return SSH_AUTH_DENIED;
  Credentials credentials{
      .user = user, .password = std::nullopt, .public_key = blob, .proven = state == SSH_PUBLICKEY_STATE_VALID};
  ssh_string_free_char(blob);
  if (state != SSH_PUBLICKEY_STATE_NONE && state != SSH_PUBLICKEY_STATE_VALID) return verdict(false);
  const bool proven = credentials.proven;
  const bool good = events_.admits(std::move(credentials));
  // A client may ask about every key it has; only wrong proofs count.
  if (!proven) return good ? SSH_AUTH_SUCCESS : SSH_AUTH_DENIED;
  return verdict(good);
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
