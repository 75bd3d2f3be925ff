// Who is who behind one address. In transport mode clients behind one NAT look alike from here: the same address, and
// L2TP's port at both ends (RFC 3948 5.2). A conversation belongs to the client that began it, and answers go through
// that client's SAs; where another client uses the same ports, its port is another one inside this router.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "modules/ipsec/selector.h"
#include "os/base/random.h"
#include "os/base/time.h"

namespace arrouter::ipsec {

class Conversations {
 public:
  static constexpr Duration silence = std::chrono::minutes(5);  // of a client, then its conversation is forgotten
  static constexpr std::size_t most = 65536;                    // at once; what begins then is not told apart

  struct Heard {
    std::uint16_t port = 0;  // the client's port inside this router
    bool begins = false;     // what was decided about the flow may be wrong now
  };
  /// A flow with ports arrived from the client with this id (isakmp::PeerName).
  Heard heard(const FlowKey& flow, const std::string& nat_id, Random& random, Instant now);

  struct Owner {
    std::string nat_id;
    std::uint16_t port = 0;  // as the client itself has it
  };
  /// Whose a leaving flow is; nullptr: nobody's. Good until the next heard().
  const Owner* owner(const FlowKey& flow) const;

 private:
  struct Client {
    std::string nat_id;
    std::uint16_t port = 0;  // inside this router
    Instant last_heard{};
  };
  struct Hash {
    std::size_t operator()(const FlowKey& flow) const { return flow.hash(); }
  };
  void forget_silent(Instant now);

  std::unordered_map<FlowKey, std::vector<Client>, Hash> clients_;  // by the flow as they have it
  std::unordered_map<FlowKey, Owner, Hash> owners_;                 // by the flow as it is inside this router
  Instant next_look_{};
};

}  // namespace arrouter::ipsec
