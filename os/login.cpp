#include "os/login.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

namespace arrouter {

namespace {

using Reply = UserServers::Reply;

std::string_view text_of(const SecretBytes& password) {
  return {reinterpret_cast<const char*>(password.data()), password.size()};
}

/// One login under way. It lives in the call-back that waits for a server.
class Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(UserDatabase& users, LoginRequest request, std::weak_ptr<void> owner, LoginDone done)
      : users_(users), request_(std::move(request)), owner_(std::move(owner)), done_(std::move(done)) {
    if (users.has_radius_backup()) std::swap(order_[0], order_[1]);
  }

  void begin() {
    // The time this takes must not tell whether the name is locked out, or known.
    right_ = users_.verify(request_.name, text_of(request_.password));
    right_ = request_.proven.value_or(right_);
    if (users_.locked_out(request_.name)) return end(LoginResult::locked_out);
    const User* const known = users_.find(request_.name);
    // DISABLE USER closes the name, whatever a server thinks of it.
    if (known != nullptr && !known->enabled) return right_ ? admit() : fail();
    next();
  }

 private:
  enum class Step : std::uint8_t { database, radius, tacacs, tacplus, failed };

  void next() {
    switch (order_[step_++]) {
      case Step::database: return ask_database();
      case Step::radius: return ask(users_.radius_servers);
      case Step::tacacs: return ask(users_.tacacs_servers);
      case Step::tacplus: return ask(users_.tacplus_servers);
      case Step::failed: return fail();
    }
  }

  void ask_database() {
    const User* const user = users_.find(request_.name);
    const bool counts = user != nullptr && (!user->radius_backup || !radius_answered_);
    if (right_ && counts) return admit();
    next();
  }

  void ask(UserServers* servers) {
    if (servers == nullptr || !servers->any()) return next();
    const bool radius = servers == users_.radius_servers;
    servers->ask(request_, owner_, [self = shared_from_this(), radius](const UserServers::Answer& answer) {
      if (radius) self->radius_answered_ = answer.reply != Reply::unanswered;
      if (answer.reply != Reply::accepted) return self->next();
      const LoginRequest& request = self->request_;
      self->verdict_.user = request.name;
      self->verdict_.privilege = answer.privilege;
      self->verdict_.server = answer.server;
      self->end(self->users_.admitted_by_server(request.name, answer.privilege, self->guarded_from()));
    });
  }

  void admit() {
    const User& user = *users_.find(request_.name);
    verdict_.user = user.name;
    verdict_.privilege = user.privilege;
    end(users_.admit(user.name, guarded_from()));
  }

  void fail() {
    const LoginResult result = users_.login_failed(request_.name, request_.remote_from);
    verdict_.locked_now = result == LoginResult::locked_out;
    end(result);
  }

  /// Where somebody comes from whose line anyone may listen to.
  std::optional<Ipv4Address> guarded_from() const { return request_.secure_line ? std::nullopt : request_.remote_from; }

  void end(LoginResult result) {
    verdict_.result = result;
    if (!owner_.expired()) std::exchange(done_, {})(verdict_);
  }

  UserDatabase& users_;
  const LoginRequest request_;
  const std::weak_ptr<void> owner_;
  LoginDone done_;
  std::array<Step, 5> order_{Step::database, Step::radius, Step::tacacs, Step::tacplus, Step::failed};
  std::size_t step_ = 0;
  bool right_ = false;  // the password is that of the database
  bool radius_answered_ = false;
  LoginVerdict verdict_;
};

/// Asks one kind of servers after the other until one says yes.
void confirm_by(std::shared_ptr<const LoginRequest> request, std::vector<UserServers*> servers,
                std::weak_ptr<void> owner, std::function<void(bool right)> done) {
  if (servers.empty()) return done(false);
  UserServers* const first = servers.front();
  servers.erase(servers.begin());
  first->ask(*request, owner, [request, servers, owner, done](const UserServers::Answer& answer) {
    if (answer.reply == Reply::accepted) return done(true);
    confirm_by(request, servers, owner, done);
  });
}

}  // namespace

void log_in(UserDatabase& users, LoginRequest request, std::weak_ptr<void> owner, LoginDone done) {
  std::make_shared<Attempt>(users, std::move(request), std::move(owner), std::move(done))->begin();
}

void confirm_by_servers(UserDatabase& users, LoginRequest request, std::weak_ptr<void> owner,
                        std::function<void(bool right)> done) {
  const std::array<UserServers*, 3> all{users.radius_servers, users.tacacs_servers, users.tacplus_servers};
  std::vector<UserServers*> servers;
  std::ranges::copy_if(all, std::back_inserter(servers), [](const auto* kind) { return kind != nullptr && kind->any(); });
  confirm_by(std::make_shared<const LoginRequest>(std::move(request)), std::move(servers), std::move(owner),
             std::move(done));
}

}  // namespace arrouter
