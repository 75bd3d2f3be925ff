// Policies and what belongs to them: interfaces, NAT relations, lists, dynamic templates, switches, timeouts.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "modules/firewall/accounting.h"
#include "modules/firewall/attack.h"
#include "modules/firewall/event.h"
#include "modules/firewall/ftp.h"
#include "modules/firewall/limit.h"
#include "modules/firewall/rule.h"
#include "modules/ip/ip_api.h"
#include "os/base/address.h"
#include "os/terminal.h"

namespace arrouter::firewall {

enum class Side : std::uint8_t { private_side, public_side };
enum class Method : std::uint8_t { dynamic, pass_all };

/// SHOW FIREWALL POLICY COUNTER, per interface.
struct InterfaceCounters {
#define INTERFACE_COUNTER(id, label) std::uint64_t id = 0;
#include "modules/firewall/texts.def"
};

/// ADD FIREWALL POLICY INTERFACE.
struct PolicyInterface {
  std::string name;  // "vlan1", "dyn-roaming"
  Side side = Side::private_side;
  Method method = Method::dynamic;
  bool trust_private = true;
  std::optional<Side> upnp_type;
  InterfaceCounters counters;
};

enum class NatKind : std::uint8_t { standard, enhanced, napt, enapt };

/// ADD FIREWALL POLICY NAT: applied to what is forwarded between the two interfaces.
struct NatRelation {
  NatKind kind = NatKind::enhanced;
  std::string private_interface, public_interface;
  std::optional<Ipv4Address> ip;    // static NAT of one private host
  std::optional<Ipv4Range> global;  // unset or 0.0.0.0: the address of the public interface
  /// Dynamic NAT: who has which address of the range, as long as he has sessions.
  struct Binding {
    Ipv4Address global;
    std::size_t sessions = 0;
  };
  std::map<Ipv4Address, Binding> bindings;  // by private address
  /// Identity for ADD and DELETE.
  bool same_place(const NatRelation& other) const {
    return kind == other.kind && private_interface == other.private_interface &&
           public_interface == other.public_interface && ip == other.ip;
  }
};

/// ADD FIREWALL POLICY APPRULE: may FTP sessions by an interface fetch and store files?
struct AppRule {
  Action action = Action::allow;
  std::string interface;
  InterfaceId interface_id = 0;  // 0: IP does not have it now
  std::optional<ftp::Transfer> transfer;
  std::uint16_t port = ftp::control_port;
};

/// ADD FIREWALL POLICY PROXY.
struct ProxySettings {
  bool smtp = false;  // else HTTP
  std::string private_interface, public_interface, direction;
  std::optional<Ipv4Address> ip;
  std::optional<unsigned> after_min, before_min;  // minutes since midnight
  std::uint8_t days = all_days;
  /// Identity for ADD and DELETE.
  bool same_place(const ProxySettings& other) const {
    return smtp == other.smtp && private_interface == other.private_interface &&
           public_interface == other.public_interface && direction == other.direction;
  }
};

/// ENABLE FIREWALL POLICY P2PFILTER.
struct PeerFilter {
  static constexpr unsigned usual_threshold = 20;  // packets of a session that are looked at
  bool deny = false;                               // else only told of
  unsigned threshold = usual_threshold;
};

/// ADD FIREWALL POLICY LIST; read from the file when it is added and when the router starts.
struct AccessList {
  enum class Type : std::uint8_t { ip, address };
  std::string file;
  Type type = Type::ip;
  std::vector<Ipv4Range> ranges;
  std::set<MacAddress> macs;
};

/// CREATE FIREWALL POLICY DYNAMIC.
struct DynamicTemplate {
  std::vector<std::string> files, users;          // users: names, "ANY", "NONE"
  std::set<std::string, std::less<>> file_users;  // as read when a file was added or deleted
  /// An interface whose peer proved to be this user (empty: nobody) is one of the template.
  bool admits(std::string_view user) const;
};

/// ICMP_FORWARDING.
struct IcmpForwarding {
  bool parameter = false, ping = false, source_quench = false, time_exceeded = false, timestamp = false,
       unreachable = false;
  bool operator==(const IcmpForwarding&) const = default;
};
/// OPTIONS.
struct IpOptionsAllowed {
  bool record_route = false, router_alert = false, security = false, source_route = false, timestamp = false;
  bool operator==(const IpOptionsAllowed&) const = default;
};
struct DebugOptions {
  bool packet = false, process = false, http = false, smtp = false, proxy = false, limit_rule = false;
  bool operator==(const DebugOptions&) const = default;
};

/// Switches and timeouts of a policy (reference/firewall.md 2.2).
struct PolicySettings {
  bool accounting = false;
  DebugOptions debug;
  bool fragment_udp = false, fragment_icmp = false, fragment_other = false;
  IcmpForwarding icmp;
  LogOptions log = 0;
  IpOptionsAllowed options;
  bool ping = true;
  bool http_cookies = true;
  bool ident_proxy = true;
  bool smtp_relay = false;
  bool tcp_setup_proxy = true;
  bool ftp_data_any = false;  // FTPDATAPORT=ANY
  bool upnp = false;
  unsigned tcp_timeout_min = 60, udp_timeout_min = 20, other_timeout_min = 20;
  std::optional<unsigned> esp_timeout_min;  // unset: as OTHERTIMEOUT
  unsigned mac_cache_timeout_min = 1440;
  std::map<std::uint16_t, unsigned> udp_port_timeout_min;  // by remote port
  std::string smtp_domain;                                 // empty: not set
  AttackSettings attack = factory_attack_settings;
};

struct Policy : PolicySettings {
  explicit Policy(std::string given) : name(std::move(given)) {}
  std::string name;
  std::vector<std::unique_ptr<PolicyInterface>> interfaces;  // in the order they were added
  std::vector<NatRelation> nat;
  Rules rules;
  LimitRules limits;
  std::map<std::uint32_t, AppRule> app_rules;
  std::vector<ProxySettings> proxies;
  std::optional<PeerFilter> peer_filter;
  std::vector<std::string> http_filters, spam_sources;  // files
  std::map<std::string, AccessList, std::less<>> lists;
  std::map<std::string, DynamicTemplate, std::less<>> templates;

  std::weak_ptr<Terminal> debug_terminal;  // of whoever enabled debugging last
  EventLists events;
  AttackState attacks;
  std::deque<AccountRecord> accounts;  // the newest, newest last
  std::uint64_t cache_hits = 0, discarded_icmp = 0;
  std::size_t sessions = 0, opening = 0;  // live now; of those, TCP opens under way

  PolicyInterface* find(std::string_view interface) const;
  /// With at least one interface of each side it works (reference/firewall.md 1.1).
  bool at_work() const;
};

}  // namespace arrouter::firewall
