// Everything of a Router that a RESTART makes anew. Internal to os/assembly.
#pragma once

#include <memory>
#include <vector>

#include "cli/session/session.h"
#include "modules/system/system_api.h"
#include "os/assembly/router.h"

namespace arrouter {

struct Router::Software {
  Software(Router& router, const StartUp& how);
  ~Software();
  Software(const Software&) = delete;

  Log log;
  UserDatabase users;
  SystemIdentity system;
  CommandTable table;
  SessionRegistry sessions;
  Services services;
  std::vector<std::unique_ptr<Module>> modules;  // in order of construction
  SystemApi* system_module = nullptr;            // one of them

  /// Tells every module that the others exist now.
  void start();
  void booted();
  /// The last goodbye, in reverse order.
  void stop(Ending ending);
  /// Ends the sessions and takes the modules off the ports, while the Router still answers them.
  void let_go();

 private:
  Router& router_;
};

}  // namespace arrouter
