// TACACS: users known to servers of the older kind (Software Reference, chapter Operation, "TACACS"; RFC 1492, the
// simple form over UDP port 49).
//
// Servers are asked in turn, one request at a time, TACTIMEOUT seconds for each. One that says no is asked no more in
// this matter; the others are asked round after round, 1 + TACRETRIES times each. The first yes ends it. TACACS says
// nothing about privilege, so its users are USER.
//
// SHOW USER CONFIGURATION counts here: tacacsLoginReqs users asked about, tacacsLoginRejs those all servers rejected,
// tacacsReqTimeouts requests without an answer, tacacsReqFails users nobody gave an answer about.
//
// Invariants
// - An answer counts only from a server of the query that it names, from port 49, while that query is under way.
// - The UDP port is open only while a query is under way, and is another one each time.
//
// Not modelled: the extended form (XTACACS) and its log-off messages. TACACS+ is another protocol: modules/tacplus.
// Names and passwords travel in clear: that is the protocol.
#include "modules/tacacs/tacacs.h"

#include <algorithm>
#include <utility>

#include "modules/ip/udp_client_api.h"
#include "modules/tacacs/tacacs_module.h"
#include "os/base/due.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter {

std::unique_ptr<Module> make_tacacs(Services& services, IpApi& ip) {
  return std::make_unique<tacacs::TacacsModule>(services, ip);
}

