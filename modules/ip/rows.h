// The command rows of IP, by subject. Each function appends its rows; the handlers stand beside them.
#pragma once

#include <vector>

#include "modules/ip/engine.h"
#include "modules/ip/messages.h"
#include "os/command.h"

namespace arrouter::ip {

using Rows = std::vector<CommandRow>;

void add_module_rows(Engine& engine, Rows& rows);
void add_interface_rows(Engine& engine, Rows& rows);
void add_route_rows(Engine& engine, Rows& rows);
void add_arp_rows(Engine& engine, Rows& rows);
void add_filter_rows(Engine& engine, Rows& rows);
void add_pool_rows(Engine& engine, Rows& rows);
void add_host_rows(Engine& engine, Rows& rows);
void add_dns_rows(Engine& engine, Rows& rows);
void add_helper_rows(Engine& engine, Rows& rows);
void add_ping_rows(Engine& engine, Rows& rows);
void add_ping_poll_rows(Engine& engine, Rows& rows);
void add_trace_rows(Engine& engine, Rows& rows);

// Screens (show_*.cpp).
void show_module(const Engine& engine, Screen& screen);
void show_interfaces(const Engine& engine, Screen& screen, const Interface* only);
void show_interface_counters(const Engine& engine, Screen& screen, const Interface* only);
void show_routes(const Engine& engine, Screen& screen, std::optional<Ipv4Address> only, bool full);
void show_route_general(const Engine& engine, Screen& screen);
void show_route_cache(const Engine& engine, Screen& screen);
void show_route_count(const Engine& engine, Screen& screen);
void show_route_preferences(const Engine& engine, Screen& screen);
/// All, or the one named `only`.
void show_route_templates(const Engine& engine, Screen& screen, std::string_view only);
void show_bad_packets(const Engine& engine, Screen& screen);
/// "LOCAL", "local1" …
std::string local_name(unsigned number);
void show_arp(const Engine& engine, Screen& screen, std::optional<Ipv4Address> only);
void show_pools(const Engine& engine, Screen& screen, std::string_view only, std::optional<Ipv4Range> addresses);
void show_hosts(const Engine& engine, Screen& screen);
void show_filters(const Engine& engine, Screen& screen, std::optional<unsigned> only);
void show_udp(const Engine& engine, Screen& screen);
void show_counters(const Engine& engine, Screen& screen, std::string_view group);
void show_ping(const Ping& ping, Screen& screen);
void show_trace(const Trace& trace, Screen& screen);

/// The lines that make these filters again.
void dump_filters(const FilterTable& filters, ConfigWriter& config);
void dump_ping_polls(const PingPolls& polls, ConfigWriter& config);
void dump_dns(const DnsSettings& settings, ConfigWriter& config);
void dump_helpers(const Helpers& helpers, ConfigWriter& config);
/// The "IP" section of the configuration script (dump.cpp).
void dump_configuration(const Engine& engine, ConfigWriter& config);

}  // namespace arrouter::ip
