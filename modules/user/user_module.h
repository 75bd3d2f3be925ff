// Makes the USER module; for os/assembly only.
#pragma once

#include "modules/user/user_api.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter {

struct MadeUser {
  std::unique_ptr<Module> module;
  UserApi& api;
};
MadeUser make_user(Services& services, RouterControl& control);

}  // namespace arrouter
