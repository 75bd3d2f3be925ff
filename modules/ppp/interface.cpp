#include "modules/ppp/interface.h"

#include <fmt/format.h>

#include <algorithm>

#include "modules/ppp/discovery_packet.h"
#include "modules/ppp/numbers.h"

namespace arrouter::ppp {
namespace {

constexpr unsigned standard_echo_s = 10, standard_idle_s = 60, standard_rechallenge_s = 900;
constexpr unsigned standard_configure = 10;  // requests on one line before another is tried
constexpr std::chrono::seconds soon{1}, later{10};  // until the next attempt, after a link that was up or was not
constexpr std::uint64_t megabyte = 1024 * 1024;

Demand demand_of(const std::string& word) {
  if (word == "CHAP") return Demand::chap;
  if (word == "PAP") return Demand::pap;
  return word == "EITHER" ? Demand::either : Demand::none;
}

}  // namespace

Interface::Interface(Services& services, IpApi& ip, InterfaceHost& host, unsigned number, Settings settings,
                     bool dynamic)
    : number(number),
      dynamic(dynamic),
      name(fmt::format("ppp{}", number)),
      settings(std::move(settings)),
      services_(services),
      ip_(ip),
      host_(host),
      port_(name, services.pool, *this),
      timer_(services.scheduler, [this] { tick(); }) {
  services_.ports[name] = &port_;
  ip_.attach_link(port_);
  read_limits();
  tell_port();
}

Interface::~Interface() {
  leave("interface destroyed");
  host_.abandon_line(*this);
  ip_.detach_link(port_);
  services_.ports.erase(name);
}

// ---- settings ---------------------------------------------------------------------------------------------------

void Interface::read_limits() {
  const auto bytes = [&](std::string_view limit) {
    const auto megabytes = settings.number(limit);
    return megabytes ? std::optional<std::uint64_t>(*megabytes * megabyte) : std::nullopt;
  };
  const auto hours = settings.number("ONLINELIMIT");
  const auto idle_s = settings.period("IDLE", standard_idle_s);
  limits_ = {bytes("INDATALIMIT"), bytes("OUTDATALIMIT"), bytes("TOTALDATALIMIT"), {}, {}};
  if (hours) limits_.online = std::chrono::hours(*hours);
  if (idle_s) limits_.idle = std::chrono::seconds(*idle_s);
}

Duration Interface::echo_period() const {
  return std::chrono::seconds(link_settings().period("ECHO", standard_echo_s).value_or(0));
}

std::string Interface::over() const {
  if (line_ != nullptr) return line_->over();
  return links.empty() ? std::string() : links.front().over;
}

unsigned Interface::mtu() const {
  const bool over_ethernet = over().starts_with("eth") || over().starts_with("vlan");
  const unsigned line_mru = line_ != nullptr ? line_->mru() : over_ethernet ? pppoe_mru : default_mru;
  unsigned mtu = std::min(line_mru, settings.number("MTU").value_or(default_mru));
  if (session_ != nullptr) mtu = std::min(mtu, session_->lcp().peer_mru());
  return mtu;
}

SessionSettings Interface::session_settings() {
  const Settings& link = link_settings();
  SessionSettings made;
  Retries retries;
  retries.restart = std::chrono::seconds(*link.number("RESTART"));
  retries.configure = link.number("CONFIGURE").value_or(standard_configure);
  retries.terminate = link.number("TERMINATE");
  LcpSettings& lcp = made.lcp;
  lcp.line_mru = line_->mru();
  lcp.mru = settings.number("MRU");
  if (!lcp.mru && (lcp.line_mru < default_mru || settings.on("MRU"))) lcp.mru = lcp.line_mru;
  if (lcp.mru) lcp.mru = std::min(*lcp.mru, lcp.line_mru);
  lcp.magic = link.on("MAGIC");
  lcp.demand = link.text("AUTHMODE") == "IN" && !dynamic ? Demand::none : demand_of(link.text("AUTHENTICATION"));
  lcp.can_prove = !settings.text("USERNAME").empty();
  lcp.echo = echo_period();
  lcp.retries = retries;
  asked_ = wants_address();
  const auto info = ip_.interface(name);
  told_ = info && !asked_ ? info->address : Ipv4Address();
  // A caller's gateway is the router by its first address.
  if (dynamic) told_ = ip_.source_towards(Ipv4Address());
  made.ipcp.address = told_;
  made.ipcp.ask_address = asked_;
  made.ipcp.retries = retries;
  made.username = settings.text("USERNAME");
  const ByteView password = as_bytes(settings.text("PASSWORD"));
  made.password.assign(password.begin(), password.end());
  made.system_name = services_.system.name.empty() ? services_.model.name : services_.system.name;
  made.rechallenge = std::chrono::seconds(link.period("RECHALLENGE", standard_rechallenge_s).value_or(0));
  return made;
}

void Interface::address_changed(const InterfaceChange& change) {
  if (dynamic || session_ == nullptr || change.removed) return;
  const Ipv4Address taken = asked_ ? addresses_.own : told_;
  begin_anew_ = wants_address() != asked_ || (network_ && change.info.address != taken);
  if (begin_anew_) timer_.arm(services_.clock.now());
}

void Interface::refresh() {
  read_limits();
  if (session_ != nullptr) session_->set_echo(echo_period(), services_.clock.now());
  tell_port();
  settle();
}

// ---- lines and sessions -----------------------------------------------------------------------------------------

void Interface::set_enabled(bool on) {
  enabled_ = on;
  retry_at_.reset();
  if (on) {
    tell_port();
    if (!on_demand()) dial();
  } else if (session_ != nullptr) {
    session_->close("disabled by command", services_.clock.now());
  } else {
    leave("disabled by command");
    host_.abandon_line(*this);
  }
  tell_port();
  settle();
}

void Interface::reset() {
  previous_ = usage();
  usage_ = {};
  online_since_ = services_.clock.now();
  leave("reset by command");
  if (dynamic) return host_.gone(*this);
  if (!enabled_) return;
  tell_port();
  if (!on_demand()) dial();
  settle();
}

void Interface::activate() {
  if (enabled_) dial();
  settle();
}

void Interface::dial() {
  if (dynamic || links.empty() || line_ != nullptr || wants_line_ || exceeded()) return;
  retry_at_.reset();
  wants_line_ = true;
  host_.want_line(*this);
}

LineUser* Interface::opened(Line& line) {
  if (!enabled_ || line_ != nullptr) return nullptr;
  wants_line_ = false;
  line_ = &line;
  starting_ = true;
  was_network_ = false;
  settle();
  return this;
}

void Interface::failed(std::string_view reason) {
  wants_line_ = false;
  debug(DebugKind::pppoe, [&] { return fmt::format("no line: {}", reason); });
  retry_later(false);
  settle();
}

void Interface::down(std::string_view reason) {
  line_ = nullptr;
  starting_ = false;
  if (session_ != nullptr) session_->line_down(services_.clock.now());
  ended_ = std::string(reason);
  settle();
}

void Interface::leave(std::string_view reason) {
  if (session_ != nullptr) {
    session_->close(reason, services_.clock.now());
    session_->line_down(services_.clock.now());
  }
  session_.reset();
  session_life_.reset();
  ended_.reset();
  release_lease();
  starting_ = wants_line_ = false;
  retry_at_.reset();
  held_.clear();
  if (line_ != nullptr) std::exchange(line_, nullptr)->close(reason);
  timer_.disarm();
}

void Interface::finished(std::string_view reason) { ended_ = std::string(reason); }

void Interface::settle() {
  if (ended_) end_session();
  schedule();
}

void Interface::end_session() {
  const std::string why = *std::exchange(ended_, std::nullopt);
  session_.reset();
  session_life_.reset();
  release_lease();
  if (line_ != nullptr) std::exchange(line_, nullptr)->close(why);
  if (dynamic) {
    host_.gone(*this);
  } else if (enabled_ && !on_demand()) {
    retry_later(was_network_);
  }
  tell_port();
}

void Interface::release_lease() {
  if (!leased_.unset()) ip_.release_address(settings.text("IPPOOL"), std::exchange(leased_, {}));
}

void Interface::retry_later(bool was_open) {
  if (!enabled_ || dynamic || (on_demand() && held_.empty())) return;
  retry_at_ = services_.clock.now() + (was_open ? soon : later);
}

void Interface::schedule() {
  std::optional<Instant> next = session_ == nullptr ? retry_at_ : session_->next_deadline();
  const auto consider = [&](std::optional<Instant> when) {
    if (when && (!next || *when < *next)) next = when;
  };
  if (starting_ || (begin_anew_ && session_ != nullptr)) consider(services_.clock.now());
  if (network_) {
    if (limits_.idle) consider(last_traffic_ + *limits_.idle);
    if (limits_.online) consider(online_since_ + (*limits_.online - usage_.online));
    if (exceeded()) consider(services_.clock.now());
  }
  timer_.arm(next);
}

void Interface::tick() {
  const Instant now = services_.clock.now();
  if (retry_at_ && *retry_at_ <= now) {
    retry_at_.reset();
    dial();
  }
  if (std::exchange(starting_, false)) {
    begin_anew_ = false;
    session_ = std::make_unique<Session>(*this, session_settings(), host_.md5(), services_.random);
    session_life_ = std::make_shared<int>();
    session_->start(now);
  } else if (session_ != nullptr) {
    session_->tick(now);
    if (std::exchange(begin_anew_, false)) {
      session_->close("address changed", now);
    } else if (network_ && exceeded()) {
      session_->close("limit exceeded", now);
    } else if (network_ && limits_.idle && last_traffic_ + *limits_.idle <= now) {
      session_->close("idle", now);
    }
  }
  settle();
}

}  // namespace arrouter::ppp
