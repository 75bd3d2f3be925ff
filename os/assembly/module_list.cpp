#include "os/assembly/module_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/session/asyn_module.h"
#include "cli/ssh/ssh_module.h"
#include "cli/telnet/telnet_module.h"
#include "modules/enco/enco_module.h"
#include "modules/file/file_module.h"
#include "modules/firewall/firewall_module.h"
#include "modules/install/install_module.h"
#include "modules/interface/interface_module.h"
#include "modules/ip/ip_module.h"
#include "modules/ipsec/ipsec_module.h"
#include "modules/isakmp/isakmp_module.h"
#include "modules/l2tp/l2tp_module.h"
#include "modules/lab/lab_module.h"
#include "modules/load/load_module.h"
#include "modules/log/log_module.h"
#include "modules/mail/mail_module.h"
#include "modules/ntp/ntp_module.h"
#include "modules/ppp/ppp_module.h"
#include "modules/radius/radius_api.h"
#include "modules/radius/radius_module.h"
#include "modules/script/script_module.h"
#include "modules/snmp/snmp_module.h"
#include "modules/switch/switch_module.h"
#include "modules/system/system_module.h"
#include "modules/tacacs/tacacs_module.h"
#include "modules/tacplus/tacplus_module.h"
#include "modules/tcp/tcp_module.h"
#include "modules/trigger/trigger_module.h"
#include "modules/user/user_module.h"

