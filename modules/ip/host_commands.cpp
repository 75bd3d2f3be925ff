// ADD, SET, DELETE, SHOW IP HOST: names for addresses, used by PING and TRACE.
#include "modules/ip/rows.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::ip {
namespace {

auto find_host(Engine& engine, std::string_view name) {
  auto& hosts = engine.state.hosts;
  return std::find_if(hosts.begin(), hosts.end(),
                      [&](const auto& host) { return equal_ignoring_case(host.first, name); });
}

Outcome add_host(Engine& engine, const Args& args) {
  if (find_host(engine, args.text("HOST")) != engine.state.hosts.end()) return messages::host_exists();
  if (engine.state.hosts.size() >= limits::ip_hosts) return messages::host_limit();
  engine.state.hosts.emplace(args.text("HOST"), args.address("IPADDRESS"));
  return messages::done();
}

Outcome set_host(Engine& engine, const Args& args) {
  const auto host = find_host(engine, args.text("HOST"));
  if (host == engine.state.hosts.end()) return messages::host_unknown();
  host->second = args.address("IPADDRESS");
  return messages::done();
}

Outcome delete_host(Engine& engine, const Args& args) {
  const auto host = find_host(engine, args.text("HOST"));
  if (host == engine.state.hosts.end()) return messages::host_unknown();
  engine.state.hosts.erase(host);
  return messages::done();
}

}  // namespace

void add_host_rows(Engine& engine, Rows& rows) {
  rows.push_back({"ADD IP HOST=<name:1-60> IPaddress=<ipv4>", Access::manager, "Adds a name to the host table.",
                  [&engine](Invocation& call) { return add_host(engine, call.args); }});
  rows.push_back({"SET IP HOST=<name:1-60> IPaddress=<ipv4>", Access::manager, "Changes the address of a host name.",
                  [&engine](Invocation& call) { return set_host(engine, call.args); }});
  rows.push_back({"DELete IP HOST=<name:1-60>", Access::manager, "Deletes a name from the host table.",
                  [&engine](Invocation& call) { return delete_host(engine, call.args); }});
  rows.push_back({"SHow IP HOST", Access::manager, "Displays the host table.", [&engine](Invocation& call) {
                    show_hosts(engine, call.screen);
                    return Outcome::screen();
                  }});
}

}  // namespace arrouter::ip
