#include "cli/ssh/ssh_connection.h"

#include "cli/control/control_client.h"
#include "cli/session/dispatch.h"

namespace arrouter::ssh {
namespace {

constexpr std::chrono::seconds goodbye_time{3};  // for a client to hang up after its shell has ended

}  // namespace

SshConnection::SshConnection(ConnectionId id, std::string location, SessionHost host, SshWorker& worker)
    : id_(id), location_(std::move(location)), host_(host), worker_(worker), linger_(host.scheduler, [this] {
        worker_.drop(id_);
      }) {}

SshConnection::~SshConnection() {
  if (session_) session_->hang_up();
}

std::weak_ptr<void> SshConnection::begin_login() {
  user_.clear();
  login_ = std::make_shared<char>();
  return login_;
}

void SshConnection::authenticate(const LoginVerdict& verdict) {
  user_ = verdict.user;
  privilege_ = verdict.privilege;
  server_ = verdict.server;
}

void SshConnection::open(const Request& request) {
  const auto names = host_.sessions.remote_names("SSH");
  if (!authenticated() || !names) return worker_.drop(id_);
  device_ = names->device;
  if (request.command) return run_command(*request.command);
  open_shell(request, *names);
}

void SshConnection::open_shell(const Request& request, const SessionRegistry::RemoteNames& names) {
  LineEditor::Owner& owner = *this;
  editor_.emplace(owner, request.width);
  session_ = Session::make(host_, *editor_, names.device, location_, names.port_name);
  if (!request.terminal) session_->settings.page = 0;  // nobody is there to press a key
  session_->start_as(user_, privilege_, server_);
}

void SshConnection::run_command(const std::string& line) {
  const auto execute = [this](std::string_view text, Caller caller, std::function<void(const Outcome&)> later) {
    caller.user = user_;
    caller.privilege = privilege_;
    caller.device = device_;
    return run_unattended(host_.table, host_.users, host_.log, text, caller, std::move(later));
  };
  command_ = control::ScriptTerminal::make(execute, [this](const control::Frame& frame) {
    if (frame.kind == control::FrameKind::end) return end(control::exit_status_of(frame.payload));
    show(frame.payload + (frame.kind == control::FrameKind::outcome ? "\n" : ""));
  });
  command_->run(line, false);
}

void SshConnection::received(std::string_view bytes) {
  if (editor_) editor_->feed(bytes);
}

void SshConnection::ended_input() {
  if (session_) session_->end_of_input();
}

void SshConnection::end(int status) {
  worker_.finish(id_, status);
  linger_.arm(host_.clock.now() + goodbye_time);
}

}  // namespace arrouter::ssh
