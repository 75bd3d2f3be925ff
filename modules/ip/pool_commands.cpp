// CREATE, DESTROY, SHOW IP POOL (reference/ip.md 12).
#include "modules/ip/rows.h"
#include "os/base/calendar.h"

namespace arrouter::ip {
namespace {

constexpr int rule_width = 63;

Outcome create_pool(Engine& engine, const Args& args) {
  switch (engine.state.pools.create(args.text("POOL"), args.range("IP"))) {
    case PoolTable::Created::done: return messages::done();
    case PoolTable::Created::exists: return messages::pool_exists();
    case PoolTable::Created::overlaps: return messages::pool_overlaps();
    case PoolTable::Created::full: return messages::pool_limit();
  }
  return messages::done();
}

Outcome destroy_pool(Engine& engine, const Args& args) {
  return engine.state.pools.destroy(args.text("POOL")) ? messages::done() : messages::pool_unknown();
}

Outcome show_pool(Engine& engine, Invocation& call) {
  const PoolTable& pools = engine.state.pools;
  const bool one = call.args.has_value("POOL");
  if (one && pools.find(call.args.text("POOL")) == nullptr) return messages::pool_unknown();
  if (pools.all().empty()) return messages::pools_none();
  const auto addresses = call.args.has("IP") ? std::optional(call.args.range("IP")) : std::nullopt;
  show_pools(engine, call.screen, one ? call.args.text("POOL") : std::string(), addresses);
  return Outcome::screen();
}

}  // namespace

void show_pools(const Engine& engine, Screen& screen, std::string_view only, std::optional<Ipv4Range> addresses) {
  screen.line("IP Pool");
  screen.rule(rule_width);
  const Pool* const chosen = only.empty() ? nullptr : engine.state.pools.find(only);
  for (const auto& [key, pool] : engine.state.pools.all()) {
    if (chosen != nullptr && chosen != &pool) continue;
    const auto scope = screen.item("pools");
    screen.line(fmt::format("Name: {}", pool.name));
    screen.line(fmt::format("  {} - {}", to_string(pool.range.first), to_string(pool.range.last)));
    screen.line();
    screen.set("name", pool.name);
    screen.set("first", to_string(pool.range.first));
    screen.set("last", to_string(pool.range.last));
    screen.table("addresses", {{" IP address", 18}, {"State", 9}, {"Interface", 12}, {"Last used", 20}});
    for (const auto& [address, lease] : pool.leases) {
      if (addresses && !addresses->contains(address)) continue;
      screen.row({" " + to_string(address), lease.in_use ? "inuse" : "unused", lease.interface,
                  date_text(lease.last_used) + " " + time_of_day_text(lease.last_used)});
    }
  }
  screen.rule(rule_width);
}

void add_pool_rows(Engine& engine, Rows& rows) {
  rows.push_back({"CREate IP POOl=<name:1-15> IP=<ipv4-range>", Access::manager,
                  "Makes a pool of addresses for dynamic interfaces.",
                  [&engine](Invocation& call) { return create_pool(engine, call.args); }});
  rows.push_back({"DESTroy IP POOl=<name:1-15>", Access::manager, "Destroys a pool; addresses in use stay in use.",
                  [&engine](Invocation& call) { return destroy_pool(engine, call.args); }});
  rows.push_back({"SHow IP POOl[=<name:1-15>] [IP=<ipv4-range>]", Access::manager,
                  "Displays the address pools and who has which address.",
                  [&engine](Invocation& call) { return show_pool(engine, call); }});
}

}  // namespace arrouter::ip