namespace arrouter {

namespace {

ssh::KeyStore ssh_keys(enco::EncoApi& enco) {
  return {
      .private_pem = [&enco](std::uint16_t id) { return enco.rsa_private_pem(id); },
      .public_key = [&enco](std::uint16_t id) -> std::optional<ssh::RsaNumbers> {
        auto key = enco.rsa_public(id);
        if (!key) return std::nullopt;
        return ssh::RsaNumbers{std::move(key->modulus), std::move(key->exponent)};
      },
      .password_digest = enco::password_digest,
  };
}

/// LIST=RADIUS: a host is a user whose name and password are its address, or else its MAC address.
firewall::HostQuestion radius_hosts(radius::RadiusApi& radius) {
  using Answer = std::function<void(std::optional<bool> listed)>;
  const auto query = [](const std::string& name) { return radius::Query{name, SecretBytes(name.begin(), name.end())}; };
  return [&radius, query, owner = std::make_shared<int>()](Ipv4Address host, std::optional<MacAddress> mac,
                                                           Answer answer) {
    const auto told = [answer](const radius::Answer& said) {
      const bool decided = said.verdict == radius::Verdict::accepted || said.verdict == radius::Verdict::rejected;
      answer(decided ? std::optional(said.verdict == radius::Verdict::accepted) : std::nullopt);
    };
    radius.ask(query(to_string(host)), owner, [&radius, query, owner, mac, told](const radius::Answer& said) {
      if (said.verdict != radius::Verdict::rejected || !mac) return told(said);
      radius.ask(query(to_string(*mac)), owner, told);
    });
  };
}

/// By whom a dynamic interface came in decides which templates of the firewall it belongs to.
void tell_callers(ppp::PppApi& ppp, firewall::FirewallApi& firewall) {
  ppp.on_control_protocol([&ppp, &firewall](const ppp::ControlProtocolChange& change) {
    if (change.protocol != "IPCP") return;
    if (!change.up) return firewall.dynamic_interface_down(change.interface);
    if (const auto user = ppp.user_of(change.interface)) firewall.dynamic_interface_up(change.interface, *user);
  });
}

/// Prints on the session of an asynchronous port; false when it has none.
std::function<bool(unsigned, std::string_view)> port_printer(const SessionRegistry& sessions) {
  return [&sessions](unsigned asyn, std::string_view text) {
    const auto live = sessions.live();
    const auto found = std::ranges::find(live, fmt::format("Asyn {}", asyn),
                                         [](const auto& session) { return session->description().device; });
    if (found == live.end()) return false;
    (*found)->print(text);
    return true;
  };
}

FirewallVoice firewall_voice(const ModuleContext& context) {
  return {.to_managers = [&control =
                              context.control](std::string_view text) { control.broadcast(text, Privilege::manager); },
          .to_port = port_printer(context.sessions)};
}

HostNames host_names(IpApi& ip, DnsApi& dns) {
  const auto target = [&ip](std::optional<Ipv4Address> address) -> std::optional<HostTarget> {
    if (!address) return std::nullopt;
    return HostTarget{*address, ip.route(*address) ? ip.source_towards(*address) : Ipv4Address()};
  };
  return {.known = [&ip, target](std::string_view host) { return target(ip.resolve_host(host)); },
          .can_ask = [&dns] { return dns.has_servers(); },
          .ask =
              [&dns, target](std::string_view host, HostNames::Found found) {
                return dns.find_address(host, [target, found = std::move(found)](std::optional<Ipv4Address> address) {
                  found(target(address));
                });
              }};
}

}  // namespace

MadeModules make_modules(const ModuleContext& context) {
  Services& services = context.services;
  std::vector<std::unique_ptr<Module>> modules;
  const SessionHost session_host{context.table,  services.users, services.system, services.log,    services.scheduler,
                                 services.clock, services.wall,  context.control, context.sessions};
  MadeInstall install = make_install(services, context.control, context.start_up.boot_block);
  MadeSystem system = make_system(services, context.control, install.api);
  modules.push_back(make_asyn(services, context.table, context.sessions,
                              [&api = system.api] { return api.help_file(); }));
  modules.push_back(std::move(system.module));
  modules.push_back(std::move(install.module));
  modules.push_back(make_file(services, context.control));
  MadeUser user = make_user(services, context.control);
  modules.push_back(std::move(user.module));
  MadeEnco enco = make_enco(
      services, [&api = install.api](std::string_view feature) { return api.licensed(feature); },
      context.start_up.stored_keys);
  modules.push_back(std::move(enco.module));
  MadeInterface interface = make_interface(services, context.control, context.stacks);
  modules.push_back(std::move(interface.module));
  MadeIp ip = make_ip(services, &context.tcp);
  modules.push_back(std::move(ip.module));
  modules.push_back(make_switch(services, context.stacks, ip.api));
  ip.api.on_interface_change([&api = interface.api](const InterfaceChange&) { api.look_at_links(); });
  MadePpp ppp = make_ppp(services, ip.api, ip.dns, user.api, [&api = enco.api](std::span<const ByteView> parts) {
    return api.hash(enco::Hash::md5, parts);
  });
  modules.push_back(std::move(ppp.module));
  interface.api.set_dynamic([&api = ppp.api](std::string_view name) { return api.is_dynamic(name); });
  modules.push_back(make_l2tp(services, ip.api, ppp.api, enco.api));
  modules.push_back(make_tcp(services, ip.api, context.tcp));
  modules.push_back(make_telnet(services, session_host, context.tcp, host_names(ip.api, ip.dns)));
  const auto dialler = std::make_shared<ssh::Dialler>(services, context.tcp, ssh_keys(enco.api));
  modules.push_back(make_ssh(services, session_host,
                             {services.users, context.tcp, host_names(ip.api, ip.dns), dialler}, ssh_keys(enco.api)));
  MadeMail mail = make_mail(services, ip.api, ip.dns, context.tcp);
  modules.push_back(std::move(mail.module));
  MadeLog log = make_log(services, ip.api, mail.api,
                         {.seal =
                              [&api = enco.api](ByteView key, ByteView data) {
                                return api.hmac(enco::Hash::md5, key, std::array{data});
                              },
                          .to_port = port_printer(context.sessions)});
  modules.push_back(std::move(log.module));
  modules.push_back(make_ntp(services, system.api, ip.api));
  modules.push_back(make_load(services, ip.api, ip.dns, context.tcp, dialler));
  MadeScript script = make_script(services, context.control);
  modules.push_back(std::move(script.module));
  MadeFirewall firewall = make_firewall(services, ip.api, firewall_voice(context));
  modules.push_back(std::move(firewall.module));
  tell_callers(ppp.api, firewall.api);
  firewall.api.on_attack([&mail = mail.api](const firewall::AttackNotice& notice) {
    if (!notice.mail_to.empty()) mail.send({notice.mail_to, "Firewall message", notice.text + "\n", {}});
  });
  modules.push_back(
      make_snmp(services, context.control, system.api, ip.api, ip.mib, interface.api, context.tcp, firewall.api));
  modules.push_back(make_trigger(services, {context.control, system.api, ip.api, ip.polls, interface.api, ppp.api,
                                            firewall.api, log.api, context.stacks, script.api}));
  MadeIsakmp isakmp = make_isakmp(services, ip.api, enco.api);
  modules.push_back(std::move(isakmp.module));
  MadeRadius radius = make_radius(services, ip.api, enco.api);
  modules.push_back(std::move(radius.module));
  isakmp.api.set_authenticator(&radius.xauth);
  firewall.api.set_authority(radius_hosts(radius.api));
  modules.push_back(make_tacacs(services, ip.api));
  modules.push_back(make_tacplus(services, ip.api, enco.api, context.tcp));
  modules.push_back(make_ipsec(services, ip.api, enco.api, isakmp.api));
  modules.push_back(make_lab(services, context.stacks, isakmp.api, context.capture_directory, &ip.api));
  return {std::move(modules), system.api};
}

}  // namespace arrouter
