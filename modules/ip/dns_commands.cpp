// ADD, SET, DELETE, SHOW IP DNS, the cache and the relay; their part of the configuration script.
#include <fmt/format.h>

#include "modules/ip/rows.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::ip {
namespace {

constexpr std::string_view nothing_learnt = "Of links only PPP's learn servers, by IPCP: there is no DHCP client.";
constexpr int rule_width = 63, value_column = 16;

std::string shown(Ipv4Address address) { return address.unset() ? "Not Set" : to_string(address); }

/// The key of DOMAIN=; nullopt: no name of a domain.
std::optional<std::string> domain_of(const Args& args) {
  if (!args.has("DOMAIN") || args.holds<Choice>("DOMAIN")) return std::string();
  return dns_name(args.text("DOMAIN"));
}

Outcome apply(Engine& engine, DnsSettings settings) {
  return engine.resolver.apply(std::move(settings)) ? messages::done() : messages::dns_port_taken();
}

/// ADD and SET differ in whether the domain is there already.
Outcome put(Engine& engine, const Args& args, bool there) {
  const auto domain = domain_of(args);
  if (!domain) return messages::dns_domain_invalid();
  DnsSettings settings = engine.resolver.settings();
  if (settings.domains.contains(*domain) != there) return there ? messages::dns_unknown() : messages::dns_exists();
  if (!there && settings.domains.size() >= limits::dns_domains) return messages::dns_limit();
  DnsServers& servers = settings.domains[*domain];
  if (args.has("INTERFACE")) servers = {{}, {}, args.text("INTERFACE")};
  if (args.has("PRIMARY")) servers.primary = args.address("PRIMARY");
  if (args.has("SECONDARY")) servers.secondary = args.address("SECONDARY");
  if (args.has("PRIMARY") || args.has("SECONDARY")) servers.interface.clear();
  return apply(engine, std::move(settings));
}

Outcome remove(Engine& engine, const Args& args) {
  const auto domain = domain_of(args);
  DnsSettings settings = engine.resolver.settings();
  if (!domain || settings.domains.erase(*domain) == 0) return messages::dns_unknown();
  return apply(engine, std::move(settings));
}

/// SET IP NAMESERVER, SET IP SECONDARYNAMESERVER: the servers of ANY; 0.0.0.0 takes one away.
Outcome set_server(Engine& engine, Ipv4Address DnsServers::*which, Ipv4Address address) {
  DnsSettings settings = engine.resolver.settings();
  DnsServers& servers = settings.domains[""];
  servers.interface.clear();
  servers.*which = address;
  if (servers == DnsServers()) settings.domains.erase("");
  return apply(engine, std::move(settings));
}

Outcome set_cache(Engine& engine, const Args& args) {
  DnsSettings settings = engine.resolver.settings();
  settings.cache_size = args.number_or("SIZE", settings.cache_size);
  settings.cache_minutes = static_cast<unsigned>(args.number_or("TIMEOUT", settings.cache_minutes));
  return apply(engine, std::move(settings));
}

Outcome set_relay(Engine& engine, bool on) {
  DnsSettings settings = engine.resolver.settings();
  settings.relay = on;
  return apply(engine, std::move(settings));
}

Outcome set_relay_interface(Engine& engine, const Args& args) {
  DnsSettings settings = engine.resolver.settings();
  settings.relay_interface = args.text("INTERFACE");
  return apply(engine, std::move(settings));
}

void show(const Resolver& resolver, Screen& screen) {
  const DnsSettings& settings = resolver.settings();
  screen.line("DNS Server Configuration");
  screen.table("domains", {}, true);  // none are a list too
  screen.rule(rule_width);
  for (const auto& [domain, servers] : settings.domains) {
    const auto scope = screen.item("domains");
    screen.field(0, value_column, "Domain", domain.empty() ? "ANY" : domain);
    if (!servers.interface.empty()) screen.field(2, value_column, "Interface", servers.interface);
    const DnsServers now = resolver.resolved(servers);
    screen.field(2, value_column, "Primary", shown(now.primary));
    screen.field(2, value_column, "Secondary", shown(now.secondary));
  }
  screen.rule(rule_width);
  screen.line();
  screen.line("DNS Counters");
  screen.rule(rule_width);
  const DnsCounters of = resolver.counters();
  const Resolver::RelayCounters& relay = resolver.relay_counters();
  screen.counters({{"queriesSent", of.asked},
                   {"relayRequests", relay.requests},
                   {"repliesReceived", of.answered},
                   {"relayFromCache", relay.from_cache},
                   {"timeouts", of.timed_out},
                   {"relayReplies", relay.answered},
                   {"badReplies", of.strays},
                   {"relayDiscards", relay.discarded},
                   {"tooManyQueries", of.full},
                   {"queriesByTcp", of.by_tcp}});
  screen.rule(rule_width);
}

void show_cache(const Engine& engine, Screen& screen) {
  const Resolver& resolver = engine.resolver;
  const Instant now = engine.services.clock.now();
  screen.line("DNS Cache");
  screen.rule();
  screen.field(0, value_column, "Size", resolver.settings().cache_size);
  screen.field(0, value_column, "Entries", resolver.cache().size());
  screen.field(0, value_column, "Timeout", fmt::format("{} minutes", resolver.settings().cache_minutes));
  screen.line();
  screen.table("cache", {{"IP Address", 18}, {"Seconds", -8}, {"Domain Name", 0}});
  screen.rule();
  for (const auto& [name, entry] : resolver.cache()) {
    if (entry.expires <= now) continue;
    for (const Ipv4Address address : entry.addresses)
      screen.row({to_string(address), whole_seconds(entry.expires - now), name});
  }
  screen.rule();
}

}  // namespace

