#include "modules/radius/client.h"

#include <algorithm>
#include <utility>

#include "modules/ip/udp_client_api.h"
#include "os/base/due.h"

namespace arrouter::radius {

namespace {

constexpr std::size_t identifiers = 256;  // of queries under way at once

}  // namespace

Server* Client::find(Ipv4Address address) {
  const auto found = std::ranges::find(servers_, address, &Server::address);
  return found == servers_.end() ? nullptr : &*found;
}

void Client::remove(Ipv4Address address) {
  std::erase_if(servers_, [address](const Server& server) { return server.address == address; });
  std::vector<Pending> orphans;
  for (auto query = queries_.begin(); query != queries_.end();) {
    const auto next = std::next(query);
    if (query->second.server == address) orphans.push_back(take(query));
    query = next;
  }
  for (Pending& orphan : orphans) ask_next(std::move(orphan));
}

bool Client::any() const {
  return std::ranges::any_of(servers_, [](const Server& server) { return server.port != 0; });
}

void Client::ask(Query query, std::weak_ptr<void> owner, std::function<void(const Answer&)> answered) {
  Pending pending{.query = std::move(query), .owner = std::move(owner), .answered = std::move(answered)};
  if (!any()) return end(std::move(pending), {});
  const bool fits = !pending.query.user.empty() && pending.query.user.size() <= longest_value &&
                    pending.query.password.size() <= longest_password;
  if (!fits) return end(std::move(pending), {.verdict = Verdict::rejected});
  for (const Server& server : servers_) {
    if (server.port != 0 && !dead(server)) pending.left.push_back(server.address);
  }
  ask_next(std::move(pending));
}

void Client::stop() {
  timer_.disarm();
  queries_.clear();
  if (port_ != 0) ip_.listen_udp(std::exchange(port_, 0), "RADIUS", {});
}

void Client::ask_next(Pending pending) {
  const Server* server = nullptr;
  while (server == nullptr && !pending.left.empty()) {
    server = find(pending.left.front());
    pending.left.erase(pending.left.begin());
  }
  if (server == nullptr || pending.owner.expired() || queries_.size() == identifiers || !listen())
    return end(std::move(pending), {.verdict = Verdict::unanswered});
  do ++last_identifier_;
  while (queries_.contains(last_identifier_));
  pending.server = server->address;
  pending.attempts = 0;
  services_.random.fill(pending.authenticator);
  pending.packet = make_request(enco_, last_identifier_, pending.authenticator, attributes(pending, *server),
                                server->secret);
  send(queries_.emplace(last_identifier_, std::move(pending)).first->second);
}

std::vector<Attribute> Client::attributes(const Pending& pending, const Server& server) const {
  std::vector<Attribute> all{
      {Type::user_name, pending.query.user},
      {Type::user_password, hide_password(enco_, pending.query.password, server.secret, pending.authenticator)},
      {Type::nas_ip_address, ip_.source_towards(server.address).value},
  };
  const std::string_view name = services_.system.name;
  if (!name.empty()) all.emplace_back(Type::nas_identifier, name.substr(0, longest_value));
  all.insert(all.end(), pending.query.attributes.begin(), pending.query.attributes.end());
  return all;
}

void Client::send(Pending& pending) {
  Server& server = *find(pending.server);
  ++(pending.attempts++ == 0 ? server.counters.requests : server.counters.retransmissions);
  pending.due = services_.clock.now() + std::chrono::seconds(settings.timeout_s);
  rearm();
  witness_.sent(server, pending.attempts, pending.packet);
  // Without a route the next attempt may have one; the attempts are counted.
  static_cast<void>(ip_.send_udp({.source = {},
                                  .destination = server.address,
                                  .source_port = port_,
                                  .destination_port = server.port,
                                  .payload = pending.packet}));
}

void Client::due() {
  for (const std::uint8_t identifier : late(queries_, services_.clock.now())) {
    if (const auto query = queries_.find(identifier); query != queries_.end()) overdue(query);
  }
  rearm();
}

void Client::overdue(Queries::iterator query) {
  Server& server = *find(query->second.server);
  ++server.counters.timeouts;
  if (query->second.attempts <= settings.retransmissions && !query->second.owner.expired()) return send(query->second);
  server.dead_until = services_.clock.now() + std::chrono::minutes(settings.dead_time_min);
  witness_.silent(server);
  ask_next(take(query));
}

void Client::receive(const UdpDatagram& datagram) {
  witness_.received(datagram.source, datagram.payload);
  const auto identifier = identifier_of(datagram.payload);
  Server* const server = find(datagram.source);
  if (!identifier || server == nullptr || server->port != datagram.source_port)
    return refuse(datagram.source, strays_, "not from a server");
  const auto query = queries_.find(*identifier);
  if (query == queries_.end() || query->second.server != server->address)
    return refuse(datagram.source, strays_, "no such request");
  auto reply = read_reply(enco_, datagram.payload, query->second.authenticator, server->secret);
  ServerCounters& counters = server->counters;
  if (!reply) {
    switch (reply.error()) {
      case Flaw::malformed: return refuse(server->address, counters.malformed, "malformed");
      case Flaw::unknown_code: return refuse(server->address, counters.unknown_codes, "unknown code");
      case Flaw::bad_authenticator:
        return refuse(server->address, counters.bad_authenticators, "wrong authenticator, or another secret");
    }
  }
  if (server->signs && !reply->has_message_authenticator)
    return refuse(server->address, counters.unsigned_replies, "no Message-Authenticator");
  settle(query, *server, std::move(*reply));
}

void Client::settle(Queries::iterator query, Server& server, Reply reply) {
  server.signs = server.signs || reply.has_message_authenticator;
  server.dead_until = {};
  // Nobody could answer a challenge, so it is a no (RFC 2865 4.4).
  const bool good = reply.code == Code::access_accept;
  ++(good                                  ? server.counters.accepts
     : reply.code == Code::access_reject ? server.counters.rejects
                                         : server.counters.challenges);
  end(take(query), {.verdict = good ? Verdict::accepted : Verdict::rejected,
                    .server = server.address,
                    .attributes = std::move(reply.attributes)});
}

void Client::end(Pending pending, Answer answer) {
  if (queries_.empty() && port_ != 0) ip_.listen_udp(std::exchange(port_, 0), "RADIUS", {});
  rearm();
  if (!pending.owner.expired()) pending.answered(answer);
}

Client::Pending Client::take(Queries::iterator query) { return std::move(queries_.extract(query).mapped()); }

bool Client::listen() {
  if (port_ != 0) return true;
  port_ = listen_udp_anywhere(ip_, services_.random, "RADIUS",
                              [this](const UdpDatagram& datagram) { receive(datagram); });
  return port_ != 0;
}

void Client::rearm() { timer_.arm(first_due(queries_)); }

void Client::refuse(Ipv4Address from, std::uint64_t& counter, std::string_view why) {
  ++counter;
  witness_.refused(from, why);
}

}  // namespace arrouter::radius
