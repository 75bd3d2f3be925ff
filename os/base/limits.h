// Every bound on what the outside can make the router keep. Each is tested below, at and above.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "os/base/packet_limits.h"

namespace arrouter::limits {

// ports
inline constexpr std::size_t bridge_addresses = 8192;      // learned by one switch VLAN
inline constexpr std::size_t impair_queue = 1000;          // frames held back by an impairment, each direction
inline constexpr std::size_t memory_queue = 1000;          // frames under way to a memory port
inline constexpr std::uint64_t capture_bytes = 4ULL << 30; // of one capture file

// command line
inline constexpr std::size_t command_line = 1000;          // characters; late 2.x releases
inline constexpr std::size_t history = 99;                 // remembered lines at most
inline constexpr std::size_t aliases = 256;
inline constexpr std::size_t terminal_backlog = 1 << 20;   // bytes queued to a slow terminal before it is cut off
inline constexpr std::size_t sessions = 32;
inline constexpr std::size_t users = 1024;                 // accounts
inline constexpr std::size_t remote_officers = 32;         // RSO addresses
inline constexpr std::size_t failed_logins = 256;          // names whose failures are remembered
inline constexpr std::size_t radius_servers = 10;
inline constexpr std::size_t tacacs_servers = 10;
inline constexpr std::size_t tacplus_servers = 10;
inline constexpr std::size_t tacplus_packet = 4096;           // bytes after the header; a login needs a few hundred
inline constexpr std::size_t tacplus_logins = 256;            // under way at once
inline constexpr std::size_t control_clients = 32;         // of the control socket
inline constexpr std::size_t ssh_hosts = 100;              // whose keys are remembered

// TCP
inline constexpr std::size_t tcp_segments_remembered = 64; // arrived lately, for answers that repeat their fields

// files
inline constexpr std::size_t file_size = 32U << 20;
inline constexpr std::size_t nvs_bytes = 512U << 10;
inline constexpr std::size_t script_lines = 20000;
inline constexpr std::size_t edited_file = 1U << 20;
inline constexpr std::size_t dumped_bytes = 65536;         // by one DUMP
inline constexpr std::size_t active_scripts = 100;
inline constexpr std::size_t triggers = 100;
inline constexpr std::size_t trigger_scripts = 5;          // of one trigger
inline constexpr std::size_t release_licences = 64;
inline constexpr std::size_t cpu_samples = 100;            // of SHOW CPU EXTENDED

// IP
inline constexpr std::size_t arp_entries = 4096;
inline constexpr std::size_t arp_pending_packets = 1;      // held for each unresolved host
inline constexpr std::size_t arp_unresolved = 256;         // hosts asked for at once
inline constexpr std::size_t routes = 20000;
inline constexpr std::size_t reassembly_queues = 256;
inline constexpr std::size_t reassembly_bytes = 4U << 20;
inline constexpr std::size_t reassembly_fragments = 512;   // buffers held by all queues
inline constexpr std::size_t fragments_per_datagram = 64;
inline constexpr unsigned icmp_errors_per_s = 100;         // sent by this router, with bursts of the same number
inline constexpr std::size_t ip_hosts = 1024;
inline constexpr std::size_t ip_pools = 256;
inline constexpr std::size_t ip_pool_addresses = 65536;    // of one pool
inline constexpr std::size_t dns_domains = 32;             // ADD IP DNS
inline constexpr std::size_t dns_questions = 256;          // to servers at once, the relayed ones among them
inline constexpr std::size_t dns_records = 64;             // of one answer
inline constexpr std::size_t filter_entries = 3071;        // of all IP filters together
inline constexpr std::chrono::seconds reassembly_time{60};

// PPP
inline constexpr std::size_t ppp_interfaces = 512;         // numbers 0 to 511
inline constexpr std::size_t pppoe_services = 64;          // of the access concentrator
inline constexpr std::size_t pppoe_sessions = 512;         // of the access concentrator
inline constexpr std::size_t ppp_held_packets = 8;         // of an interface that dials on demand

// log
inline constexpr std::size_t log_messages = 3000;          // MESSAGES= of an output at most
inline constexpr std::size_t log_outputs = 20;
inline constexpr std::size_t log_filters = 100;            // of one output
inline constexpr std::size_t log_receivers = 50;           // ADD LOG RECEIVE

// SNMP
inline constexpr std::size_t snmp_oid = 128;               // sub-identifiers of one name
inline constexpr std::size_t snmp_bindings = 128;          // of one request
inline constexpr std::size_t snmp_response = 1472;         // bytes; what fits into an Ethernet frame
inline constexpr std::size_t snmp_communities = 100;
inline constexpr std::size_t snmp_hosts = 32;              // managers, and trap hosts of each version, of one community
inline constexpr std::size_t snmp_traps_waiting = 100;

// mail
inline constexpr std::size_t mail_queue = 50;
inline constexpr std::size_t mail_bytes = 256U << 10;      // of one message
inline constexpr std::size_t smtp_line = 2048;             // a line of a server
inline constexpr std::size_t smtp_reply_lines = 100;       // of one reply

// NTP
inline constexpr std::size_t ntp_peers = 4;

// ENCO
inline constexpr std::size_t enco_keys = 1024;
inline constexpr std::size_t enco_channels = 32768;
inline constexpr std::size_t enco_jobs = 1024;             // asymmetric jobs waiting at once

// ISAKMP and IPsec
inline constexpr std::size_t isakmp_message = 32768;       // bytes
inline constexpr std::size_t isakmp_payloads = 64;         // in one message
inline constexpr std::size_t isakmp_exchanges = 4096;
inline constexpr std::size_t isakmp_half_open = 256;       // phase 1 as responder, unauthenticated
inline constexpr std::size_t isakmp_half_open_per_source = 64;
inline constexpr unsigned isakmp_requests_per_source = 64; // new ones at once, and 10 a second
inline constexpr std::size_t isakmp_sources = 1024;        // addresses whose requests are remembered
inline constexpr std::size_t isakmp_sas = 4096;
inline constexpr std::size_t isakmp_policies = 1024;
inline constexpr std::size_t ipsec_policies_per_interface = 100;  // unless a LAB command says otherwise
inline constexpr std::size_t ipsec_sas = 65536;
inline constexpr std::size_t ipsec_queued_packets = 8;     // held for each bundle under negotiation
inline constexpr std::size_t ipsec_negotiations = 1024;    // under way at once for each policy
inline constexpr unsigned ipsec_nested_tunnels = 4;        // around one packet, besides the first

// L2TP
inline constexpr std::size_t l2tp_tunnels = 512;
inline constexpr std::size_t l2tp_calls_per_tunnel = 64;
inline constexpr std::size_t l2tp_half_open_per_source = 16;
inline constexpr std::size_t l2tp_ranges = 100;            // ADD L2TP IP
inline constexpr std::size_t l2tp_configured_calls = 256;  // ADD L2TP CALL

// firewall
inline constexpr std::size_t firewall_policies = 100;
inline constexpr std::size_t firewall_rules = 1000;        // of one policy
inline constexpr std::size_t firewall_nat_relations = 256; // of one policy
inline constexpr std::size_t firewall_lists = 4;           // of one policy
inline constexpr std::size_t firewall_list_entries = 4096;
inline constexpr std::size_t firewall_sessions = 4000;     // unless a LAB command says otherwise
inline constexpr std::size_t firewall_account_records = 100;  // kept by a policy
inline constexpr std::size_t firewall_monitors = 256;
inline constexpr std::size_t firewall_events = 50;         // of each kind kept by a policy
inline constexpr std::size_t firewall_filter_files = 32;   // of one kind and policy
inline constexpr std::size_t firewall_gateways = 4096;     // sessions that announce others (FTP, SIP)
inline constexpr std::size_t firewall_pinholes = 1024;     // announced connections not yet made
inline constexpr std::size_t firewall_pinholes_per_session = 16;

}  // namespace arrouter::limits
