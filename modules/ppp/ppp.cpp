// PPP and PPPoE (Software Reference, chapter "Point-to-Point Protocol"; reference/links.md 5).
//
// RFC 1661 (the automaton, LCP), 1332 and 1877 (IPCP, name servers), 1334 (PAP), 1994 (CHAP with MD5), 2516 (PPPoE).
// From the bottom: a Line carries frames (pppoe.h, or another module's by LineOpener); a Session is one life of a link
// on it, LCP, authentication and IPCP, each of them pure logic (lcp.h, authentication.h, ipcp.h over
// control_protocol.h, whose automaton is a table); an Interface has settings, wants a line, keeps the session and the
// port "pppN" that IP works with; this file ties interfaces, carriers and the other modules together.
//
// Invariants
// - IP packets pass only while IPCP is open; before, the port's link is down (or, with IDLE, they are held and dial).
// - A session is destroyed from settle() alone, never from inside one of its own calls; a dynamic interface and a line
//   of the concentrator go with the next turn of the event loop, as packets may be on the way through them.
// - Every line that was opened is closed once, by Line::close() or LineUser::down().
// - A link that ends is tried again by itself, after a second when it was up and after ten when it was not. One whose
//   address IP changes begins anew.
//
// Where sources leave room: CONFIGURE=CONTINUOUS tries ten times on each PPPoE session and then opens another, so that
// a concentrator that restarted is found again. ONLINELIMIT counts hours, the data limits megabytes; an interface that
// has reached one stays down until RESET PPP. An address that came by IPCP goes with the link, except under IDLE.
//
// Not modelled: multilink and BAP (further links of an interface are kept and not opened), compression, encryption,
// callback, link quality reports (LQR=ON monitors nothing), Van Jacobson compression, MS-CHAP.
#include "modules/ppp/ppp.h"

#include <fmt/format.h>

#include "os/base/limits.h"
#include "os/base/text.h"
#include "os/login.h"

