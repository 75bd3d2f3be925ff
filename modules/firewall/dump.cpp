// The module's section of the configuration script, in the form of reference/firewall.md 4.9.
#include <fmt/format.h>

#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "os/base/text.h"

namespace arrouter::firewall {
namespace {

constexpr std::size_t longest_rule_line = 110;  // what does not fit goes into a SET line

std::string range(const Ipv4Range& value) {
  return value.first == value.last ? to_string(value.first)
                                   : fmt::format("{}-{}", to_string(value.first), to_string(value.last));
}

class PolicyDump {
 public:
  PolicyDump(const Policy& policy, ConfigWriter& writer)
      : policy_(policy), writer_(writer), name_(arrouter::quoted(policy.name)) {}

  void write() {
    line("create firewall policy={}", name_);
    switches();
    timeouts();
    attacks();
    for (const auto& [name, list] : policy_.lists) {
      line("add firewall poli={} li={} fi={} ty={}", name_, arrouter::quoted(name), list.file,
           list.type == AccessList::Type::ip ? "ip" : "address");
    }
    for (const auto& [name, dynamic] : policy_.templates) {
      line("create firewall poli={} dy={}", name_, arrouter::quoted(name));
      for (const std::string& file : dynamic.files) {
        line("add firewall poli={} dy={} fi={}", name_, arrouter::quoted(name), file);
      }
      for (const std::string& user : dynamic.users) {
        const bool keyword = user == "ANY" || user == "NONE";
        line("add firewall poli={} dy={} use={}", name_, arrouter::quoted(name),
             keyword ? to_lower(user) : arrouter::quoted(user));
      }
    }
    for (const auto& interface : policy_.interfaces) add_interface(*interface);
    for (const NatRelation& relation : policy_.nat) add_nat(relation);
    for (const auto& [number, rule] : policy_.rules) {
      if (!rule.ttl_min) add_rule(rule);
    }
    for (const auto& [number, rule] : policy_.app_rules) add_app_rule(number, rule);
    for (const auto& [number, rule] : policy_.limits) add_limit(number, rule);
    proxies();
  }

 private:
  template <class... Values>
  void line(std::string_view format, const Values&... values) {
    writer_.line(fmt::format(fmt::runtime(format), values...));
  }

  /// "enable firewall policy=… <word>" or its opposite, where the switch is not as it comes.
  void flag(bool now, bool factory, std::string_view word) {
    if (now != factory) line("{} firewall policy={} {}", now ? "enable" : "disable", name_, word);
  }

  void words(std::string_view keyword, const std::string& value) {
    if (value != "none") line("enable firewall policy={} {}={}", name_, keyword, value);
  }

  void switches() {
    const PolicySettings factory{};
    words("icmp_f", icmp_text(policy_.icmp, ","));
    words("opt", options_text(policy_.options, ","));
    words("fra", fragment_text(policy_, ","));
    words("log", log_text(policy_.log, ","));
    words("deb", debug_text(policy_.debug, ","));
    flag(policy_.accounting, factory.accounting, "accounting");
    flag(policy_.ping, factory.ping, "ping");
    flag(policy_.http_cookies, factory.http_cookies, "httpcookies");
    flag(policy_.ident_proxy, factory.ident_proxy, "identproxy");
    flag(policy_.smtp_relay, factory.smtp_relay, "smtprelay");
    flag(policy_.tcp_setup_proxy, factory.tcp_setup_proxy, "tcpsetupproxy");
  }

  void timeouts() {
    const PolicySettings factory{};
    std::string changed;
    const auto minutes = [&changed](std::string_view keyword, unsigned now, unsigned usual) {
      if (now != usual) changed += fmt::format(" {}={}", keyword, now);
    };
    minutes("tcpt", policy_.tcp_timeout_min, factory.tcp_timeout_min);
    minutes("udpt", policy_.udp_timeout_min, factory.udp_timeout_min);
    minutes("oth", policy_.other_timeout_min, factory.other_timeout_min);
    minutes("macc", policy_.mac_cache_timeout_min, factory.mac_cache_timeout_min);
    if (policy_.esp_timeout_min) changed += fmt::format(" espt={}", *policy_.esp_timeout_min);
    if (policy_.ftp_data_any) changed += " ftpd=any";
    if (policy_.upnp) changed += " upnp=enabled";
    if (!changed.empty()) line("set firewall policy={}{}", name_, changed);
    for (const auto& [port, minutes_allowed] : policy_.udp_port_timeout_min) {
      line("add firewall poli={} udpp={} time={}", name_, port, minutes_allowed);
    }
  }