void add_dns_rows(Engine& engine, Rows& rows) {
  const auto row = [&](std::string_view syntax, std::string_view summary, auto run, std::string_view note = {}) {
    rows.push_back({syntax, Access::manager, summary, [&engine, run](Invocation& call) { return run(engine, call); },
                    note.empty() ? Coverage::full : Coverage::partial, note});
  };
  row(
      "ADD IP DNS [DOMain={ANY|<name:1-253>}] {INTerface=<interface>|PRIMary=<ipv4> [SECondary=<ipv4>]}",
      "Adds the name servers of a domain, or of all names.",
      [](Engine& of, Invocation& call) { return put(of, call.args, false); }, nothing_learnt);
  row(
      "SET IP DNS [DOMain={ANY|<name:1-253>}] [INTerface=<interface>] [PRIMary=<ipv4>] [SECondary=<ipv4>]",
      "Changes the name servers of a domain.", [](Engine& of, Invocation& call) { return put(of, call.args, true); },
      nothing_learnt);
  row("DELete IP DNS [DOMain={ANY|<name:1-253>}]", "Deletes the name servers of a domain.",
      [](Engine& of, Invocation& call) { return remove(of, call.args); });
  row("SHow IP DNS", "Displays the name servers.", [](Engine& of, Invocation& call) {
    show(of.resolver, call.screen);
    return Outcome::screen();
  });
  row("SET IP DNS CACHE [SIze=<0-1000>] [TIMEout=<1-60>]", "Sets how many names are remembered, and how long.",
      [](Engine& of, Invocation& call) { return set_cache(of, call.args); });
  row("SHow IP DNS CACHE", "Displays the names that are remembered.", [](Engine& of, Invocation& call) {
    show_cache(of, call.screen);
    return Outcome::screen();
  });
  row("SET IP NAMEserver=<ipv4>", "Sets the first name server.", [](Engine& of, Invocation& call) {
    return set_server(of, &DnsServers::primary, call.args.address("NAMESERVER"));
  });
  row("SET IP SECOndarynameserver=<ipv4>", "Sets the second name server.", [](Engine& of, Invocation& call) {
    return set_server(of, &DnsServers::secondary, call.args.address("SECONDARYNAMESERVER"));
  });
  row("ENAble IP DNSRelay", "Passes on the questions of hosts that take this router for their name server.",
      [](Engine& of, Invocation&) { return set_relay(of, true); });
  row("DISable IP DNSRelay", "Answers no questions about names.",
      [](Engine& of, Invocation&) { return set_relay(of, false); });
  row(
      "SET IP DNSRelay INTerface=<interface>", "Names the interface on which the relay's servers are learnt.",
      [](Engine& of, Invocation& call) { return set_relay_interface(of, call.args); }, nothing_learnt);
}

void dump_dns(const DnsSettings& settings, ConfigWriter& config) {
  for (const auto& [domain, servers] : settings.domains) {
    std::string line = "add ip dns";
    if (!domain.empty()) line += " dom=" + arrouter::quoted(domain);
    if (!servers.interface.empty()) line += " int=" + servers.interface;
    if (servers.interface.empty()) line += " prim=" + to_string(servers.primary);
    if (!servers.secondary.unset()) line += " sec=" + to_string(servers.secondary);
    config.line(line);
  }
  const DnsSettings standard;
  if (settings.cache_size != standard.cache_size)
    config.line(fmt::format("set ip dns cache si={}", settings.cache_size));
  if (settings.cache_minutes != standard.cache_minutes)
    config.line(fmt::format("set ip dns cache time={}", settings.cache_minutes));
  if (settings.relay) config.line("enable ip dnsr");
  if (!settings.relay_interface.empty()) config.line("set ip dnsr int=" + settings.relay_interface);
}

}  // namespace arrouter::ip
