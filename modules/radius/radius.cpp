// RADIUS: users known elsewhere (Software Reference, chapter User Authentication; RFC 2865, of RFC 2869 and 3579 the
// Message-Authenticator; reference/operations.md 1).
//
// Three ask this client: log-ins (os/login.h), XAUTH of ISAKMP, and the firewall's lists (radius_api.h). Servers are
// asked in the order in which they were added. The next one is asked only when one stays silent through 1 +
// RETRANSMITCOUNT requests; it is then left alone for DEADTIME minutes. An answer, yes or no, is final.
//
// Invariants
// - An answer counts only from the address and port that was asked, with the identifier of a request under way, and
//   with a right Response Authenticator. A Message-Authenticator must be right where there is one; a server that has
//   sent one is held to it (CVE-2024-3596: an answer without one might be forged).
// - A request repeated to one server is the same datagram; another server gets another authenticator.
// - The UDP port is open only while a request is under way, and is another one each time.
// - Secrets and passwords are in no log, no screen and no debugging; a secret is in the configuration script, as on the
//   real router.
//
// Service-Type decides what somebody who logs in may do: Administrative gives MANAGER, as other Allied Telesis products
// have it; Login, NAS Prompt, Authenticate Only and no Service-Type give USER. Whoever is sent another one may not use
// the command line (RFC 2865 5.6). Security officers are known to the router itself alone.
//
// Not modelled: accounting (ACCPORT is kept and shown), challenges (a challenge is a no), CHAP, and the attributes of
// PPP links.
#include "modules/radius/radius.h"

#include "modules/radius/radius_module.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter {

MadeRadius make_radius(Services& services, IpApi& ip, enco::EncoApi& enco) {
  auto module = std::make_unique<radius::RadiusModule>(services, ip, enco);
  radius::RadiusModule& made = *module;
  return {std::move(module), made, made};
}

namespace radius {

namespace {

/// RFC 2865 5.6 and 5.41.
namespace service {
constexpr std::uint32_t login = 1, administrative = 6, nas_prompt = 7, authenticate_only = 8;
}
constexpr std::uint32_t asynchronous_port = 0, virtual_port = 5;

/// What an accepted user may do at the command line; nullopt: nothing.
std::optional<Privilege> privilege_of(const Answer& answer) {
  const Attribute* const attribute = answer.find(Type::service_type);
  if (attribute == nullptr) return Privilege::user;
  const auto type = attribute->number();
  if (type == service::administrative) return Privilege::manager;
  if (type == service::login || type == service::nas_prompt || type == service::authenticate_only)
    return Privilege::user;
  return std::nullopt;
}

}  // namespace

RadiusModule::RadiusModule(Services& services, IpApi& ip, enco::EncoApi& enco)
    : services_(services), client_(services, ip, enco, *this) {
  services_.users.radius_servers = this;
}

RadiusModule::~RadiusModule() { services_.users.radius_servers = nullptr; }

void RadiusModule::ask(Query query, std::weak_ptr<void> owner, std::function<void(const Answer&)> answered) {
  const std::string user = printable(query.user);
  client_.ask(std::move(query), std::move(owner), [this, user, answered = std::move(answered)](const Answer& answer) {
    const bool good = answer.verdict == Verdict::accepted;
    if (!answer.server.unset()) {
      log(good ? LogSeverity::info : LogSeverity::notice, good ? "OK" : "FAIL",
          fmt::format(fmt::runtime(good ? texts::log_accepted : texts::log_rejected), to_string(answer.server), user));
    }
    answered(answer);
  });
}

void RadiusModule::ask(const LoginRequest& request, std::weak_ptr<void> owner,
                       std::function<void(const UserServers::Answer&)> answered) {
  Query query{.user = request.name, .password = request.password};
  query.attributes.emplace_back(Type::service_type, service::login);
  query.attributes.emplace_back(Type::nas_port_type, request.remote_from ? virtual_port : asynchronous_port);
  if (request.remote_from) query.attributes.emplace_back(Type::calling_station_id, to_string(*request.remote_from));
  ask(std::move(query), std::move(owner), [answered = std::move(answered)](const Answer& answer) {
    UserServers::Answer verdict;
    if (!answer.server.unset()) {
      verdict.server = fmt::format(fmt::runtime(texts::server_name), to_string(answer.server));
    }
    if (answer.verdict == Verdict::rejected) verdict.reply = Reply::rejected;
    if (answer.verdict == Verdict::accepted) {
      const auto privilege = privilege_of(answer);
      verdict.reply = privilege ? Reply::accepted : Reply::rejected;
      verdict.privilege = privilege.value_or(Privilege::user);
    }
    answered(verdict);
  });
}

void RadiusModule::authenticate(const std::string& user, SecretBytes password,
                                isakmp::XauthAuthenticator::Answer answer) {
  Query query{.user = user, .password = std::move(password)};
  query.attributes.emplace_back(Type::nas_port_type, virtual_port);
  ask(std::move(query), alive_, [answer = std::move(answer)](const Answer& given) {
    switch (given.verdict) {
      case Verdict::accepted: return answer({});
      case Verdict::rejected: return answer(texts::refusal_rejected);
      case Verdict::unanswered: return answer(texts::refusal_unanswered);
      case Verdict::no_server: return answer(texts::refusal_no_server);
    }
  });
}

void RadiusModule::log(LogSeverity severity, std::string_view subtype, std::string message) const {
  services_.log.record({.severity = severity,
                        .module = module_number::radius,
                        .type = "AUTH",
                        .subtype = subtype,
                        .message = std::move(message)});
}

void RadiusModule::dump(ConfigWriter& writer) const {
  writer.section("RADIUS", {"RADIUS"});
  const Settings& now = client_.settings;
  const Settings delivered;
  std::string changed;
  const auto setting = [&changed](std::string_view name, unsigned value, unsigned as_delivered) {
    if (value != as_delivered) changed += fmt::format(" {}={}", name, value);
  };
  setting("timeout", now.timeout_s, delivered.timeout_s);
  setting("retransmitcount", now.retransmissions, delivered.retransmissions);
  setting("deadtime", now.dead_time_min, delivered.dead_time_min);
  if (!changed.empty()) writer.line("set radius" + changed);
  for (const Server& server : client_.servers()) {
    const std::string_view secret(reinterpret_cast<const char*>(server.secret.data()), server.secret.size());
    writer.line(fmt::format("add radius server={} secret={} port={} accport={}", to_string(server.address),
                            arrouter::quoted(secret), server.port, server.accounting_port));
  }
}

}  // namespace radius
}  // namespace arrouter