namespace arrouter {

MadePpp make_ppp(Services& services, IpApi& ip, DnsApi& dns, const UserApi& users, ppp::Md5 md5) {
  auto module = std::make_unique<ppp::PppModule>(services, ip, dns, users, std::move(md5));
  ppp::PppApi& api = *module;
  return {std::move(module), api};
}

namespace ppp {

PppModule::PppModule(Services& services, IpApi& ip, DnsApi& dns, const UserApi& users, Md5 md5)
    : services_(services),
      ip_(ip),
      dns_(dns),
      users_(users),
      md5_(std::move(md5)),
      pppoe_(services, *this, md5_),
      funeral_(services.scheduler, [this] {
        for (const unsigned number : std::exchange(gone_, {})) remove(number);
      }) {
  ip_.on_interface_change([this, alive = std::weak_ptr<int>(alive_)](const InterfaceChange& change) {
    if (alive.expired()) return;
    for (const auto& [number, interface] : interfaces_) {
      if (interface->name == change.info.name) return interface->address_changed(change);
    }
  });
}

PppModule::~PppModule() { remove_all(); }

/// It leaves the table before it goes: IP tells of what happens, and then the table is looked at.
void PppModule::remove(unsigned number) {
  const auto leaving = interfaces_.extract(number);
  if (leaving) dns_.learnt(leaving.mapped()->name, {}, {});
}

void PppModule::remove_all() {
  while (!interfaces_.empty()) remove(interfaces_.begin()->first);
}

// IP's listeners hear of interfaces that go, so they go while everybody still exists.
void PppModule::stop(Ending ending) {
  pppoe_.silent = ending == Ending::restart;
  pppoe_.end_sessions({});
  remove_all();
}

std::vector<CommandRow> PppModule::commands() {
  std::vector<CommandRow> all;
  for (auto rows : {interface_rows(), template_rows(), concentrator_rows(), debug_rows(), show_rows()}) {
    for (CommandRow& row : rows) all.push_back(std::move(row));
  }
  return all;
}

void PppModule::dump(ConfigWriter& config) const {
  config.section("PPP templates", {"ppp"});
  for (const auto& [number, settings] : templates_) {
    config.line(fmt::format("create ppp template={}", number));
    const std::string changed = settings.script(in_template);
    if (!changed.empty()) config.line(fmt::format("set ppp template={}{}", number, changed));
  }
  config.section("PPP", {"ppp"});
  for (const auto& [number, interface] : interfaces_) {
    if (interface->dynamic) continue;
    for (const LinkSettings& link : interface->links) {
      const bool first = &link == &interface->links.front();
      config.line(fmt::format("{} ppp={} over={}", first ? "create" : "add", number, link.over));
    }
    const std::string changed = interface->settings.script(on_interface);
    if (!changed.empty()) config.line(fmt::format("set ppp={}{}", number, changed));
    for (const LinkSettings& link : interface->links) {
      const std::string of_link = link.settings.script(on_link);
      if (!of_link.empty()) config.line(fmt::format("set ppp={} over={}{}", number, link.over, of_link));
    }
    if (!interface->enabled()) config.line(fmt::format("disable ppp={}", number));
  }
  for (const auto& [key, service] : pppoe_.concentrator.services) {
    config.line(fmt::format("add ppp acservice={} template={} acinterface={}{}{}", arrouter::quoted(service.name),
                            service.template_number, service.interface,
                            service.max_sessions == AcService{}.max_sessions
                                ? ""
                                : fmt::format(" maxsessions={}", service.max_sessions),
                            service.radius ? " acradius=on" : ""));
  }
  if (pppoe_.concentrator.enabled) config.line("enable ppp accessconcentrator");
}

// ---- PppApi -----------------------------------------------------------------------------------------------------

void PppModule::set_opener(std::string_view prefix, LineOpener* opener) {
  if (opener == nullptr) {
    openers_.erase(std::string(prefix));
  } else {
    openers_[std::string(prefix)] = opener;
  }
}

Interface* PppModule::find(std::uint64_t number) const {
  const auto found = interfaces_.find(static_cast<unsigned>(number));
  return found == interfaces_.end() ? nullptr : found->second.get();
}

LineUser* PppModule::opened(unsigned interface, Line& line) {
  Interface* const found = find(interface);
  return found == nullptr ? nullptr : found->opened(line);
}

void PppModule::failed(unsigned interface, std::string_view reason) {
  if (Interface* const found = find(interface)) found->failed(reason);
}

LineUser* PppModule::answer(unsigned number, Line& line, const Caller& caller) {
  const auto settings = templates_.find(number);
  if (settings == templates_.end()) return nullptr;
  unsigned free = 0;
  while (interfaces_.contains(free)) ++free;
  if (free >= limits::ppp_interfaces) return nullptr;
  auto& made = interfaces_[free] =
      std::make_unique<Interface>(services_, ip_, *this, free, settings->second, true);
  made->template_number = number;
  debug(*made, DebugKind::demand, fmt::format("call from {} over {}", caller.name, line.over()));
  return made->opened(line);
}

std::optional<std::string> PppModule::user_of(std::string_view name) const {
  for (const auto& [number, interface] : interfaces_) {
    if (interface->dynamic && interface->name == name && interface->session() != nullptr) {
      return interface->session()->peer_name();
    }
  }
  return std::nullopt;
}

bool PppModule::is_dynamic(std::string_view name) const {
  return std::ranges::any_of(interfaces_,
                             [name](const auto& entry) { return entry.second->dynamic && entry.second->name == name; });
}

// ---- InterfaceHost ----------------------------------------------------------------------------------------------

std::pair<LineOpener*, std::string_view> PppModule::opener_of(std::string_view over) const {
  for (const auto& [prefix, opener] : openers_) {
    if (starts_with_ignoring_case(over, prefix)) return {opener, over.substr(prefix.size())};
  }
  return {nullptr, {}};
}

std::optional<std::string> PppModule::canonical(std::string_view over) const {
  const auto [opener, name] = opener_of(over);
  if (opener == nullptr) return pppoe_.canonical(over);
  if (!opener->knows(name)) return std::nullopt;
  return to_upper(over.substr(0, over.size() - name.size())) + std::string(name);
}

void PppModule::want_line(Interface& interface) {
  const std::string over = interface.links.front().over;
  const auto [opener, name] = opener_of(over);
  if (opener == nullptr) {
    pppoe_.open(over, interface.number, *interface.settings.number("PADRRETRY"));
  } else if (!opener->open(name, interface.number)) {
    interface.failed("no such call");
  }
}

void PppModule::abandon_line(Interface& interface) {
  pppoe_.abandon(interface.number);
  if (interface.links.empty()) return;
  const auto [opener, name] = opener_of(interface.links.front().over);
  if (opener != nullptr) opener->abandon(name, interface.number);
}

void PppModule::control_protocol_changed(const ControlProtocolChange& change) {
  for (const auto& listener : listeners_) listener(change);
}

void PppModule::gone(Interface& interface) {
  gone_.push_back(interface.number);
  funeral_.arm(services_.clock.now());
}

void PppModule::name_servers_told(const Interface& interface) {
  const Addresses& told = interface.addresses();
  dns_.learnt(interface.name, told.primary_dns, told.secondary_dns);
}

bool PppModule::known(const Interface& interface, const Credentials& credentials) {
  UserDatabase& users = services_.users;
  if (credentials.method == Method::pap) {
    const auto* const password = reinterpret_cast<const char*>(credentials.password.data());
    return users.authenticate(credentials.user, {password, credentials.password.size()}) == LoginResult::good;
  }
  const User* const user = users.find(credentials.user);
  if (user == nullptr || !user->enabled || users.locked_out(user->name)) return false;
  const auto clear = users_.clear_password(credentials.user);
  if (!clear) debug(interface, DebugKind::auth, "the password is known as a digest only, which CHAP cannot use");
  return clear && right_password(md5_, credentials, as_bytes(*clear));
}

/// The user database, then the servers LOGIN= allows; they are shown passwords, so CHAP is not for them.
void PppModule::verify(Interface& interface, const Credentials& credentials) {
  const std::string& login = interface.settings.text("LOGIN");
  if ((login == "ALL" || login == "USER") && known(interface, credentials)) return interface.decide(true);
  UserServers* servers = login == "USER" ? nullptr : services_.users.radius_servers;
  if (login == "TACACS") servers = services_.users.tacacs_servers;
  if (credentials.method != Method::pap || servers == nullptr || !servers->any()) return interface.decide(false);
  const LoginRequest request{credentials.user, credentials.password, interface.name, std::nullopt};
  servers->ask(request, interface.session_life(), [&interface](const UserServers::Answer& answer) {
    interface.decide(answer.reply == UserServers::Reply::accepted);
  });
}

}  // namespace ppp
}  // namespace arrouter
