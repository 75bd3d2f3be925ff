// IPsec policies: what the commands configured, their order on each interface, and what is at work under them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "modules/ipsec/bundle_index.h"
#include "modules/ipsec/negotiation.h"
#include "modules/ipsec/numbers.h"
#include "modules/ipsec/sa.h"

namespace arrouter::ipsec {

enum class Action : std::uint8_t { deny, ipsec, permit };
std::string_view to_string(Action action);  // "PERMIT"
enum class DfBit : std::uint8_t { set, copy, clear };
std::string_view to_string(DfBit bit);  // "CLEAR"

/// PEERADDRESS.
struct PeerAddress {
  enum class Kind : std::uint8_t { none, address, any, dynamic };
  Kind kind = Kind::none;
  Ipv4Address address;
  bool operator==(const PeerAddress&) const = default;
  bool accepts(Ipv4Address peer) const { return kind == Kind::address ? address == peer : kind != Kind::none; }
};
std::string to_string(const PeerAddress& peer);  // "ANY", "200.200.200.1", "-"

std::string name_text(const std::string& name);  // LNAME or RNAME: "ANY", "branch1"

/// SASELECTORFROMPKT: which selectors of an SA shrink to the values of the packet that asked for it.
enum class FromPacket : std::uint8_t { none, all, local_address, local_port, remote_address, remote_port, protocol };
std::string_view to_string(FromPacket from);  // "NONE"

/// What the commands set.
struct PolicySettings {
  std::string name, interface;
  Action action = Action::permit;
  std::optional<KeyManagement> key_management;
  std::optional<std::uint8_t> bundle_specification;
  std::string isakmp_policy;  // empty: chosen by the peer's address
  PeerAddress peer;
  Selectors selectors;
  isakmp::EndNames names;  // LNAME, RNAME; empty: ANY
  DfBit df_bit = DfBit::clear;
  FromPacket from_packet = FromPacket::none;
  bool use_pfs = false;
  std::uint8_t group = 1;
  std::string source_interface;  // empty: the policy's own
  std::string route_template;    // empty: none
  bool udp_tunnel = false, udp_heartbeat = false;
  std::uint16_t udp_port = 2746;
  bool respond_bad_spi = false;

  bool operator==(const PolicySettings&) const = default;
};

/// What a bundle with manual keys is made of, besides its policy's settings.
struct ManualRecipe {
  struct Part {
    std::uint8_t id = 0;
    SaSpecification specification;
    SecretBytes key;  // of the cipher, then of the hash
    bool operator==(const Part&) const = default;
  };
  Ipv4Address local;
  std::uint16_t udp_port = 0;  // 0: no UDP tunnel
  std::vector<Part> sas;
  bool operator==(const ManualRecipe&) const = default;
};

struct Policy : PolicySettings {
  PolicyCounters counters;
  Numbers indices;  // of bundles and negotiations; what comes of a negotiation has its number
  std::map<std::uint32_t, std::unique_ptr<SaBundle>> bundles;  // by index
  BundleIndex by_traffic;                                      // the same bundles
  Negotiations negotiations;
  std::optional<ManualRecipe> made_of;  // KEYMANAGEMENT=MANUAL, when it was complete
  Instant next_acquire{};  // not before, after a failure
  Instant next_bad_spi_request{}, next_deny_log{};

  bool negotiated() const { return action == Action::ipsec && key_management == KeyManagement::isakmp; }
  bool manual() const { return action == Action::ipsec && key_management == KeyManagement::manual; }
  /// Peers may be anywhere, but have to be called RNAME.
  bool for_named_callers() const {
    return negotiated() && !names.remote.empty() && peer.kind != PeerAddress::Kind::address;
  }
  const std::string& tunnel_interface() const { return source_interface.empty() ? interface : source_interface; }
  /// The bundle or negotiation with this number has gone; the number is free unless the other one has it.
  void free_index(std::uint32_t index);
};

/// All policies by name (case does not matter), and each interface's list in the order in which packets try them.
class PolicyTable {
 public:
  using List = std::vector<Policy*>;

  PolicyTable();
  Policy* find(std::string_view name) const;
  /// Takes the policy in at `position` (from 1) of its interface's list, at most one past the end.
  Policy& add(std::unique_ptr<Policy> policy, std::optional<std::size_t> position);
  void remove(Policy& policy);
  void move(Policy& policy, std::size_t position);
  std::size_t position(const Policy& policy) const;  // from 1
  bool full(const std::string& interface) const;
  /// Policies an interface may have; those there are stay.
  void set_limit(std::size_t limit) { limit_ = limit; }
  /// nullptr: the interface has none.
  const List* list(std::string_view interface) const;
  const std::map<std::string, List, std::less<>>& lists() const { return lists_; }
  /// Every policy, by interface and position.
  List all() const;
  void clear();

 private:
  std::map<std::string, std::unique_ptr<Policy>, std::less<>> policies_;  // by lower-cased name
  std::map<std::string, List, std::less<>> lists_;                        // by interface; never empty lists
  std::size_t limit_;
};

}  // namespace arrouter::ipsec
