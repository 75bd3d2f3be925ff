#include "modules/tacplus/client.h"

#include <algorithm>
#include <utility>

#include "os/base/due.h"
#include "os/base/limits.h"

namespace arrouter::tacplus {

Server* Client::find(Ipv4Address address) {
  const auto found = std::ranges::find(servers_, address, &Server::address);
  return found == servers_.end() ? nullptr : &*found;
}

void Client::remove(Ipv4Address address) {
  std::erase_if(servers_, [address](const Server& server) { return server.address == address; });
  std::vector<LoginId> orphans;
  for (const auto& [id, login] : logins_) {
    if (login.server == address) orphans.push_back(id);
  }
  for (const LoginId id : orphans) {
    if (logins_.contains(id)) ask_next(id);
  }
  hang_up(address);
}

void Client::hang_up(Ipv4Address address) {
  std::erase_if(lines_,
                [address](const auto& entry) { return entry.second.server == address && entry.second.login == 0; });
}

std::size_t Client::connections(Ipv4Address address) const {
  return static_cast<std::size_t>(std::ranges::count_if(lines_, [address](const auto& entry) {
    return entry.second.server == address && entry.second.stream != nullptr;
  }));
}

bool Client::any() const { return std::ranges::any_of(servers_, &Server::authenticates); }

void Client::ask(Person person, std::weak_ptr<void> owner, std::function<void(const Decision&)> answered) {
  const bool fits =
      !person.user.empty() && person.user.size() <= longest_text && person.password.size() <= longest_text;
  if (!fits) return answered({.verdict = Verdict::rejected});
  if (logins_.size() >= limits::tacplus_logins) return answered({.verdict = Verdict::failed});
  Login login{.person = std::move(person), .owner = std::move(owner), .answered = std::move(answered)};
  for (const Server& server : servers_) {
    if (server.authenticates) login.left.push_back(server.address);
  }
  const LoginId id = ++last_id_;
  logins_.emplace(id, std::move(login));
  ask_next(id);
}

void Client::give_up() {
  std::vector<LoginId> all;
  for (const auto& [id, login] : logins_) all.push_back(id);
  for (const LoginId id : all) {
    if (logins_.contains(id)) end(id, {.verdict = Verdict::failed});
  }
  lines_.clear();
}

void Client::stop() {
  timer_.disarm();
  logins_.clear();
  lines_.clear();
}

void Client::ask_next(LoginId id) {
  Login& login = logins_.at(id);
  release(login, false);
  const Server* server = nullptr;  // one may have been deleted meanwhile
  while (server == nullptr && !login.left.empty()) {
    server = find(login.left.front());
    login.left.erase(login.left.begin());
  }
  if (server == nullptr || login.owner.expired()) return end(id, {.verdict = Verdict::failed});
  login.server = server->address;
  login.attempts = 0;
  ++find(login.server)->counters.logins;
  begin(id);
}

void Client::begin(LoginId id) {
  Login& login = logins_.at(id);
  const Server& server = *find(login.server);
  ++login.attempts;
  login.dialogue = std::make_unique<Dialogue>(
      enco_, services_.random, login.person,
      Dialogue::Terms{
          .key = server.key, .authorize = server.authorizes, .single_connection = server.single_connection});
  talk(id);
}

void Client::talk(LoginId id) {
  Login& login = logins_.at(id);
  const Server& server = *find(login.server);
  login.due = services_.clock.now() + std::chrono::seconds(server.timeout_s);
  rearm();
  if (login.line != 0) return transmit(login);
  const auto kept = std::ranges::find_if(
      lines_, [&](const auto& entry) { return entry.second.server == login.server && entry.second.login == 0; });
  if (kept == lines_.end()) return dial(id, server);
  login.line = kept->first;
  kept->second.login = id;
  kept->second.used_before = true;
  transmit(login);
}

void Client::dial(LoginId id, const Server& server) {
  if (!ip_.route(server.address)) return fail(id, &ServerCounters::no_connections, "there is no route to it");
  const LineId line = ++last_id_;
  logins_.at(id).line = line;
  Line& made = lines_.emplace(line, Line{.server = server.address, .login = id}).first->second;
  made.connecting = std::make_shared<int>();
  tcp_.connect(ip_.source_towards(server.address), {server.address, server.port}, made.connecting,
               [this, line](Result<std::unique_ptr<TcpStream>> stream) { connected(line, std::move(stream)); });
}

void Client::connected(LineId line, Result<std::unique_ptr<TcpStream>> made) {
  Line& here = lines_.at(line);
  here.connecting.reset();
  if (!made) return fail(here.login, &ServerCounters::no_connections, "it takes no connection");
  here.stream = std::move(*made);
  here.stream->start([this, line](std::string_view bytes) { received(line, bytes); }, [this, line] { ended(line); });
  transmit(logins_.at(here.login));
}

void Client::transmit(Login& login) {
  const std::string packet = login.dialogue->output();
  if (packet.empty()) return;
  witness_.sent(*find(login.server), as_bytes(packet));
  lines_.at(login.line).stream->send(packet);
}

void Client::received(LineId line, std::string_view bytes) {
  Line& here = lines_.at(line);
  if (here.login == 0) return static_cast<void>(lines_.erase(line));  // nobody asked
  const LoginId id = here.login;
  here.used_before = false;
  Login& login = logins_.at(id);
  witness_.received(*find(login.server), as_bytes(bytes));
  switch (login.dialogue->receive(bytes)) {
    case Dialogue::Turn::listen:
      return;
    case Dialogue::Turn::speak:
      return talk(id);
    case Dialogue::Turn::reopen:
      if (!login.dialogue->kept()) release(login, false);
      return talk(id);
    case Dialogue::Turn::over:
      return settle(id);
  }
}

void Client::ended(LineId line) {
  const Line& here = lines_.at(line);
  const LoginId id = here.login;
  if (id == 0) return static_cast<void>(lines_.erase(line));
  // A kept connection may have been given up over there just when it was to be used again.
  const bool stale = here.used_before;
  release(logins_.at(id), false);
  if (!stale) return fail(id, &ServerCounters::errors, "it hangs up");
  --logins_.at(id).attempts;
  begin(id);
}

void Client::settle(LoginId id) {
  Login& login = logins_.at(id);
  Server& server = *find(login.server);
  transmit(login);
  const Dialogue& dialogue = *login.dialogue;
  if (dialogue.verdict() == Verdict::failed) {
    return fail(id, dialogue.garbled() ? &ServerCounters::bad_packets : &ServerCounters::errors, dialogue.reason());
  }
  ++(dialogue.verdict() == Verdict::accepted ? server.counters.accepts : server.counters.rejects);
  witness_.decided(server, login.person.user, dialogue);
  release(login, dialogue.kept());
  end(id, {.verdict = dialogue.verdict(), .privilege = dialogue.privilege(), .server = server.address});
}

void Client::fail(LoginId id, std::uint64_t ServerCounters::*counter, std::string_view why) {
  Server& server = *find(logins_.at(id).server);
  ++(server.counters.*counter);
  witness_.gave_up(server, why);
  ask_next(id);
}

void Client::due() {
  for (const LoginId id : late(logins_, services_.clock.now())) {
    if (logins_.contains(id)) overdue(id);
  }
  rearm();
}

void Client::overdue(LoginId id) {
  Login& login = logins_.at(id);
  if (login.owner.expired()) return end(id, {});
  Server& server = *find(login.server);
  if (login.attempts > server.retries) return fail(id, &ServerCounters::timeouts, "it does not answer");
  ++server.counters.timeouts;
  release(login, false);
  begin(id);
}

void Client::release(Login& login, bool keep) {
  const auto line = lines_.find(std::exchange(login.line, 0));
  if (line == lines_.end()) return;
  if (!keep) return static_cast<void>(lines_.erase(line));
  line->second.login = 0;
}

void Client::end(LoginId id, Decision decision) {
  Login login = std::move(logins_.extract(id).mapped());
  release(login, false);
  rearm();
  if (!login.owner.expired()) login.answered(decision);
}

void Client::rearm() { timer_.arm(first_due(logins_)); }

}  // namespace arrouter::tacplus