namespace tacacs {

namespace {

constexpr std::size_t most_queries = 256;

}  // namespace

TacacsModule::TacacsModule(Services& services, IpApi& ip)
    : services_(services), ip_(ip), timer_(services.scheduler, [this] { due(); }) {
  services_.users.tacacs_servers = this;
}

TacacsModule::~TacacsModule() {
  forget();
  services_.users.tacacs_servers = nullptr;
}

// ---- queries ------------------------------------------------------------------------------------------------------

void TacacsModule::ask(const LoginRequest& request, std::weak_ptr<void> owner,
                       std::function<void(const Answer&)> answered) {
  ++services_.users.counters.tacacs_requests;
  const bool fits = request.name.size() <= longest_text && request.password.size() <= longest_text;
  if (servers_.empty() || !fits || queries_.size() >= most_queries || !listen()) {
    ++services_.users.counters.tacacs_failures;
    return answered({});
  }
  std::uint16_t nonce = 0;
  do nonce = static_cast<std::uint16_t>(services_.random.below(0x10000));
  while (queries_.contains(nonce));
  Query query{.user = printable(request.name)};
  query.packet = login_request(nonce, request.name, request.password);
  query.owner = std::move(owner);
  query.answered = std::move(answered);
  query.servers = servers_;
  send(queries_.emplace(nonce, std::move(query)).first->second);
}

void TacacsModule::send(Query& query) {
  query.due = services_.clock.now() + std::chrono::seconds(services_.users.settings.tacacs_timeout_s);
  rearm();
  // Without a route the next attempt may have one; the attempts are counted.
  static_cast<void>(ip_.send_udp({.source = {},
                                  .destination = query.servers[query.turn],
                                  .source_port = port_,
                                  .destination_port = server_port,
                                  .payload = query.packet}));
}

void TacacsModule::go_on(Queries::iterator found) {
  Query& query = found->second;
  if (query.turn >= query.servers.size()) {
    query.turn = 0;
    ++query.round;
  }
  const bool over = query.servers.empty() || query.round > services_.users.settings.tacacs_retries;
  if (!over && !query.owner.expired()) return send(query);
  if (query.rejected) {
    ++services_.users.counters.tacacs_rejects;
    log(LogSeverity::notice, "FAIL", fmt::format(fmt::runtime(texts::log_rejected), query.user));
    return end(found, Reply::rejected, {});
  }
  ++services_.users.counters.tacacs_failures;
  log(LogSeverity::important, "FAIL", fmt::format(fmt::runtime(texts::log_silent), query.user));
  end(found, Reply::unanswered, {});
}

void TacacsModule::due() {
  for (const std::uint16_t nonce : late(queries_, services_.clock.now())) {
    const auto found = queries_.find(nonce);
    if (found == queries_.end()) continue;
    ++services_.users.counters.tacacs_timeouts;
    ++found->second.turn;
    go_on(found);
  }
  rearm();
}

void TacacsModule::receive(const UdpDatagram& datagram) {
  const auto reply = read_reply(datagram.payload);
  const auto found = reply ? queries_.find(reply->nonce) : queries_.end();
  if (found == queries_.end() || datagram.source_port != server_port) return;
  Query& query = found->second;
  const auto server = std::ranges::find(query.servers, datagram.source);
  if (server == query.servers.end()) return;
  if (reply->accepted) {
    log(LogSeverity::info, "OK",
        fmt::format(fmt::runtime(texts::log_accepted), to_string(datagram.source), query.user));
    return end(found, Reply::accepted, fmt::format(fmt::runtime(texts::server_name), to_string(datagram.source)));
  }
  query.rejected = true;
  // A late no of one whose turn is over moves the others up; the one being asked is still waited for.
  const auto place = static_cast<std::size_t>(server - query.servers.begin());
  const bool awaited = place == query.turn;
  query.servers.erase(server);
  if (place < query.turn) --query.turn;
  if (awaited) go_on(found);
}

void TacacsModule::end(Queries::iterator found, Reply reply, std::string server) {
  const Query query = std::move(queries_.extract(found).mapped());
  if (queries_.empty()) forget();
  rearm();
  if (!query.owner.expired()) query.answered({reply, Privilege::user, std::move(server)});
}

bool TacacsModule::listen() {
  if (port_ != 0) return true;
  port_ = listen_udp_anywhere(ip_, services_.random, "TACACS",
                              [this](const UdpDatagram& datagram) { receive(datagram); });
  return port_ != 0;
}

void TacacsModule::forget() {
  timer_.disarm();
  queries_.clear();
  if (port_ != 0) ip_.listen_udp(std::exchange(port_, 0), "TACACS", {});
}

void TacacsModule::rearm() { timer_.arm(first_due(queries_)); }

void TacacsModule::log(LogSeverity severity, std::string_view subtype, std::string message) const {
  services_.log.record({.severity = severity,
                        .module = module_number::tacacs,
                        .type = "AUTH",
                        .subtype = subtype,
                        .message = std::move(message)});
}

// ---- commands -----------------------------------------------------------------------------------------------------

std::vector<CommandRow> TacacsModule::commands() {
  return {
      {"ADD TACacs SERver=<ipv4>", Access::security, "Adds a TACACS server; servers are asked in this order.",
       [this](Invocation& call) { return add_server(call.args); }},
      {"DELete TACacs SERver=<ipv4>", Access::security, "Deletes a TACACS server.",
       [this](Invocation& call) { return delete_server(call.args); }},
      {"SHow TACacs SERver", Access::manager, "Displays the TACACS servers.",
       [this](Invocation& call) { return show(call.screen); }},
  };
}

Outcome TacacsModule::add_server(const Args& args) {
  const Ipv4Address address = args.address("SERVER");
  if (std::ranges::find(servers_, address) != servers_.end()) return say(texts::server_exists, to_string(address));
  if (servers_.size() >= limits::tacacs_servers) return say(texts::too_many_servers);
  servers_.push_back(address);
  return Outcome::successful(module_number::tacacs);
}

Outcome TacacsModule::delete_server(const Args& args) {
  const Ipv4Address address = args.address("SERVER");
  const auto removed = std::erase(servers_, address);
  return removed == 0 ? say(texts::unknown_server, to_string(address)) : Outcome::successful(module_number::tacacs);
}

Outcome TacacsModule::show(Screen& screen) const {
  screen.line("TACACS Servers");
  screen.rule();
  screen.table("servers", {{"Server", 0}}, true);
  for (const Ipv4Address server : servers_) screen.row({to_string(server)});
  screen.rule();
  return Outcome::screen();
}

void TacacsModule::dump(ConfigWriter& writer) const {
  writer.section("TACACS", {"TACACS"});
  for (const Ipv4Address server : servers_) writer.line("add tacacs server=" + to_string(server));
}

}  // namespace tacacs
}  // namespace arrouter
