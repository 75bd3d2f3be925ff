#include "cli/ssh/ssh_server.h"

#include <utility>

#include "cli/ssh/texts.h"
#include "os/base/limits.h"
#include "os/base/text.h"
#include "os/login.h"

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

void SshServer::asked(ConnectionId id, const Credentials& credentials) {
  if (const auto connection = connections_.find(id); connection != connections_.end()) {
    log_in(id, *connection->second, credentials, to_lower(credentials.user));
  }
}

void SshServer::log_in(ConnectionId id, SshConnection& connection, const Credentials& credentials,
                       const std::string& name) {
  const auto listed = users_.find(name);
  const Ipv4Address from = parse_ipv4(connection.location()).value_or(Ipv4Address());
  const bool closed = listed != users_.end() && !(listed->second.enabled && listed->second.comes_from(from));
  const bool known = listed != users_.end() && !closed;
  // Nobody is compared as well, so that the answer takes as long.
  const bool proven = proves(known ? listed->second : SshUser(), credentials) && known;
  if (!credentials.proven) return worker_->answer(id, credentials.attempt, proven);

  const std::weak_ptr<void> owner = connection.begin_login();
  const auto done = [this, id, attempt = credentials.attempt, name](const LoginVerdict& verdict) {
    decided(id, attempt, verdict, name);
  };
  if (credentials.password && !closed) {
    LoginRequest request{.name = credentials.user,
                         .password = {},
                         .device = "SSH",
                         .remote_from = from,
                         .proven = proven,
                         .secure_line = true};
    const ByteView bytes = as_bytes(*credentials.password);
    request.password.assign(bytes.begin(), bytes.end());
    return arrouter::log_in(services_.users, std::move(request), owner, done);
  }
  // No server knows a key, or would be asked about somebody who may not come from there.
  LoginVerdict verdict;
  verdict.result = proven ? services_.users.login_proven(name) : services_.users.login_failed(name, from);
  if (const User* const user = services_.users.find(name); user != nullptr) {
    verdict.user = user->name;
    verdict.privilege = user->privilege;
  }
  done(verdict);
}

void SshServer::decided(ConnectionId id, unsigned attempt, const LoginVerdict& verdict, const std::string& name) {
  SshConnection& connection = *connections_.find(id)->second;
  const std::string& location = connection.location();
  const auto refused = [&](std::string_view why) {
    log(LogSeverity::important, "LFAIL", fmt::format(fmt::runtime(texts::log_refused), name, location, why));
  };
  switch (verdict.result) {
    case LoginResult::good:
      ++counters_.logins;
      connection.authenticate(verdict);
      log(LogSeverity::info, "LON", fmt::format(fmt::runtime(texts::log_login), name, location));
      break;
    case LoginResult::not_allowed:
      refused("not allowed to log in");
      break;
    case LoginResult::locked_out:
      if (!verdict.locked_now) {
        refused("locked out");
        break;
      }
      log(LogSeverity::important, "LOCK", fmt::format(fmt::runtime(texts::log_lockout), name, location));
      [[fallthrough]];
    case LoginResult::bad:
      log(LogSeverity::important, "LFAIL", fmt::format(fmt::runtime(texts::log_failed), name, location));
      break;
  }
  const bool good = verdict.result == LoginResult::good;
  if (!good) ++counters_.failures;
  worker_->answer(id, attempt, good);
}

void SshServer::opened(ConnectionId id, const Request& request) {
  login_timers_.erase(id);
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
