#include "modules/firewall/accounting.h"

#include <fmt/format.h>

#include "modules/firewall/firewall.h"
#include "modules/firewall/keywords.h"
#include "modules/firewall/messages.h"
#include "modules/firewall/show.h"

namespace arrouter::firewall {
namespace {

std::string traffic_text(const AccountRecord& record) {
  return fmt::format(fmt::runtime(texts::account_traffic), record.packets_out, record.octets_out, record.packets_in,
                     record.octets_in);
}

}  // namespace

AccountRecord account_of(const Session& session, WallTime now, bool end) {
  return {.time = now,
          .end = end,
          .direction = session.opened,
          .key = session.private_key,
          .packets_out = session.packets_out,
          .octets_out = session.octets_out,
          .packets_in = session.packets_in,
          .octets_in = session.octets_in};
}

std::string account_line(const AccountRecord& record) {
  const std::uint8_t number = record.key.protocol;
  const std::string text =
      fmt::format("{} {} {} {}", text_of(record.direction), protocol_text(number),
                  endpoint_text(record.key.source, number), endpoint_text(record.key.destination, number));
  return record.end ? fmt::format(fmt::runtime(texts::account_end), text, traffic_text(record))
                    : fmt::format(fmt::runtime(texts::account_start), text);
}

namespace {

void show_record(Screen& screen, const AccountRecord& record) {
  const auto scope = screen.item("records");
  const std::uint8_t number = record.key.protocol;
  const std::string_view event = record.end ? "END" : "START";
  const std::string ip = endpoint_text(record.key.source, number),
                    remote = endpoint_text(record.key.destination, number);
  screen.set("time", event_time_text(record.time));
  screen.set("event", event);
  screen.set("direction", text_of(record.direction));
  screen.set("protocol", protocol_text(number));
  screen.set("ip", ip);
  screen.set("remoteIp", remote);
  screen.line(fmt::format(" {} {:<6} {:<3} {:<4} {} {}", event_time_text(record.time), event, text_of(record.direction),
                          protocol_text(number), ip, remote));
  if (!record.end) return;
  screen.set("packetsOut", record.packets_out);
  screen.set("octetsOut", record.octets_out);
  screen.set("packetsIn", record.packets_in);
  screen.set("octetsIn", record.octets_in);
  screen.line("      " + traffic_text(record));
}

}  // namespace

Outcome FirewallModule::show_accounting(Invocation& invocation) {
  Screen& screen = invocation.screen;
  return for_policies(state_, invocation, [&](Policy& policy) {
    screen.line("Policy : " + policy.name);
    screen.line(" Date/Time   Event  Dir Prot IP:Port <-> Dest IP:Port /Traffic statistics");
    screen.rule();
    screen.set("records", Json::array());
    each_shown(policy.accounts, invocation.args,
               [&screen](const AccountRecord& record) { show_record(screen, record); });
    screen.rule();
  });
}

}  // namespace arrouter::firewall