  void attacks() {
    for (std::size_t i = 0; i < attack_kinds; ++i) {
      const AttackThresholds &now = policy_.attack[i], &factory = factory_attack_settings[i];
      if (now == factory) continue;
      std::string text =
          fmt::format("set firewall poli={} att={}", name_, to_lower(keyword_of(static_cast<AttackKind>(i))));
      const auto number = [&text](std::string_view keyword, std::uint32_t value, std::uint32_t usual) {
        if (value != usual) text += fmt::format(" {}={}", keyword, value);
      };
      number("in", now.in, factory.in);
      number("out", now.out, factory.out);
      number("det", now.detail, factory.detail);
      number("ti", now.time_min, factory.time_min);
      writer_.line(text);
    }
  }

  void add_interface(const PolicyInterface& interface) {
    std::string text =
        fmt::format("add firewall policy={} int={} type={}", name_, interface.name, text_of(interface.side));
    if (interface.method != Method::dynamic) text += " meth=passall";
    if (!interface.trust_private) text += " trust=no";
    if (interface.upnp_type) text += *interface.upnp_type == Side::public_side ? " upnpt=wan" : " upnpt=lan";
    writer_.line(text);
  }

  void add_nat(const NatRelation& relation) {
    std::string text =
        fmt::format("add firewall poli={} nat={} int={}", name_, text_of(relation.kind), relation.private_interface);
    if (relation.ip) text += fmt::format(" ip={}", to_string(*relation.ip));
    text += fmt::format(" gblin={}", relation.public_interface);
    if (relation.global) text += fmt::format(" gblip={}", range(*relation.global));
    writer_.line(text);
  }

  void add_rule(const Rule& rule) {
    constexpr std::string_view actions[] = {"allo", "deny", "nat", "non"};
    line_ = fmt::format("add firewall poli={} ru={} ac={} int={} prot={}", name_, rule.number,
                        actions[static_cast<std::size_t>(rule.action)], rule.interface,
                        rule.protocol ? to_lower(protocol_text(*rule.protocol)) : "ALL");
    if (rule.action == Action::nat) word(rule, "natt", std::string(text_of(rule.nat_type)));
    if (!rule.nat_mask.unset()) word(rule, "natm", to_string(rule.nat_mask));
    if (rule.port) word(rule, "po", port_text(rule.port));
    if (rule.ip) word(rule, "ip", range(*rule.ip));
    if (rule.global_ip) word(rule, "gblip", to_string(*rule.global_ip));
    if (rule.global_port) word(rule, "gblp", port_text(rule.global_port));
    if (rule.remote_ip) word(rule, "rem", range(*rule.remote_ip));
    if (rule.global_remote_ip) word(rule, "gblr", range(*rule.global_remote_ip));
    if (rule.source_port) word(rule, "so", port_text(rule.source_port));
    if (rule.encapsulation) word(rule, "enc", *rule.encapsulation == Encapsulation::ipsec ? "ips" : "none");
    if (rule.after_min) word(rule, "aft", time_text(*rule.after_min));
    if (rule.before_min) word(rule, "bef", time_text(*rule.before_min));
    if (rule.days != all_days) word(rule, "day", days_text(rule.days));
    if (!rule.list.empty()) word(rule, "lis", arrouter::quoted(rule.list));
    writer_.line(line_);
  }

  void add_app_rule(std::uint32_t number, const AppRule& rule) {
    std::string text = fmt::format("add firewall poli={} appr={} ac={} int={} app=ftp", name_, number,
                                   rule.action == Action::deny ? "deny" : "allo", rule.interface);
    if (rule.transfer) text += *rule.transfer == ftp::Transfer::get ? " comm=get" : " comm=put";
    if (rule.port != ftp::control_port) text += fmt::format(" po={}", rule.port);
    writer_.line(text);
  }

