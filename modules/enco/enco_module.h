// Makes the ENCO module; for os/assembly only.
#pragma once

#include "modules/enco/enco_api.h"
#include "os/module.h"

namespace arrouter {

struct MadeEnco {
  std::unique_ptr<Module> module;
  enco::EncoApi& api;
};
/// `licensed`: whether the router has the feature licence "3des", "aes"; without it all are there. `stored_keys`: false
/// leaves what NVS keeps of keys alone, in this run.
MadeEnco make_enco(Services& services, std::function<bool(std::string_view feature)> licensed = {},
                   bool stored_keys = true);

}  // namespace arrouter
