// How far a router has come: what supervisors (containers, systemd, test runs) ask, without a login and without
// reading prompts. No real router has it, so the command that shows it begins with LAB.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "os/assembly/router.h"

namespace arrouter {

/// In order: each one stands on those before it.
enum class Stage : std::uint8_t {
  started,     // it answers
  interfaces,  // every interface that is attached to something has a link
  configured,  // the boot configuration has run, whether all of its lines were taken or not
  tunnels,     // there are VPNs to peers with fixed addresses, and each has an SA bundle
};

struct Health {
  struct Link {
    std::string interface, attachment;
    bool up = false;
  };
  struct Tunnel {
    std::string policy, peer;
    bool up = false;
  };
  std::vector<Link> links;  // those attached to something outside
  bool booted = false;
  std::string configuration;  // that this run booted from; empty: none
  std::vector<RefusedLine> refused;
  std::vector<Tunnel> tunnels;  // of the IPsec policies that name one peer

  Stage stage() const;
  void show(Screen& screen) const;
};

/// Of a router that runs.
Health health_of(Router& router);

/// The module with the command LAB SHOW HEALTH: Info when the stage asked for is reached, a Warning when it is but the
/// boot configuration had lines that were refused, an Error when it is not.
std::unique_ptr<Module> make_health(Router& router);

}  // namespace arrouter