  void proxies() {
    for (const ProxySettings& proxy : policy_.proxies) {
      std::string text =
          fmt::format("add firewall poli={} pro={} int={} gblin={} dir={}", name_, proxy.smtp ? "smtp" : "http",
                      proxy.private_interface, proxy.public_interface, to_lower(proxy.direction));
      if (proxy.ip) text += " ip=" + to_string(*proxy.ip);
      if (proxy.after_min) text += " aft=" + time_text(*proxy.after_min);
      if (proxy.before_min) text += " bef=" + time_text(*proxy.before_min);
      if (proxy.days != all_days) text += " day=" + days_text(proxy.days);
      writer_.line(text);
    }
    if (const auto& filter = policy_.peer_filter) {
      const std::string threshold =
          filter->threshold == PeerFilter::usual_threshold ? std::string() : fmt::format(" thr={}", filter->threshold);
      line("enable firewall policy={} p2pf=winny ac={}{}", name_, filter->deny ? "deny" : "notify", threshold);
    }
    for (const std::string& file : policy_.http_filters) line("add firewall poli={} httpf={}", name_, file);
    for (const std::string& file : policy_.spam_sources) line("add firewall poli={} sp={}", name_, file);
    if (!policy_.smtp_domain.empty()) {
      line("set firewall poli={} smtpd={}", name_, arrouter::quoted(policy_.smtp_domain));
    }
  }

  void add_limit(std::uint32_t number, const LimitSettings& rule) {
    std::string text = fmt::format("add firewall poli={} lim={} srci={}", name_, number, rule.source_limit);
    if (!rule.interface.empty()) text += " int=" + rule.interface;
    if (rule.global_remote_ip) text += " gblr=" + range(*rule.global_remote_ip);
    if (rule.ip) text += " ip=" + range(*rule.ip);
    writer_.line(text);
  }

  /// A rule with NAT of its own is checked as a whole when it is added, so it stays in one line.
  void word(const Rule& rule, std::string_view keyword, const std::string& value) {
    const bool full = line_.size() + keyword.size() + value.size() + 2 > longest_rule_line;
    if (full && rule.action != Action::nat) {
      writer_.line(line_);
      line_ = fmt::format("set firewall poli={} ru={}", name_, rule.number);
    }
    line_ += fmt::format(" {}={}", keyword, value);
  }

  const Policy& policy_;
  ConfigWriter& writer_;
  std::string name_;
  std::string line_;
};

void dump_sip(const SipSettings& sip, ConfigWriter& writer) {
  const SipSettings factory{};
  if (sip.enabled) writer.line("enable firewall sipalg");
  std::string changed;
  if (sip.automatic) changed += " mod=auto";
  if (sip.most_clients != factory.most_clients) changed += fmt::format(" maxa={}", sip.most_clients);
  if (sip.translate_call_id) changed += " cal=on";
  if (sip.servers != factory.servers) changed += fmt::format(" multi={}", text_of(sip.servers));
  if (!changed.empty()) writer.line("set firewall sipalg" + changed);
}

void dump_notify(const NotifySettings& now, ConfigWriter& writer) {
  const NotifySettings factory;
  if (now == factory) return;
  if (const std::string on = notify_text(now, ","); on != "none") {
    std::string text = "enable firewall not=" + on;
    if (now.asyn != factory.asyn) text += fmt::format(" po={}", now.asyn);
    if (!now.mail_to.empty()) text += " to=" + arrouter::quoted(now.mail_to);
    writer.line(std::move(text));
  }
  if (!now.manager) writer.line("disable firewall not=manager");
}

/// As they were added: the order decides between monitors of one address.
void dump_monitors(const Monitors& monitors, ConfigWriter& writer) {
  std::map<std::uint32_t, std::string> lines;
  for (const auto& [id, monitor] : monitors.all) {
    lines[monitor.order] = fmt::format("add firewall mon={} ip={} cop={} app={}", id, to_string(monitor.ip),
                                       monitor.copy_to, text_of(monitor.side));
  }
  for (auto& [order, line] : lines) writer.line(std::move(line));
  if (monitors.enabled) writer.line("enable firewall mon");
}

}  // namespace

void FirewallModule::dump(ConfigWriter& writer) const {
  writer.section("FIREWALL", {"firewall"});
  if (state_.enabled) writer.line("enable firewall");
  if (state_.max_fragments != default_max_fragments)
    writer.line(fmt::format("set firewall maxf={}", state_.max_fragments));
  if (state_.session_report) writer.line("enable firewall session");
  dump_monitors(state_.monitors, writer);
  dump_notify(events_.notifier.settings, writer);
  dump_sip(state_.sip, writer);
  for (const auto& [key, policy] : state_.policies.all) PolicyDump(*policy, writer).write();
}

}  // namespace arrouter::firewall
