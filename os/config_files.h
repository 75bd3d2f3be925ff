// Which script the router boots from and which it runs now, as SHOW SYSTEM and SHOW CONFIG print it.
#pragma once

#include "os/files.h"
#include "os/router_control.h"
#include "os/screen.h"

namespace arrouter {

void show_config_files(Screen& screen, const RouterControl& control, const FileStore& files);

}  // namespace arrouter
