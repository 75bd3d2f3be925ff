#include "cli/ssh/dialler.h"

#include <utility>

#include "cli/ssh/host_thread.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::ssh {
namespace {

constexpr std::string_view store = "ssh-hosts";  // lines of name, kind of key, key
constexpr std::uint16_t ssh_port = 22;

std::string name_of(const SshHost& host) {
  const std::string name = to_lower(host.name);
  return host.address.port == ssh_port ? name : fmt::format("{}:{}", name, host.address.port);
}

}  // namespace

/// One call, from the TCP connection on.
class Dialler::Dialled final : public SecureShell::Call {
 public:
  Dialled(std::shared_ptr<Dialler> dialler, HostThread::Settings settings, std::string name, Events events)
      : dialler_(std::move(dialler)),
        settings_(std::move(settings)),
        name_(std::move(name)),
        events_(std::make_shared<Events>(std::move(events))) {}

  void start(Ipv4Address source, const TcpEndpoint& address) {
    dialler_->tcp_.connect(source, address, events_,
                           [this](Result<std::unique_ptr<TcpStream>> stream) { connected(std::move(stream)); });
  }
  /// There will be no connection.
  void fail(std::string why) {
    dialler_->services_.reactor.post([why = std::move(why), weak = std::weak_ptr<Events>(events_)] {
      if (const auto events = weak.lock()) events->ended(why);
    });
  }

  void send(std::string_view bytes) override {
    if (thread_) thread_->send(bytes);
  }
  void end_input() override {
    if (thread_) thread_->end_input();
  }

 private:
  void connected(Result<std::unique_ptr<TcpStream>> stream) {
    const auto events = events_;  // each of them may end this
    if (!stream) return events->ended(stream.error().text);
    Descriptor socket = (*stream)->release();
    if (!socket) return events->ended("the connection was lost");
    thread_ = std::make_unique<HostThread>(
        std::move(socket), std::move(settings_), dialler_->services_.reactor,
        HostThread::Events{.learned = [this](const std::string& key) { dialler_->learn(name_, key); },
                           .opened = events->opened,
                           .received = events->received,
                           .ended = events->ended});
  }

  std::shared_ptr<Dialler> dialler_;
  HostThread::Settings settings_;
  std::string name_;
  std::shared_ptr<Events> events_;
  std::unique_ptr<HostThread> thread_;
};

Dialler::Dialler(Services& services, Tcp& tcp, KeyStore keys)
    : services_(services), tcp_(tcp), keys_(std::move(keys)) {
  const auto text = services_.files.read_private(store);
  if (!text) return;
  for (const std::string_view line : split(*text, '\n')) {
    if (const auto blank = line.find(' '); blank != line.npos) {
      host_keys_.emplace(line.substr(0, blank), line.substr(blank + 1));
    }
  }
}

std::unique_ptr<SecureShell::Call> Dialler::call(SshHost host, std::string command, Events events) {
  HostThread::Settings settings{.host = host.name,
                                .user = std::move(host.user),
                                .command = std::move(command),
                                .password = std::move(host.password),
                                .private_key = {},
                                .host_key = {},
                                .old_algorithms = old_algorithms_};
  std::optional<std::string> refused;
  if (host.key_id) {
    auto pem = keys_.private_pem(*host.key_id);
    if (!pem) refused = fmt::format("ENCO key {} does not exist or is not a private RSA key", *host.key_id);
    if (pem) settings.private_key = std::move(*pem);
  }
  const std::string name = name_of(host);
  if (const auto known = host_keys_.find(name); known != host_keys_.end()) settings.host_key = known->second;
  auto dialled = std::make_unique<Dialled>(shared_from_this(), std::move(settings), name, std::move(events));
  if (refused) {
    dialled->fail(std::move(*refused));
  } else {
    dialled->start(host.source, host.address);
  }
  return dialled;
}

void Dialler::learn(const std::string& name, const std::string& key) {
  services_.log.record({.severity = LogSeverity::info,
                        .module = module_number::ssh,
                        .type = "SSH",
                        .subtype = "HOST",
                        .message = fmt::format("Key of SSH host {} learned", name)});
  if (host_keys_.size() >= limits::ssh_hosts) return;
  host_keys_.emplace(name, key);
  save();
}

bool Dialler::forget(std::string_view name) {
  const auto known = host_keys_.find(to_lower(name));
  if (known == host_keys_.end()) return false;
  host_keys_.erase(known);
  save();
  return true;
}

void Dialler::save() const {
  std::string text;
  for (const auto& [name, key] : host_keys_) text += fmt::format("{} {}\n", name, key);
  // A full NVS forgets what was learned with the restart, and learns it again then.
  static_cast<void>(services_.files.write_private(store, text));
}

}  // namespace arrouter::ssh
