#include "cli/ssh/ssh_server.h"

#include <utility>

#include "cli/ssh/texts.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::ssh {

SshServer::~SshServer() {
  listener_.reset();
  login_timers_.clear();
  // Their last words need the worker, which goes after them.
  connections_.clear();
}

Result<void> SshServer::listen(std::uint16_t port, ServerOptions options, std::chrono::seconds login_time) {
  options_ = std::move(options);
  login_time_ = login_time;
  listener_.reset();
  auto listener = tcp_.listen("ssh", port, [this](std::unique_ptr<TcpStream> stream) { accept(std::move(stream)); });
  if (!listener) return std::unexpected(listener.error());
  listener_ = std::move(*listener);
  return {};
}

void SshServer::accept(std::unique_ptr<TcpStream> stream) {
  if (connections_.size() >= limits::sessions) {
    ++counters_.refused;
    return;  // the stream hangs up
  }
  Desk& desk = *this;
  if (!worker_) worker_ = std::make_unique<SshWorker>(desk, services_.reactor);
  ++counters_.connections;
  const ConnectionId id = next_++;
  std::string location = to_string(stream->remote().address);
  connections_.emplace(id, std::make_unique<SshConnection>(id, std::move(location), host_, *worker_));
  auto timer = std::make_unique<Timer>(services_.scheduler, [this, id] { worker_->drop(id); });
  timer->arm(services_.clock.now() + login_time_);
  login_timers_.emplace(id, std::move(timer));
  worker_->add(id, stream->release(), options_);
}

bool SshServer::disconnect(ConnectionId id) {
  if (!connections_.contains(id)) return false;
  worker_->drop(id);
  return true;
}

void SshServer::log(LogSeverity severity, std::string_view subtype, std::string message) const {
  LogRecord record;
  record.severity = severity;
  record.module = module_number::ssh;
  record.type = "USER";
  record.subtype = subtype;
  record.message = std::move(message);
  services_.log.record(std::move(record));
}

bool SshServer::proves(const SshUser& user, const Credentials& credentials) const {
  if (credentials.password) return password_matches(keys_, user.digest, *credentials.password);
  const auto key = user.key_id ? keys_.public_key(*user.key_id) : std::nullopt;
  return key && rsa_blob(*key) == credentials.public_key;
}

bool SshServer::admits(ConnectionId id, const Credentials& credentials) {
  const auto connection = connections_.find(id);
  if (connection == connections_.end()) return false;
  const std::string& location = connection->second->location();
  const std::string name = to_lower(credentials.user);
  const auto user = users_.find(name);
  const bool known = user != users_.end() && user->second.enabled &&
                     user->second.comes_from(parse_ipv4(location).value_or(Ipv4Address()));
  // Nobody is compared as well, so that the answer takes as long.
  const bool right = proves(known ? user->second : SshUser(), credentials);
  const bool good = known && right;
  if (!credentials.proven) return good;
  if (good) {
    const LoginResult result = services_.users.login_proven(name);
    if (result == LoginResult::good) {
      ++counters_.logins;
      login_timers_.erase(id);
      connection->second->authenticate(name);
      log(LogSeverity::info, "LON", fmt::format(fmt::runtime(texts::log_login), name, location));
      return true;
    }
    log(LogSeverity::important, "LFAIL",
        fmt::format(fmt::runtime(texts::log_refused), name, location,
                    result == LoginResult::locked_out ? "locked out" : "not allowed to log in"));
  } else {
    // Counted where wrong passwords are, so that they lock the account out: no password is a single zero byte.
    services_.users.login(name, std::string_view("\0", 1));
    log(LogSeverity::important, "LFAIL", fmt::format(fmt::runtime(texts::log_failed), name, location));
  }
  ++counters_.failures;
  return false;
}

void SshServer::opened(ConnectionId id, const Request& request) {
  if (const auto connection = connections_.find(id); connection != connections_.end()) {
    connection->second->open(request);
  }
}

void SshServer::received(ConnectionId id, std::string_view bytes) {
  if (const auto connection = connections_.find(id); connection != connections_.end()) {
    connection->second->received(bytes);
  }
}

void SshServer::ended_input(ConnectionId id) {
  if (const auto connection = connections_.find(id); connection != connections_.end()) {
    connection->second->ended_input();
  }
}

void SshServer::gone(ConnectionId id) {
  login_timers_.erase(id);
  connections_.erase(id);
}

}  // namespace arrouter::ssh
