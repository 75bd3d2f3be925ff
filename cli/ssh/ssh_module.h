// Makes the SSH module; for os/assembly only.
#pragma once

#include <memory>

#include "cli/session/session.h"
#include "cli/ssh/client_rows.h"
#include "cli/ssh/ssh_users.h"
#include "os/tcp.h"

namespace arrouter {

std::unique_ptr<Module> make_ssh(Services& services, SessionHost host, ssh::ClientContext client, ssh::KeyStore keys);

}  // namespace arrouter
