// Two offices where one is the client of XAUTH and the other its server.
#pragma once

#include <sstream>

#include "modules/isakmp/numbers.h"
#include "tests/unit/isakmp/peers.h"

namespace arrouter::test {

inline constexpr auto xauth_client = "xauth=client xauthname=alice xauthpassword=Wonderland";
inline constexpr auto xauth_server = "xauth=server";

inline void add_user(Peer& at, const std::string& name, const std::string& password) {
  User user;
  user.name = name;
  user.digest = at.base.users.digest_of(password);
  user.login = false;  // of the network, not of the command line
  at.base.users.put(std::move(user));
}

/// `a` calls; both know the user alice.
struct Dialin : Offices {
  explicit Dialin(const std::string& common = "enc=3desouter gro=1", const std::string& a_is = xauth_client,
                  const std::string& b_is = xauth_server) {
    configure(common);
    a.run("set isakmp pol=keys " + a_is);
    b.run("set isakmp pol=keys " + b_is);
    add_user(a, "alice", "Wonderland");
    add_user(b, "alice", "Wonderland");
  }
};

inline bool is_exchange(const Flying& datagram, isakmp::ExchangeType type) {
  return datagram.payload.size() > 18 && datagram.payload[18] == static_cast<std::uint8_t>(type);
}
inline bool is_transaction(const Flying& datagram) { return is_exchange(datagram, isakmp::ExchangeType::transaction); }

}  // namespace arrouter::test
