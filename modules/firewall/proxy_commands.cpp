// Rows of the HTTP and SMTP proxies (reference/firewall.md 2.6) and of the filter of file sharing (2.2): configuration
// that is kept, shown and saved. There are no proxies, so that what they would look into passes by the rules.
#include <algorithm>

#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "modules/firewall/messages.h"
#include "modules/firewall/show.h"
#include "os/base/calendar.h"
#include "os/base/limits.h"

namespace arrouter::firewall {
namespace {

constexpr std::string_view gaps = "There are no proxies: what the rules allow passes unread.";

/// What names a proxy, for ADD and DELETE. The failure is the command's outcome.
std::optional<Outcome> read_proxy(const Policy& policy, const Args& args, ProxySettings& proxy) {
  proxy.smtp = args.choice("PROXY") == "SMTP";
  for (const auto& [parameter, place, wanted] :
       {std::tuple{"INTERFACE", &proxy.private_interface, Side::private_side},
        std::tuple{"GBLINTERFACE", &proxy.public_interface, Side::public_side}}) {
    const auto name = interface_name(args.text(parameter));
    const PolicyInterface* const interface = name ? policy.find(*name) : nullptr;
    if (interface == nullptr) return say(texts::interface_not_in_policy, args.text(parameter));
    if (interface->side != wanted) return say(texts::interface_wrong_side, *name, text_of(wanted));
    *place = *name;
  }
  proxy.direction = args.choice("DIRECTION");
  return std::nullopt;
}

std::optional<unsigned> minute_of(const Args& args, std::string_view name) {
  const auto time = args.has(name) ? parse_time_of_day(args.text(name)) : std::nullopt;
  return time ? std::optional(static_cast<unsigned>(std::chrono::floor<std::chrono::minutes>(*time).count()))
              : std::nullopt;
}

/// ADD or DELETE a file of one of the policy's lists of files.
Outcome change_files(std::vector<std::string>& files, const std::string& name, bool add) {
  const auto held = std::find(files.begin(), files.end(), name);
  if (!add && held == files.end()) return say(texts::entry_not_found);
  if (add && held != files.end()) return say(texts::entry_exists);
  if (add && files.size() >= limits::firewall_filter_files) return say(texts::lists_full);
  if (add) {
    files.push_back(name);
  } else {
    files.erase(held);
  }
  return say(texts::done);
}

}  // namespace

void FirewallModule::add_proxy_rows(std::vector<CommandRow>& rows) {
  const auto row = [&rows, this](std::string_view notation, std::string_view help, Handler handler) {
    rows.push_back({notation, Access::security, help, with_policy(std::move(handler)), Coverage::no_effect, gaps});
  };
  row("ADD FIREwall POLIcy=<name:1-15> PROxy={HTTP|SMTP} INTerface={<interface>|<name:5-19>} "
      "GBLINterface={<interface>|<name:5-19>} DIRection={BOTH|IN|OUT} [IP=<ipv4>] [AFTer=<time>] [BEFore=<time>] "
      "[DAYs={ALL|FRI|MON|SAT|SUN|THU|TUE|WED|WEEKDAY|WEEKEND}[,...]]",
      "Adds a proxy between a private and a public interface.", [](Policy& policy, const Args& args) {
        ProxySettings proxy;
        if (const auto refusal = read_proxy(policy, args, proxy)) return *refusal;
        if (std::any_of(policy.proxies.begin(), policy.proxies.end(),
                        [&proxy](const ProxySettings& held) { return held.same_place(proxy); })) {
          return say(texts::entry_exists);
        }
        if (args.has("IP")) proxy.ip = args.address("IP");
        proxy.after_min = minute_of(args, "AFTER");
        proxy.before_min = minute_of(args, "BEFORE");
        if (args.has("DAYS")) proxy.days = days_of(args.text("DAYS"));
        policy.proxies.push_back(std::move(proxy));
        return say(texts::done);
      });
  row("DELete FIREwall POLIcy=<name:1-15> PROxy={HTTP|SMTP} INTerface={<interface>|<name:5-19>} "
      "GBLINterface={<interface>|<name:5-19>} DIRection={BOTH|IN|OUT}",
      "Deletes a proxy.", [](Policy& policy, const Args& args) {
        ProxySettings proxy;
        if (const auto refusal = read_proxy(policy, args, proxy)) return *refusal;
        const auto gone =
            std::erase_if(policy.proxies, [&proxy](const ProxySettings& held) { return held.same_place(proxy); });
        return say(gone == 0 ? texts::entry_not_found : texts::done);
      });
  for (const bool add : {true, false}) {
    const std::string_view filter = add ? "ADD FIREwall POLIcy=<name:1-15> HTTPFilter=<file> [DIRection={IN|OUT}]"
                                        : "DELete FIREwall POLIcy=<name:1-15> HTTPFilter=<file> [DIRection={IN|OUT}]";
    row(filter, add ? "Adds a file of URLs for the HTTP proxy." : "Takes a file of URLs from the HTTP proxy.",
        [add](Policy& policy, const Args& args) {
          return change_files(policy.http_filters, args.text("HTTPFILTER"), add);
        });
    const std::string_view sources = add ? "ADD FIREwall POLIcy=<name:1-15> SPamsources=<file>"
                                         : "DELete FIREwall POLIcy=<name:1-15> SPamsources=<file>";
    row(sources,
        add ? "Adds a file of senders the SMTP proxy refuses." : "Takes a file of senders from the SMTP proxy.",
        [add](Policy& policy, const Args& args) {
          return change_files(policy.spam_sources, args.text("SPAMSOURCES"), add);
        });
  }
  row("ENAble FIREwall POLIcy=<name:1-15> P2PFilter={WINNY} ACtion={DENY|NOTIFY} [THReshold=<1-255>]",
      "Looks for file sharing in TCP sessions.", [](Policy& policy, const Args& args) {
        const auto threshold = static_cast<unsigned>(args.number_or("THRESHOLD", PeerFilter::usual_threshold));
        policy.peer_filter = PeerFilter{args.choice("ACTION") == "DENY", threshold};
        return say(texts::done);
      });
  row("DISable FIREwall POLIcy=<name:1-15> P2PFilter={WINNY}", "Looks for file sharing no more.",
      [](Policy& policy, const Args&) {
        policy.peer_filter.reset();
        return say(texts::done);
      });
  rows.push_back({"SHow FIREwall POLIcy[=<name:1-15>] P2PFilter", Access::manager,
                  "Displays the filter of file sharing.", [this](Invocation& invocation) {
                    return for_policies(state_, invocation, [&](Policy& policy) {
                      constexpr int column = 38;
                      Screen& screen = invocation.screen;
                      screen.line("Policy : " + policy.name);
                      screen.field(2, column, "Winny", policy.peer_filter ? "enabled" : "disabled");
                      if (!policy.peer_filter) return;
                      screen.field(4, column, "Action", policy.peer_filter->deny ? "deny" : "notify");
                      screen.field(4, column, "Threshold", policy.peer_filter->threshold);
                    });
                  }});
  row("SET FIREwall POLIcy=<name:1-15> SMTPDomain={NONE|<name:1-255>}", "Sets the mail domain of the SMTP proxy.",
      [](Policy& policy, const Args& args) {
        policy.smtp_domain = args.holds<Choice>("SMTPDOMAIN") ? std::string() : args.text("SMTPDOMAIN");
        return say(texts::done);
      });
}

}  // namespace arrouter::firewall
