// Makes the ENCO module; for os/assembly only.
#pragma once

#include "modules/enco/enco_api.h"
#include "os/module.h"

namespace arrouter {

struct MadeEnco {
  std::unique_ptr<Module> module;
  enco::EncoApi& api;
};
MadeEnco make_enco(Services& services);

}  // namespace arrouter
