// Rows and handlers of NTP, its screen and its part of the configuration script.
#include <fmt/format.h>

#include "modules/ntp/ntp.h"
#include "os/base/calendar.h"
#include "os/base/zone.h"

namespace arrouter::ntp {

namespace {

constexpr int rule_width = 60;

/// "+09:00:00".
std::string signed_zone(std::chrono::seconds offset) {
  const std::string text = zone_text(offset);
  return text.starts_with('-') ? text : "+" + text;
}

/// "-0.012": seconds.
std::string seconds_text(Duration duration) {
  return fmt::format("{:+.3f}", std::chrono::duration<double>(duration).count());
}

}  // namespace

std::vector<CommandRow> NtpModule::commands() {
  const auto row = [](std::string_view syntax, std::string_view summary, std::function<Outcome(Invocation&)> run) {
    return CommandRow{syntax, Access::manager, summary, std::move(run)};
  };
  return {
      row("ENAble NTP", "Sets the clock by the NTP peers and serves others.",
          [this](Invocation&) { return set_enabled(true); }),
      row("DISable NTP", "Leaves the clock alone and serves nobody.",
          [this](Invocation&) { return set_enabled(false); }),
      row("ADD NTP PEER=<ipv4>", "Adds a server to set the clock by.",
          [this](Invocation& call) { return add_peer(call.args.address("PEER")); }),
      row("DELete NTP PEER=<ipv4>", "Deletes a server.",
          [this](Invocation& call) { return delete_peer(call.args.address("PEER")); }),
      row("SET NTP UTCoffset=<name:1-9>", "Sets how far the router's clock is ahead of UTC.",
          [this](Invocation& call) { return set_utc_offset(call.args); }),
      row("RESET NTP", "Begins anew with every peer.",
          [this](Invocation&) {
            forget();
            counters_ = {};
            return say(texts::done);
          }),
      row("PURge NTP", "Destroys the NTP configuration and disables the module.",
          [this](Invocation&) {
            purge();
            return say(texts::done);
          }),
      row("SHow NTP", "Displays the NTP configuration and counters.",
          [this](Invocation& call) {
            show(call.screen);
            return Outcome::screen();
          }),
  };
}

Outcome NtpModule::set_utc_offset(const Args& args) {
  const auto offset = parse_zone(args.text("UTCOFFSET"));
  if (!offset) {
    return Outcome::error(module_number::command, 263, "Parameter \"UTCOFFSET\" has an invalid value.");
  }
  // The clock is local time: where it was right before it is again right.
  if (updated_) services_.wall.set(services_.wall.now() + (*offset - utc_offset_));
  utc_offset_ = *offset;
  return say(texts::done);
}

void NtpModule::show(Screen& screen) const {
  const auto field = [&](std::string_view label, const Json& value) {
    screen.line(fmt::format("{:<20}: {}", label, value.display()));
    screen.set(json_key(label), value);
  };
  const auto* const peer = updated_ ? source() : nullptr;
  screen.line("NTP Module Configuration");
  screen.rule(rule_width);
  field("Status", enabled_ ? "ENABLED" : "DISABLED");
  field("Host Address", to_string(peers_.empty() ? ip_.local_address() : ip_.source_towards(peers_.begin()->first)));
  field("UTC offset", signed_zone(utc_offset_));
  const WallTime updated = updated_.value_or(WallTime()) + ahead();
  field("Last Updated", updated_ ? fmt::format("{} on {}", time_of_day_text(updated), date_text(updated)) : "-");
  field("Last Delta", updated_ ? seconds_text(last_delta_) : "-");
  field("Stratum", peer == nullptr ? unsigned{largest_stratum} + 1 : peer->second.last().stratum + 1U);
  screen.line();
  screen.table("peers",
               {{"Configured Peer", 18}, {"Mode", 9}, {"Version", 9}, {"Stratum", 9}, {"Poll", 6}, {"Reach", 0}});
  screen.rule(rule_width);
  for (const auto& [address, client] : peers_) {
    const bool heard = client.best() != nullptr;
    screen.row({to_string(address), "Client", 3, heard ? Json(client.last().stratum) : Json("-"), 1U << client.poll(),
                fmt::format("{:03o}", client.reach())});
  }
  screen.line();
  screen.line("Packet Counters");
  screen.rule(rule_width);
  const auto pair = [&](std::string_view label, std::string_view key, std::uint64_t sent, std::uint64_t received,
                        std::uint64_t discarded) {
    screen.line(fmt::format("{:<8}Sent {:>9}   Received {:>9}   Discarded {:>9}", label, sent, received, discarded));
    const auto scope = screen.object(key);
    screen.set("sent", sent);
    screen.set("received", received);
    screen.set("discarded", discarded);
  };
  pair("Client", "client", counters_.client_sent, counters_.client_received, counters_.client_discarded);
  pair("Server", "server", counters_.server_sent, counters_.server_received, counters_.server_discarded);
  screen.rule(rule_width);
}

void NtpModule::dump(ConfigWriter& writer) const {
  writer.section("NTP", {"NTP"});
  if (utc_offset_ != std::chrono::seconds(0))
    writer.line(fmt::format("set ntp utcoffset={}", signed_zone(utc_offset_)));
  for (const auto& [address, client] : peers_) writer.line(fmt::format("add ntp peer={}", to_string(address)));
  if (enabled_) writer.line("enable ntp");
}

}  // namespace arrouter::ntp
