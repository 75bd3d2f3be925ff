#include "os/login.h"

#include <array>
#include <utility>

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
  enum class Step : std::uint8_t { database, radius, tacacs, failed };

  void next() {
    switch (order_[step_++]) {
      case Step::database: return ask_database();
      case Step::radius: return ask(users_.radius_servers, radius_);
      case Step::tacacs: return ask(users_.tacacs_servers, tacacs_);
      case Step::failed: return fail();
    }
  }

  void ask_database() {
    const User* const user = users_.find(request_.name);
    const bool counts = user != nullptr && (!user->radius_backup || radius_ == Reply::unanswered);
    if (right_ && counts) return admit();
    next();
  }

  void ask(UserServers* servers, Reply& reply) {
    if (servers == nullptr || !servers->any()) return next();
    servers->ask(request_, owner_, [self = shared_from_this(), &reply](const UserServers::Answer& answer) {
      reply = answer.reply;
      if (reply != Reply::accepted) return self->next();
      self->users_.admitted_by_server(self->request_.name);
      self->verdict_.user = self->request_.name;
      self->verdict_.privilege = answer.privilege;
      self->verdict_.server = answer.server;
      self->end(LoginResult::good);
    });
  }

  void admit() {
    const User& user = *users_.find(request_.name);
    verdict_.user = user.name;
    verdict_.privilege = user.privilege;
    end(users_.admit(user.name, request_.remote_from));
  }

  void fail() {
    const LoginResult result = users_.login_failed(request_.name);
    verdict_.locked_now = result == LoginResult::locked_out;
    end(result);
  }

  void end(LoginResult result) {
    verdict_.result = result;
    if (!owner_.expired()) std::exchange(done_, {})(verdict_);
  }

  UserDatabase& users_;
  const LoginRequest request_;
  const std::weak_ptr<void> owner_;
  LoginDone done_;
  std::array<Step, 4> order_{Step::database, Step::radius, Step::tacacs, Step::failed};
  std::size_t step_ = 0;
  bool right_ = false;  // the password is that of the database
  Reply radius_ = Reply::unanswered, tacacs_ = Reply::unanswered;
  LoginVerdict verdict_;
};

}  // namespace

void log_in(UserDatabase& users, LoginRequest request, std::weak_ptr<void> owner, LoginDone done) {
  std::make_shared<Attempt>(users, std::move(request), std::move(owner), std::move(done))->begin();
}

void confirm_by_servers(UserDatabase& users, LoginRequest request, std::weak_ptr<void> owner,
                        std::function<void(bool right)> done) {
  const auto ask_tacacs = [&users, owner, done](const LoginRequest& again) {
    UserServers* const servers = users.tacacs_servers;
    if (servers == nullptr || !servers->any()) return done(false);
    servers->ask(again, owner, [done](const UserServers::Answer& answer) { done(answer.reply == Reply::accepted); });
  };
  UserServers* const servers = users.radius_servers;
  if (servers == nullptr || !servers->any()) return ask_tacacs(request);
  const auto kept = std::make_shared<const LoginRequest>(std::move(request));
  servers->ask(*kept, owner, [kept, ask_tacacs, done](const UserServers::Answer& answer) {
    if (answer.reply == Reply::accepted) return done(true);
    ask_tacacs(*kept);
  });
}

}  // namespace arrouter
