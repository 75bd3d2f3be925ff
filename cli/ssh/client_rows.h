// The commands of SSH as client.
#pragma once

#include <memory>
#include <vector>

#include "cli/session/host_names.h"
#include "cli/ssh/dialler.h"
#include "os/command.h"

namespace arrouter::ssh {

struct ClientContext {
  const UserDatabase& users;
  Tcp& tcp;
  HostNames names;
  std::shared_ptr<Dialler> dialler;
};

/// SSH, and what concerns the keys of hosts.
std::vector<CommandRow> client_rows(const ClientContext& context);

}  // namespace arrouter::ssh
