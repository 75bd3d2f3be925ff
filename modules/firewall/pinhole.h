// Pinholes: connections that a session has announced, so that they pass without a rule and under the addresses that
// were announced (FTP's data connections, the media of SIP).
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "modules/firewall/event.h"
#include "modules/firewall/flow.h"

namespace arrouter::firewall {

struct Pinhole {
  Policy* policy = nullptr;
  std::uint32_t rule = 0;  // serial of the rule that allowed the session that announced it
  std::uint8_t protocol = 0;
  Direction opener = Direction::in;
  /// Who waits. In: the host inside, as the private and the public side know it. Out: the remote one, likewise.
  Endpoint private_target, public_target;
  /// Who may open. In: the remote host; out: the host inside. An unset address is anybody, a port of 0 any.
  Endpoint private_opener, public_opener;
  bool once = true;  // one connection uses it up
  Instant expires{};
};

class Pinholes {
 public:
  using Id = std::uint64_t;

  bool empty() const { return holes_.empty(); }
  /// nullopt: there are too many.
  std::optional<Id> add(const Pinhole& hole);
  void remove(Id id);
  /// nullptr: it was used up.
  Pinhole* find(Id id);
  /// The hole for a packet that came by the side `opener` and belongs to no session; one that is used up is gone then.
  std::optional<Pinhole> take(const FlowKey& key, Direction opener, const Policy* policy, Instant now);
  /// The end under which a host inside was announced for more than one connection: what it sends comes from there.
  std::optional<Endpoint> announced(std::uint8_t protocol, const Endpoint& inside, Instant now) const;
  /// A public end is promised to somebody already.
  bool promised(std::uint8_t protocol, const Endpoint& outside) const;

 private:
  enum class Role : std::uint8_t { called_in, called_out, host };  // a target as the opener knows it, or as it is
  struct Place {
    Role role;
    std::uint8_t protocol;
    Endpoint at;
    bool operator==(const Place&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Place& place) const;
  };
  /// An entry of the index for a hole.
  void forget(const Place& place, Id id);
  static Place called(const Pinhole& hole);

  std::unordered_map<Id, Pinhole> holes_;
  std::unordered_multimap<Place, Id, Hash> index_;
  Id last_ = 0;
};

}  // namespace arrouter::firewall
